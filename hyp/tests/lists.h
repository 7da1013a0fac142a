/* SPDX-License-Identifier: Apache-2.0 */
/* A VM of one vCPU under the strategy lr, on a fake of ICH_*_EL2: SPIs 32 to 63, the last of them linked. */
#ifndef TESTS_LISTS_H
#define TESTS_LISTS_H

#include "fake_ich.h"
#include "vgic.h"

#define LISTS_FIRST  32
#define LISTS_INTIDS 32
#define LISTS_LINKED 12 /* the last so many of them are linked to the physical interrupt of the same INTID */

extern struct vgic lists_vm;
extern struct vgic_cpu lists_cpu;

/* A fresh one: groups enabled in the distributor, GICD_IGROUPR1 and GICD_ICFGR2 as given. */
void lists_reset(unsigned list_registers, uint32_t group1, uint32_t config);

static inline bool lists_linked(unsigned i)
{
    return i >= LISTS_INTIDS - LISTS_LINKED;
}

/* An exit: between the two the model is this core's. */
void lists_enter(void);
void lists_leave(void);

/* A trapped store to the distributor, a trapped write of a system register. */
void lists_write(uint32_t offset, unsigned size, uint64_t value);
void lists_write_sysreg(uint32_t reg, uint64_t value);

/*
 * Physical interrupts arrive as long as there are any, maintenance is served until it falls silent. False: it did not,
 * which is a storm.
 */
bool lists_settle(void);

#endif
