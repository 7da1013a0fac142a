/* SPDX-License-Identifier: Apache-2.0 */
/* The cores of this machine, by the order of their nodes in the device tree. TPIDR_EL2 holds a core's number. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdint.h>

#include "sysreg.h"

#define CPUS_MAX 8

static inline unsigned cpu_index(void)
{
    return (unsigned)read_sysreg(tpidr_el2);
}

/* MPIDR_EL1 as affinity fields only, the format of device tree, PSCI and GICR_TYPER alike but for the place of Aff3. */
static inline uint64_t cpu_affinity(void)
{
    return read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
}

/*
 * Starts core `index`, whose affinity is `mpidr`: it enters `entry(argument)` at EL2 with the MMU on, on a stack of its
 * own. PSCI's error, 0 when the core is on its way.
 */
int64_t cpu_start(unsigned index, uint64_t mpidr, void (*entry)(void *argument), void *argument);

/* Goes on with `entry(argument)` on a stack of the core's own, the one that it started on: nothing is left on it. */
_Noreturn void cpu_use_own_stack(void (*entry)(void *argument), void *argument);

/* Turns the calling core off; only cpu_start() brings it back. */
_Noreturn void cpu_off(void);

#endif
