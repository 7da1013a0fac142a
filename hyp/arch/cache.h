/* SPDX-License-Identifier: Apache-2.0 */
/* Cache maintenance by address. */
#ifndef ARCH_CACHE_H
#define ARCH_CACHE_H

#include "sysreg.h"

#define CTR_EL0_DMINLINE 19, 16 /* log2 of the words in the smallest data cache line */

/* Data of [base, base + size) to the point of coherency: visible to accesses that bypass the caches. */
static inline void cache_clean(uint64_t base, uint64_t size)
{
    uint64_t line = UINT64_C(4) << FIELD_GET(CTR_EL0_DMINLINE, read_sysreg(ctr_el0));

    for (uint64_t address = base & ~(line - 1); address < base + size; address += line)
        __asm__ volatile("dc cvac, %0" ::"r"(address) : "memory");
    dsb(sy);
}

/* ditto, and nothing of it stays cached: what others write past the caches is seen. It holds nothing that we wrote
 * since it was cleaned. */
static inline void cache_forget(uint64_t base, uint64_t size)
{
    uint64_t line = UINT64_C(4) << FIELD_GET(CTR_EL0_DMINLINE, read_sysreg(ctr_el0));

    for (uint64_t address = base & ~(line - 1); address < base + size; address += line)
        __asm__ volatile("dc civac, %0" ::"r"(address) : "memory");
    dsb(sy);
}

#endif
