/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs next: each rule of core/runqueue.h by itself, then a core whose vCPUs do what they please, and try to keep
 * one of them from running. TAP on stdout.
 */
#include "runqueue.h"

#include <stddef.h>

#include "field.h"
#include "tap.h"

#define SLICE UINT64_C(1000)
#define MANY  16

static struct runqueue queue;
static struct run runs[MANY];
static struct run *current;
static uint64_t now;

static void fresh(bool boost, unsigned count)
{
    runqueue_init(&queue, SLICE, boost);
    for (unsigned i = 0; i < count; i++) {
        run_init(&runs[i], 0);
        runqueue_join(&queue);
    }
    current = NULL;
    now = 1000 * SLICE;
}

static void wake(unsigned i)
{
    runqueue_wake(&queue, &runs[i], now);
}

/* As core/sched.c does it. */
static void schedule(void)
{
    struct run *next;

    if (current != NULL) {
        runqueue_account(current, now);
        if (!runqueue_preempts(&queue, current))
            return;
    }
    next = runqueue_next(&queue, now);
    if (current != NULL)
        runqueue_return(&queue, current);
    current = next;
}

static void block(void)
{
    runqueue_account(current, now);
    current = NULL;
    schedule();
}

/* Until the end of the slice, where there is one. */
static void run_out(void)
{
    now = current->since + current->left;
    schedule();
}

static uint64_t running(void)
{
    return current == NULL ? MANY : (uint64_t)(current - runs);
}

static void in_turn(void)
{
    fresh(false, 3);
    for (unsigned i = 0; i < 3; i++)
        wake(i);
    schedule();
    for (unsigned i = 0; i < 7; i++) {
        EXPECT(running(), i % 3);
        EXPECT(runqueue_contended(&queue, current), true);
        run_out();
    }
}

static void alone(void)
{
    fresh(true, 1);
    EXPECT(runqueue_next(&queue, now) == NULL, true);
    wake(0);
    schedule();
    EXPECT(runqueue_contended(&queue, current), false);
    now += 5 * SLICE;
    schedule();
    EXPECT(running(), 0);
}

/* A slice that was used up while nobody else was there is over when somebody is. */
static void overdue(void)
{
    fresh(false, 2);
    wake(0);
    schedule();
    now += 5 * SLICE;
    wake(1);
    schedule();
    EXPECT(running(), 1);
}

static void by_priority(void)
{
    fresh(false, 3);
    runs[1].priority = 3;
    runs[2].priority = RUN_PRIORITIES - 1;
    wake(0);
    schedule();
    now += 10;
    wake(1);
    schedule();
    EXPECT(running(), 1);
    wake(2);
    schedule();
    EXPECT(running(), 2);
    EXPECT(runqueue_contended(&queue, current), false);
    now += 5 * SLICE;
    schedule();
    EXPECT(running(), 2);
    block();
    EXPECT(running(), 1);
    block();
    EXPECT(running(), 0);
}

static void waits(void)
{
    fresh(false, 2);
    wake(0);
    schedule();
    now += 10;
    wake(1);
    schedule();
    runqueue_interrupt(&queue, &runs[1]);
    schedule();
    EXPECT(running(), 0);
    run_out();
    EXPECT(running(), 1);
}

/* Who is preempted goes on with the rest of its slice, before others. */
static void boosted(void)
{
    fresh(true, 3);
    wake(0);
    schedule();
    EXPECT(running(), 0);
    now += 10;
    wake(1);
    schedule();
    EXPECT(running(), 1);
    EXPECT(runs[0].left, SLICE - 10);
    wake(2);
    schedule();
    EXPECT(running(), 2);
    block();
    EXPECT(running(), 1);
    block();
    EXPECT(running(), 0);
    EXPECT(runs[0].left, SLICE - 10);
}

/* Once its slice is used up interrupts do not help. */
static void spent(void)
{
    fresh(true, 2);
    wake(0);
    wake(1);
    schedule();
    run_out();
    EXPECT(running(), 0);
    runqueue_interrupt(&queue, &runs[1]);
    schedule();
    EXPECT(running(), 0);
    run_out();
    EXPECT(running(), 1);
    now += 10;
    runqueue_interrupt(&queue, &runs[0]);
    schedule();
    EXPECT(running(), 1);
    run_out();
    EXPECT(running(), 0);
    block();
    now += 80;
    wake(0); /* it has had its turn, and earned something */
    schedule();
    EXPECT(running(), 0);
    EXPECT(runs[0].left, SLICE);
}

