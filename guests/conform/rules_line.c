/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: acknowledge, EOI and software's pending and active state while a line is asserted (IHI 0069H 4.1.2, 12.9
 * GICD_ISPENDR<n>). subject: INTID of the virtual or the physical timer.
 */
#include "timer.h"

static void ready(uint32_t timer)
{
    set_priority(timer, 0x80);
    enable(timer);
}

#define TAKE(timer)                                                                                                    \
    do {                                                                                                               \
        ready(timer);                                                                                                  \
        timer_assert(timer);                                                                                           \
        EXPECT("IAR", acknowledge(GROUP1), timer);                                                                     \
    } while (0)

/* Acknowledged, the line still asserted: active and pending. */
static struct verdict acknowledged(uint32_t timer)
{
    TAKE(timer);
    EXPECT("active", active(timer), 1);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), 0);
    timer_drop(timer);
    EXPECT("pending after the drop", pending(timer), 0);
    EXPECT("active after the drop", active(timer), 1);
    return PASSED;
}

static struct verdict ended_dropped(uint32_t timer)
{
    TAKE(timer);
    timer_drop(timer);
    end(GROUP1, timer);
    EXPECT("active", active(timer), 0);
    EXPECT("pending", pending(timer), 0);
    EXPECT("signalled", signalled(), 0);
    EXPECT("taken", take(SIGNAL_IRQ), 0);
    return PASSED;
}

static struct verdict ended_asserted(uint32_t timer)
{
    TAKE(timer);
    end(GROUP1, timer);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    return PASSED;
}

static struct verdict ended_mode1(uint32_t timer)
{
    set_ctlr(true, false);
    TAKE(timer);
    end(GROUP1, timer);
    EXPECT("signalled before DIR", signalled(), 0);
    EXPECT("active before DIR", active(timer), 1);
    deactivate(timer);
    EXPECT("signalled after DIR", signalled(), SIGNAL_IRQ);
    timer_drop(timer);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Dropped and asserted again while it is active: once more after EOI. */
static struct verdict again_while_active(uint32_t timer)
{
    TAKE(timer);
    timer_drop(timer);
    timer_assert(timer);
    EXPECT("pending", pending(timer), 1);
    end(GROUP1, timer);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    timer_drop(timer);
    end(GROUP1, timer);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict clear_pending_asserted(uint32_t timer)
{
    ready(timer);
    timer_assert(timer);
    unpend(timer);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    return PASSED;
}

/* Set by software: pending without the line, until it is cleared or acknowledged. */
static struct verdict latched(uint32_t timer)
{
    ready(timer);
    pend(timer);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    unpend(timer);
    EXPECT("pending cleared", pending(timer), 0);
    pend(timer);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    EXPECT("pending acknowledged", pending(timer), 0);
    end(GROUP1, timer);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Set while the line keeps it pending: it stays pending when the line drops. */
static struct verdict latched_while_asserted(uint32_t timer)
{
    ready(timer);
    timer_assert(timer);
    pend(timer);
    timer_drop(timer);
    EXPECT("pending after the drop", pending(timer), 1);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    EXPECT("pending acknowledged", pending(timer), 0);
    return PASSED;
}

static struct verdict latched_then_asserted(uint32_t timer)
{
    ready(timer);
    pend(timer);
    timer_assert(timer);
    unpend(timer);
    EXPECT("pending by the line", pending(timer), 1);
    timer_drop(timer);
    EXPECT("pending after the drop", pending(timer), 0);
    return PASSED;
}

static struct verdict set_active(uint32_t timer)
{
    ready(timer);
    write_bit(GICD_ISACTIVER, timer);
    timer_assert(timer);
    EXPECT("signalled while active", signalled(), 0);
    EXPECT("pending", pending(timer), 1);
    write_bit(GICD_ICACTIVER, timer);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    return PASSED;
}

static struct verdict cleared_active(uint32_t timer)
{
    TAKE(timer);
    write_bit(GICD_ICACTIVER, timer);
    EXPECT("active", active(timer), 0);
    EXPECT("pending", pending(timer), 1);
    end(GROUP1, timer);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    timer_drop(timer);
    EXPECT("pending after the drop", pending(timer), 0);
    return PASSED;
}

static struct verdict disabled_while_active(uint32_t timer)
{
    TAKE(timer);
    disable(timer);
    end(GROUP1, timer);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), 0);
    enable(timer);
    EXPECT("signalled when enabled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    return PASSED;
}

static void drop_on_interrupt(uint32_t intid)
{
    timer_write_ctl(intid, 0);
}

static struct verdict taken_by_exception(uint32_t timer)
{
    on_interrupt = drop_on_interrupt;
    ready(timer);
    for (unsigned i = 0; i < 10; i++) {
        timer_assert(timer);
        EXPECT("taken", take(SIGNAL_IRQ), 1);
        EXPECT("INTID", taken.arrival[0].intid, timer);
        EXPECT("spurious", taken.spurious, 0);
    }
    return PASSED;
}

/* Not cleared in the handler: taken again and again. */
static struct verdict taken_repeatedly(uint32_t timer)
{
    ready(timer);
    timer_assert(timer);
    EXPECT("taken", take(SIGNAL_IRQ), ARRIVALS_MAX);
    EXPECT("INTID of the last", taken.arrival[ARRIVALS_MAX - 1].intid, timer);
    return PASSED;
}

static struct verdict as_group0(uint32_t timer)
{
    on_interrupt = drop_on_interrupt;
    set_group(timer, GROUP0);
    ready(timer);
    timer_assert(timer);
    EXPECT("signalled", signalled(), SIGNAL_FIQ);
    EXPECT("taken", take(SIGNAL_FIQ), 1);
    EXPECT("INTID", taken.arrival[0].intid, timer);
    EXPECT("pending", pending(timer), 0);
    return PASSED;
}

/* Both timers: by priority, each dropped by its own handler. */
static struct verdict both(uint32_t first)
{
    uint32_t second = INTID_VTIMER + INTID_PTIMER - first;

