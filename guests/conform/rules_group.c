/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: Group 0 as FIQ, Group 1 as IRQ, and what enables them (IHI 0069H 4.6, 4.7). */
#include "env.h"

static struct verdict group1_is_irq(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR0", acknowledge(GROUP0), INTID_SPURIOUS);
    EXPECT("HPPIR0", highest_pending(GROUP0), INTID_SPURIOUS);
    EXPECT("HPPIR1", highest_pending(GROUP1), intid);
    EXPECT("IAR1", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict group0_is_fiq(uint32_t intid)
{
    set_group(intid, GROUP0);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_FIQ);
    EXPECT("IAR1", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    EXPECT("HPPIR1", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("HPPIR0", highest_pending(GROUP0), intid);
    EXPECT("IAR0", acknowledge(GROUP0), intid);
    EXPECT("active", active(intid), 1);
    end(GROUP0, intid);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

/* `group`: disabled at the CPU interface, nothing of the other group pending. */
static struct verdict igrpen(uint32_t group)
{
    uint64_t signal = group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ;

    set_group(PPI, group);
    raise(PPI, 0x80);
    set_igrpen(group, false);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(group), INTID_SPURIOUS);
    EXPECT("pending", pending(PPI), 1);
    set_igrpen(group, true);
    EXPECT("signalled again", signalled(), signal);
    EXPECT("IAR", acknowledge(group), PPI);
    return PASSED;
}

/* Disabled groups do not hold up what is active. */
static struct verdict igrpen_while_active(uint32_t group)
{
    set_group(PPI, group);
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(group), PPI);
    set_igrpen(group, false);
    EXPECT("RPR", get_rpr(), 0x80);
    end(group, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    EXPECT("active", active(PPI), 0);
    return PASSED;
}

static struct verdict distributor_off1(uint32_t intid)
{
    raise(intid, 0x80);
    set_distributor(true, false);
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    set_distributor(true, true);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict distributor_off0(uint32_t intid)
{
    set_group(intid, GROUP0);
    raise(intid, 0x80);
    set_distributor(false, true);
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP0), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    set_distributor(true, true);
    EXPECT("IAR", acknowledge(GROUP0), intid);
    return PASSED;
}

/* The other group goes on while one is off in the distributor. */
static struct verdict distributor_other(uint32_t group)
{
    set_group(PPI, 1 - group);
    set_group(SGI, group);
    raise(PPI, 0x40);
    raise(SGI, 0x80);
    set_distributor(group == GROUP0, group == GROUP1);
    EXPECT("HPPIR", highest_pending(group), SGI);
    EXPECT("signalled", signalled(), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(group), SGI);
    return PASSED;
}

/* One highest pending interrupt over both groups: only its signal is there. */
static struct verdict higher_of_groups(uint32_t group)
{
    set_group(PPI, group);
    set_group(SPI_EDGE, 1 - group);
    raise(PPI, 0x40);
    raise(SPI_EDGE, 0x80);
    EXPECT("signalled", signalled(), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR of the lower", acknowledge(1 - group), INTID_SPURIOUS);
    EXPECT("HPPIR of the lower", highest_pending(1 - group), INTID_SPURIOUS);
    EXPECT("IAR of the higher", acknowledge(group), PPI);
    end(group, PPI);
    EXPECT("signalled next", signalled(), group == GROUP0 ? SIGNAL_IRQ : SIGNAL_FIQ);
    EXPECT("IAR of the lower", acknowledge(1 - group), SPI_EDGE);
    return PASSED;
}

static struct verdict preempts_other(uint32_t group)
{
    set_group(PPI, 1 - group);
    set_group(SGI, group);
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(1 - group), PPI);
    raise(SGI, 0x40);
    EXPECT("IAR of the higher", acknowledge(group), SGI);
    EXPECT("RPR", get_rpr(), 0x40);
    end(group, SGI);
    EXPECT("RPR", get_rpr(), 0x80);
    end(1 - group, PPI);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict waits_for_other(uint32_t group)
{
    set_group(PPI, 1 - group);
    set_group(SGI, group);
    raise(PPI, 0x40);
    EXPECT("IAR", acknowledge(1 - group), PPI);
    raise(SGI, 0x80);
    EXPECT("signalled", signalled(), 0);
    end(1 - group, PPI);
    EXPECT("IAR", acknowledge(group), SGI);
    return PASSED;
}

static struct verdict moved(uint32_t intid)
{
    set_priority(intid, 0x80);
    pend(intid);
    set_group(intid, GROUP0);
    enable(intid);
    EXPECT("signalled as Group 0", signalled(), SIGNAL_FIQ);
    disable(intid);
    set_group(intid, GROUP1);
    enable(intid);
    EXPECT("signalled as Group 1", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(330, "group.group1_is_irq", "4.6", group1_is_irq),
    EACH_EXTENDED(41, "group.group1_is_irq", "4.6", group1_is_irq),
    EACH_KIND(334, "group.group0_is_fiq", "4.6", group0_is_fiq),
    EACH_EXTENDED(42, "group.group0_is_fiq", "4.6", group0_is_fiq),
    {338, "group.igrpen0", "12.2 ICC_IGRPEN0_EL1", igrpen, GROUP0},
    {339, "group.igrpen1", "12.2 ICC_IGRPEN1_EL1", igrpen, GROUP1},
    {340, "group.igrpen0_while_active", "12.2 ICC_IGRPEN0_EL1", igrpen_while_active, GROUP0},
    {341, "group.igrpen1_while_active", "12.2 ICC_IGRPEN1_EL1", igrpen_while_active, GROUP1},
    EACH_KIND(342, "group.distributor_off1", "4.7, 12.9 GICD_CTLR", distributor_off1),
    EACH_EXTENDED(43, "group.distributor_off1", "4.7, 12.9 GICD_CTLR", distributor_off1),
    EACH_KIND(346, "group.distributor_off0", "4.7, 12.9 GICD_CTLR", distributor_off0),
    EACH_EXTENDED(44, "group.distributor_off0", "4.7, 12.9 GICD_CTLR", distributor_off0),
    {350, "group.distributor_only0", "4.7, 12.9 GICD_CTLR", distributor_other, GROUP0},
    {351, "group.distributor_only1", "4.7, 12.9 GICD_CTLR", distributor_other, GROUP1},
    {352, "group.higher_is_0", "4.8", higher_of_groups, GROUP0},
    {353, "group.higher_is_1", "4.8", higher_of_groups, GROUP1},
    {354, "group.group0_preempts_1", "4.8.4", preempts_other, GROUP0},
    {355, "group.group1_preempts_0", "4.8.4", preempts_other, GROUP1},
    {356, "group.group0_waits_for_1", "4.8.4", waits_for_other, GROUP0},
    {357, "group.group1_waits_for_0", "4.8.4", waits_for_other, GROUP1},
    EACH_KIND(358, "group.moved", "12.9 GICD_IGROUPR<n>", moved),
    EACH_EXTENDED(45, "group.moved", "12.9 GICD_IGROUPR<n>", moved),
};

const struct rules rules_group = {table, ARRAY_SIZE(table)};
