/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: a redistributor that is put to sleep and wakes up (IHI 0069H 11.1, 12.11 GICR_WAKER). All groups are disabled
 * at the CPU interface before, as it demands.
 */
#include "env.h"

#define FIRST 953

static void enable_groups(bool enabled)
{
    set_igrpen(GROUP0, enabled);
    set_igrpen(GROUP1, enabled);
}

static bool waker_becomes(uint32_t sleep, uint32_t asleep)
{
    uintptr_t waker = gic_redistributor() + GICR_WAKER;

    mmio_write32(waker, sleep);
    for (unsigned i = 0; i < 10000; i++)
        if ((mmio_read32(waker) & GICR_WAKER_CHILDRENASLEEP) == asleep)
            return true;
    return false;
}

static bool to_sleep(void)
{
    enable_groups(false);
    return waker_becomes(GICR_WAKER_PROCESSORSLEEP, GICR_WAKER_CHILDRENASLEEP);
}

static bool wake(void)
{
    bool awake = waker_becomes(0, 0);

    enable_groups(true);
    return awake;
}

/* Held in the redistributor, or in the distributor; there after it woke. */
static struct verdict arrives_asleep(uint32_t intid)
{
    EXPECT("asleep", to_sleep(), true);
    raise(intid, 0x80);
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled", signalled(), 0);
    EXPECT("awake", wake(), true);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* What was pending at the CPU interface is released, not lost. */
static struct verdict pending_released(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("asleep", to_sleep(), true);
    EXPECT("pending", pending(intid), 1);
    EXPECT("awake", wake(), true);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* Cleared while it was asleep: nothing comes. */
static struct verdict cleared_asleep(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("asleep", to_sleep(), true);
    unpend(intid);
    EXPECT("awake", wake(), true);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict active_kept(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("asleep", to_sleep(), true);
    EXPECT("active", active(intid), 1);
    pend(intid);
    EXPECT("awake", wake(), true);
    EXPECT("RPR", get_rpr(), 0x80);
    EXPECT("signalled", signalled(), 0);
    end(GROUP1, intid);
    EXPECT("IAR again", acknowledge(GROUP1), intid);
    return PASSED;
}

/* By priority, as if it had not slept. */
static struct verdict in_order(uint32_t subject)
{
    (void)subject;
    EXPECT("asleep", to_sleep(), true);
    raise(SGI, 0x80);
    raise(PPI, 0x60);
    raise(SPI_EDGE, 0x40);
    raise(SPI_LEVEL, 0x70);
    EXPECT("awake", wake(), true);
    EXPECT("first", acknowledge(GROUP1), SPI_EDGE);
    end(GROUP1, SPI_EDGE);
    EXPECT("second", acknowledge(GROUP1), PPI);
    end(GROUP1, PPI);
    EXPECT("third", acknowledge(GROUP1), SPI_LEVEL);
    end(GROUP1, SPI_LEVEL);
    EXPECT("fourth", acknowledge(GROUP1), SGI);
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(FIRST, "sleep.arrives", "12.11 GICR_WAKER", arrives_asleep),
    EACH_KIND(FIRST + 4, "sleep.pending_released", "12.11 GICR_WAKER", pending_released),
    EACH_KIND(FIRST + 8, "sleep.cleared", "12.11 GICR_WAKER", cleared_asleep),
    EACH_KIND(FIRST + 12, "sleep.active_kept", "12.11 GICR_WAKER", active_kept),
    {FIRST + 16, "sleep.in_order", "12.11 GICR_WAKER", in_order, 0},
};

const struct rules rules_sleep = {table, ARRAY_SIZE(table)};
