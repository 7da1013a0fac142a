/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: inactive, pending, active, active and pending (IHI 0069H 4.1.2), for every kind of interrupt. */
#include "env.h"

/* Pending, enabled, at a priority that is signalled, acknowledged: active. */
#define TAKE(intid)                                                                                                    \
    do {                                                                                                               \
        raise(intid, 0x80);                                                                                            \
        EXPECT("IAR", acknowledge(GROUP1), intid);                                                                     \
    } while (0)

static struct verdict set_pending(uint32_t intid)
{
    pend(intid);
    EXPECT("ISPENDR", read_word(GICD_ISPENDR, intid), BIT32(intid % 32));
    EXPECT("ICPENDR", read_word(GICD_ICPENDR, intid), BIT32(intid % 32));
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* A set-pending on a pending interrupt stays pending, once. */
static struct verdict set_pending_twice(uint32_t intid)
{
    raise(intid, 0x80);
    pend(intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("pending after its end", pending(intid), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict clear_pending(uint32_t intid)
{
    raise(intid, 0x80);
    unpend(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict pending_disabled(uint32_t intid)
{
    set_priority(intid, 0x80);
    pend(intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict enabled_while_pending(uint32_t intid)
{
    pend(intid);
    enable(intid);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict disabled_while_pending(uint32_t intid)
{
    raise(intid, 0x80);
    disable(intid);
    EXPECT("signalled", signalled(), 0);
    EXPECT("pending", pending(intid), 1);
    enable(intid);
    EXPECT("signalled again", signalled(), SIGNAL_IRQ);
    return PASSED;
}

static struct verdict acknowledged(uint32_t intid)
{
    TAKE(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("active", active(intid), 1);
    EXPECT("ICACTIVER", read_word(GICD_ICACTIVER, intid), BIT32(intid % 32));
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict ended(uint32_t intid)
{
    TAKE(intid);
    end(GROUP1, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("pending", pending(intid), 0);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict active_and_pending(uint32_t intid)
{
    TAKE(intid);
    pend(intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

static struct verdict active_and_pending_ends(uint32_t intid)
{
    TAKE(intid);
    pend(intid);
    end(GROUP1, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending afterwards", pending(intid), 0);
    return PASSED;
}

static struct verdict active_and_pending_cleared(uint32_t intid)
{
    TAKE(intid);
    pend(intid);
    unpend(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("active", active(intid), 1);
    end(GROUP1, intid);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Active by software: pending is not signalled until it is inactive, the running priority is not concerned. */
static struct verdict set_active(uint32_t intid)
{
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("active", active(intid), 1);
    EXPECT("RPR", get_rpr(), 0xff);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("signalled afterwards", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* Inactive by software while it runs: its priority goes on running until EOI. */
static struct verdict clear_active(uint32_t intid)
{
    TAKE(intid);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("RPR", get_rpr(), 0x80);
    pend(intid);
    EXPECT("signalled under its own priority", signalled(), 0);
    end(GROUP1, intid);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("signalled afterwards", signalled(), SIGNAL_IRQ);
    return PASSED;
}

static struct verdict set_active_while_pending(uint32_t intid)
{
    raise(intid, 0x80);
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("signalled", signalled(), 0);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    return PASSED;
}

static struct verdict disabled_while_active(uint32_t intid)
{
    TAKE(intid);
    disable(intid);
    EXPECT("active", active(intid), 1);
    EXPECT("RPR", get_rpr(), 0x80);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict pended_while_active_disabled(uint32_t intid)
{
    TAKE(intid);
    disable(intid);
    pend(intid);
    end(GROUP1, intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled", signalled(), 0);
    enable(intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* HPPIR has no effect, IAR has. */
static struct verdict hppir_reads_only(uint32_t intid)
{
    raise(intid, 0x80);
    for (unsigned i = 0; i < 3; i++)
        EXPECT("HPPIR", highest_pending(GROUP1), intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 0);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

/* One after the other, a hundred times: nothing is lost and nothing comes twice. */
static struct verdict again_and_again(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 100; i++) {
        pend(intid);
        EXPECT("IAR", acknowledge(GROUP1), intid);
        EXPECT("IAR while active", acknowledge(GROUP1), INTID_SPURIOUS);
        end(GROUP1, intid);
    }
    EXPECT("pending", pending(intid), 0);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(111, "lifecycle.set_pending", "4.1.2, 12.9 GICD_ISPENDR<n>", set_pending),
    EACH_EXTENDED(0, "lifecycle.set_pending", "4.1.2, 12.9 GICD_ISPENDR<n>", set_pending),
    EACH_KIND(115, "lifecycle.set_pending_twice", "12.9 GICD_ISPENDR<n>", set_pending_twice),
    EACH_EXTENDED(1, "lifecycle.set_pending_twice", "12.9 GICD_ISPENDR<n>", set_pending_twice),
    EACH_KIND(119, "lifecycle.clear_pending", "12.9 GICD_ICPENDR<n>", clear_pending),
    EACH_EXTENDED(2, "lifecycle.clear_pending", "12.9 GICD_ICPENDR<n>", clear_pending),
    EACH_KIND(123, "lifecycle.pending_disabled", "4.7, 12.9 GICD_ISENABLER<n>", pending_disabled),
    EACH_EXTENDED(3, "lifecycle.pending_disabled", "4.7, 12.9 GICD_ISENABLER<n>", pending_disabled),
    EACH_KIND(127, "lifecycle.enabled_while_pending", "4.7", enabled_while_pending),
    EACH_EXTENDED(4, "lifecycle.enabled_while_pending", "4.7", enabled_while_pending),
    EACH_KIND(131, "lifecycle.disabled_while_pending", "4.7", disabled_while_pending),
    EACH_EXTENDED(5, "lifecycle.disabled_while_pending", "4.7", disabled_while_pending),
    EACH_KIND(135, "lifecycle.acknowledged", "4.1.2", acknowledged),
    EACH_EXTENDED(6, "lifecycle.acknowledged", "4.1.2", acknowledged),
    EACH_KIND(139, "lifecycle.ended", "4.1.1", ended),
    EACH_EXTENDED(7, "lifecycle.ended", "4.1.1", ended),
    EACH_KIND(143, "lifecycle.active_and_pending", "4.1.2", active_and_pending),
    EACH_EXTENDED(8, "lifecycle.active_and_pending", "4.1.2", active_and_pending),
    EACH_KIND(147, "lifecycle.active_and_pending_ends", "4.1.2", active_and_pending_ends),
    EACH_EXTENDED(9, "lifecycle.active_and_pending_ends", "4.1.2", active_and_pending_ends),
    EACH_KIND(151, "lifecycle.active_and_pending_cleared", "4.1.2", active_and_pending_cleared),
    EACH_EXTENDED(10, "lifecycle.active_and_pending_cleared", "4.1.2", active_and_pending_cleared),
    EACH_KIND(155, "lifecycle.set_active", "12.9 GICD_ISACTIVER<n>", set_active),
    EACH_EXTENDED(11, "lifecycle.set_active", "12.9 GICD_ISACTIVER<n>", set_active),
    EACH_KIND(159, "lifecycle.clear_active", "12.9 GICD_ICACTIVER<n>", clear_active),
    EACH_EXTENDED(12, "lifecycle.clear_active", "12.9 GICD_ICACTIVER<n>", clear_active),
    EACH_KIND(163, "lifecycle.set_active_while_pending", "12.9 GICD_ISACTIVER<n>", set_active_while_pending),
    EACH_EXTENDED(13, "lifecycle.set_active_while_pending", "12.9 GICD_ISACTIVER<n>", set_active_while_pending),
    EACH_KIND(167, "lifecycle.disabled_while_active", "12.9 GICD_ICENABLER<n>", disabled_while_active),
    EACH_EXTENDED(14, "lifecycle.disabled_while_active", "12.9 GICD_ICENABLER<n>", disabled_while_active),
    EACH_KIND(171, "lifecycle.pended_while_active_disabled", "4.1.2, 4.7", pended_while_active_disabled),
    EACH_EXTENDED(15, "lifecycle.pended_while_active_disabled", "4.1.2, 4.7", pended_while_active_disabled),
    EACH_KIND(175, "lifecycle.hppir_reads_only", "12.2 ICC_HPPIR1_EL1", hppir_reads_only),
    EACH_EXTENDED(16, "lifecycle.hppir_reads_only", "12.2 ICC_HPPIR1_EL1", hppir_reads_only),
    EACH_KIND(179, "lifecycle.again_and_again", "4.1.2", again_and_again),
    EACH_EXTENDED(17, "lifecycle.again_and_again", "4.1.2", again_and_again),
};

const struct rules rules_lifecycle = {table, ARRAY_SIZE(table)};
