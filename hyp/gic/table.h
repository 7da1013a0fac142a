/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that the interrupt controller reads and writes: ITS tables and command queue, LPI tables of redistributors.
 * The registers that name it hold the memory attributes the controller accesses it with, as far as they are
 * implemented: what is read back decides (IHI 0069H 12.11.35, 12.19.1 and the like). Ours are Normal write-back,
 * Inner Shareable.
 */
#ifndef GIC_TABLE_H
#define GIC_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "cache.h"
#include "devtree.h"
#include "regs/gits.h"

/* All tables come from `pool`, for good. */
void table_pool(struct range pool);

/* `size` zeroed bytes, aligned to `align`, a power of 2; NULL when the pool is used up. */
void *table_alloc(uint64_t size, uint64_t align);

/* Whether accesses with these attributes see what is in our cache: else what we write is cleaned to memory. */
static inline bool table_coherent(uint64_t share, uint64_t inner)
{
    return (share == GIC_SHARE_INNER || share == GIC_SHARE_OUTER) &&
           (inner == GIC_RAWB || inner == GIC_WAWB || inner == GIC_RAWAWB);
}

/*
 * Writes `value` with the best attributes that the register at `address` implements: Inner Shareable write-back, or,
 * where it cannot share, Non-cacheable, so that it keeps no copy of its own. `value` has the attribute fields clear.
 * `inner_lsb`: where Inner Cacheability is; Shareability is in bits 11 and 10 of all. Returns whether it is coherent.
 * `value` is to be one that nothing is read from memory for yet.
 */
bool table_attributes(uintptr_t address, uint64_t value, unsigned inner_lsb);

/* What we wrote at [data, data + size) is visible to the controller before anything we write to its registers. */
static inline void table_publish(bool coherent, const volatile void *data, uint64_t size)
{
    if (coherent)
        dsb(ishst);
    else
        cache_clean((uintptr_t)data, size);
}

#endif
