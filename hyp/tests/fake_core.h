/* SPDX-License-Identifier: Apache-2.0 */
/* The physical interrupts that list registers are linked to, and what else of the hypervisor a strategy calls. */
#ifndef TESTS_FAKE_CORE_H
#define TESTS_FAKE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_INTIDS 1020

extern bool fake_phys_active[FAKE_INTIDS];
extern bool fake_phys_enabled[FAKE_INTIDS];
extern bool fake_phys_line[FAKE_INTIDS];

/* The core that runs: PPIs are those of core 0. Of a GICv2 no other reaches them. */
extern uint64_t fake_core_number;
/* What core 0 does when another one kicks it, while that one waits. */
extern void (*fake_core_kicked)(void);

/* Everything as after reset, of a controller of GICv2 or GICv3. */
void fake_core_reset(unsigned version);

#endif
