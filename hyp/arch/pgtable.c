/* SPDX-License-Identifier: Apache-2.0 */
#include "pgtable.h"

#include <stdbool.h>

#include "check.h"
#include "field.h"

#define DESC_VALID   BIT(0)
#define DESC_TABLE   BIT(1) /* a table at levels 0 to 2, a page at level 3; else a block */
#define DESC_ADDRESS FIELD_MASK_(47, 12)
#define LEVEL_LAST   3
#define POOL_PAGES   128

static uint8_t pool[POOL_PAGES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static unsigned pool_used;

void *page_alloc(void)
{
    CHECK(pool_used < POOL_PAGES);
    return pool[pool_used++];
}

static unsigned level_shift(unsigned level)
{
    return 12 + 9 * (LEVEL_LAST - level);
}

void pgtable_init(struct pgtable *table, unsigned root_level)
{
    table->root = page_alloc();
    table->root_level = root_level;
}

static uint64_t *next_table(uint64_t *descriptor)
{
    if ((*descriptor & DESC_VALID) == 0)
        *descriptor = (uintptr_t)page_alloc() | DESC_VALID | DESC_TABLE;
    return (uint64_t *)(uintptr_t)(*descriptor & DESC_ADDRESS);
}

/* Maps as much of the range as one descriptor can, at the highest level it fits; returns its size. */
static uint64_t map_one(const struct pgtable *table, uint64_t input, uint64_t output, uint64_t size,
                        uint64_t attributes)
{
    uint64_t *entries = table->root;

    for (unsigned level = table->root_level;; level++) {
        CHECK(level <= LEVEL_LAST);
        uint64_t span = BIT(level_shift(level));
        uint64_t rest = span - (input & (span - 1));
        uint64_t *descriptor = &entries[input >> level_shift(level) & 511];
        bool leaf = level == LEVEL_LAST || (*descriptor & DESC_TABLE) == 0;

        if ((*descriptor & DESC_VALID) != 0 && leaf) {
            CHECK((*descriptor & DESC_ADDRESS) + (input & (span - 1)) == output);
            return rest < size ? rest : size;
        }
        if ((*descriptor & DESC_VALID) == 0 && level > 0 && ((input | output) & (span - 1)) == 0 && size >= span) {
            *descriptor = output | attributes | DESC_VALID | (level == LEVEL_LAST ? DESC_TABLE : 0);
            return span;
        }
        entries = next_table(descriptor);
    }
}

void pgtable_map(struct pgtable *table, uint64_t input, uint64_t output, uint64_t size, uint64_t attributes)
{
    CHECK(((input | output | size) & (PAGE_SIZE - 1)) == 0);
    while (size > 0) {
        uint64_t done = map_one(table, input, output, size, attributes);

        input += done;
        output += done;
        size -= done;
    }
}
