/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: a CPU in WFI wakes when an interrupt is signalled to it, masked or not (DDI 0487 D1.6.2). */
#include "cpus.h"
#include "timer.h"

#define DDI_WFI "DDI 0487 D1.6.2"

/* Long enough for the other CPU to sleep; nothing depends on it. */
static void pause(void)
{
    for (unsigned i = 0; i < 20; i++) {
        smp_relax();
        (void)signalled();
    }
}

/* Sleeps until something is signalled: what. */
static uint64_t sleep_masked(uint64_t a, uint64_t b)
{
    uint64_t signals;

    (void)a;
    (void)b;
    while ((signals = read_sysreg(isr_el1) & (SIGNAL_IRQ | SIGNAL_FIQ)) == 0)
        __asm__ volatile("dsb sy\n wfi" ::: "memory");
    return signals;
}

/* Sleeps with interrupts unmasked until one is taken; the flag is looked at with interrupts masked, or it would be
 * lost. */
static uint64_t sleep_unmasked(uint64_t a, uint64_t b)
{
    volatile const unsigned *count = &taken.count;

    (void)a;
    (void)b;
    while (*count == 0)
        __asm__ volatile("wfi\n msr daifclr, #3\n isb\n msr daifset, #3" ::: "memory");
    return *count;
}

