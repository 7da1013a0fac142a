/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storm: the tracer's stores to GICD_ISPENDR raise a physical SPI every stimulus.period_ns until stimulus.end_ns while
 * the guest works: it counts turns of a loop. That time is cut into as many windows as there are iterations; the sample
 * is the turns done in a window. Where interrupts take all of the time, nothing is done until the stores end.
 */
#include "bench.h"

#include "stimulus.h"

#define PRIORITY 0x80
#define LEAD     1000 /* ticks of the first window that are over before the first store */

static struct stimulus stimulus;
static uint64_t windows;
static volatile uint64_t handled;

static void on_edge(uint32_t intid, uint64_t stamp)
{
    (void)stamp;
    bench_expect(intid == stimulus.intid, "another interrupt came");
    handled++;
}

static const char *prepare(void)
{
    stimulus = stimulus_told();
    windows = args_number(machine.bootargs, "iterations", ITERATIONS_DEFAULT);
    if (stimulus.intid == 0 || stimulus.end <= stimulus.first)
        return "no stimulus until an end";
    gic_init();
    gic_enable_spi(stimulus.intid, true, PRIORITY, on_edge);
    irq_unmask();
    while (!is_past(stimulus.first - LEAD))
        ;
    bench_expect(handled == 0, "the stimulus came before it was measured");
    return NULL;
}

/* Five instructions a turn. */
static uint64_t work_until(uint64_t moment)
{
    uint64_t turns = 0, now;

    __asm__ volatile("1: mrs %0, cntvct_el0\n cmp %0, %2\n b.hs 2f\n add %1, %1, #1\n b 1b\n2:"
                     : "=&r"(now), "+&r"(turns)
                     : "r"(moment)
                     : "cc");
    return turns;
}

static uint64_t run(unsigned iteration)
{
    uint64_t window = (stimulus.end - stimulus.first) / windows, turns;

    MARK(MARK_BEGIN);
    turns = work_until(stimulus.first + (iteration + 1) * window);
    MARK(MARK_END);
    if (iteration + 1 == windows) /* what is still pending comes */
        work_until(stimulus.end + window);
    return turns;
}

static void finish(void)
{
    uint64_t raised = (stimulus.end - stimulus.first + stimulus.period - 1) / stimulus.period;

    irq_mask();
    bench_expect(handled > 0 && handled <= raised, "more were handled than were raised, or none");
    print("# virqlab-guest handled=%lu\n", handled);
}

const struct bench bench_storm = {"storm", "work_units", 1, prepare, run, finish};
