/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: how interrupts reach the PE: PSTATE.I and F, EL0 and EL1, WFI (DDI 0487 D1.3, D1.6.2). */
#include "timer.h"

#define FROM_SP0 0
#define FROM_EL1 1
#define FROM_EL0 2

static uint64_t signal_of(unsigned group)
{
    return group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ;
}

static void ready(uint32_t intid, unsigned group, uint8_t priority)
{
    set_group(intid, group);
    raise(intid, priority);
}

static struct verdict at_el1(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take(signal_of(group)), 1);
    EXPECT("INTID", taken.arrival[0].intid, PPI);
    EXPECT("group of the vector", taken.arrival[0].group, group);
    EXPECT("source", taken.arrival[0].source, FROM_EL1);
    EXPECT("spurious", taken.spurious, 0);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict at_el0(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take_at_el0(SIGNAL_IRQ | SIGNAL_FIQ), 1);
    EXPECT("INTID", taken.arrival[0].intid, PPI);
    EXPECT("group of the vector", taken.arrival[0].group, group);
    EXPECT("source", taken.arrival[0].source, FROM_EL0);
    EXPECT("SPSR.M", taken.arrival[0].spsr & SPSR_M_MASK, SPSR_EL0T);
    return PASSED;
}

static struct verdict on_sp0(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take_on_sp0(signal_of(group)), 1);
    EXPECT("source", taken.arrival[0].source, FROM_SP0);
    return PASSED;
}

/* Masked by its own bit of PSTATE, the other one clear. */
static struct verdict masked_at_el1(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take(signal_of(1 - group)), 0);
    EXPECT("pending", pending(PPI), 1);
    EXPECT("signalled", signalled(), signal_of(group));
    return PASSED;
}

static struct verdict masked_at_el0(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take_at_el0(signal_of(1 - group)), 0);
    EXPECT("pending", pending(PPI), 1);
    return PASSED;
}

static struct verdict all_masked(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken at EL1", take(0), 0);
    EXPECT("taken at EL0", take_at_el0(0), 0);
    EXPECT("taken when unmasked", take(signal_of(group)), 1);
    return PASSED;
}

/* A timer expires while code runs there. */
static struct verdict arrives_during(unsigned (*run)(uint64_t mask), unsigned source)
{
    set_priority(INTID_VTIMER, 0x80);
    enable(INTID_VTIMER);
    write_sysreg(cntv_tval_el0, 100);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    for (unsigned i = 0; i < 10000 && taken.count == 0; i++)
        run(SIGNAL_IRQ);
    EXPECT("INTID", taken.arrival[0].intid, INTID_VTIMER);
    EXPECT("source", taken.arrival[0].source, source);
    return PASSED;
}

static void stop_timer(uint32_t intid)
{
    (void)intid;
    write_sysreg(cntv_ctl_el0, 0);
    isb();
}

static struct verdict during_el1(uint32_t subject)
{
    (void)subject;
    on_interrupt = stop_timer;
    return arrives_during(take, FROM_EL1);
}

static struct verdict during_el0(uint32_t subject)
{
    (void)subject;
    on_interrupt = stop_timer;
    return arrives_during(take_at_el0, FROM_EL0);
}

/* Three of both groups, taken by priority at once when unmasked. */
static struct verdict both_groups(uint32_t subject)
{
    (void)subject;
    ready(PPI, GROUP1, 0x60);
    ready(SGI, GROUP0, 0x80);
    ready(SPI_EDGE, GROUP0, 0x40);
    EXPECT("taken", take(SIGNAL_IRQ | SIGNAL_FIQ), 3);
    EXPECT("first", taken.arrival[0].intid, SPI_EDGE);
    EXPECT("second", taken.arrival[1].intid, PPI);
    EXPECT("third", taken.arrival[2].intid, SGI);
    return PASSED;
}

/* A masked higher one holds back the lower one of the other group: it is the highest pending interrupt. */
static struct verdict held_back(uint32_t group)
{
    ready(PPI, group, 0x40);
    ready(SGI, 1 - group, 0x80);
    EXPECT("taken", take(signal_of(1 - group)), 0);
    EXPECT("taken with both", take(SIGNAL_IRQ | SIGNAL_FIQ), 2);
    return PASSED;
}

/* Taken twenty times at EL0 and EL1 in turn. */
static struct verdict in_turn(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 20; i++) {
        pend(intid);
        EXPECT("taken", i % 2 == 0 ? take_at_el0(SIGNAL_IRQ) : take(SIGNAL_IRQ), 1);
        EXPECT("source", taken.arrival[0].source, i % 2 == 0 ? FROM_EL0 : FROM_EL1);
    }
    return PASSED;
}

