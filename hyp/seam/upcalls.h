/* SPDX-License-Identifier: Apache-2.0 */
/* What core/ does for strategies. */
#ifndef SEAM_UPCALLS_H
#define SEAM_UPCALLS_H

#include <stdbool.h>
#include <stdint.h>

struct vgic_cpu;

/* Starts the physical ITS and LPIs, once, before the first gic->cpu_init(). NULL, or why this machine has none, or does
 * not answer. */
const char *messages_start(void);

/* The line of a timer, by its INTID, of a vCPU that is not loaded: its registers as they were left, and the time. */
bool vcpu_timer_asserted(const struct vgic_cpu *cpu, uint32_t intid);

/* The machine's interrupt controller failed while guests run: one line for the user, then power off. */
_Noreturn void messages_failed(const char *reason);

#endif
