/* SPDX-License-Identifier: Apache-2.0 */
#include "linked.h"

#include "cpu.h"
#include "upcalls.h"

/* That of a vCPU that is not loaded follows when it is. */
static void enable_private(const struct virq *irq, bool on)
{
    if (irq->target->loaded)
        gic->enable(irq->target->core_index, irq->pintid, on);
}

/*
 * What the guest has not completed is active, whoever it is routed to next. QEMU's GICv2 has it active for the core
 * that acknowledged it alone, until it is told so.
 */
void linked_enabled(struct virq_bank *bank, uint32_t bits)
{
    for (; bits != 0; bits &= bits - 1) {
        const struct virq *irq = &bank->irq[__builtin_ctz(bits)];
        bool on = (bank->enabled & irq->mask) != 0;

        if (irq->pintid >= INTID_SPI_FIRST && gic->version == 2 && (bank->held & irq->mask) != 0)
            gic->activate(irq->pintid);
        if (irq->pintid < INTID_SPI_FIRST)
            enable_private(irq, on);
        else if (on && irq->target != NULL)
            gic->enable_spi(irq->pintid, irq->target->core, (bank->edge & irq->mask) != 0);
        else
            gic->disable_spi(irq->pintid);
    }
}

bool linked_in_reach(const struct virq *irq)
{
    return gic->version == 3 || irq->pintid >= INTID_SPI_FIRST || !irq->target->loaded ||
           irq->target->core_index == cpu_index();
}

bool linked_asserted_elsewhere(const struct virq *irq)
{
    if (irq->pintid < INTID_SPI_FIRST && !irq->target->loaded)
        return vcpu_timer_asserted(irq->target, irq->pintid);
    return gic->asserted(irq->target != NULL ? irq->target->core_index : 0, irq->pintid);
}

/* An SPI is active in the distributor, a PPI in its core's redistributor: any core can deactivate the former. */
void linked_deactivate_elsewhere(const struct virq *irq)
{
    if (irq->pintid >= INTID_SPI_FIRST)
        gic->deactivate(irq->pintid);
    else if (irq->target->loaded)
        gic->deactivate_ppi(irq->target->core_index, irq->pintid);
    else
        vgic_touch(irq->target); /* the deadline of its timer counts again */
}
