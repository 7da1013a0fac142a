/* SPDX-License-Identifier: Apache-2.0 */
/*
 * level_resample: the virtual timer's line is still asserted at the first EOI: its interrupt comes a second time, whose
 * handler deasserts it. The sample is the time from the assertion until the second handler has returned.
 */
#include "bench.h"

#include "regs/intid.h"

static volatile uint32_t handled;

static void on_timer(uint32_t intid, uint64_t stamp)
{
    (void)stamp;
    bench_expect(intid == INTID_VTIMER, "another interrupt came");
    if (handled == 1)
        write_sysreg(cntv_ctl_el0, 0);
    handled++;
}

static const char *prepare(void)
{
    gic_init();
    gic_enable(INTID_VTIMER, 0x80, on_timer);
    write_sysreg(cntv_cval_el0, 0);
    irq_unmask();
    return NULL;
}

/* Asserted by the store to CNTV_CTL_EL0, because CNTV_CVAL_EL0 is in the past. The mark tells how often it comes. */
static uint64_t run(unsigned iteration)
{
    register uint64_t x0 __asm__("x0") = 2;
    uint64_t begin, end, enable = CNT_CTL_ENABLE;
    uint32_t seen;

    (void)iteration;
    handled = 0;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %3\n msr cntv_ctl_el0, %4\n isb\n"
                     "1: ldr %w2, [%5]\n cmp %w2, %w6\n b.ne 1b\n"
                     "movz xzr, %7\n isb\n mrs %1, cntvct_el0"
                     : "=&r"(begin), "=&r"(end), "=&r"(seen)
                     : "i"(MARK_BEGIN), "r"(enable), "r"(&handled), "r"(x0), "i"(MARK_END)
                     : "cc", "memory");
    bench_expect(handled == 2, "it came more often than its line was sampled asserted");
    return end - begin;
}

static void finish(void)
{
    irq_mask();
    gic_disable(INTID_VTIMER);
}

const struct bench bench_level_resample = {"level_resample", "roundtrip_ticks", 1, prepare, run, finish};