static struct verdict pended(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_priority(intid, 0x80);
    enable(intid);
    post_on(1, sleep_masked, 0, 0);
    pause();
    EXPECT("awake too early", done_on(1), false);
    pend(intid);
    EXPECT("signalled", result_of(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict by_sgi(uint32_t group)
{
    NEED_CPUS(2);
    look_at(1);
    set_group(SGI, group);
    enable(SGI);
    post_on(1, sleep_masked, 0, 0);
    pause();
    send_sgi(group, gic_sgi_to(SGI, 1));
    EXPECT("signalled", result_of(1), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, group), SGI);
    return PASSED;
}

static struct verdict unmasked(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    enable(intid);
    post_on(1, sleep_unmasked, 0, 0);
    pause();
    pend(intid);
    EXPECT("taken", result_of(1), 1);
    EXPECT("INTID", taken.arrival[0].intid, intid);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* What makes a pending interrupt one that is signalled wakes. */
static void change_enable(uint32_t intid)
{
    enable(intid);
}

static void change_priority(uint32_t intid)
{
    set_priority(intid, 0x40);
}

static void change_route(uint32_t intid)
{
    set_route(intid, route_of(1));
}

static void change_active(uint32_t intid)
{
    write_bit(GICD_ICACTIVER, intid);
}

static void change_distributor(uint32_t intid)
{
    (void)intid;
    set_distributor(true, true);
}

static struct verdict changed(uint32_t intid, void (*change)(uint32_t intid))
{
    post_on(1, sleep_masked, 0, 0);
    pause();
    EXPECT("awake too early", done_on(1), false);
    change(intid);
    EXPECT("signalled", result_of(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict enabled(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    pend(intid);
    return changed(intid, change_enable);
}

static struct verdict raised(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_pmr_on(1, 0x80);
    raise(intid, 0x80);
    return changed(intid, change_priority);
}

static struct verdict routed(uint32_t intid)
{
    NEED_CPUS(2);
    raise(intid, 0x80);
    return changed(intid, change_route);
}

static struct verdict inactivated(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    write_bit(GICD_ISACTIVER, intid);
    raise(intid, 0x80);
    return changed(intid, change_active);
}

static struct verdict distributor_on(uint32_t intid)
{
    NEED_CPUS(2);
    set_distributor(true, false);
    give_to(1, intid);
    raise(intid, 0x80);
    return changed(intid, change_distributor);
}

static uint64_t arm_timer(uint64_t timer, uint64_t ticks)
{
    timer_write_cval((uint32_t)timer, timer_count((uint32_t)timer) + ticks);
    timer_write_ctl((uint32_t)timer, CNT_CTL_ENABLE);
    return sleep_masked(0, 0);
}

static struct verdict by_timer(uint32_t timer)
{
    NEED_CPUS(2);
    look_at(1);
    enable(timer);
    post_on(1, arm_timer, timer, 20000);
    EXPECT("signalled", result_of(1), SIGNAL_IRQ);
    EXPECT("signalled here", signalled(), 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

static bool armed; /* the other CPU's timer, which that CPU is about to wait for */

static uint64_t arm_and_say(uint64_t timer, uint64_t ticks)
{
    timer_write_cval((uint32_t)timer, timer_count((uint32_t)timer) + ticks);
    timer_write_ctl((uint32_t)timer, CNT_CTL_ENABLE);
    __atomic_store_n(&armed, true, __ATOMIC_RELEASE);
    return sleep_masked(0, 0);
}

/* Before its deadline, and while CPU 1 sleeps, the timer's interrupt becomes one that is signalled. */
static struct verdict timer_changed(uint32_t timer, void (*change)(uint32_t intid))
{
    uint64_t begin = timer_count(timer);

    armed = false;
    post_on(1, arm_and_say, timer, read_sysreg(cntfrq_el0) / 200);
    while (!__atomic_load_n(&armed, __ATOMIC_ACQUIRE) && timer_count(timer) - begin < read_sysreg(cntfrq_el0))
        smp_relax();
    pause();
    EXPECT("awake too early", done_on(1), false);
    change(timer);
    EXPECT("signalled", result_of(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    return PASSED;
}

static struct verdict timer_enabled(uint32_t timer)
{
    NEED_CPUS(2);
    look_at(1);
    return timer_changed(timer, change_enable);
}

static uint64_t assert_and_return(uint64_t timer, uint64_t unused)
{
    (void)unused;
    timer_assert((uint32_t)timer);
    return 0;
}

/* Taken and armed anew while it is active. */
static struct verdict timer_inactivated(uint32_t timer)
{
    NEED_CPUS(2);
    look_at(1);
    enable(timer);
    set_ctlr_on(1, true);
    call_on(1, assert_and_return, timer, 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), timer);
    end_on(1, GROUP1, timer);
    return timer_changed(timer, change_active);
}

static struct verdict timer_distributor_on(uint32_t timer)
{
    NEED_CPUS(2);
    set_distributor(true, false);
    look_at(1);
    enable(timer);
    return timer_changed(timer, change_distributor);
}

/* CPU 0 sleeps, CPU 1 wakes it. */
static uint64_t send_later(uint64_t value, uint64_t unused)
{
    (void)unused;
    pause();
    send_sgi(GROUP1, value);
    return 0;
}

static struct verdict woken_here(uint32_t intid)
{
    NEED_CPUS(2);
    enable(intid);
    timer_write_cval(INTID_VTIMER, timer_count(INTID_VTIMER) + read_sysreg(cntfrq_el0)); /* the deadline */
    timer_write_ctl(INTID_VTIMER, CNT_CTL_ENABLE);
    enable(INTID_VTIMER);
    post_on(1, send_later, gic_sgi_to(intid, 0), 0);
    EXPECT("signalled", sleep_masked(0, 0), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("the other CPU", result_of(1), 0);
    return PASSED;
}

static struct verdict all(uint32_t cpus)
{
    NEED_CPUS(cpus);
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        look_at(cpu);
        enable(SGI);
        post_on(cpu, sleep_masked, 0, 0);
    }
    pause();
    send_sgi(GROUP1, sgi_to_others(SGI));
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        EXPECT("signalled", result_of(cpu), SIGNAL_IRQ);
        EXPECT("IAR", acknowledge_on(cpu, GROUP1), SGI);
    }
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(846, "wake.pended", DDI_WFI, pended),
    {850, "wake.by_sgi.group0", DDI_WFI, by_sgi, GROUP0},
    {851, "wake.by_sgi.group1", DDI_WFI, by_sgi, GROUP1},
    EACH_KIND(852, "wake.unmasked", DDI_WFI, unmasked),
    {856, "wake.enabled", DDI_WFI, enabled, SPI_EDGE},
    {857, "wake.raised", DDI_WFI, raised, SPI_EDGE},
    {858, "wake.routed", DDI_WFI, routed, SPI_EDGE},
    {859, "wake.inactivated", DDI_WFI, inactivated, SPI_EDGE},
    {860, "wake.distributor_on", DDI_WFI, distributor_on, SPI_EDGE},
    {861, "wake.by_timer.virtual", DDI_WFI, by_timer, INTID_VTIMER},
    {862, "wake.by_timer.physical", DDI_WFI, by_timer, INTID_PTIMER},
    {863, "wake.woken_here", DDI_WFI, woken_here, SGI},
    {864, "wake.all", DDI_WFI, all, 8},
    BOTH_TIMERS(1157, "wake.timer_enabled", DDI_WFI, timer_enabled),
    BOTH_TIMERS(1159, "wake.timer_inactivated", DDI_WFI, timer_inactivated),
    BOTH_TIMERS(1161, "wake.timer_distributor_on", DDI_WFI, timer_distributor_on),
};

const struct rules rules_wake = {table, ARRAY_SIZE(table)};
