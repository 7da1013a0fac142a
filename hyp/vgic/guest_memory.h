/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's memory, as far as its interrupt controller reads and writes tables in it. A guest may name any address,
 * and change what is there at any time: each access is checked, and each value read once.
 */
#ifndef VGIC_GUEST_MEMORY_H
#define VGIC_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One range: `base` as the guest sees it, `host` as the hypervisor does; both aligned to pages. Size 0: there is none.
 */
struct guest_memory {
    uint64_t base, size; /* bytes */
    uintptr_t host;
};

/* Where the `size` bytes from `address` on are; NULL unless all of them are the guest's memory. */
static inline void *guest_memory_at(const struct guest_memory *memory, uint64_t address, uint64_t size)
{
    uint64_t offset = address - memory->base;

    if (size > memory->size || offset > memory->size - size)
        return NULL;
    return (void *)(memory->host + offset);
}

/* A doubleword at an `address` that is aligned to it. False: it is not memory. */
static inline bool guest_memory_read(const struct guest_memory *memory, uint64_t address, uint64_t *value)
{
    const uint64_t *at = guest_memory_at(memory, address, sizeof(*at));

    if (at == NULL)
        return false;
    *value = __atomic_load_n(at, __ATOMIC_RELAXED);
    return true;
}

static inline bool guest_memory_write(const struct guest_memory *memory, uint64_t address, uint64_t value)
{
    uint64_t *at = guest_memory_at(memory, address, sizeof(*at));

    if (at == NULL)
        return false;
    __atomic_store_n(at, value, __ATOMIC_RELAXED);
    return true;
}

#endif
