/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: the virtual timer expires; the sample is the handler's first counter read - CVAL. What the guest does
 * meanwhile is the benchmark's variant: it spins (timer; with load=hvc it makes null hypercalls one after the other and
 * the deadline moves by a tick an iteration, so that arrivals sweep the phases of an exit), sleeps (timer_wfi) for
 * `delay` ticks, or spins at EL0 (timer_el0). With eoimode=1 it completes interrupts by EOIR and DIR.
 */
#include "bench.h"

#include "regs/intid.h"
#include "string.h"

/* More than arming takes anywhere, so that the deadline lies ahead at the mark. */
#define DELAY_TICKS 4000
/* For sleep: longer than any exit, so that the interrupt cannot come between the test and WFI, and, unless something
 * else is asked for, than the 50 us within which a hypervisor may batch timers. */
#define DELAY_WFI_TICKS 100000

static volatile bool fired;
static uint64_t handler_stamp;

static void on_timer(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    write_sysreg(cntv_ctl_el0, 0);
    handler_stamp = stamp;
    fired = true;
}

static bool load_hvc;
static uint64_t delay_wfi;

static const char *prepare(void)
{
    char load[8] = "";

    args_get(machine.bootargs, "load", load, sizeof(load));
    load_hvc = strcmp(load, "hvc") == 0;
    if (load[0] != '\0' && !load_hvc)
        return "load: only hvc is known";
    if (load_hvc && machine.psci_smc)
        return "no hypervisor and no firmware answers HVC here";
    delay_wfi = args_number(machine.bootargs, "delay", DELAY_WFI_TICKS);
    gic_init();
    gic_set_eoimode(args_number(machine.bootargs, "eoimode", 0) != 0);
    gic_enable(INTID_VTIMER, 0x80, on_timer);
    irq_unmask();
    return NULL;
}

static uint64_t arm(uint64_t delay)
{
    uint64_t deadline = read_sysreg(cntvct_el0) + delay;

    fired = false;
    write_sysreg(cntv_cval_el0, deadline);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    {
        register uint64_t x0 __asm__("x0") = deadline;

        __asm__ volatile("mrs x1, cntvct_el0\n movz xzr, %1" ::"r"(x0), "i"(MARK_TIMER) : "x1", "memory");
    }
    return deadline;
}

static uint64_t run(unsigned iteration)
{
    uint64_t deadline = arm(load_hvc ? DELAY_TICKS + iteration : DELAY_TICKS);

    while (!fired)
        if (load_hvc)
            psci_call(PSCI_VERSION, 0, 0, 0);
    return handler_stamp - deadline;
}

static uint64_t run_wfi(unsigned iteration)
{
    uint64_t deadline = arm(delay_wfi);

    (void)iteration;
    while (!fired)
        __asm__ volatile("wfi" ::: "memory");
    return handler_stamp - deadline;
}

static uint64_t el0_code, el0_fired;

static void on_timer_at_el0(uint32_t intid, uint64_t stamp)
{
    on_timer(intid, stamp);
    bench_expect((read_sysreg(spsr_el1) & SPSR_M_MASK) == SPSR_EL0T, "the interrupt did not come at EL0");
}

static const char *prepare_el0(void)
{
    const char *reason = prepare();

    gic_enable(INTID_VTIMER, 0x80, on_timer_at_el0);
    el0_code = mmu_map_el0((uintptr_t)el0_wait);
    el0_fired = mmu_map_el0((uintptr_t)&fired);
    return reason;
}

static uint64_t run_el0(unsigned iteration)
{
    uint64_t deadline;

    (void)iteration;
    irq_mask();
    deadline = arm(DELAY_TICKS);
    el0_run(el0_code, SPSR_EL0T, el0_fired);
    return handler_stamp - deadline;
}

static void finish(void)
{
    irq_mask();
    gic_disable(INTID_VTIMER);
}

const struct bench bench_timer = {"timer", "handler_ticks", 1, prepare, run, finish};
const struct bench bench_timer_wfi = {"timer_wfi", "handler_ticks", 1, prepare, run_wfi, finish};
const struct bench bench_timer_el0 = {"timer_el0", "handler_ticks", 1, prepare_el0, run_el0, finish};
