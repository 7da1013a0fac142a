/* SPDX-License-Identifier: Apache-2.0 */
/* te's registers of the CPU interface, ICC_*_EL1 (IHI 0069H 12.2): each access is one of the software CPU interface. */
#ifndef DELIVERY_TE_REGS_H
#define DELIVERY_TE_REGS_H

#include <stdint.h>

struct vgic_cpu;

/*
 * Answers the trapped access with syndrome `esr`. Takes and releases the model itself. What is not of the CPU interface
 * goes on to sysreg_other().
 */
void te_regs_access(struct vgic_cpu *cpu, uint64_t esr);

#endif
