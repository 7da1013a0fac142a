/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: binary points, group priority and subpriority, CBPR (IHI 0069H 4.8.3). */
#include "env.h"

#define MIXED_FIRST 1041

/* The smallest binary point of Group 1 is one more than the one of Group 0. */
static struct verdict minimum(uint32_t subject)
{
    (void)subject;
    EXPECT("BPR1", get_bpr(GROUP1), get_bpr(GROUP0) + 1);
    EXPECT("BPR0 leaves 4 bits", get_bpr(GROUP0) <= 3, 1);
    return PASSED;
}

static struct verdict reads(uint32_t group)
{
    for (uint64_t value = 4; value < 8; value++) {
        set_bpr(group, value);
        EXPECT("BPR", get_bpr(group), value);
    }
    return PASSED;
}

static struct verdict below_minimum(uint32_t group)
{
    uint64_t least = get_bpr(group);

    if (least == 0) /* nothing is below it */
        return PASSED;
    set_bpr(group, 7);
    set_bpr(group, least - 1);
    EXPECT("BPR", get_bpr(group), least);
    return PASSED;
}

/* A binary point so that bits 7 .. `lowest` of a priority preempt: n splits above bit n for Group 0, at it for 1. */
static void split(unsigned group, unsigned lowest)
{
    set_bpr(group, group == GROUP0 ? lowest - 1 : lowest);
}

/* `running` runs with the group priority that bits 7 .. `lowest` give it; `other` preempts it, or waits. */
static struct verdict arrives(unsigned group, unsigned lowest, uint8_t running, uint8_t other, bool preempts)
{
    set_group(PPI, group);
    set_group(SGI, group);
    split(group, lowest);
    raise(PPI, running);
    EXPECT("IAR", acknowledge(group), PPI);
    EXPECT("RPR", get_rpr(), running & (0x100 - (1U << lowest)));
    raise(SGI, other);
    EXPECT("signalled", signalled(), !preempts ? 0 : group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    return PASSED;
}

/* The next higher group priority. */
static struct verdict group_preempts(unsigned group, unsigned lowest)
{
    return arrives(group, lowest, 0xc0, (uint8_t)(0xc0 - (1U << lowest)), true);
}

/* The same group priority, a higher subpriority. */
static struct verdict sub_waits(unsigned group, unsigned lowest)
{
    uint8_t first = (uint8_t)(0xc0 & (0x100 - (1U << lowest)));

    return arrives(group, lowest, (uint8_t)(first + (1U << lowest) / 2), first, false);
}

static struct verdict group_preempts0(uint32_t lowest)
{
    return group_preempts(GROUP0, lowest);
}

static struct verdict group_preempts1(uint32_t lowest)
{
    return group_preempts(GROUP1, lowest);
}

static struct verdict sub_waits0(uint32_t lowest)
{
    return sub_waits(GROUP0, lowest);
}

static struct verdict sub_waits1(uint32_t lowest)
{
    return sub_waits(GROUP1, lowest);
}

/* Among pending ones the subpriority decides. */
static struct verdict sub_orders(uint32_t group)
{
    set_group(PPI, group);
    set_group(SGI, group);
    set_bpr(group, 7);
    raise(PPI, 0x60);
    raise(SGI, 0x20);
    EXPECT("HPPIR", highest_pending(group), SGI);
    EXPECT("IAR", acknowledge(group), SGI);
    end(group, SGI);
    EXPECT("IAR", acknowledge(group), PPI);
    return PASSED;
}

/* BPR0 = 7: no group priority bit at all, nothing preempts. */
static struct verdict no_preemption(uint32_t subject)
{
    (void)subject;
    set_group(PPI, GROUP0);
    set_group(SGI, GROUP0);
    set_bpr(GROUP0, 7);
    raise(PPI, 0xe0);
    EXPECT("IAR", acknowledge(GROUP0), PPI);
    EXPECT("RPR", get_rpr(), 0);
    raise(SGI, 0);
    EXPECT("signalled", signalled(), 0);
    end(GROUP0, PPI);
    EXPECT("signalled afterwards", signalled(), SIGNAL_FIQ);
    return PASSED;
}

/* Each group has its own binary point. */
static struct verdict separate(uint32_t subject)
{
    (void)subject;
    set_group(PPI, GROUP0);
    set_bpr(GROUP0, 7);
    raise(SPI_EDGE, 0x90);
    EXPECT("IAR1", acknowledge(GROUP1), SPI_EDGE);
    EXPECT("RPR", get_rpr(), 0x90);
    raise(SGI, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    return PASSED;
}

/* `running` of one group runs, `other` of the other, whose binary point splits at bit 7, is pending: preemption
 * compares the bits that those of the pending one's group are, of both. */
static struct verdict mixed(unsigned group, uint8_t running, uint8_t other, bool preempts)
{
    set_group(PPI, 1 - group);
    set_group(SGI, group);
    split(group, 7);
    raise(PPI, running);
    EXPECT("IAR", acknowledge(1 - group), PPI);
    EXPECT("RPR", get_rpr(), running);
    raise(SGI, other);
    EXPECT("signalled", signalled(), !preempts ? 0 : group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR of the other", acknowledge(group), preempts ? SGI : INTID_SPURIOUS);
    end(preempts ? group : 1 - group, preempts ? SGI : PPI);
    EXPECT("RPR afterwards", get_rpr(), preempts ? running : 0xff);
    return PASSED;
}

static struct verdict mixed_waits(uint32_t group)
{
    return mixed(group, 0xc0, 0x80, false);
}

static struct verdict mixed_preempts(uint32_t group)
{
    return mixed(group, 0xc0, 0x70, true);
}

/* With subpriority bits the mask compares all of a priority. */
static struct verdict mask_uses_all_bits(uint32_t subject)
{
    (void)subject;
    set_bpr(GROUP1, 7);
    raise(PPI, 0x60);
    set_pmr(0x60);
    EXPECT("signalled at the mask", signalled(), 0);
    set_pmr(0x70);
    EXPECT("signalled above it", signalled(), SIGNAL_IRQ);
    return PASSED;
}

static struct verdict cbpr_reads(uint32_t bpr0)
{
    set_bpr(GROUP0, bpr0);
    set_ctlr(false, true);
    EXPECT("BPR1", get_bpr(GROUP1), bpr0 < 7 ? bpr0 + 1 : 7);
    return PASSED;
}

static struct verdict cbpr_ignores(uint32_t value)
{
    uint64_t before;

