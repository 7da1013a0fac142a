/* SPDX-License-Identifier: Apache-2.0 */
#include "virq.h"

#include "check.h"
#include "regs/intid.h"
#include "vgic.h"

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
        bank->irq[i] =
            (struct virq){.bank = bank, .target = target, .intid = first_intid + i, .bit = (uint8_t)i, .pintid = 0};
}

static void mark(struct virq_queue *queue, uint8_t priority)
{
    queue->members[priority >> 3] |= (uint8_t)(0x80 >> (priority & 7));
    queue->groups |= BIT32(31) >> (priority >> 3);
}

static void take_from_list(struct virq_queue *queue, struct virq *irq)
{
    uint8_t priority = irq->priority;

    list_remove(&irq->link);
    if (!list_empty(&queue->lists->head[priority]))
        return;
    queue->members[priority >> 3] &= (uint8_t) ~(0x80 >> (priority & 7));
    if (queue->members[priority >> 3] == 0)
        queue->groups &= ~(BIT32(31) >> (priority >> 3));
}

/* The highest-priority one of those behind the front, taken out of its list. */
static struct virq *next_front(struct virq_queue *queue)
{
    unsigned high, priority;
    struct virq *irq;

    if (queue->groups == 0)
        return NULL;
    high = (unsigned)__builtin_clz(queue->groups);
    priority = high << 3 | ((unsigned)__builtin_clz(queue->members[high]) - 24);
    irq = CONTAINER_OF(queue->lists->head[priority].next, struct virq, link);
    take_from_list(queue, irq);
    return irq;
}

static void enqueue(struct virq *irq)
{
    struct virq_queue *queue = &irq->target->ready[virq_group(irq)];
    struct virq *front = queue->front;

    irq->bank->queued |= BIT32(irq->bit);
    vgic_touch(irq->target);
    if (front == NULL) {
        queue->front = irq;
    } else if (irq->priority < front->priority) {
        queue->front = irq;
        list_prepend(&queue->lists->head[front->priority], &front->link);
        mark(queue, front->priority);
    } else {
        list_append(&queue->lists->head[irq->priority], &irq->link);
        mark(queue, irq->priority);
    }
}

static void dequeue(struct virq *irq)
{
    struct virq_queue *queue = &irq->target->ready[virq_group(irq)];

    irq->bank->queued &= ~BIT32(irq->bit);
    vgic_touch(irq->target);
    if (queue->front == irq)
        queue->front = next_front(queue);
    else
        take_from_list(queue, irq);
}

void virq_requeue(struct virq *irq)
{
    if ((irq->bank->queued >> irq->bit & 1) != 0)
        dequeue(irq);
    else if (irq->target != NULL)
        enqueue(irq);
}

void virq_update(struct virq_bank *bank)
{
    for (uint32_t changed = virq_ready(bank) ^ bank->queued; changed != 0; changed &= changed - 1)
        virq_update_one(&bank->irq[__builtin_ctz(changed)]);
}

void virq_update_forwarded(struct virq_bank *bank)
{
    const bool *enabled = bank->vm->group_enabled;
    uint32_t before = bank->forwarded;

    bank->forwarded = bank->enabled & ((enabled[1] ? bank->group1 : 0) | (enabled[0] ? ~bank->group1 : 0));
    if ((before & ~bank->forwarded & bank->resident) != 0)
        bank->vm->delivery->fetch(bank, before & ~bank->forwarded);
    virq_update(bank);
}

void virq_set_enabled(struct virq_bank *bank, uint32_t enabled)
{
    bank->enabled = enabled;
    virq_update_forwarded(bank);
}

void virq_set_priority(struct virq *irq, uint8_t priority)
{
    if ((irq->bank->queued & BIT32(irq->bit)) != 0)
        dequeue(irq);
    irq->priority = priority;
    virq_update_one(irq);
}

void virq_set_groups(struct virq_bank *bank, uint32_t group1)
{
    for (uint32_t moving = (bank->group1 ^ group1) & bank->queued; moving != 0; moving &= moving - 1)
        dequeue(&bank->irq[__builtin_ctz(moving)]);
    bank->group1 = group1;
    virq_update_forwarded(bank);
}

void virq_set_target(struct virq *irq, struct vgic_cpu *target)
{
    if ((irq->bank->queued & BIT32(irq->bit)) != 0)
        dequeue(irq);
    irq->target = target;
    virq_update_one(irq);
}

void virq_activate(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    CHECK((bank->queued & bit) != 0);
    bank->latch &= ~bit;
    bank->active |= bit;
    dequeue(irq);
}
