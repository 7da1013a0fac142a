/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: when a PE takes a non-maskable interrupt as an exception (FEAT_NMI, DDI 0487 D1.3.6, SCTLR_EL1, ALLINT). */
#include "nmi.h"
#include "timer.h"

#define FIRST 1129

#define MASKING "DDI 0487 D1.3.6"

static uint32_t in_handler; /* PSTATE.ALLINT there */

static void look_at_allint(uint32_t intid)
{
    (void)intid;
    in_handler = get_allint();
}

static void raise_nmi(uint32_t intid)
{
    set_nmi(intid, true);
    raise(intid, 0x80);
}

/* SCTLR_EL1.NMI = 1, everything masked until a rule says otherwise. */
#define BEGIN(spintmask)                                                                                               \
    do {                                                                                                               \
        NEED_NMI;                                                                                                      \
        set_superpriority(true, spintmask);                                                                            \
        on_interrupt = look_at_allint;                                                                                 \
    } while (0)

/* PSTATE.I is 1. */
static struct verdict ignores_daif(uint32_t intid)
{
    BEGIN(false);
    raise_nmi(intid);
    EXPECT("taken", take_unmasked(0), 1);
    EXPECT("INTID", taken.arrival[0].intid, intid);
    EXPECT("by NMIAR1", taken.arrival[0].nmi, 1);
    EXPECT("group of the vector", taken.arrival[0].group, GROUP1);
    EXPECT("spurious", taken.spurious, 0);
    return PASSED;
}

static struct verdict by_allint(uint32_t intid)
{
    BEGIN(false);
    raise_nmi(intid);
    EXPECT("taken masked", take(SIGNAL_IRQ), 0);
    EXPECT("pending", pending(intid), 1);
    EXPECT("taken", take_unmasked(0), 1);
    return PASSED;
}

/* ALLINT masks what has no superpriority, too. */
static struct verdict plain_by_allint(uint32_t group)
{
    BEGIN(false);
    set_group(PPI, group);
    raise(PPI, 0x80);
    EXPECT("taken, ALLINT = 1", take(SIGNAL_IRQ | SIGNAL_FIQ), 0);
    EXPECT("taken, ALLINT = 0, DAIF masked", take_unmasked(0), 0);
    EXPECT("taken", take_unmasked(SIGNAL_IRQ | SIGNAL_FIQ), 1);
    EXPECT("by NMIAR1", taken.arrival[0].nmi, 0);
    EXPECT("group of the vector", taken.arrival[0].group, group);
    return PASSED;
}

/* With SCTLR_EL1.NMI = 0 it is an IRQ, and ALLINT means nothing. */
static struct verdict as_irq(uint32_t intid)
{
    NEED_NMI;
    set_allint(true);
    raise_nmi(intid);
    EXPECT("taken masked", take_unmasked(0), 0);
    EXPECT("taken", take(SIGNAL_IRQ), 1);
    EXPECT("INTID", taken.arrival[0].intid, intid);
    EXPECT("by NMIAR1", taken.arrival[0].nmi, 0);
    return PASSED;
}

/* An exception sets ALLINT unless PSTATE.SP does the same: SPINTMASK. */
static struct verdict allint_in_handler(uint32_t spintmask)
{
    BEGIN(spintmask != 0);
    raise_nmi(PPI);
    EXPECT("taken", take_unmasked_on_sp0(0), 1);
    EXPECT("ALLINT in the handler", in_handler, spintmask == 0);
    EXPECT("SPSR.ALLINT", taken.arrival[0].spsr & SPSR_ALLINT, 0);
    return PASSED;
}

static struct verdict by_stack_pointer(uint32_t subject)
{
    BEGIN(true);
    (void)subject;
    raise_nmi(PPI);
    EXPECT("taken, PSTATE.SP = 1", take_unmasked(SIGNAL_IRQ), 0);
    EXPECT("taken, PSTATE.SP = 0", take_unmasked_on_sp0(0), 1);
    EXPECT("source", taken.arrival[0].source, 0);
    return PASSED;
}

