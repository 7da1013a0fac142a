/* SPDX-License-Identifier: Apache-2.0 */
/* Priorities of the CPU interface of two security states, for its registers (vsecure_icc.c). */
#ifndef VGIC_VSECURE_CPUIF_H
#define VGIC_VSECURE_CPUIF_H

#include "vsecure.h"

/* How many bits of a priority can preempt, and the least binary point of a group (IHI 0069H 4.8.3). */
unsigned vsecure_preemption_bits(const struct vsecure_cpu *cpu);
uint8_t vsecure_bpr_minimum(const struct vsecure_cpu *cpu, enum gic_group group);

/* The highest active priority and its group; PRIORITY_IDLE without one, *group unchanged. */
unsigned vsecure_running(const struct vsecure_cpu *cpu, enum gic_group *group);

/* The highest-priority pending interrupt of the groups that are enabled here; the same if it is signalled. Or NULL. */
struct virq *vsecure_highest(const struct vsecure_cpu *cpu);
struct virq *vsecure_signalled(const struct vsecure_cpu *cpu);

/* What vsecure_signalled() returned is active from now on; the highest active priority is no longer. */
void vsecure_activate(struct vsecure_cpu *cpu, struct virq *irq);
void vsecure_drop(struct vsecure_cpu *cpu);

#endif
