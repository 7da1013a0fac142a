/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core with the virtual interface of GICv3, in C: ICH_*_EL2 as hyp/delivery writes and reads them, ICV_* as its guest
 * does (IHI 0069H chapters 6, 12.3, 12.4), five bits of priority, binary points at their minimum, FEAT_GICv3_NMI. And
 * the physical interrupts that list registers are linked to. One core.
 */
#ifndef TESTS_FAKE_ICH_H
#define TESTS_FAKE_ICH_H

#include <stdbool.h>
#include <stdint.h>

#include "sysreg.h"

#define FAKE_INTIDS   1020
#define FAKE_SPURIOUS 1023

/*
 * QEMU 10.0 differs from the architecture in two maintenance conditions: VGrp0D looks at VENG1, and EOIcount counts
 * EOIs with EOImode = 1 too, but only those that dropped a priority.
 */
extern bool fake_ich_as_qemu;
extern bool fake_ich_fgt; /* FEAT_FGT: the guest's writes of ICC_IGRPEN<n>_EL1 can trap */

/* Everything as after reset, `list_registers` of them. */
void fake_ich_reset(unsigned list_registers);

/* What the guest does. */
uint32_t fake_icv_hppir(unsigned group);
uint32_t fake_icv_signalled(unsigned group); /* INTID, or FAKE_SPURIOUS: what an acknowledge would return */
uint32_t fake_icv_iar(unsigned group);
void fake_icv_eoir(unsigned group, uint32_t intid);
/* False: it trapped (ICH_HCR_EL2.TDIR) and did nothing. */
bool fake_icv_dir(uint32_t intid);

/* ICC_IGRPEN<group>_EL1. False: it traps. */
bool fake_icv_igrpen(unsigned group, bool on);

/* Whether the maintenance interrupt is asserted. */
bool fake_ich_maintenance(void);
/* Writes of list registers since reset. */
unsigned long fake_ich_writes(void);

/* The physical side of a linked interrupt. */
extern bool fake_phys_active[FAKE_INTIDS];
extern bool fake_phys_enabled[FAKE_INTIDS];
extern bool fake_phys_line[FAKE_INTIDS];

#endif
