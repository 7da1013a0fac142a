/* SPDX-License-Identifier: Apache-2.0 */
#include "pci.h"

#include <libfdt.h>
#include <stddef.h>

#include "stdlib.h"

#define CONFIG_SIZE 0x1000

/* First cell of an address on the bus (PCI Bus Binding to IEEE 1275, 2.2.1.1) */
#define SPACE(cell)  ((cell) >> 24 & 3)
#define SPACE_MEM32  2
#define RID_SHIFT    8
#define RANGES_CELLS 7 /* bus address 3, CPU address 2, size 2 */

/* interrupt-map: address 3, pin 1, phandle 1, then the parent's: with address cells or without, and three of a GIC. */
#define MAP_HEAD  5
#define GIC_CELLS 3
#define GIC_SPI   0

struct cells {
    const fdt32_t *at;
    int count;
};

static struct cells property(const struct pci_host *host, const char *name)
{
    int length = 0;
    const fdt32_t *at = fdt_getprop(host->fdt, host->node, name, &length);

    return (struct cells){at, at == NULL ? 0 : length / (int)sizeof(*at)};
}

static uint32_t cell(const struct cells *cells, int i)
{
    return fdt32_to_cpu(cells->at[i]);
}

static uint64_t two_cells(const struct cells *cells, int i)
{
    return (uint64_t)cell(cells, i) << 32 | cell(cells, i + 1);
}

static void find_window(struct pci_host *host)
{
    struct cells ranges = property(host, "ranges");

    for (int i = 0; i + RANGES_CELLS <= ranges.count; i += RANGES_CELLS) {
        if (SPACE(cell(&ranges, i)) != SPACE_MEM32 || two_cells(&ranges, i + 1) != two_cells(&ranges, i + 3))
            continue;
        host->window = (struct range){two_cells(&ranges, i + 3), two_cells(&ranges, i + 5)};
        return;
    }
}

bool pci_host_find(const void *fdt, struct pci_host *host)
{
    static const char compatible[] = "pci-host-ecam-generic";

    *host = (struct pci_host){.fdt = fdt, .node = fdt_node_offset_by_compatible(fdt, -1, compatible)};
    if (host->node < 0 || !devtree_reg(fdt, compatible, 0, &host->ecam))
        return false;
    find_window(host);
    return true;
}

static bool parse_hex(const char **text, unsigned most, char end, unsigned *value)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = *text;

    for (*value = 0; *at != end; at++) {
        unsigned digit = 0;

        while (digits[digit] != '\0' && digits[digit] != (*at | 0x20))
            digit++;
        if (digit >= 16 || at - *text == 2)
            return false;
        *value = *value * 16 + digit;
    }
    if (at == *text || *value > most)
        return false;
    *text = end == '\0' ? at : at + 1;
    return true;
}

bool pci_parse_rid(const char *text, uint16_t *rid)
{
    unsigned bus, device, function;

    if (!parse_hex(&text, 255, ':', &bus) || !parse_hex(&text, 31, '.', &device) ||
        !parse_hex(&text, 7, '\0', &function))
        return false;
    *rid = (uint16_t)(bus << 8 | device << 3 | function);
    return true;
}

uint64_t pci_config_space(const struct pci_host *host, uint16_t rid)
{
    uint64_t offset = (uint64_t)rid * CONFIG_SIZE;

    return offset + CONFIG_SIZE <= host->ecam.size ? host->ecam.base + offset : 0;
}

/* Maps of rid-base, phandle, base, length; one without `-map-mask`. */
static uint32_t mapped(const struct pci_host *host, const char *name, uint16_t rid)
{
    struct cells map = property(host, name);

    for (int i = 0; i + 4 <= map.count; i += 4)
        if (rid - cell(&map, i) < cell(&map, i + 3))
            return rid - cell(&map, i) + cell(&map, i + 2);
    return PCI_NO_ID;
}

uint32_t pci_device_id(const struct pci_host *host, uint16_t rid)
{
    return mapped(host, "msi-map", rid);
}

uint32_t pci_stream_id(const struct pci_host *host, uint16_t rid)
{
    return mapped(host, "iommu-map", rid);
}

uint32_t pci_intx(const struct pci_host *host, uint16_t rid, unsigned pin)
{
    struct cells map = property(host, "interrupt-map"), mask = property(host, "interrupt-map-mask");
    int i = 0;

    if (mask.count < 4)
        return 0;
    while (i + MAP_HEAD <= map.count) {
        int parent = fdt_node_offset_by_phandle(host->fdt, cell(&map, i + 4));
        int skip = parent < 0 || fdt_getprop(host->fdt, parent, "#address-cells", NULL) == NULL
                       ? 0
                       : fdt_address_cells(host->fdt, parent);
        int entry = i;

        i += MAP_HEAD + skip + GIC_CELLS;
        if (i > map.count)
            break;
        if ((((uint32_t)rid << RID_SHIFT ^ cell(&map, entry)) & cell(&mask, 0)) == 0 &&
            ((pin ^ cell(&map, entry + 3)) & cell(&mask, 3)) == 0 && cell(&map, i - GIC_CELLS) == GIC_SPI)
            return 32 + cell(&map, i - GIC_CELLS + 1);
    }
    return 0;
}
