/* SPDX-License-Identifier: Apache-2.0 */
/* The SPIs of a distributor, as both architecture versions have them (IHI 0048B.b 4.3, IHI 0069H 12.9). */
#ifndef GIC_DIST_H
#define GIC_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include "gic.h"
#include "mmio.h"
#include "regs/gicd.h"

#define PRIORITY_HOST 0xa0 /* of every physical interrupt; its order among guests' interrupts is the model's */

/* Every SPI off, inactive, a level, and of the groups that `groups` has a bit for each of 32 of; which SPIs exist is in
 * GICD_TYPER, writes for others are ignored. */
void dist_reset(uint32_t groups);

/* The word of a register with a bit for each interrupt. */
static inline uintptr_t dist_word(uintptr_t reg, uint32_t intid)
{
    return gic_map.gicd.base + reg + (uintptr_t)(intid & ~31U) / 8;
}

/* Gives the bits `mask` of a register, which VMs may share, those of `value`: one core at a time. */
void dist_update(uintptr_t address, uint32_t mask, uint32_t value);

/* The trigger may change only while the interrupt is disabled (12.9.9): one that is enabled has it already. */
void dist_set_edge(uint32_t intid, bool edge);

/* Nothing here sets a latch by ISPENDR: pending is the line, also while the interrupt is active. */
static inline bool dist_asserted(uint32_t intid)
{
    return (mmio_read32(dist_word(GICD_ISPENDR, intid)) >> intid % 32 & 1) != 0;
}

#endif
