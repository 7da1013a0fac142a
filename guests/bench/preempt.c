/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preempt: `depth` SGIs to the vCPU itself, one inside the handler of the other, each of a higher priority. The first
 * is sent while interrupts are masked; the sample is the time from the unmask until the first handler has returned.
 */
#include "bench.h"

#include "sgi.h"

#define SGI_FIRST     1
#define DEPTH_MAX     5
#define PRIORITY_LOW  0xa0
#define PRIORITY_STEP 0x10

static uint64_t depth;
static volatile uint32_t entered, handled;

/* What a nested exception overwrites is kept here: the vectors do not. */
static void on_sgi(uint32_t intid, uint64_t stamp)
{
    uint64_t elr = read_sysreg(elr_el1), spsr = read_sysreg(spsr_el1);
    uint32_t level = ++entered;

    (void)stamp;
    bench_expect(intid == SGI_FIRST + level - 1, "not in the order of priorities");
    if (level < depth) {
        irq_unmask();
        sgi_to_self(intid + 1);
        while (entered == level)
            ;
        irq_mask();
    }
    bench_expect(handled == depth - level, "it ended before those that preempted it");
    handled++;
    write_sysreg(elr_el1, elr);
    write_sysreg(spsr_el1, spsr);
}

static const char *prepare(void)
{
    depth = args_number(machine.bootargs, "depth", DEPTH_MAX);
    if (depth == 0 || depth > DEPTH_MAX)
        return "depth: 1 to 5";
    gic_init();
    for (uint32_t i = 0; i < depth; i++)
        gic_enable(SGI_FIRST + i, (uint8_t)(PRIORITY_LOW - PRIORITY_STEP * i), on_sgi);
    return NULL;
}

/* The mark tells how many there are (analysis/metrics.py, source "burst"). */
static uint64_t run(unsigned iteration)
{
    register uint64_t x0 __asm__("x0");
    uint64_t begin, end;
    uint32_t seen;

    (void)iteration;
    entered = handled = 0;
    sgi_to_self(SGI_FIRST);
    x0 = depth;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %3\n msr daifclr, #2\n"
                     "1: ldr %w2, [%4]\n cmp %w2, %w5\n b.ne 1b\n"
                     "movz xzr, %6\n isb\n mrs %1, cntvct_el0"
                     : "=&r"(begin), "=&r"(end), "=&r"(seen)
                     : "i"(MARK_BEGIN), "r"(&handled), "r"(x0), "i"(MARK_END)
                     : "cc", "memory");
    irq_mask();
    bench_expect(entered == depth, "not as many as were sent");
    return end - begin;
}

static void finish(void)
{
    for (uint32_t i = 0; i < depth; i++)
        gic_disable(SGI_FIRST + i);
}

const struct bench bench_preempt = {"preempt", "roundtrip_ticks", 1, prepare, run, finish};
