/* SPDX-License-Identifier: Apache-2.0 */
/* Non-maskable interrupts: the property (GICv3.3, IHI 0069H 4.6.3), and what a PE does with them (FEAT_NMI, DDI 0487
 * D1.3.6). */
#ifndef GUESTS_CONFORM_NMI_H
#define GUESTS_CONFORM_NMI_H

#include "env.h"

/* Of ISR_EL1, with SIGNAL_IRQ: with superpriority. */
#define SIGNAL_NMI BIT(10)

/* Of ICC_AP1R0_EL1: one is active. ICC_RPR_EL1 says so in bit 63; where there is no EL3 in bit 62, but ICV_RPR_EL1
 * never. */
#define NMI_ACTIVE   BIT(63)
#define RPR_NMI      (BIT(63) | BIT(62))
#define RPR_PRIORITY UINT64_C(0xff)

#define NEED_NMI SKIP_UNLESS(nmis(), "no non-maskable interrupts (GICD_TYPER.NMI = 0)")

/* Whether there are any: to the distributor and to this PE. */
bool nmis(void);

/* The property, of INMIR. */
void set_nmi(uint32_t intid, bool nmi);
static inline uint64_t get_nmi(uint32_t intid)
{
    return read_bit(GICD_INMIR, intid);
}

/* ICC_NMIAR1_EL1. */
uint32_t acknowledge_nmi(void);

/* ISR_EL1: signalled() tells nothing of superpriority. */
uint64_t signalled_nmi(void);

/* ICC_AP1R0_EL1 as a whole. */
uint64_t get_ap1r0(void);
void set_ap1r0(uint64_t value);

/* SCTLR_EL1.NMI and SPINTMASK, both 0 after a reset; PSTATE.ALLINT. */
void set_superpriority(bool nmi, bool spintmask);
void set_allint(bool masked);
bool get_allint(void);

/* As take() and the like, with PSTATE.ALLINT = 0 meanwhile. */
unsigned take_unmasked(uint64_t mask);
unsigned take_unmasked_on_sp0(uint64_t mask);

/* Part of env_reset_cpu(). */
void nmi_reset_cpu(void);
/* Whether any interrupt may have the property. */
bool nmi_was_set(void);

#endif