    on_interrupt = drop_on_interrupt;
    ready(second);
    ready(first);
    set_priority(second, 0x90);
    timer_assert(second);
    timer_assert(first);
    EXPECT("taken", take(SIGNAL_IRQ), 2);
    EXPECT("first", taken.arrival[0].intid, first);
    EXPECT("second", taken.arrival[1].intid, second);
    return PASSED;
}

static const struct rule table[] = {
    BOTH_TIMERS(454, "line.acknowledged", "4.1.2", acknowledged),
    BOTH_TIMERS(456, "line.ended_dropped", "4.1.2", ended_dropped),
    BOTH_TIMERS(458, "line.ended_asserted", "4.1.2", ended_asserted),
    BOTH_TIMERS(460, "line.ended_mode1", "4.1.1, 4.1.2", ended_mode1),
    BOTH_TIMERS(462, "line.again_while_active", "4.1.2", again_while_active),
    BOTH_TIMERS(464, "line.clear_pending_asserted", "12.9 GICD_ICPENDR<n>", clear_pending_asserted),
    BOTH_TIMERS(466, "line.latched", "12.9 GICD_ISPENDR<n>", latched),
    BOTH_TIMERS(468, "line.latched_while_asserted", "12.9 GICD_ISPENDR<n>", latched_while_asserted),
    BOTH_TIMERS(470, "line.latched_then_asserted", "12.9 GICD_ICPENDR<n>", latched_then_asserted),
    BOTH_TIMERS(472, "line.set_active", "12.9 GICD_ISACTIVER<n>", set_active),
    BOTH_TIMERS(474, "line.cleared_active", "12.9 GICD_ICACTIVER<n>", cleared_active),
    BOTH_TIMERS(476, "line.disabled_while_active", "4.1.2, 4.7", disabled_while_active),
    BOTH_TIMERS(478, "line.taken", "4.1.2", taken_by_exception),
    BOTH_TIMERS(480, "line.taken_repeatedly", "4.1.2", taken_repeatedly),
    BOTH_TIMERS(482, "line.as_group0", "4.6", as_group0),
    BOTH_TIMERS(484, "line.both", "4.8", both),
};

const struct rules rules_line = {table, ARRAY_SIZE(table)};
