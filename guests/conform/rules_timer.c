/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: a level-sensitive interrupt follows its line (IHI 0069H 4.1.2), shown by the timers, whose line is ENABLE,
 * ISTATUS and not IMASK (DDI 0487 D11.2.4). subject: INTID of the virtual or the physical timer.
 */
#include "timer.h"

#define LINE "DDI 0487 D11.2.4"

static void ready(uint32_t timer)
{
    set_priority(timer, 0x80);
    enable(timer);
}

static struct verdict not_before(uint32_t timer)
{
    timer_write_cval(timer, timer_count(timer) + TICKS_FAR);
    timer_write_ctl(timer, CNT_CTL_ENABLE);
    EXPECT("ISTATUS", timer_read_ctl(timer), CNT_CTL_ENABLE);
    EXPECT("pending", pending(timer), 0);
    return PASSED;
}

static struct verdict at_deadline(uint32_t timer)
{
    uint64_t deadline = timer_count(timer) + 1000;

    timer_write_cval(timer, deadline);
    timer_write_ctl(timer, CNT_CTL_ENABLE);
    while ((timer_read_ctl(timer) & CNT_CTL_ISTATUS) == 0)
        ;
    EXPECT("not before the deadline", timer_count(timer) >= deadline, 1);
    EXPECT("pending", pending(timer), 1);
    return PASSED;
}

static struct verdict by_tval(uint32_t timer)
{
    timer_write_tval(timer, 500);
    timer_write_ctl(timer, CNT_CTL_ENABLE);
    while ((timer_read_ctl(timer) & CNT_CTL_ISTATUS) == 0)
        ;
    EXPECT("pending", pending(timer), 1);
    return PASSED;
}

static struct verdict in_the_past(uint32_t timer)
{
    timer_assert(timer);
    EXPECT("ISTATUS", timer_read_ctl(timer), CNT_CTL_ENABLE | CNT_CTL_ISTATUS);
    EXPECT("pending", pending(timer), 1);
    EXPECT("active", active(timer), 0);
    return PASSED;
}

static struct verdict imask(uint32_t timer)
{
    timer_write_cval(timer, 0);
    timer_write_ctl(timer, CNT_CTL_ENABLE | CNT_CTL_IMASK);
    EXPECT("ISTATUS", timer_read_ctl(timer) & CNT_CTL_ISTATUS, CNT_CTL_ISTATUS);
    EXPECT("pending", pending(timer), 0);
    timer_write_ctl(timer, CNT_CTL_ENABLE);
    EXPECT("pending unmasked", pending(timer), 1);
    return PASSED;
}

/* Pending and disabled: visible, not signalled. */
static struct verdict disabled_ppi(uint32_t timer)
{
    timer_assert(timer);
    EXPECT("pending", pending(timer), 1);
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    enable(timer);
    EXPECT("signalled when enabled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), timer);
    return PASSED;
}

static struct verdict dropped_while_disabled(uint32_t timer)
{
    timer_assert(timer);
    timer_drop(timer);
    EXPECT("pending", pending(timer), 0);
    enable(timer);
    EXPECT("signalled when enabled", signalled(), 0);
    return PASSED;
}

/* How the line drops while the interrupt is pending. */
static struct verdict dropped(uint32_t timer, void (*drop)(uint32_t timer))
{
    ready(timer);
    timer_assert(timer);
    EXPECT("pending", pending(timer), 1);
    drop(timer);
    EXPECT("pending afterwards", pending(timer), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("taken", take(SIGNAL_IRQ), 0);
    return PASSED;
}

static void mask_timer(uint32_t timer)
{
    timer_write_ctl(timer, CNT_CTL_ENABLE | CNT_CTL_IMASK);
}

static void move_deadline(uint32_t timer)
{
    timer_write_cval(timer, timer_count(timer) + TICKS_FAR);
}

static void move_by_tval(uint32_t timer)
{
    timer_write_tval(timer, 100000000);
}

static struct verdict dropped_by_enable(uint32_t timer)
{
    return dropped(timer, timer_drop);
}

static struct verdict dropped_by_imask(uint32_t timer)
{
    return dropped(timer, mask_timer);
}

static struct verdict dropped_by_cval(uint32_t timer)
{
    return dropped(timer, move_deadline);
}

static struct verdict dropped_by_tval(uint32_t timer)
{
    return dropped(timer, move_by_tval);
}

/* First seen at the acknowledge, or not at all: no other register tells that it was pending. */
static struct verdict dropped_unseen(uint32_t timer)
{
    ready(timer);
    timer_assert(timer);
    timer_drop(timer);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("taken", take(SIGNAL_IRQ), 0);
    timer_assert(timer);
    EXPECT("IAR of the next", acknowledge(GROUP1), timer);
    return PASSED;
}

static struct verdict dropped_hppir(uint32_t timer)
{
    ready(timer);
    timer_assert(timer);
    timer_drop(timer);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* The drop uncovers what waits below it. */
static struct verdict dropped_uncovers(uint32_t timer)
{
    ready(timer);
    raise(SPI_EDGE, 0xb0);
    timer_assert(timer);
    EXPECT("HPPIR", highest_pending(GROUP1), timer);
    timer_drop(timer);
    EXPECT("IAR", acknowledge(GROUP1), SPI_EDGE);
    return PASSED;
}

static const struct rule table[] = {
    BOTH_TIMERS(426, "timer.not_before", LINE, not_before),
    BOTH_TIMERS(428, "timer.at_deadline", LINE, at_deadline),
    BOTH_TIMERS(430, "timer.by_tval", LINE, by_tval),
    BOTH_TIMERS(432, "timer.in_the_past", LINE, in_the_past),
    BOTH_TIMERS(434, "timer.imask", LINE, imask),
    BOTH_TIMERS(436, "timer.disabled_ppi", "4.1.2, 4.7", disabled_ppi),
    BOTH_TIMERS(438, "timer.dropped_while_disabled", "4.1.2", dropped_while_disabled),
    BOTH_TIMERS(440, "timer.dropped_by_enable", "4.1.2", dropped_by_enable),
    BOTH_TIMERS(442, "timer.dropped_by_imask", "4.1.2", dropped_by_imask),
    BOTH_TIMERS(444, "timer.dropped_by_cval", "4.1.2", dropped_by_cval),
    BOTH_TIMERS(446, "timer.dropped_by_tval", "4.1.2", dropped_by_tval),
    BOTH_TIMERS(448, "timer.dropped_unseen", "4.1.2", dropped_unseen),
    BOTH_TIMERS(450, "timer.dropped_hppir", "4.1.2", dropped_hppir),
    BOTH_TIMERS(452, "timer.dropped_uncovers", "4.1.2, 4.8", dropped_uncovers),
};

const struct rules rules_timer = {table, ARRAY_SIZE(table)};
