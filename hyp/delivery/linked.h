/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts that are linked to physical ones: what the guest changes, the physical controller is told. */
#ifndef DELIVERY_LINKED_H
#define DELIVERY_LINKED_H

#include "gic.h"
#include "sysreg.h"
#include "vgic.h"

/* The guest changed enable bits or the route of `bits`, all linked. */
void linked_enabled(struct virq_bank *bank, uint32_t bits);

/* A timer of the core that works on the model: it has registers that say what its line is. */
static inline bool linked_own_timer(const struct virq *irq)
{
    return irq->target == irq->bank->vm->owner && (irq->pintid == INTID_VTIMER || irq->pintid == INTID_PTIMER);
}

/* The line of a timer with the control register `ctl`: ENABLE, ISTATUS and not IMASK (DDI 0487 D11.2.4). */
static inline bool timer_asserted(uint64_t ctl)
{
    return (ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK | CNT_CTL_ISTATUS)) == (CNT_CTL_ENABLE | CNT_CTL_ISTATUS);
}

static inline bool linked_own_timer_asserted(const struct virq *irq)
{
    return timer_asserted(irq->pintid == INTID_VTIMER ? read_sysreg(cntv_ctl_el0) : read_sysreg(cntp_ctl_el0));
}

/* Whether this core can ask and tell the physical controller about it: a GICv2's PPIs only their own core reaches. */
bool linked_in_reach(const struct virq *irq);

/* The line of any other than its own timers, by the physical controller. */
bool linked_asserted_elsewhere(const struct virq *irq);

/* Deactivates the physical interrupt of another core's vCPU. */
void linked_deactivate_elsewhere(const struct virq *irq);

/* Deactivates the physical interrupt; its line is then sampled anew. */
static inline void linked_deactivate(const struct virq *irq)
{
    if (irq->target == irq->bank->vm->owner)
        gic->deactivate(irq->pintid);
    else
        linked_deactivate_elsewhere(irq);
}

#endif