static struct verdict at_el0(uint32_t intid)
{
    BEGIN(false);
    raise_nmi(intid);
    EXPECT("taken at EL0", take_at_el0(0), 1);
    EXPECT("source", taken.arrival[0].source, 2);
    EXPECT("INTID", taken.arrival[0].intid, intid);
    EXPECT("by NMIAR1", taken.arrival[0].nmi, 1);
    return PASSED;
}

/* In the handler of an interrupt of the highest priority, which has everything masked but NMIs. */
static void nmi_comes(uint32_t intid)
{
    if (intid != PPI)
        return;
    raise_nmi(SPI_EDGE);
    set_allint(false);
    set_allint(true);
}

static struct verdict in_a_handler(uint32_t subject)
{
    NEED_NMI;
    (void)subject;
    set_superpriority(true, false);
    on_interrupt = nmi_comes;
    raise(PPI, 0);
    EXPECT("taken", take_unmasked(SIGNAL_IRQ), 2);
    EXPECT("the second", taken.arrival[1].intid, SPI_EDGE);
    EXPECT("by NMIAR1", taken.arrival[1].nmi, 1);
    EXPECT("PSTATE.I there", taken.arrival[1].spsr & SPSR_I, SPSR_I);
    EXPECT("RPR at last", get_rpr(), 0xff);
    return PASSED;
}

/* A timer that is linked to hardware, pending by its line: comes again until that drops. */
static struct verdict timer(uint32_t intid)
{
    BEGIN(false);
    set_nmi(intid, true);
    set_priority(intid, 0xf0);
    enable(intid);
    timer_assert(intid);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("IAR1", acknowledge(GROUP1), INTID_NMI);
    EXPECT("NMIAR1", acknowledge_nmi(), intid);
    end(GROUP1, intid);
    EXPECT("ISR ended", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    on_interrupt = timer_drop;
    EXPECT("taken", take_unmasked(0), 1);
    EXPECT("INTID", taken.arrival[0].intid, intid);
    EXPECT("by NMIAR1", taken.arrival[0].nmi, 1);
    EXPECT("NMIAR1 afterwards", acknowledge_nmi(), INTID_SPURIOUS);
    return PASSED;
}

/* A plain interrupt asserted after an NMI is no NMI, and the other way round. */
static struct verdict in_turn(uint32_t intid)
{
    BEGIN(false);
    for (unsigned i = 0; i < 3; i++) {
        set_nmi(intid, true);
        raise(intid, 0x80);
        EXPECT("NMI taken", take_unmasked(0), 1);
        set_nmi(intid, false);
        pend(intid);
        EXPECT("ISR of a plain one", signalled_nmi(), SIGNAL_IRQ);
        EXPECT("plain one taken masked", take_unmasked(0), 0);
        EXPECT("plain one taken", take_unmasked(SIGNAL_IRQ), 1);
    }
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(FIRST, "nmi_taken.ignores_daif", MASKING, ignores_daif),
    EACH_KIND(FIRST + 4, "nmi_taken.by_allint", MASKING, by_allint),
    {FIRST + 8, "nmi_taken.plain_by_allint0", MASKING, plain_by_allint, GROUP0},
    {FIRST + 9, "nmi_taken.plain_by_allint1", MASKING, plain_by_allint, GROUP1},
    EACH_KIND(FIRST + 10, "nmi_taken.as_irq", MASKING, as_irq),
    {FIRST + 14, "nmi_taken.allint_in_handler", "DDI 0487 ALLINT", allint_in_handler, 0},
    {FIRST + 15, "nmi_taken.allint_in_handler_spintmask", "DDI 0487 ALLINT", allint_in_handler, 1},
    {FIRST + 16, "nmi_taken.by_stack_pointer", MASKING, by_stack_pointer, 0},
    EACH_KIND(FIRST + 17, "nmi_taken.at_el0", MASKING, at_el0),
    {FIRST + 21, "nmi_taken.in_a_handler", MASKING, in_a_handler, 0},
    BOTH_TIMERS(FIRST + 22, "nmi_taken.timer", "4.6.3", timer),
    EACH_KIND(FIRST + 24, "nmi_taken.in_turn", "4.6.3", in_turn),
};

const struct rules rules_nmi_taken = {table, ARRAY_SIZE(table)};