    set_bpr(GROUP1, 6);
    set_ctlr(false, true);
    before = get_bpr(GROUP1);
    set_bpr(GROUP1, value);
    EXPECT("BPR1 with CBPR", get_bpr(GROUP1), before);
    set_ctlr(false, false);
    EXPECT("BPR1 without", get_bpr(GROUP1), 6);
    return PASSED;
}

/* Group 1 preempts by BPR0: with 6, bit 7 alone is group priority. */
static struct verdict cbpr_preempts(uint32_t priority)
{
    set_bpr(GROUP0, 6);
    set_ctlr(false, true);
    raise(PPI, 0xe0);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    EXPECT("RPR", get_rpr(), 0x80);
    raise(SGI, (uint8_t)priority);
    EXPECT("signalled", signalled(), priority < 0x80 ? SIGNAL_IRQ : 0);
    return PASSED;
}

static struct verdict cbpr_no_preemption(uint32_t subject)
{
    (void)subject;
    set_bpr(GROUP0, 7);
    set_ctlr(false, true);
    raise(PPI, 0xe0);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    raise(SGI, 0);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

static const struct rule table[] = {
    {267, "bpr.minimum", "12.2 ICC_BPR1_EL1", minimum, 0},
    {268, "bpr.bpr0_reads", "12.2 ICC_BPR0_EL1", reads, GROUP0},
    {269, "bpr.bpr1_reads", "12.2 ICC_BPR1_EL1", reads, GROUP1},
    {270, "bpr.bpr0_below_minimum", "12.2 ICC_BPR0_EL1", below_minimum, GROUP0},
    {271, "bpr.bpr1_below_minimum", "12.2 ICC_BPR1_EL1", below_minimum, GROUP1},
    {272, "bpr.group0_bit5_preempts", "4.8.3", group_preempts0, 5},
    {273, "bpr.group0_bit6_preempts", "4.8.3", group_preempts0, 6},
    {274, "bpr.group0_bit7_preempts", "4.8.3", group_preempts0, 7},
    {275, "bpr.group1_bit5_preempts", "4.8.3", group_preempts1, 5},
    {276, "bpr.group1_bit6_preempts", "4.8.3", group_preempts1, 6},
    {277, "bpr.group1_bit7_preempts", "4.8.3", group_preempts1, 7},
    {278, "bpr.group0_bit4_is_sub", "4.8.3", sub_waits0, 5},
    {279, "bpr.group0_bit5_is_sub", "4.8.3", sub_waits0, 6},
    {280, "bpr.group0_bit6_is_sub", "4.8.3", sub_waits0, 7},
    {281, "bpr.group1_bit4_is_sub", "4.8.3", sub_waits1, 5},
    {282, "bpr.group1_bit5_is_sub", "4.8.3", sub_waits1, 6},
    {283, "bpr.group1_bit6_is_sub", "4.8.3", sub_waits1, 7},
    {284, "bpr.sub_orders_group0", "4.8.3", sub_orders, GROUP0},
    {285, "bpr.sub_orders_group1", "4.8.3", sub_orders, GROUP1},
    {286, "bpr.no_preemption", "12.2 ICC_BPR0_EL1", no_preemption, 0},
    {287, "bpr.separate", "4.8.3", separate, 0},
    {288, "bpr.mask_uses_all_bits", "4.8.5", mask_uses_all_bits, 0},
    {289, "bpr.cbpr_reads_4", "12.2 ICC_BPR1_EL1", cbpr_reads, 4},
    {290, "bpr.cbpr_reads_6", "12.2 ICC_BPR1_EL1", cbpr_reads, 6},
    {291, "bpr.cbpr_saturates", "12.2 ICC_BPR1_EL1", cbpr_reads, 7},
    {292, "bpr.cbpr_ignores", "12.2 ICC_BPR1_EL1", cbpr_ignores, 7},
    {293, "bpr.cbpr_ignores_small", "12.2 ICC_BPR1_EL1", cbpr_ignores, 0},
    {294, "bpr.cbpr_preempts", "12.2 ICC_CTLR_EL1", cbpr_preempts, 0x70},
    {295, "bpr.cbpr_waits", "12.2 ICC_CTLR_EL1", cbpr_preempts, 0x80},
    {296, "bpr.cbpr_no_preemption", "12.2 ICC_CTLR_EL1", cbpr_no_preemption, 0},
    {MIXED_FIRST, "bpr.mixed_waits0", "4.8.3, 4.8.4", mixed_waits, GROUP0},
    {MIXED_FIRST + 1, "bpr.mixed_waits1", "4.8.3, 4.8.4", mixed_waits, GROUP1},
    {MIXED_FIRST + 2, "bpr.mixed_preempts0", "4.8.3, 4.8.4", mixed_preempts, GROUP0},
    {MIXED_FIRST + 3, "bpr.mixed_preempts1", "4.8.3, 4.8.4", mixed_preempts, GROUP1},
};

const struct rules rules_bpr = {table, ARRAY_SIZE(table)};
