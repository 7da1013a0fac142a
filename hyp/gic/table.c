/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stddef.h>

#include "mmio.h"
#include "string.h"

#define SHARE 11, 10

static uint64_t next, end;

void table_pool(struct range pool)
{
    next = pool.base;
    end = pool.base + pool.size;
}

void *table_alloc(uint64_t size, uint64_t align)
{
    uint64_t base = (next + align - 1) & ~(align - 1);
    void *table = (void *)(uintptr_t)base;

    if (base > end || size > end - base)
        return NULL;
    next = base + size;
    memset(table, 0, size);
    return table;
}

/* Outer Cacheability stays 0: the same as Inner. */
bool table_attributes(uintptr_t address, uint64_t value, unsigned inner_lsb)
{
    uint64_t got;

    mmio_write64(address, value | FIELD_PREP(SHARE, GIC_SHARE_INNER) | (uint64_t)GIC_RAWAWB << inner_lsb);
    got = mmio_read64(address);
    if (FIELD_GET(SHARE, got) == GIC_SHARE_NON) {
        mmio_write64(address, value | (uint64_t)GIC_NORMAL_NC << inner_lsb);
        got = mmio_read64(address);
    }
    return table_coherent(FIELD_GET(SHARE, got), got >> inner_lsb & 7);
}