/* The interrupt returns to where it came from: SPSR has the masks as they were. */
static struct verdict saved_state(uint32_t group)
{
    ready(PPI, group, 0x80);
    EXPECT("taken", take(signal_of(group)), 1);
    EXPECT("SPSR.M", taken.arrival[0].spsr & SPSR_M_MASK, SPSR_EL1H);
    EXPECT("SPSR.I, F", taken.arrival[0].spsr & (SIGNAL_IRQ | SIGNAL_FIQ), signal_of(1 - group));
    EXPECT("DAIF afterwards", read_sysreg(daif) & SPSR_DAIF, SPSR_DAIF);
    return PASSED;
}

/* A pending interrupt ends WFI, masked by PSTATE or not. */
static struct verdict wfi_pending(uint32_t group)
{
    ready(SGI, group, 0x80);
    (void)signalled();
    __asm__ volatile("wfi" ::: "memory");
    EXPECT("signalled", signalled(), signal_of(group));
    EXPECT("IAR", acknowledge(group), SGI);
    return PASSED;
}

/* Sleeps until the timer's deadline. */
static struct verdict wfi_timer(uint32_t group)
{
    uint64_t deadline = read_sysreg(cntvct_el0) + read_sysreg(cntfrq_el0) / 10000;

    set_group(INTID_VTIMER, group);
    set_priority(INTID_VTIMER, 0x80);
    enable(INTID_VTIMER);
    write_sysreg(cntv_cval_el0, deadline);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    while ((timer_read_ctl(INTID_VTIMER) & CNT_CTL_ISTATUS) == 0)
        __asm__ volatile("wfi" ::: "memory");
    EXPECT("not before the deadline", read_sysreg(cntvct_el0) >= deadline, 1);
    EXPECT("IAR", acknowledge(group), INTID_VTIMER);
    stop_timer(INTID_VTIMER);
    end(group, INTID_VTIMER);
    return PASSED;
}

static const struct rule table[] = {
    {399, "arrive.irq_at_el1", "DDI 0487 D1.3", at_el1, GROUP1},
    {400, "arrive.fiq_at_el1", "DDI 0487 D1.3", at_el1, GROUP0},
    {401, "arrive.irq_at_el0", "DDI 0487 D1.3", at_el0, GROUP1},
    {402, "arrive.fiq_at_el0", "DDI 0487 D1.3", at_el0, GROUP0},
    {403, "arrive.irq_on_sp0", "DDI 0487 D1.3", on_sp0, GROUP1},
    {404, "arrive.fiq_on_sp0", "DDI 0487 D1.3", on_sp0, GROUP0},
    {405, "arrive.irq_masked_at_el1", "DDI 0487 D1.3", masked_at_el1, GROUP1},
    {406, "arrive.fiq_masked_at_el1", "DDI 0487 D1.3", masked_at_el1, GROUP0},
    {407, "arrive.irq_masked_at_el0", "DDI 0487 D1.3", masked_at_el0, GROUP1},
    {408, "arrive.fiq_masked_at_el0", "DDI 0487 D1.3", masked_at_el0, GROUP0},
    {409, "arrive.irq_all_masked", "DDI 0487 D1.3", all_masked, GROUP1},
    {410, "arrive.fiq_all_masked", "DDI 0487 D1.3", all_masked, GROUP0},
    {411, "arrive.during_el1", "DDI 0487 D1.3", during_el1, 0},
    {412, "arrive.during_el0", "DDI 0487 D1.3", during_el0, 0},
    {413, "arrive.both_groups", "4.6, 4.8", both_groups, 0},
    {414, "arrive.masked_fiq_holds_irq", "4.8", held_back, GROUP0},
    {415, "arrive.masked_irq_holds_fiq", "4.8", held_back, GROUP1},
    EACH_KIND(416, "arrive.in_turn", "DDI 0487 D1.3", in_turn),
    EACH_EXTENDED(46, "arrive.in_turn", "DDI 0487 D1.3", in_turn),
    {420, "arrive.irq_saved_state", "DDI 0487 D1.3", saved_state, GROUP1},
    {421, "arrive.fiq_saved_state", "DDI 0487 D1.3", saved_state, GROUP0},
    {422, "arrive.wfi_irq", "DDI 0487 D1.6.2", wfi_pending, GROUP1},
    {423, "arrive.wfi_fiq", "DDI 0487 D1.6.2", wfi_pending, GROUP0},
    {424, "arrive.wfi_timer_irq", "DDI 0487 D1.6.2", wfi_timer, GROUP1},
    {425, "arrive.wfi_timer_fiq", "DDI 0487 D1.6.2", wfi_timer, GROUP0},
};

const struct rules rules_arrive = {table, ARRAY_SIZE(table)};
