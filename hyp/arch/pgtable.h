/* SPDX-License-Identifier: Apache-2.0 */
/* Translation tables with a 4 KiB granule, stage 1 and stage 2 (DDI 0487 D8.2, D8.3). */
#ifndef ARCH_PGTABLE_H
#define ARCH_PGTABLE_H

#include <stdint.h>

#define PAGE_SIZE UINT64_C(4096)

struct pgtable {
    uint64_t *root;
    unsigned root_level;
};

/* A zeroed page for tables, from a static pool; a CHECK fails when it is used up. */
void *page_alloc(void);

void pgtable_init(struct pgtable *table, unsigned root_level);

/*
 * Maps [input, input + size) to `output` with the largest blocks that fit; all three are multiples of 4 KiB.
 * `attributes`: the descriptor's attribute bits without type and address. What is mapped already keeps its attributes
 * and must lead to the same output: nothing valid is changed, so no break-before-make is needed. The caller does the
 * barriers.
 */
void pgtable_map(struct pgtable *table, uint64_t input, uint64_t output, uint64_t size, uint64_t attributes);

#endif
