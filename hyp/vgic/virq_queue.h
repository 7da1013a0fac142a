/* SPDX-License-Identifier: Apache-2.0 */
/* The ready queues, inline: every delivery and every acknowledge moves an interrupt. All of it takes constant time. */
#ifndef VGIC_VIRQ_QUEUE_H
#define VGIC_VIRQ_QUEUE_H

#include "virq.h"

/* The list that `irq` waits in. */
static inline uint8_t virq_queue_place(const struct virq *irq)
{
    return (uint8_t)irq->priority;
}

static inline void virq_queue_mark(struct virq_queue *queue, uint8_t priority)
{
    queue->members[priority >> 3] |= (uint8_t)(0x80 >> (priority & 7));
    queue->groups |= BIT32(31) >> (priority >> 3);
}

/* Out of its list: not the front. */
static inline void virq_queue_take(struct virq_queue *queue, struct virq *irq)
{
    uint8_t priority = virq_queue_place(irq);

    list_remove(&irq->link);
    if (!list_empty(&queue->lists->head[priority]))
        return;
    queue->members[priority >> 3] &= (uint8_t) ~(0x80 >> (priority & 7));
    if (queue->members[priority >> 3] == 0)
        queue->groups &= ~(BIT32(31) >> (priority >> 3));
}

/* What stands behind the front: the highest-priority one, taken out; NULL when there is none. */
static inline struct virq *virq_queue_next(struct virq_queue *queue)
{
    unsigned high, priority;
    struct virq *irq;

    if (queue->groups == 0)
        return NULL;
    high = (unsigned)__builtin_clz(queue->groups);
    priority = high << 3 | ((unsigned)__builtin_clz(queue->members[high]) - 24);
    irq = CONTAINER_OF(queue->lists->head[priority].next, struct virq, link);
    virq_queue_take(queue, irq);
    return irq;
}

static inline void virq_queue_put(struct virq_queue *queue, struct virq *irq)
{
    struct virq *front = queue->front;

    if (front == NULL) {
        queue->front = irq;
    } else if (irq->priority < front->priority) {
        queue->front = irq;
        list_prepend(&queue->lists->head[virq_queue_place(front)], &front->link);
        virq_queue_mark(queue, virq_queue_place(front));
    } else {
        struct list *behind = &queue->lists->head[virq_queue_place(irq)];

        if (virq_is_nmi(irq)) /* so is the front: those of priority 0 come later */
            behind = behind->next;
        list_append(behind, &irq->link);
        virq_queue_mark(queue, virq_queue_place(irq));
    }
}

/* Pending to active, as an acknowledge does to `irq`, the front of `queue`: the latch is consumed. */
static inline void virq_activate(struct virq_queue *queue, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t mask = irq->mask;

    bank->latch &= ~mask;
    bank->active |= mask;
    bank->queued &= ~mask;
    queue->front = virq_queue_next(queue);
}

#endif
