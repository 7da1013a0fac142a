/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs next on a core: pure policy, in the units of whoever tells the time (ticks).
 *
 * The highest priority that anybody has who can run, runs; among equals each in turn, for a slice. Who is preempted
 * goes on with what is left of its slice before its equals come; who has used it up waits behind them.
 *
 * An interrupt for one that waits for its turn changes nothing (wait), or it runs at once before its equals, as long as
 * there is something left of its slice (boost); who has used that up can do so only after its next turn. While one of N
 * waits for an interrupt it earns a 2Nth part of that time, up to a slice: so half of the time is left to those who
 * wait for their turn, however many interrupts the others have, and each comes after 4 (N - 1) slices at most.
 */
#ifndef CORE_RUNQUEUE_H
#define CORE_RUNQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"

#define RUN_PRIORITIES 8 /* the highest number runs first */

struct run {
    struct list link; /* while it is in a queue */
    uint8_t priority;
    bool boosted;    /* an interrupt brought it to the front */
    bool waits_turn; /* it has used up a slice and not run since */
    uint64_t left;   /* of its slice */
    uint64_t since;  /* when it began to run, or stopped */
};

struct runqueue {
    struct list level[RUN_PRIORITIES];
    uint32_t present; /* a bit for each level that is not empty */
    uint64_t slice;
    bool boost;
    unsigned members; /* who may be there, whatever they do: who has a share */
};

void runqueue_init(struct runqueue *queue, uint64_t slice, bool boost);

/* Once, before anything else. */
void run_init(struct run *run, uint8_t priority);
/* One more may be there, at times or always. */
void runqueue_join(struct runqueue *queue);

/* It can run, behind its equals: one that came from another core. */
void runqueue_add(struct runqueue *queue, struct run *run);

/* It can run again, after it waited for an interrupt. */
void runqueue_wake(struct runqueue *queue, struct run *run, uint64_t now);

/* One that is in the queue has an interrupt. */
void runqueue_interrupt(struct runqueue *queue, struct run *run);

/* One that is in the queue, or not, will not run any more. */
void runqueue_remove(struct runqueue *queue, struct run *run);

/* The account of `current`, which runs. */
void runqueue_account(struct run *current, uint64_t now);

/* Whether the first in the queue is to run instead of `current`, whose account is up to date. */
bool runqueue_preempts(const struct runqueue *queue, const struct run *current);

/* Whether an equal of `current` waits for its turn: it comes when now is current->since + current->left. */
bool runqueue_contended(const struct runqueue *queue, const struct run *current);

/* The first in the queue begins to run; NULL when it is empty. */
struct run *runqueue_next(struct runqueue *queue, uint64_t now);

/* `run`, whose account is up to date, runs no more but could: after runqueue_next(), which chose another one. */
void runqueue_return(struct runqueue *queue, struct run *run);

#endif
