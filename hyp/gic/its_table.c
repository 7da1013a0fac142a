/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that GITS_BASER<n> name, flat or of two levels (IHI 0069H 5.2.1, 12.19.1). */
#include <stddef.h>

#include "its.h"
#include "mmio.h"
#include "table.h"

#define BASER_PAGES_MAX    256
#define BASER_INNER_LSB    59
#define BASER_64K_HIGH_LSB 48

static const unsigned page_sizes[] = {
    [GITS_BASER_PAGE_4K] = 0x1000, [GITS_BASER_PAGE_16K] = 0x4000, [GITS_BASER_PAGE_64K] = 0x10000};

/* The largest page that sticks: the field may be fixed. Returns its encoding. */
static uint64_t choose_page(uintptr_t baser)
{
    for (uint64_t page = GITS_BASER_PAGE_64K; page > GITS_BASER_PAGE_4K; page--) {
        mmio_write64(baser, FIELD_PREP(GITS_BASER_PAGE_SIZE, page));
        if (FIELD_GET(GITS_BASER_PAGE_SIZE, mmio_read64(baser)) == page)
            return page;
    }
    mmio_write64(baser, 0);
    return FIELD_GET(GITS_BASER_PAGE_SIZE, mmio_read64(baser));
}

static bool takes_two_levels(uintptr_t baser, uint64_t page)
{
    mmio_write64(baser, FIELD_PREP(GITS_BASER_PAGE_SIZE, page) | GITS_BASER_INDIRECT);
    return (mmio_read64(baser) & GITS_BASER_INDIRECT) != 0;
}

/* Address bits as a page of that size has them in the register. */
static uint64_t address_field(uint64_t address, uint64_t page)
{
    if (page != GITS_BASER_PAGE_64K)
        return address & FIELD_MASK(GITS_BASER_ADDRESS);
    return (address & FIELD_MASK(GITS_BASER_ADDRESS64K)) |
           FIELD_PREP(GITS_BASER_ADDRESS_HI, address >> BASER_64K_HIGH_LSB);
}

/* Pages of the table itself, or of its first level, for `wanted` entries; what does not fit, it has not. */
static uint64_t choose_size(struct its_table *table, uintptr_t baser, uint64_t page, uint64_t wanted)
{
    uint64_t per_page = table->page_size / table->entry_size;
    uint64_t pages = (wanted + per_page - 1) / per_page;

    table->two_level = pages > 1 && takes_two_levels(baser, page);
    if (table->two_level) {
        uint64_t per_level1 = table->page_size / GITS_LEVEL1_SIZE;

        pages = (pages + per_level1 - 1) / per_level1;
        per_page *= per_level1;
    }
    pages = pages < BASER_PAGES_MAX ? pages : BASER_PAGES_MAX;
    table->entries = pages * per_page < wanted ? pages * per_page : wanted;
    return pages;
}

/* Register `baser` gets a table of `wanted` entries. */
static const char *give_table(struct its_table *table, uintptr_t baser, uint64_t wanted)
{
    uint64_t page = choose_page(baser), pages, value;

    if (page >= ARRAY_SIZE(page_sizes))
        return "a table of the ITS has no page size (GITS_BASER<n>.Page_Size)";
    table->page_size = page_sizes[page];
    table->entry_size = (unsigned)FIELD_GET(GITS_BASER_ENTRY_SIZE, mmio_read64(baser)) + 1;
    pages = choose_size(table, baser, page, wanted);
    table->base = table_alloc(pages * table->page_size, table->page_size);
    if (table->base == NULL)
        return "no memory for the ITS's tables";
    value = address_field((uintptr_t)table->base, page) | FIELD_PREP(GITS_BASER_SIZE, pages - 1) |
            FIELD_PREP(GITS_BASER_PAGE_SIZE, page) | (table->two_level ? GITS_BASER_INDIRECT : 0);
    table->coherent = table_attributes(baser, value, BASER_INNER_LSB);
    table_publish(table->coherent, table->base, pages * table->page_size);
    mmio_write64(baser, mmio_read64(baser) | GITS_BASER_VALID);
    value |= GITS_BASER_VALID;
    return (mmio_read64(baser) & value) == value ? NULL : "the ITS does not take a table (GITS_BASER<n>)";
}

const char *its_tables_init(void)
{
    uint64_t devices = BIT(FIELD_GET(GITS_TYPER_DEVBITS, its.typer) + 1);
    const char *reason = NULL;

    for (unsigned n = 0; n < GITS_BASERS && reason == NULL; n++) {
        uintptr_t baser = its.base + GITS_BASER + 8 * (uintptr_t)n;

        switch (FIELD_GET(GITS_BASER_TYPE, mmio_read64(baser))) {
        case GITS_BASER_TYPE_DEVICE:
            reason = give_table(&its.devices, baser, devices);
            break;
        case GITS_BASER_TYPE_COLLECTION:
            reason = give_table(&its.collections, baser, CPUS_MAX);
            break;
        case GITS_BASER_TYPE_VPE:
            reason = give_table(&its.vpes, baser, CPUS_MAX);
            break;
        default:
            break;
        }
    }
    return reason;
}

bool its_table_reach(struct its_table *table, uint32_t id)
{
    uint64_t *level1;
    uint8_t *page;

    if (id >= table->entries)
        return false;
    if (!table->two_level)
        return true;
    level1 = (uint64_t *)(uintptr_t)table->base + id / (table->page_size / table->entry_size);
    if ((*level1 & GITS_LEVEL1_VALID) != 0)
        return true;
    page = table_alloc(table->page_size, table->page_size);
    if (page == NULL)
        return false;
    table_publish(table->coherent, page, table->page_size);
    *level1 = (uintptr_t)page | GITS_LEVEL1_VALID;
    table_publish(table->coherent, level1, sizeof(*level1));
    return true;
}
