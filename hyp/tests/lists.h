/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM under a strategy on list registers, on a fake of its virtual interface: lr with one vCPU and a GICv3, gicv2 with
 * several and a GICv2. CPU 0 has the core that the fake is; the others only work on the model.
 */
#ifndef TESTS_LISTS_H
#define TESTS_LISTS_H

#include "fake_core.h"
#include "fake_vif.h"
#include "sysreg.h"
#include "vgic.h"

#define LISTS_CPUS   4 /* with a GICv2 */
#define LISTS_FIRST  32
#define LISTS_INTIDS 32
#define LISTS_END    (LISTS_FIRST + LISTS_INTIDS)
/* Linked to the physical interrupt of the same INTID: the last so many SPIs, and with a GICv2 so many PPIs. */
#define LISTS_LINKED 12
#define LISTS_PPI    20
#define LISTS_PPIS   4

extern struct vgic lists_vm;
extern struct vgic_cpu lists_cpus[LISTS_CPUS];
extern const struct delivery *lists_delivery;

/*
 * A fresh one: groups enabled in the distributor, the first words of GICD_IGROUPR and GICD_ICFGR2 as given, SPIs
 * targeted at CPU 0.
 */
void lists_reset(unsigned version, unsigned list_registers, uint32_t group1, uint32_t config);

bool lists_linked(uint32_t intid);

/* An exit of CPU `cpu`: between the two the model is its own. CPU 0 follows when it is kicked. */
void lists_enter(unsigned cpu);
void lists_leave(void);

/* CPU 0 begins to run on its core, or another vCPU takes its place; the model is its own. */
void lists_load(void);
void lists_put(void);

/* Trapped accesses of a CPU to the distributor. */
void lists_write(unsigned cpu, uint32_t offset, unsigned size, uint64_t value);
uint64_t lists_read(unsigned cpu, uint32_t offset, unsigned size);
/* CPU 0's trapped accesses to its CPU interface: a system register of GICv3, DIR with what an acknowledge returned. */
void lists_write_sysreg(uint32_t reg, uint64_t value);
void lists_dir(uint32_t value);

/*
 * Physical interrupts arrive as long as there are any, maintenance is served until it falls silent. False: it did not,
 * which is a storm.
 */
bool lists_settle(void);

#endif
