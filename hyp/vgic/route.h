/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where SPIs go (IHI 0069H 2.3, 12.9 GICD_IROUTER<n>). With Interrupt_Routing_Mode = 1 an interrupt is for one of the
 * vCPUs that take part: awake (GICR_WAKER), not opted out (GICR_CTLR.DPG*), its group enabled at the CPU interface. The
 * choice among them is the distributor's: here it is the lowest-numbered one at any moment, so that a pending interrupt
 * moves when its vCPU no longer takes part. One that was acknowledged stays active where it is; if it becomes pending
 * again, the new choice gets it once it is completed.
 */
#ifndef VGIC_ROUTE_H
#define VGIC_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

struct vgic;
struct vgic_cpu;
struct virq;

/* An SPI goes to the vCPU with that affinity, or nowhere when there is none; `any`: 1 of N, whatever the affinity. */
void route_set(struct virq *irq, uint32_t affinity, bool any);

/* After a vCPU's part in 1 of N may have changed, or the group of an interrupt that is routed so. */
void route_choose_anew(struct vgic *vm);

/* The vCPU is at another core (vgic_cpu.core): linked SPIs that lead to it come there. */
void route_moved(const struct vgic_cpu *cpu);

#endif
