/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: each CPU has its own timers, and their lines reach its own PPIs only (IHI 0069H 2.2; DDI 0487 D11.2.4).
 * subject: INTID of the virtual or the physical timer.
 */
#include "cpus.h"
#include "timer.h"

static uint64_t assert_task(uint64_t timer, uint64_t unused)
{
    (void)unused;
    timer_assert((uint32_t)timer);
    return 0;
}

static uint64_t drop_task(uint64_t timer, uint64_t unused)
{
    (void)unused;
    timer_drop((uint32_t)timer);
    return 0;
}

static void ready_on(unsigned cpu, uint32_t timer)
{
    look_at(cpu);
    set_priority(timer, 0x80);
    enable(timer);
}

static struct verdict own(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    ready_on(0, timer);
    call_on(1, assert_task, timer, 0);
    EXPECT("pending here", pending(timer), 0);
    EXPECT("signalled here", signalled(), 0);
    look_at(1);
    EXPECT("pending there", pending(timer), 1);
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), timer);
    EXPECT("IAR here", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Both at once, each takes its own. */
static struct verdict both(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    ready_on(0, timer);
    call_on(1, assert_task, timer, 0);
    timer_assert(timer);
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        look_at(cpu);
        EXPECT("pending", pending(timer), 1);
        EXPECT("IAR", acknowledge_on(cpu, GROUP1), timer);
        EXPECT("active", active(timer), 1);
        call_on(cpu, drop_task, timer, 0);
        end_on(cpu, GROUP1, timer);
        EXPECT("active, ended", active(timer), 0);
        EXPECT("signalled, ended", signalled_on(cpu), 0);
    }
    return PASSED;
}

/* CPU 0 sees the line of CPU 1's timer rise and fall. */
static struct verdict line_seen(uint32_t timer)
{
    NEED_CPUS(2);
    look_at(1);
    for (unsigned i = 0; i < 5; i++) {
        call_on(1, assert_task, timer, 0);
        EXPECT("pending", pending(timer), 1);
        call_on(1, drop_task, timer, 0);
        EXPECT("pending, dropped", pending(timer), 0);
    }
    return PASSED;
}

