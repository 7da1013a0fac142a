/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strategy that keeps interrupts in hardware, as list registers do: a few for each vCPU, which the guest acknowledges
 * and ends without the model. It watches that the model keeps its side of the seam (vgic/delivery.h): nothing of a
 * resident interrupt changes before it was fetched.
 */
#ifndef TESTS_FAKE_HW_H
#define TESTS_FAKE_HW_H

#include "vgic.h"

/* The strategy; its hardware is empty after a load of each vCPU. */
extern const struct delivery fake_hw;

/* What a guest does in hardware: acknowledges the highest-priority pending one, ends the one in register `n`. */
void fake_hw_acknowledge(struct vgic_cpu *cpu);
void fake_hw_end(struct vgic_cpu *cpu, unsigned n);

/* Stops with file and line when the model changed something that this vCPU's hardware holds. */
void fake_hw_check(const struct vgic_cpu *cpu);

#endif
