/* SPDX-License-Identifier: Apache-2.0 */
#include "runqueue.h"

#include <stddef.h>

#include "field.h"

void runqueue_init(struct runqueue *queue, uint64_t slice, bool boost)
{
    *queue = (struct runqueue){.slice = slice, .boost = boost};
    for (unsigned i = 0; i < RUN_PRIORITIES; i++)
        list_init(&queue->level[i]);
}

void run_init(struct run *run, uint8_t priority)
{
    *run = (struct run){.priority = priority};
    list_init(&run->link);
}

void runqueue_join(struct runqueue *queue)
{
    queue->members++;
}

static void add_first(struct runqueue *queue, struct run *run)
{
    list_prepend(&queue->level[run->priority], &run->link);
    queue->present |= BIT32(run->priority);
}

static void add_last(struct runqueue *queue, struct run *run)
{
    run->left = queue->slice;
    list_append(&queue->level[run->priority], &run->link);
    queue->present |= BIT32(run->priority);
}

void runqueue_add(struct runqueue *queue, struct run *run)
{
    run->waits_turn = true;
    add_last(queue, run);
}

void runqueue_remove(struct runqueue *queue, struct run *run)
{
    list_remove(&run->link);
    list_init(&run->link);
    if (list_empty(&queue->level[run->priority]))
        queue->present &= ~BIT32(run->priority);
    run->boosted = false;
}

static bool may_boost(const struct runqueue *queue, const struct run *run)
{
    return queue->boost && run->left != 0 && !run->waits_turn;
}

static void boost(struct runqueue *queue, struct run *run)
{
    run->boosted = true;
    add_first(queue, run);
}

void runqueue_wake(struct runqueue *queue, struct run *run, uint64_t now)
{
    uint64_t earned = (now - run->since) / (UINT64_C(2) * queue->members);

    run->left = earned < queue->slice - run->left ? run->left + earned : queue->slice;
    if (may_boost(queue, run))
        boost(queue, run);
    else
        add_last(queue, run);
}

void runqueue_interrupt(struct runqueue *queue, struct run *run)
{
    if (run->boosted || !may_boost(queue, run))
        return;
    runqueue_remove(queue, run);
    boost(queue, run);
}

void runqueue_account(struct run *current, uint64_t now)
{
    uint64_t ran = now - current->since;

    current->left = ran < current->left ? current->left - ran : 0;
    current->since = now;
}

static struct run *first(const struct runqueue *queue)
{
    if (queue->present == 0)
        return NULL;
    return CONTAINER_OF(queue->level[31 - __builtin_clz(queue->present)].next, struct run, link);
}

bool runqueue_preempts(const struct runqueue *queue, const struct run *current)
{
    const struct run *next = first(queue);

    if (next == NULL || next->priority < current->priority)
        return false;
    return next->priority > current->priority || next->boosted || current->left == 0;
}

bool runqueue_contended(const struct runqueue *queue, const struct run *current)
{
    const struct run *next = first(queue);

    return next != NULL && next->priority == current->priority;
}

struct run *runqueue_next(struct runqueue *queue, uint64_t now)
{
    struct run *next = first(queue);

    if (next == NULL)
        return NULL;
    runqueue_remove(queue, next);
    next->waits_turn = false;
    next->since = now;
    return next;
}

void runqueue_return(struct runqueue *queue, struct run *run)
{
    if (run->left != 0) {
        add_first(queue, run);
        return;
    }
    run->waits_turn = true;
    add_last(queue, run);
}
