/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masked: the virtual timer expires while the guest has interrupts masked in PSTATE, and waits for the window to end;
 * the sample is the handler's first counter read - CVAL, the window included.
 */
#include "bench.h"

#include "regs/intid.h"

#define DELAY_TICKS  4000
#define WINDOW_TICKS 4000 /* from the deadline to the unmask */

static volatile unsigned handled;
static uint64_t handler_stamp;

static void on_timer(uint32_t intid, uint64_t stamp)
{
    bench_expect(intid == INTID_VTIMER, "another interrupt came");
    write_sysreg(cntv_ctl_el0, 0);
    handler_stamp = stamp;
    handled++;
}

static const char *prepare(void)
{
    gic_init();
    gic_enable(INTID_VTIMER, 0x80, on_timer);
    return NULL;
}

static uint64_t now(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}

static uint64_t arm(void)
{
    register uint64_t x0 __asm__("x0") = now() + DELAY_TICKS;

    write_sysreg(cntv_cval_el0, x0);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    __asm__ volatile("isb\n mrs x1, cntvct_el0\n movz xzr, %1" ::"r"(x0), "i"(MARK_TIMER) : "x1", "memory");
    return read_sysreg(cntv_cval_el0);
}

static uint64_t run(unsigned iteration)
{
    uint64_t deadline = arm();

    while (now() < deadline + WINDOW_TICKS)
        ;
    bench_expect(handled == iteration, "it came while it was masked");
    irq_unmask();
    while (handled == iteration)
        ;
    irq_mask();
    bench_expect(handled == iteration + 1, "it came more than once");
    return handler_stamp - deadline;
}

static void finish(void)
{
    gic_disable(INTID_VTIMER);
}

const struct bench bench_masked = {"masked", "handler_ticks", 1, prepare, run, finish};
