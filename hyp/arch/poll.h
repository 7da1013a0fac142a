/* SPDX-License-Identifier: Apache-2.0 */
/* Waits on hardware. Each has a deadline, in polls, each at least a device access. */
#ifndef ARCH_POLL_H
#define ARCH_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "mmio.h"

#define POLL_LIMIT 1000000

/* Until all `bits` of the register are clear. False when the deadline passed. */
static inline bool poll_clear32(uintptr_t address, uint32_t bits)
{
    for (unsigned i = 0; i < POLL_LIMIT; i++)
        if ((mmio_read32(address) & bits) == 0)
            return true;
    return false;
}

static inline bool poll_clear64(uintptr_t address, uint64_t bits)
{
    for (unsigned i = 0; i < POLL_LIMIT; i++)
        if ((mmio_read64(address) & bits) == 0)
            return true;
    return false;
}

/* Until all `bits` are set. */
static inline bool poll_set32(uintptr_t address, uint32_t bits)
{
    for (unsigned i = 0; i < POLL_LIMIT; i++)
        if ((mmio_read32(address) & bits) == bits)
            return true;
    return false;
}

#endif
