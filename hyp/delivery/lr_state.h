/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the model is in this core's list registers (IHI 0069H chapter 6). An interrupt is resident while it has one;
 * an active one that has none, because pending ones need them more, is outside.
 */
#ifndef DELIVERY_LR_STATE_H
#define DELIVERY_LR_STATE_H

#include "sysreg.h"
#include "timer.h"
#include "vgic.h"
#include "vif.h"

static inline bool lr_waiting(const struct vgic_cpu *cpu)
{
    return cpu->ready[0].front != NULL || cpu->ready[1].front != NULL;
}

/*
 * `irq` becomes pending in a list register. A timer's line changes without a trap: while the guest has interrupts
 * masked in PSTATE it might turn the timer off before it takes the interrupt, which must go with the line then. So its
 * accesses to the timers trap until the next one. Other masks are not looked at: that would read ICH_*_EL2 at every
 * interrupt.
 */
static inline void lr_watch(struct vgic_cpu *cpu, const struct virq *irq)
{
    if ((irq->pintid == INTID_VTIMER || irq->pintid == INTID_PTIMER) && !cpu->delivery.lr.watching &&
        (read_sysreg_plain(spsr_el2) & (irq->group != 0 ? SPSR_I : vif->group0_mask())) != 0) {
        cpu->delivery.lr.watching = true;
        timer_trap();
    }
}

/* An SGI of a GICv2 guest: it is pending once for each CPU that sent it. */
static inline bool lr_has_sources(const struct virq *irq)
{
    return irq->intid < INTID_SGI_COUNT && irq->bank->vm->version == 2;
}

/*
 * An empty list register that held an SGI of one CPU may hold the next one from it, if no other CPU sent it meanwhile:
 * then none is left among those that wait.
 */
static inline bool lr_take_source(const struct virq *irq, bool empty)
{
    uint8_t *sources = &irq->holder->sgi_sources[irq->intid];

    if (!empty || *sources != BIT32(irq->source))
        return false;
    *sources = 0;
    return true;
}

/* An empty list register that still stands for `irq` makes it pending again: nothing else of it changed meanwhile. */
static inline void lr_reuse(const struct vgic_cpu *cpu, const struct virq *irq)
{
    vif->write(irq->lr, cpu->delivery.lr.written[irq->lr] | vif->pending);
}

/* Whether the list register that `irq` is active in, with `priority`, is where it is to be pending next. */
static inline bool lr_may_pend(const struct virq *irq, int priority)
{
    return irq->target == irq->holder && irq->priority == priority;
}

/* Folds what the guest has completed into the model: ICH_ELRSR_EL2 says which registers are empty. */
void lr_fold(struct vgic_cpu *cpu);
/* ditto, those too whose EOI is reported by a maintenance interrupt. */
void lr_fold_reported(struct vgic_cpu *cpu);

/* Takes one interrupt, or all, out of this core's list registers; the caller updates the queues of the one. */
void lr_take_out(struct vgic_cpu *cpu, struct virq *irq);
void lr_take_out_all(struct vgic_cpu *cpu);

/*
 * Gives list registers to what needs them: pending by priority, those of groups that the guest has enabled first; then
 * active. Sets ICH_HCR_EL2 so that the core exits when that is no longer right.
 */
void lr_place(struct vgic_cpu *cpu);

/*
 * The groups that the guest has enabled at this core's CPU interface, to the model, for the choice of 1 of N. Returns
 * the bits of ICH_HCR_EL2 that make the core exit when it enables or disables one; QEMU does not report that Group 0 is
 * disabled while Group 1 is.
 */
uint32_t lr_watch_groups(struct vgic_cpu *cpu);

/* The guest completed interrupts that were outside: ICH_HCR_EL2.EOIcount of them, the highest-priority ones. */
void lr_count_eois(struct vgic_cpu *cpu);

#endif
