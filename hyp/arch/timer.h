/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's access to the timers of EL1, and the hypervisor's own timer (DDI 0487 D11.2, D24.10). */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* The guest uses counters and timers without a trap. */
void timer_open(void);

/* Accesses to the timers' CTL, CVAL and TVAL trap: the virtual one's only where the core can do that (FEAT_ECV). */
void timer_trap(void);
bool timer_traps(void);

/*
 * A trapped access `esr` to such a register, done for the guest: `*x` is what it writes, or becomes what it reads.
 * False: another register.
 */
bool timer_access(uint64_t esr, uint64_t *x);

/* Ticks of the counter that all timers compare with; CNTVOFF_EL2 is 0. */
uint64_t timer_now(void);
uint64_t timer_ticks(uint64_t nanoseconds);

/* The EL2 physical timer asserts its interrupt from `deadline` on; UINT64_MAX: never. */
void timer_host_set(uint64_t deadline);

#endif
