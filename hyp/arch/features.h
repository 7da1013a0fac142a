/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of this CPU's optional features EL1 and EL0 may use: all that need no help of the hypervisor. The
 * identification registers are the CPU's own, so what they promise has to work.
 */
#ifndef ARCH_FEATURES_H
#define ARCH_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "sysreg.h"

/* Opens the controls of this core that stand apart: CPTR_EL2, HCRX_EL2, the fine-grained traps, vector lengths. */
void features_open(void);
/*
 * ditto, only those whose state arch/context.h has: the others trap, for a core whose vCPUs take turns. FP and Advanced
 * SIMD trap until features_open_fp().
 */
void features_confine(void);
void features_open_fp(bool open);

/* The bits of HCR_EL2 that do the same. */
uint64_t features_hcr(void);

/* FEAT_NMI, and with it FEAT_GICv3_NMI: interrupts with superpriority, physical and virtual. */
bool features_nmi(void);

/* Whether the virtual IRQ that HCR_EL2.VI asserts has superpriority (HCRX_EL2.VINMI). With FEAT_NMI only. */
static inline void features_superpriority(bool on)
{
    uint64_t hcrx = read_sysreg(s3_4_c1_c2_2) & ~HCRX_EL2_VINMI;

    write_sysreg(s3_4_c1_c2_2, on ? hcrx | HCRX_EL2_VINMI : hcrx);
}

/* Whether the guest's writes of ICC_IGRPEN0_EL1 and ICC_IGRPEN1_EL1 trap on this core. False: it cannot (FEAT_FGT). */
bool features_trap_igrpen(bool on);

#endif
