/* SPDX-License-Identifier: Apache-2.0 */
#include "platform.h"

#include <libfdt.h>

#include "check.h"
#include "exclusive.h"
#include "mmu.h"
#include "pgtable.h"
#include "pl011.h"
#include "print.h"
#include "psci.h"

#define RESERVED_MAX 128

struct platform platform;

/* What platform_alloc() must not give away, and what it gave. */
static struct range reserved[RESERVED_MAX];
static unsigned reserved_count;

static const void *printing; /* one core at a time */

static void putc_console(char c)
{
    if (platform.uart.base == 0)
        return;
    if (c == '\n')
        pl011_putc(platform.uart.base, '\r');
    pl011_putc(platform.uart.base, c);
}

void print(const char *format, ...)
{
    va_list args;

    exclusive_take(&printing, &platform);
    va_start(args, format);
    vprint(putc_console, format, args);
    va_end(args);
    exclusive_release(&printing);
}

void check_failed(const char *file, int line, const char *condition)
{
    print("virqlab: BUG %s:%d: %s\n", file, line, condition);
    psci_system_off();
}

void platform_refuse(const char *format, ...)
{
    va_list args;

    print("virqlab: error: ");
    va_start(args, format);
    vprint(putc_console, format, args);
    va_end(args);
    print("\n");
    psci_system_off();
}

static void reserve(uint64_t base, uint64_t size)
{
    if (size == 0)
        return;
    CHECK(reserved_count < RESERVED_MAX);
    reserved[reserved_count++] = (struct range){base, size};
}

void platform_reserve(const struct range *range)
{
    reserve(range->base, range->size);
}

static void map_memory(void)
{
    struct range memory;

    for (int i = 0; devtree_memory(platform.fdt, i, &memory); i++)
        mmu_map_memory(memory.base, memory.size);
}

bool platform_in_memory(const struct range *range)
{
    struct range memory;

    for (int i = 0; devtree_memory(platform.fdt, i, &memory); i++)
        if (range->base - memory.base < memory.size && range->size <= memory.size - (range->base - memory.base))
            return true;
    return false;
}

bool platform_has_memory(const struct range *range)
{
    struct range memory;

    for (int i = 0; devtree_memory(platform.fdt, i, &memory); i++)
        if (range->base < memory.base + memory.size && memory.base < range->base + range->size)
            return true;
    return false;
}

/* A guest's image, unless its parameters name another one. */
static void find_image(void)
{
    uint64_t end;

    if (!devtree_number(platform.fdt, "/chosen", "linux,initrd-start", &platform.image.base) ||
        !devtree_number(platform.fdt, "/chosen", "linux,initrd-end", &end) || end <= platform.image.base)
        return;
    platform.image.size = end - platform.image.base;
    platform_reserve(&platform.image);
}

void platform_init(const void *fdt)
{
    const char *args;

    mmu_map_memory((uintptr_t)fdt, PAGE_SIZE);
    CHECK(fdt_check_header(fdt) == 0);
    mmu_map_memory((uintptr_t)fdt, fdt_totalsize(fdt));
    platform.fdt = fdt;
    if (devtree_console(fdt, "arm,pl011", &platform.uart)) {
        mmu_map_device(platform.uart.base, PAGE_SIZE);
        platform.uart_intid = devtree_console_intid(fdt, "arm,pl011");
    }
    map_memory();
    args = devtree_string(fdt, "/chosen", "bootargs");
    platform.args = args != NULL ? args : "";
    reserve(mmu_image_start(), mmu_image_end() - mmu_image_start());
    reserve((uintptr_t)fdt, fdt_totalsize(fdt));
    for (int i = 0; i < fdt_num_mem_rsv(fdt); i++) {
        struct range range;

        if (fdt_get_mem_rsv(fdt, i, &range.base, &range.size) == 0)
            reserve(range.base, range.size);
    }
    find_image();
}

/* The first reserved range that overlaps [base, base + size), NULL when it is free. */
static const struct range *overlap(uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < reserved_count; i++)
        if (base < reserved[i].base + reserved[i].size && reserved[i].base < base + size)
            return &reserved[i];
    return NULL;
}

uint64_t platform_alloc(uint64_t size, uint64_t align)
{
    struct range memory;

    for (int i = 0; devtree_memory(platform.fdt, i, &memory); i++) {
        uint64_t base = (memory.base + align - 1) & ~(align - 1);
        const struct range *taken;

        while (base + size <= memory.base + memory.size) {
            taken = overlap(base, size);
            if (taken == NULL) {
                reserve(base, size);
                return base;
            }
            base = (taken->base + taken->size + align - 1) & ~(align - 1);
        }
    }
    return 0;
}