/* And while CPU 1 has it active. */
static struct verdict line_seen_active(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    call_on(1, assert_task, timer, 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    EXPECT("active", active(timer), 1);
    EXPECT("pending, asserted still", pending(timer), 1);
    call_on(1, drop_task, timer, 0);
    EXPECT("pending, dropped", pending(timer), 0);
    EXPECT("active, dropped", active(timer), 1);
    end_on(1, GROUP1, timer);
    EXPECT("active, ended", active(timer), 0);
    return PASSED;
}

static struct verdict disabled_here(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    call_on(1, assert_task, timer, 0);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    disable(timer);
    EXPECT("signalled, disabled", signalled_on(1), 0);
    EXPECT("pending, disabled", pending(timer), 1);
    enable(timer);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

/* Its line still asserted, it is pending at once when CPU 0 ends it. */
static struct verdict inactivated_here(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    call_on(1, assert_task, timer, 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    write_bit(GICD_ICACTIVER, timer);
    EXPECT("active", active(timer), 0);
    EXPECT("pending", pending(timer), 1);
    end_on(1, GROUP1, timer);
    EXPECT("RPR", get_rpr_on(1), 0xff);
    EXPECT("IAR again", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

/* The CPU that is turned off takes its timers with it. */
static struct verdict off_and_on(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    for (unsigned i = 0; i < 3; i++) {
        call_on(1, assert_task, timer, 0);
        EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
        call_on(1, drop_task, timer, 0);
        end_on(1, GROUP1, timer);
        EXPECT("turned off", cpu_remove(1), true);
        EXPECT("pending while off", pending(timer), 0);
        EXPECT("turned on", cpu_bring(1), true);
        EXPECT("signalled when on", signalled_on(1), 0);
    }
    return PASSED;
}

/* CPU 0 stops the distributor while CPU 1's timer is pending; what its line is then counts when it goes on. */
static struct verdict distributor_off(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    call_on(1, assert_task, timer, 0);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    set_distributor(true, false);
    EXPECT("signalled, group disabled", signalled_on(1), 0);
    set_distributor(true, true);
    EXPECT("signalled again", signalled_on(1), SIGNAL_IRQ);
    set_distributor(true, false);
    call_on(1, drop_task, timer, 0);
    set_distributor(true, true);
    EXPECT("IAR, dropped", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    call_on(1, assert_task, timer, 0);
    EXPECT("IAR, asserted anew", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

/* Asserted and dropped while the priority mask alone keeps it back. */
static uint64_t pulse_task(uint64_t timer, uint64_t unused)
{
    (void)unused;
    set_pmr(0);
    __asm__ volatile("msr daifclr, #3" ::: "memory");
    timer_assert((uint32_t)timer);
    timer_drop((uint32_t)timer);
    __asm__ volatile("msr daifset, #3" ::: "memory");
    return 0;
}

/* What dropped is gone, at the latest when CPU 0 has stopped the distributor and let it go on. */
static struct verdict dropped_masked(uint32_t timer)
{
    NEED_CPUS(2);
    ready_on(1, timer);
    call_on(1, pulse_task, timer, 0);
    set_distributor(true, false);
    set_distributor(true, true);
    set_pmr_on(1, 0xff);
    EXPECT("IAR", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    call_on(1, assert_task, timer, 0);
    EXPECT("IAR, asserted anew", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

static uint64_t take_ten(uint64_t timer, uint64_t interval)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 10; i++) {
        timer_write_cval((uint32_t)timer, timer_count((uint32_t)timer) + interval);
        timer_write_ctl((uint32_t)timer, CNT_CTL_ENABLE);
        while ((timer_read_ctl((uint32_t)timer) & CNT_CTL_ISTATUS) == 0)
            smp_relax();
        count += acknowledge(GROUP1) == timer;
        timer_write_ctl((uint32_t)timer, 0);
        end(GROUP1, (uint32_t)timer);
    }
    return count;
}

/* All CPUs' timers run at once, each at an interval of its own. */
static struct verdict all(uint32_t timer)
{
    NEED_CPUS(4);
    for (unsigned cpu = 0; cpu < 4; cpu++)
        ready_on(cpu, timer);
    for (unsigned cpu = 1; cpu < 4; cpu++)
        post_on(cpu, take_ten, timer, 1000 + 300 * cpu);
    EXPECT("acknowledged", take_ten(timer, 1000), 10);
    for (unsigned cpu = 1; cpu < 4; cpu++)
        EXPECT("acknowledged there", result_of(cpu), 10);
    return PASSED;
}

static const struct rule table[] = {
    BOTH_TIMERS(865, "timer_smp.own", "2.2", own),
    BOTH_TIMERS(867, "timer_smp.both", "2.2, 4.1.2", both),
    BOTH_TIMERS(869, "timer_smp.line_seen", "4.1.2, 12.11 GICR_ISPENDR0", line_seen),
    BOTH_TIMERS(871, "timer_smp.line_seen_active", "4.1.2, 12.11 GICR_ISPENDR0", line_seen_active),
    BOTH_TIMERS(873, "timer_smp.disabled_here", "12.11 GICR_ICENABLER0", disabled_here),
    BOTH_TIMERS(875, "timer_smp.inactivated_here", "12.11 GICR_ICACTIVER0", inactivated_here),
    BOTH_TIMERS(877, "timer_smp.off_and_on", "2.2, DEN0022 5.5", off_and_on),
    BOTH_TIMERS(879, "timer_smp.all", "2.2, 4.1.2", all),
    BOTH_TIMERS(1045, "timer_smp.distributor_off", "2.2, 12.9 GICD_CTLR", distributor_off),
    BOTH_TIMERS(1047, "timer_smp.dropped_masked", "2.2, 12.9 GICD_CTLR", dropped_masked),
};

const struct rules rules_timer_smp = {table, ARRAY_SIZE(table)};
