/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: the running priority, preemption and nesting, active priorities (IHI 0069H 4.8.4). */
#include "env.h"

#define LEVELS 5

static const uint32_t ladder[LEVELS] = {SPI_OTHER, PPI, SPI_EDGE, SGI, PPI2};

static struct verdict rpr_of(uint32_t priority)
{
    raise(PPI, (uint8_t)priority);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    EXPECT("RPR", get_rpr(), priority);
    end(GROUP1, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict higher_preempts(uint32_t intid)
{
    raise(PPI2, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI2);
    raise(intid, 0x70);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("RPR", get_rpr(), 0x70);
    end(GROUP1, intid);
    EXPECT("RPR after its end", get_rpr(), 0x80);
    end(GROUP1, PPI2);
    EXPECT("RPR after both", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict equal_waits(uint32_t intid)
{
    raise(PPI2, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI2);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    end(GROUP1, PPI2);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict lower_waits(uint32_t intid)
{
    raise(PPI2, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI2);
    raise(intid, 0x90);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    end(GROUP1, PPI2);
    EXPECT("signalled afterwards", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* A new priority of an active interrupt does not change what is running. */
static struct verdict priority_of_active(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    disable(intid);
    set_priority(intid, 0x20);
    EXPECT("RPR", get_rpr(), 0x80);
    end(GROUP1, intid);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict nest_by_iar(uint32_t levels)
{
    for (unsigned i = 0; i < levels; i++) {
        raise(ladder[i], (uint8_t)(0xa0 - 0x20 * i));
        EXPECT("IAR", acknowledge(GROUP1), ladder[i]);
        EXPECT("RPR", get_rpr(), 0xa0 - 0x20 * i);
    }
    for (unsigned i = levels; i > 0; i--) {
        EXPECT("active", active(ladder[i - 1]), 1);
        end(GROUP1, ladder[i - 1]);
        EXPECT("RPR", get_rpr(), i > 1 ? 0xa0 - 0x20 * (i - 2) : 0xff);
        EXPECT("active after its end", active(ladder[i - 1]), 0);
    }
    return PASSED;
}

/* All priorities that every implementation has, one above the other, but the lowest of 16: no PMR lets that through. */
static struct verdict nest_fifteen(uint32_t first)
{
    for (unsigned i = 0; i < 15; i++) {
        raise(first + i, (uint8_t)(0xe0 - 0x10 * i));
        EXPECT("IAR", acknowledge(GROUP1), first + i);
    }
    for (unsigned i = 15; i > 0; i--) {
        EXPECT("RPR", get_rpr(), 0xe0 - 0x10 * (i - 1));
        end(GROUP1, first + i - 1);
    }
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static unsigned depth, deepest;
static uint64_t priorities[LEVELS];

/* In the handler: the next of the ladder preempts this one. */
static void climb(uint32_t intid)
{
    (void)intid;
    if (depth >= LEVELS)
        return;
    priorities[depth++] = get_rpr();
    deepest = depth > deepest ? depth : deepest;
    if (depth < LEVELS) {
        raise(ladder[depth], (uint8_t)(0xa0 - 0x20 * depth));
        __asm__ volatile("msr daifclr, #2\n isb\n nop\n nop\n msr daifset, #2" ::: "memory");
    }
}

static struct verdict nest_by_exceptions(uint32_t levels)
{
    depth = deepest = 0;
    on_interrupt = climb;
    raise(ladder[0], 0xa0);
    EXPECT("taken", take(SIGNAL_IRQ), levels);
    EXPECT("depth", deepest, levels);
    for (unsigned i = 0; i < levels; i++)
        EXPECT("RPR", priorities[i], 0xa0 - 0x20 * i);
    EXPECT("RPR at last", get_rpr(), 0xff);
    EXPECT("spurious", taken.spurious, 0);
    return PASSED;
}

/* What waits below comes when the nest is unwound, not in between. */
static struct verdict waits_below_nest(uint32_t subject)
{
    (void)subject;
    raise(PPI, 0x60);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    raise(SGI, 0x40);
    EXPECT("IAR", acknowledge(GROUP1), SGI);
    raise(SPI_EDGE, 0x50);
    EXPECT("signalled below", signalled(), 0);
    end(GROUP1, SGI);
    EXPECT("IAR", acknowledge(GROUP1), SPI_EDGE);
    end(GROUP1, SPI_EDGE);
    EXPECT("RPR", get_rpr(), 0x60);
    return PASSED;
}

static struct verdict apr_idle(uint32_t group)
{
    EXPECT("APR is 0", apr_is_zero(get_apr(group)), 1);
    return PASSED;
}

/* Which bit is IMPLEMENTATION DEFINED, that there is one while a priority is active is not (12.2 ICC_AP1R<n>_EL1). */
static struct verdict apr_active(uint32_t group)
{
    set_group(PPI, group);
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(group), PPI);
    EXPECT("APR is 0", apr_is_zero(get_apr(group)), 0);
    EXPECT("APR of the other group is 0", !aprs_apart() || apr_is_zero(get_apr(1 - group)), 1);
    end(group, PPI);
    EXPECT("APR after its end is 0", apr_is_zero(get_apr(group)), 1);
    return PASSED;
}

/* As a context switch does: saved, cleared, restored. */
static struct verdict apr_restored(uint32_t group)
{
    struct apr saved;

    set_group(PPI, group);
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(group), PPI);
    saved = get_apr(group);
    set_apr(group, APR_ZERO);
    EXPECT("RPR cleared", get_rpr(), 0xff);
    set_apr(group, saved);
    EXPECT("RPR restored", get_rpr(), 0x80);
    end(group, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    EXPECT("active", active(PPI), 0);
    return PASSED;
}

static struct verdict apr_masks(uint32_t intid)
{
    struct apr saved;

    raise(PPI2, 0x40);
    EXPECT("IAR", acknowledge(GROUP1), PPI2);
    raise(intid, 0x80);
    saved = get_apr(GROUP1);
    set_apr(GROUP1, APR_ZERO);
    EXPECT("signalled without", signalled(), SIGNAL_IRQ);
    set_apr(GROUP1, saved);
    EXPECT("signalled with", signalled(), 0);
    return PASSED;
}

static const struct rule table[] = {
    {233, "preempt.rpr_00", "12.2 ICC_RPR_EL1", rpr_of, 0x00},
    {234, "preempt.rpr_80", "12.2 ICC_RPR_EL1", rpr_of, 0x80},
    {235, "preempt.rpr_e0", "12.2 ICC_RPR_EL1", rpr_of, 0xe0},
    EACH_KIND(236, "preempt.higher_preempts", "4.8.4", higher_preempts),
    EACH_EXTENDED(31, "preempt.higher_preempts", "4.8.4", higher_preempts),
    EACH_KIND(240, "preempt.equal_waits", "4.8.4", equal_waits),
    EACH_EXTENDED(32, "preempt.equal_waits", "4.8.4", equal_waits),
    EACH_KIND(244, "preempt.lower_waits", "4.8.4", lower_waits),
    EACH_EXTENDED(33, "preempt.lower_waits", "4.8.4", lower_waits),
    EACH_KIND(248, "preempt.priority_of_active", "4.8.6", priority_of_active),
    EACH_EXTENDED(34, "preempt.priority_of_active", "4.8.6", priority_of_active),
    {252, "preempt.nest_2", "4.8.4", nest_by_iar, 2},
    {253, "preempt.nest_5", "4.8.4", nest_by_iar, 5},
    {254, "preempt.nest_15", "4.8", nest_fifteen, 80},
    {255, "preempt.nest_exceptions", "4.8.4", nest_by_exceptions, LEVELS},
    {256, "preempt.waits_below_nest", "4.8.4", waits_below_nest, 0},
    {257, "preempt.apr0_idle", "12.2 ICC_AP0R<n>_EL1", apr_idle, GROUP0},
    {258, "preempt.apr1_idle", "12.2 ICC_AP1R<n>_EL1", apr_idle, GROUP1},
    {259, "preempt.apr0_active", "12.2 ICC_AP0R<n>_EL1", apr_active, GROUP0},
    {260, "preempt.apr1_active", "12.2 ICC_AP1R<n>_EL1", apr_active, GROUP1},
    {261, "preempt.apr0_restored", "12.2 ICC_AP0R<n>_EL1", apr_restored, GROUP0},
    {262, "preempt.apr1_restored", "12.2 ICC_AP1R<n>_EL1", apr_restored, GROUP1},
    EACH_KIND(263, "preempt.apr_masks", "12.2 ICC_AP1R<n>_EL1", apr_masks),
    EACH_EXTENDED(35, "preempt.apr_masks", "12.2 ICC_AP1R<n>_EL1", apr_masks),
};

const struct rules rules_preempt = {table, ARRAY_SIZE(table)};
