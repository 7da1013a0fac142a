/* SPDX-License-Identifier: Apache-2.0 */
#include "virq.h"

#include "regs/intid.h"
#include "vgic.h"
#include "virq_queue.h"

void virq_queue_init(struct virq_queue *queue, struct virq_lists *lists)
{
    *queue = (struct virq_queue){.lists = lists};
    for (unsigned i = 0; i < PRIORITIES; i++)
        list_init(&lists->head[i]);
}

void virq_bank_init(struct virq_bank *bank, struct vgic *vm, uint32_t first_intid, struct vgic_cpu *target)
{
    *bank = (struct virq_bank){.vm = vm, .implemented = UINT32_MAX};
    if (first_intid < INTID_SPECIAL && first_intid + 32 > INTID_SPECIAL)
        bank->implemented >>= first_intid + 32 - INTID_SPECIAL;
    for (unsigned i = 0; i < 32; i++)
        bank->irq[i] = (struct virq){.bank = bank, .target = target, .intid = first_intid + i, .mask = BIT32(i)};
}

static void dequeue(struct virq *irq)
{
    struct virq_queue *queue = &irq->target->ready[virq_group(irq)];

    irq->bank->queued &= ~irq->mask;
    vgic_touch(irq->target);
    if (queue->front == irq)
        queue->front = virq_queue_next(queue);
    else
        virq_queue_take(queue, irq);
}

void virq_requeue(struct virq *irq)
{
    if ((irq->bank->queued & irq->mask) != 0) {
        dequeue(irq);
    } else if (irq->target != NULL) {
        irq->bank->queued |= irq->mask;
        vgic_touch(irq->target);
        virq_queue_put(&irq->target->ready[virq_group(irq)], irq);
    }
}

void virq_update(struct virq_bank *bank)
{
    for (uint32_t changed = virq_ready(bank) ^ bank->queued; changed != 0; changed &= changed - 1)
        virq_update_one(&bank->irq[__builtin_ctz(changed)]);
}

/* A vCPU that waits and is not loaded has to be looked at anew: whether a timer of its own will end that. */
static __attribute__((noinline)) void forwarded_anew(struct virq_bank *bank, uint32_t linked)
{
    for (; linked != 0; linked &= linked - 1) {
        struct vgic_cpu *cpu = bank->irq[__builtin_ctz(linked)].target;

        if (cpu != NULL && !cpu->loaded)
            vgic_touch(cpu);
    }
}

/* One that is active, too: whether it may be pending next is written down where it is resident. */
static void update_forwarded(struct virq_bank *bank)
{
    uint32_t changed = bank->forwarded;

    bank->forwarded = bank->enabled & bank->allowed;
    changed ^= bank->forwarded;
    if ((changed & bank->resident) != 0)
        bank->vm->delivery->fetch(bank, changed);
    if ((changed & bank->hw) != 0)
        forwarded_anew(bank, changed & bank->hw);
    virq_update(bank);
}

void virq_set_enabled(struct virq_bank *bank, uint32_t enabled)
{
    bank->enabled = enabled;
    update_forwarded(bank);
}

void virq_set_allowed(struct virq_bank *bank, uint32_t allowed)
{
    bank->allowed = allowed;
    update_forwarded(bank);
}

/* INMIR's bit of an interrupt of Group 0 is RES0 (IHI 0069H 12.9 GICD_INMIR<n>). */
static void rank(struct virq *irq)
{
    irq->priority = irq->ipriority;
    if ((irq->bank->nmi & irq->mask) != 0 && irq->group == GIC_GROUP1_NS)
        irq->priority = PRIORITY_NMI;
}

void virq_set_priority(struct virq *irq, uint8_t priority)
{
    if ((irq->bank->queued & irq->mask) != 0)
        dequeue(irq);
    irq->ipriority = priority;
    rank(irq);
    virq_update_one(irq);
}

void virq_set_nmi(struct virq_bank *bank, uint32_t nmi)
{
    uint32_t changed = bank->nmi ^ nmi;

    bank->nmi = nmi;
    for (; changed != 0; changed &= changed - 1) {
        struct virq *irq = &bank->irq[__builtin_ctz(changed)];

        virq_set_priority(irq, irq->ipriority);
    }
}

static void set_group(struct virq *irq, enum gic_group group)
{
    if (irq->group != group && (irq->bank->queued & irq->mask) != 0)
        dequeue(irq);
    irq->group = (uint8_t)group;
    rank(irq);
}

void virq_set_groups(struct virq_bank *bank, uint32_t group1, uint32_t secure1, uint32_t allowed)
{
    for (unsigned i = 0; i < 32; i++)
        set_group(&bank->irq[i], (group1 >> i & 1) != 0    ? GIC_GROUP1_NS
                                 : (secure1 >> i & 1) != 0 ? GIC_GROUP1_S
                                                           : GIC_GROUP0);
    bank->group1 = group1;
    virq_set_allowed(bank, allowed);
}

void virq_set_target(struct virq *irq, struct vgic_cpu *target)
{
    if ((irq->bank->queued & irq->mask) != 0)
        dequeue(irq);
    irq->target = target;
    virq_update_one(irq);
}
