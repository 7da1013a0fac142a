/* SPDX-License-Identifier: Apache-2.0 */
/*
 * irq_host: the tracer's stores to GICD_ISPENDR raise a physical SPI that is the hypervisor's own (host.irq=) while the
 * guest computes: it reads the counter again and again. The sample is the longest time between two reads around one
 * raise, with the few instructions of that loop; there must be one that is longer than without a raise, no more.
 */
#include "bench.h"

#include "stimulus.h"

static struct stimulus stimulus;
static uint64_t usual; /* ticks between two reads */

struct seen {
    uint64_t longest; /* ticks between two reads */
    uint64_t longer;  /* how often it was more than usual */
};

/* Without a branch but the loop's: two reads are always as many instructions apart. */
static struct seen watch(uint64_t until)
{
    struct seen seen = {0, 0};
    uint64_t last, now, apart;

    __asm__ volatile("mrs %2, cntvct_el0\n"
                     "1: mrs %0, cntvct_el0\n sub %1, %0, %2\n mov %2, %0\n"
                     "cmp %1, %3\n csel %3, %1, %3, hi\n"
                     "cmp %1, %5\n cinc %4, %4, hi\n"
                     "cmp %0, %6\n b.lo 1b"
                     : "=&r"(now), "=&r"(apart), "=&r"(last), "+&r"(seen.longest), "+&r"(seen.longer)
                     : "r"(usual), "r"(until)
                     : "cc");
    return seen;
}

static const char *prepare(void)
{
    stimulus = stimulus_told();
    if (stimulus.intid == 0)
        return "no stimulus";
    usual = watch(read_sysreg(cntvct_el0) + stimulus.period).longest;
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uint64_t raised = stimulus.first + iteration * stimulus.period;
    struct seen seen;

    while (read_sysreg(cntvct_el0) < raised - stimulus.period / 2)
        ;
    bench_expect(read_sysreg(cntvct_el0) < raised, "the stimulus came before the guest watched for it");
    MARK(MARK_BEGIN);
    seen = watch(raised + stimulus.period / 2);
    MARK(MARK_END);
    bench_expect(seen.longer == 1, "the guest was not away exactly once for each stimulus");
    return seen.longest;
}

const struct bench bench_irq_host = {"irq_host", "roundtrip_ticks", 1, prepare, run, finish_nothing};
