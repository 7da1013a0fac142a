/* SPDX-License-Identifier: Apache-2.0 */
#include "devtree.h"

#include <libfdt.h>
#include <stddef.h>

#include "stdlib.h"
#include "string.h"

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_to_cpu(cells[i]);
    return value;
}

/* Range `index` of a node's reg, by its parent's cell counts (DTSpec 2.3.6); buses between it and the root are
 * taken to map addresses one to one, as they do for everything the hypervisor looks up. */
static bool node_reg(const void *fdt, int node, int index, struct range *out)
{
    int parent = fdt_parent_offset(fdt, node);
    int length, address_cells, size_cells;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

    if (parent < 0 || reg == NULL)
        return false;
    address_cells = fdt_address_cells(fdt, parent);
    size_cells = fdt_size_cells(fdt, parent);
    if (address_cells < 1 || size_cells < 0 || (index + 1) * (address_cells + size_cells) * 4 > length)
        return false;
    reg += (ptrdiff_t)index * (address_cells + size_cells);
    out->base = read_cells(reg, address_cells);
    out->size = read_cells(reg + address_cells, size_cells);
    return true;
}

bool devtree_reg(const void *fdt, const char *compatible, int index, struct range *out)
{
    int node = fdt_node_offset_by_compatible(fdt, -1, compatible);

    return node >= 0 && node_reg(fdt, node, index, out);
}

static int next_by_type(const void *fdt, int node, const char *type)
{
    return fdt_node_offset_by_prop_value(fdt, node, "device_type", type, (int)strlen(type) + 1);
}

bool devtree_memory(const void *fdt, int index, struct range *out)
{
    for (int node = next_by_type(fdt, -1, "memory"); node >= 0; node = next_by_type(fdt, node, "memory")) {
        for (int i = 0; node_reg(fdt, node, i, out); i++) {
            if (index-- == 0)
                return true;
        }
    }
    return false;
}

/* libfdt's error, a negative number, when there is no such device. */
static int console_node(const void *fdt, const char *compatible)
{
    const char *path = devtree_string(fdt, "/chosen", "stdout-path");

    if (path != NULL) {
        const char *options = strchr(path, ':');
        int node = fdt_path_offset_namelen(fdt, path, options != NULL ? (int)(options - path) : (int)strlen(path));

        if (node >= 0 && fdt_node_check_compatible(fdt, node, compatible) == 0)
            return node;
    }
    return fdt_node_offset_by_compatible(fdt, -1, compatible);
}

bool devtree_console(const void *fdt, const char *compatible, struct range *out)
{
    int node = console_node(fdt, compatible);

    return node >= 0 && node_reg(fdt, node, 0, out);
}

/* Linux Documentation/devicetree/bindings/interrupt-controller/arm,gic-v3.yaml: type 0 is an SPI, INTIDs from 32. */
uint32_t devtree_console_intid(const void *fdt, const char *compatible)
{
    int length, node = console_node(fdt, compatible);
    const fdt32_t *cells = node < 0 ? NULL : fdt_getprop(fdt, node, "interrupts", &length);

    if (cells == NULL || length != 3 * (int)sizeof(*cells) || fdt32_to_cpu(cells[0]) != 0)
        return 0;
    return 32 + fdt32_to_cpu(cells[1]);
}

const char *devtree_string(const void *fdt, const char *path, const char *property)
{
    int length, node = fdt_path_offset(fdt, path);
    const char *value = node < 0 ? NULL : fdt_getprop(fdt, node, property, &length);

    return value != NULL && length > 0 && value[length - 1] == '\0' ? value : NULL;
}

bool devtree_number(const void *fdt, const char *path, const char *property, uint64_t *out)
{
    int length, node = fdt_path_offset(fdt, path);
    const fdt32_t *value = node < 0 ? NULL : fdt_getprop(fdt, node, property, &length);

    if (value == NULL || (length != 4 && length != 8))
        return false;
    *out = read_cells(value, length / 4);
    return true;
}

unsigned devtree_cpus(const void *fdt)
{
    unsigned count = 0;

    for (int node = next_by_type(fdt, -1, "cpu"); node >= 0; node = next_by_type(fdt, node, "cpu"))
        count++;
    return count;
}

bool devtree_cpu(const void *fdt, unsigned index, uint64_t *mpidr)
{
    struct range reg;

    for (int node = next_by_type(fdt, -1, "cpu"); node >= 0; node = next_by_type(fdt, node, "cpu")) {
        if (index-- == 0) {
            if (!node_reg(fdt, node, 0, &reg))
                return false;
            *mpidr = reg.base;
            return true;
        }
    }
    return false;
}

static const char *next_word(const char *args, unsigned *length)
{
    bool quoted = false;

    while (*args == ' ')
        args++;
    for (*length = 0; args[*length] != '\0' && (quoted || args[*length] != ' '); ++*length)
        quoted ^= args[*length] == '"';
    return args;
}

static bool is_end(const char *word, unsigned length)
{
    return length == 2 && strncmp(word, "--", 2) == 0;
}

/* `length` characters, without the quotation marks around them. */
static void copy_value(const char *from, unsigned length, char *value, unsigned size)
{
    if (length >= 2 && from[0] == '"' && from[length - 1] == '"') {
        from++;
        length -= 2;
    }
    length = length < size ? length : size - 1;
    memcpy(value, from, length);
    value[length] = '\0';
}

bool args_get(const char *args, const char *name, char *value, unsigned size)
{
    unsigned length, name_length = (unsigned)strlen(name);

    for (args = next_word(args, &length); length > 0; args = next_word(args + length, &length)) {
        if (is_end(args, length))
            break;
        if (length > name_length && strncmp(args, name, name_length) == 0 && args[name_length] == '=') {
            copy_value(args + name_length + 1, length - name_length - 1, value, size);
            return true;
        }
    }
    return false;
}

uint64_t args_number(const char *args, const char *name, uint64_t otherwise)
{
    char value[24];

    return args_get(args, name, value, sizeof(value)) ? strtoul(value, NULL, 0) : otherwise;
}

const char *args_span(const char *list, uint64_t *first, uint64_t *last)
{
    char *end;

    *first = *last = strtoul(list, &end, 0);
    if (end != list && *end == '-') {
        list = end + 1;
        *last = strtoul(list, &end, 0);
    }
    return end != list && (*end == ',' || *end == '\0') ? end : NULL;
}

uint64_t args_highest(const char *args, const char *prefix)
{
    unsigned length, prefix_length = (unsigned)strlen(prefix);
    uint64_t highest = 0;

    for (args = next_word(args, &length); length > 0 && !is_end(args, length);
         args = next_word(args + length, &length)) {
        char *end;
        uint64_t number;

        if (strncmp(args, prefix, prefix_length) != 0 || args[prefix_length] < '0' || args[prefix_length] > '9')
            continue;
        number = strtoul(args + prefix_length, &end, 10);
        if (*end == '.' && number > highest)
            highest = number;
    }
    return highest;
}

const char *args_rest(const char *args)
{
    unsigned length;

    for (args = next_word(args, &length); length > 0; args = next_word(args + length, &length)) {
        if (is_end(args, length))
            return next_word(args + 2, &length);
    }
    return args;
}
