/* SPDX-License-Identifier: Apache-2.0 */
/* Two security states, three groups: how they are encoded and enabled. EL3 sees the group in ICC_HPPIR0_EL1. */
#include "env.h"
#include "secure.h"

#define SUBJECT(intid, what) ((uint32_t)(what) << 16 | (intid))
#define INTID(subject)       ((subject)&0xffff)
#define WHAT(subject)        ((subject) >> 16)

#define INTID_SECURE    1020
#define INTID_NONSECURE 1021

static struct verdict two_states(uint32_t subject)
{
    uint32_t ctlr = mmio_read32(machine.gicd.base + GICD_CTLR);

    (void)subject;
    EXPECT("DS", ctlr & GICD_CTLR_DS, 0);
    EXPECT("ARE_S", ctlr & GICD_CTLR_ARE_S, GICD_CTLR_ARE_S);
    EXPECT("ARE_NS", ctlr & GICD_CTLR_S_ARE_NS, GICD_CTLR_S_ARE_NS);
    return PASSED;
}

static struct verdict security_extn(uint32_t place)
{
    uint64_t typer = read_at((enum place)place, machine.gicd.base + GICD_TYPER);

    EXPECT("SecurityExtn", typer & GICD_TYPER_SECURITYEXTN, GICD_TYPER_SECURITYEXTN);
    return PASSED;
}

/* What EL3 reads for a pending interrupt of that group (2.2.1). */
static uint64_t identifier(uint32_t intid, enum gic_group group)
{
    return group == GIC_GROUP0 ? intid : group == GIC_GROUP1_S ? INTID_SECURE : INTID_NONSECURE;
}

/* IGRPMODR and IGROUPR as a number of two bits: both set is reserved and treated as Non-secure Group 1. */
static struct verdict encoding(uint32_t subject)
{
    static const enum gic_group meant[4] = {GIC_GROUP0, GIC_GROUP1_NS, GIC_GROUP1_S, GIC_GROUP1_NS};
    uint32_t intid = INTID(subject), code = WHAT(subject), bit = BIT32(intid % 32);

    raise(intid, GIC_GROUP1_NS, PRIORITY_DEFAULT);
    mmio_write32(word_address(GICD_IGRPMODR, intid), (code & 2) != 0 ? bit : 0);
    mmio_write32(word_address(GICD_IGROUPR, intid), (code & 1) != 0 ? bit : 0);
    EXPECT("HPPIR0", read_sysreg(icc_hppir0_el1), identifier(intid, meant[code]));
    return PASSED;
}

static struct verdict readback(uint32_t subject)
{
    uintptr_t address = word_address(WHAT(subject), INTID(subject));

    mmio_write32(address, UINT32_C(0x5a5a5a5a));
    EXPECT("read", mmio_read32(address), 0x5a5a5a5a);
    mmio_write32(address, UINT32_C(0xa5a5a5a5));
    EXPECT("read again", mmio_read32(address), 0xa5a5a5a5);
    return PASSED;
}

/* GICD_CTLR.EnableGrp0, EnableGrp1NS, EnableGrp1S each stand for one group. */
static struct verdict distributor_enable(uint32_t group)
{
    static const uint32_t enable[GIC_GROUPS] = {
        [GIC_GROUP0] = GICD_CTLR_ENABLEGRP0,
        [GIC_GROUP1_NS] = GICD_CTLR_ENABLEGRP1NS,
        [GIC_GROUP1_S] = GICD_CTLR_ENABLEGRP1S,
    };
    uint32_t all = GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1NS | GICD_CTLR_ENABLEGRP1S;

    raise(SPI, (enum gic_group)group, PRIORITY_DEFAULT);
    set_distributor(all & ~enable[group]);
    EXPECT("HPPIR0 without it", read_sysreg(icc_hppir0_el1), INTID_SPURIOUS);
    set_distributor(enable[group]);
    EXPECT("HPPIR0 with it alone", read_sysreg(icc_hppir0_el1), identifier(SPI, (enum gic_group)group));
    return PASSED;
}

/* ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL3.EnableGrp1NS and EnableGrp1S. */
static void enable_interface(uint32_t groups)
{
    write_sysreg(icc_igrpen0_el1, groups >> GIC_GROUP0 & 1);
    write_sysreg(icc_igrpen1_el3, ((groups >> GIC_GROUP1_NS & 1) != 0 ? ICC_IGRPEN1_EL3_NS : 0) |
                                      ((groups >> GIC_GROUP1_S & 1) != 0 ? ICC_IGRPEN1_EL3_S : 0));
    isb();
}

static struct verdict interface_enable(uint32_t group)
{
    raise(SPI, (enum gic_group)group, PRIORITY_DEFAULT);
    enable_interface(7 & ~BIT32(group));
    EXPECT("ISR_EL1 without it", read_reg(EL3, isr), 0);
    EXPECT("IAR0 without it", read_sysreg(icc_iar0_el1), INTID_SPURIOUS);
    enable_interface(BIT32(group));
    EXPECT("ISR_EL1 with it alone", read_reg(EL3, isr), PSTATE_F);
    return PASSED;
}

#define EACH_ENCODING(first, kind, intid)                                                                              \
    {(first), "groups." kind ".group0", "12.9 GICD_IGRPMODR", encoding, SUBJECT(intid, 0)},                            \
        {(first) + 1, "groups." kind ".group1_ns", "12.9 GICD_IGRPMODR", encoding, SUBJECT(intid, 1)},                 \
        {(first) + 2, "groups." kind ".group1_s", "12.9 GICD_IGRPMODR", encoding, SUBJECT(intid, 2)},                  \
        {(first) + 3, "groups." kind ".reserved", "12.9 GICD_IGRPMODR", encoding, SUBJECT(intid, 3)},                  \
        {(first) + 4, "groups." kind ".igroupr", "12.9 GICD_IGROUPR", readback, SUBJECT(intid, GICD_IGROUPR)},         \
    {                                                                                                                  \
        (first) + 5, "groups." kind ".igrpmodr", "12.9 GICD_IGRPMODR", readback, SUBJECT(intid, GICD_IGRPMODR)         \
    }

static const struct rule table[] = {
    {1, "groups.two_states", "12.9 GICD_CTLR", two_states, 0},
    {2, "groups.security_extn", "12.9 GICD_TYPER", security_extn, EL3},
    {3, "groups.security_extn_nonsecure", "12.9 GICD_TYPER", security_extn, NONSECURE_EL1},
    EACH_ENCODING(4, "sgi", SGI),
    EACH_ENCODING(10, "ppi", PPI),
    EACH_ENCODING(16, "spi", SPI),
    {22, "groups.distributor_enable.group0", "4.7", distributor_enable, GIC_GROUP0},
    {23, "groups.distributor_enable.group1_ns", "4.7", distributor_enable, GIC_GROUP1_NS},
    {24, "groups.distributor_enable.group1_s", "4.7", distributor_enable, GIC_GROUP1_S},
    {25, "groups.interface_enable.group0", "12.2 ICC_IGRPEN0_EL1", interface_enable, GIC_GROUP0},
    {26, "groups.interface_enable.group1_ns", "12.2 ICC_IGRPEN1_EL3", interface_enable, GIC_GROUP1_NS},
    {27, "groups.interface_enable.group1_s", "12.2 ICC_IGRPEN1_EL3", interface_enable, GIC_GROUP1_S},
};

const struct rules rules_groups = {table, ARRAY_SIZE(table)};
