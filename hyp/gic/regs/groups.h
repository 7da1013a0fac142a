/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt groups of a GIC with two security states (IHI 0069H 4.6), and how a PE is signalled each. */
#ifndef GIC_REGS_GROUPS_H
#define GIC_REGS_GROUPS_H

#include <stdint.h>

/* 0 and 1 as IGROUPR encodes them; an interrupt is of Secure Group 1 where IGROUPR is 0 and IGRPMODR 1. */
enum gic_group { GIC_GROUP0, GIC_GROUP1_NS, GIC_GROUP1_S, GIC_GROUPS };

/* Where a PE is, as far as it decides: Secure and Non-secure mean EL0 to EL2. */
enum gic_pe { GIC_PE_EL3, GIC_PE_SECURE, GIC_PE_NONSECURE, GIC_PES };

enum gic_signal { GIC_IRQ, GIC_FIQ };

/* Interrupt signals for two Security states when EL3 is using AArch64 (4.6.2): each group at each PE. */
static inline enum gic_signal gic_signal_of(enum gic_group group, enum gic_pe pe)
{
    static const uint8_t table[GIC_PES][GIC_GROUPS] = {
        [GIC_PE_EL3] = {GIC_FIQ, GIC_FIQ, GIC_FIQ},
        [GIC_PE_SECURE] = {[GIC_GROUP0] = GIC_FIQ, [GIC_GROUP1_S] = GIC_IRQ, [GIC_GROUP1_NS] = GIC_FIQ},
        [GIC_PE_NONSECURE] = {[GIC_GROUP0] = GIC_FIQ, [GIC_GROUP1_S] = GIC_FIQ, [GIC_GROUP1_NS] = GIC_IRQ},
    };

    return (enum gic_signal)table[pe][group];
}

#endif
