/* SPDX-License-Identifier: Apache-2.0 */
/* timer: the virtual timer expires while the guest spins; the sample is the handler's first counter read - CVAL. */
#include "bench.h"

#include "regs/intid.h"

#define DELAY_TICKS 4000 /* more than arming takes anywhere, so that the deadline lies ahead at the mark */

static volatile bool fired;
static uint64_t handler_stamp;

static void on_timer(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    write_sysreg(cntv_ctl_el0, 0);
    handler_stamp = stamp;
    fired = true;
}

static const char *prepare(void)
{
    gic_init();
    gic_enable(INTID_VTIMER, 0x80, on_timer);
    irq_unmask();
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uint64_t deadline = read_sysreg(cntvct_el0) + DELAY_TICKS;

    (void)iteration;
    fired = false;
    write_sysreg(cntv_cval_el0, deadline);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    {
        register uint64_t x0 __asm__("x0") = deadline;

        __asm__ volatile("mrs x1, cntvct_el0\n movz xzr, %1" ::"r"(x0), "i"(MARK_TIMER) : "x1", "memory");
    }
    while (!fired)
        ;
    return handler_stamp - deadline;
}

static void finish(void)
{
    irq_mask();
    gic_disable(INTID_VTIMER);
}

const struct bench bench_timer = {"timer", "handler_ticks", 1, prepare, run, finish};