static void removed(void)
{
    fresh(true, 3);
    for (unsigned i = 0; i < 3; i++)
        wake(i);
    runqueue_remove(&queue, &runs[1]);
    runqueue_remove(&queue, &runs[1]);
    schedule();
    EXPECT(running(), 2); /* the last one that an interrupt brought to the front */
    block();
    EXPECT(running(), 0);
    block();
    EXPECT(running(), MANY);
}

static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* As much of `step` as there is before the end of the slice. */
static uint64_t up_to(uint64_t step)
{
    uint64_t left = current->left - (now - current->since);

    return step < left || !runqueue_contended(&queue, current) ? step : left;
}

/* Sleepers that wake as soon as they have earned something, or when it pleases them. */
static void adversaries(unsigned count, bool asleep[MANY])
{
    for (unsigned i = 1; i < count; i++) {
        if (asleep[i] && (random_number() & 1) != 0) {
            asleep[i] = false;
            wake(i);
        } else if (!asleep[i] && current != &runs[i]) {
            runqueue_interrupt(&queue, &runs[i]);
        }
    }
    schedule();
}

/* One never waits for an interrupt: it has its share in the end, and never waits for longer than is promised. */
static void nobody_starves_among(unsigned count, bool boost)
{
    bool asleep[MANY] = {false};
    uint64_t ran = 0, begin, last, longest = 0;

    fresh(boost, count);
    for (unsigned i = 0; i < count; i++)
        wake(i);
    schedule();
    begin = last = now;
    for (unsigned n = 0; n < 200000; n++) {
        uint64_t step = up_to(random_number() % 300 + 1);

        now += step;
        if (current == &runs[0]) {
            ran += step;
            longest = now - step - last > longest ? now - step - last : longest;
            last = now;
        } else if ((random_number() & 3) == 0) {
            asleep[current - runs] = true;
            block();
        }
        adversaries(count, asleep);
    }
    EXPECT(ran * 2 * count >= now - begin, true);
    EXPECT(longest <= 4 * (uint64_t)(count - 1) * SLICE, true);
}

static void nobody_starves(void)
{
    for (unsigned count = 2; count <= MANY; count++) {
        nobody_starves_among(count, false);
        nobody_starves_among(count, true);
    }
}

/* Two that wait in turn, each waking up when the other one begins to wait, leave the third its part. */
static void sleepers_in_turn(void)
{
    uint64_t ran = 0, begin;

    fresh(true, 3);
    wake(0);
    wake(1);
    schedule();
    begin = now;
    for (unsigned n = 0, awake = 1; n < 10000; n++) {
        uint64_t step = up_to(100);
        bool whole = step == 100;

        now += step;
        ran += current == &runs[0] ? step : 0;
        if (whole && current == &runs[awake]) {
            awake = 3 - awake;
            wake(awake);
            block();
        }
        schedule();
    }
    EXPECT(ran * 6 >= now - begin, true);
}

/* One that comes from another core waits behind all there, and no interrupt helps it before its turn. */
static void comes(void)
{
    fresh(true, 2);
    wake(0);
    schedule();
    wake(1);
    run_init(&runs[2], 0);
    runqueue_join(&queue);
    runs[2].left = SLICE / 2;
    runqueue_add(&queue, &runs[2]);
    runqueue_interrupt(&queue, &runs[2]);
    schedule();
    EXPECT(running(), 1);
    run_out();
    EXPECT(running(), 0);
    run_out();
    EXPECT(running(), 2);
    EXPECT(runs[2].left, SLICE);
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {{"in_turn", in_turn},
                                            {"alone", alone},
                                            {"overdue", overdue},
                                            {"by_priority", by_priority},
                                            {"waits", waits},
                                            {"boosted", boosted},
                                            {"spent", spent},
                                            {"removed", removed},
                                            {"comes", comes},
                                            {"sleepers_in_turn", sleepers_in_turn},
                                            {"nobody_starves", nobody_starves}};

    return tap_run(tests, ARRAY_SIZE(tests), nothing);
}
