/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: software generated interrupts (IHI 0069H 4.4, 12.2 ICC_SGI1R_EL1). */
#include "env.h"

static struct verdict to_self(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("pending", read_word(GICD_ISPENDR, 0), BIT32(intid));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending afterwards", pending(intid), 0);
    end(GROUP1, intid);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict group0_to_self(uint32_t intid)
{
    set_group(intid, GROUP0);
    set_priority(intid, 0x80);
    enable(intid);
    send_sgi(GROUP0, gic_sgi_to_self(intid));
    EXPECT("signalled", signalled(), SIGNAL_FIQ);
    EXPECT("IAR0", acknowledge(GROUP0), intid);
    return PASSED;
}

/* A register generates SGIs of its group alone: `group` writes, the SGI is of the other one. */
static struct verdict wrong_group(uint32_t group)
{
    set_group(SGI, 1 - group);
    enable(SGI);
    send_sgi(group, gic_sgi_to_self(SGI));
    EXPECT("pending", pending(SGI), 0);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

static struct verdict nobody(uint32_t subject)
{
    (void)subject;
    enable(SGI);
    send_sgi(GROUP1, gic_sgi_to_self(SGI) & ~FIELD_MASK(ICC_SGI_TARGETLIST));
    EXPECT("pending", pending(SGI), 0);
    return PASSED;
}

/* The list without this PE. */
static struct verdict other_targets(uint32_t subject)
{
    (void)subject;
    enable(SGI);
    send_sgi(GROUP1, gic_sgi_to_self(SGI) ^ FIELD_MASK(ICC_SGI_TARGETLIST));
    EXPECT("pending", pending(SGI), 0);
    return PASSED;
}

/* The list names it together with PEs that do not exist. */
static struct verdict all_targets(uint32_t subject)
{
    (void)subject;
    enable(SGI);
    send_sgi(GROUP1, gic_sgi_to_self(SGI) | FIELD_MASK(ICC_SGI_TARGETLIST));
    EXPECT("pending", pending(SGI), 1);
    EXPECT("IAR", acknowledge(GROUP1), SGI);
    return PASSED;
}

/* `level`: of the affinity that is not this PE's. */
static struct verdict other_cluster(uint32_t level)
{
    uint64_t flip = level == 1 ? FIELD_PREP(ICC_SGI_AFF1, 0x55) : FIELD_PREP(ICC_SGI_AFF2, 0x55);

    enable(SGI);
    send_sgi(GROUP1, gic_sgi_to_self(SGI) ^ flip);
    EXPECT("pending", pending(SGI), 0);
    return PASSED;
}

static struct verdict other_affinity3(uint32_t subject)
{
    (void)subject;
    SKIP_UNLESS((read_sysreg(icc_ctlr_el1) & ICC_CTLR_A3V) != 0, "no affinity 3 (ICC_CTLR_EL1.A3V = 0)");
    enable(SGI);
    send_sgi(GROUP1, gic_sgi_to_self(SGI) ^ FIELD_PREP(ICC_SGI_AFF3, 0x55));
    EXPECT("pending", pending(SGI), 0);
    return PASSED;
}

/* Interrupt_Routing_Mode = 1: all but the sender. */
static struct verdict broadcast(uint32_t group)
{
    set_group(SGI, group);
    enable(SGI);
    send_sgi(group, FIELD_PREP(ICC_SGI_INTID, SGI) | ICC_SGI_IRM);
    EXPECT("pending", pending(SGI), 0);
    send_sgi(group, gic_sgi_to_self(SGI) | ICC_SGI_IRM);
    EXPECT("pending, target list ignored", pending(SGI), 0);
    return PASSED;
}

static struct verdict disabled(uint32_t intid)
{
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled", signalled(), 0);
    enable(intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict twice(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("IAR afterwards", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict while_active(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("IAR", acknowledge(GROUP1), intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    EXPECT("signalled", signalled(), 0);
    end(GROUP1, intid);
    EXPECT("IAR afterwards", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict cleared(uint32_t intid)
{
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    unpend(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* All sixteen, the last the highest. */
static struct verdict sixteen(uint32_t subject)
{
    (void)subject;
    for (uint32_t intid = 0; intid < INTID_SGI_COUNT; intid++) {
        set_priority(intid, (uint8_t)(0xf0 - 0x10 * intid));
        enable(intid);
        send_sgi(GROUP1, gic_sgi_to_self(intid));
    }
    set_pmr(0xf0);
    for (uint32_t intid = INTID_SGI_COUNT - 1; intid > 0; intid--) {
        EXPECT("IAR", acknowledge(GROUP1), intid);
        end(GROUP1, intid);
    }
    EXPECT("IAR of the masked one", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", read_word(GICD_ISPENDR, 0), 1);
    return PASSED;
}

static struct verdict taken_by_exception(uint32_t intid)
{
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 20; i++) {
        send_sgi(GROUP1, gic_sgi_to_self(intid));
        EXPECT("taken", take(SIGNAL_IRQ), 1);
        EXPECT("INTID", taken.arrival[0].intid, intid);
        EXPECT("spurious", taken.spurious, 0);
    }
    return PASSED;
}

static const struct rule table[] = {
    {378, "sgi.to_self.0", "12.2 ICC_SGI1R_EL1", to_self, 0},
    {379, "sgi.to_self.3", "12.2 ICC_SGI1R_EL1", to_self, SGI},
    {380, "sgi.to_self.15", "12.2 ICC_SGI1R_EL1", to_self, 15},
    {381, "sgi.group0_to_self.0", "12.2 ICC_SGI0R_EL1", group0_to_self, 0},
    {382, "sgi.group0_to_self.15", "12.2 ICC_SGI0R_EL1", group0_to_self, 15},
    {383, "sgi.sgi0r_not_group1", "12.2 ICC_SGI0R_EL1", wrong_group, GROUP0},
    {384, "sgi.sgi1r_not_group0", "12.2 ICC_SGI1R_EL1", wrong_group, GROUP1},
    {385, "sgi.nobody", "12.2 ICC_SGI1R_EL1", nobody, 0},
    {386, "sgi.other_targets", "12.2 ICC_SGI1R_EL1", other_targets, 0},
    {387, "sgi.all_targets", "12.2 ICC_SGI1R_EL1", all_targets, 0},
    {388, "sgi.other_affinity1", "12.2 ICC_SGI1R_EL1", other_cluster, 1},
    {389, "sgi.other_affinity2", "12.2 ICC_SGI1R_EL1", other_cluster, 2},
    {390, "sgi.other_affinity3", "12.2 ICC_SGI1R_EL1", other_affinity3, 0},
    {391, "sgi.broadcast_not_self0", "12.2 ICC_SGI0R_EL1", broadcast, GROUP0},
    {392, "sgi.broadcast_not_self1", "12.2 ICC_SGI1R_EL1", broadcast, GROUP1},
    {393, "sgi.disabled", "4.7", disabled, SGI},
    {394, "sgi.twice", "4.1.2", twice, SGI},
    {395, "sgi.while_active", "4.1.2", while_active, SGI},
    {396, "sgi.cleared", "12.11 GICR_ICPENDR0", cleared, SGI},
    {397, "sgi.sixteen", "4.4, 4.8", sixteen, 0},
    {398, "sgi.taken", "4.4", taken_by_exception, SGI},
};

const struct rules rules_sgi = {table, ARRAY_SIZE(table)};
