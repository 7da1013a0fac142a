/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts that are linked to physical ones: what the guest changes, the physical controller is told. */
#ifndef DELIVERY_LINKED_H
#define DELIVERY_LINKED_H

#include "gic.h"
#include "vgic.h"

/* The guest changed enable bits or the route of `bits`, all linked. */
void linked_enabled(struct virq_bank *bank, uint32_t bits);

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
