/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of GICv2 alone (IHI 0048B.b): identification, AckCtl and FIQEn, the aliased registers. */
#include "env.h"

#include "regs/gicv2.h"

#define FIRST 907

static uint32_t gicd(uint32_t offset)
{
    return mmio_read32(machine.gicd.base + offset);
}

static uint32_t gicc(uint32_t offset)
{
    return mmio_read32(machine.gicc.base + offset);
}

static void set_gicc(uint32_t offset, uint32_t value)
{
    mmio_write32(machine.gicc.base + offset, value);
    dsb(sy);
}

static struct verdict archrev(uint32_t subject)
{
    (void)subject;
    EXPECT("GICD_ICPIDR2.ArchRev", FIELD_GET(PIDR2_ARCHREV, gicd(GICD_ICPIDR2)), PIDR2_ARCHREV_GICV2);
    EXPECT("GICC_IIDR[19:16]", gicc(GICC_IIDR) >> 16 & 0xf, 2);
    return PASSED;
}

static struct verdict gicd_read_only(uint32_t offset)
{
    uint32_t before = gicd(offset);

    mmio_write32(machine.gicd.base + offset, ~before);
    EXPECT("after a write", gicd(offset), before);
    return PASSED;
}

static struct verdict gicc_read_only(uint32_t offset)
{
    uint32_t before = gicc(offset);

    set_gicc(offset, ~before);
    EXPECT("after a write", gicc(offset), before);
    return PASSED;
}

static struct verdict cpu_number(uint32_t subject)
{
    (void)subject;
    EXPECT("GICD_TYPER.CPUNumber", FIELD_GET(GICD_TYPER_CPUNUMBER, gicd(GICD_TYPER)), machine.cpus - 1);
    return PASSED;
}

/* At least 16 priorities, in the upper bits (3.3). */
static struct verdict pmr_bits(uint32_t subject)
{
    uint64_t missing;

    (void)subject;
    set_pmr(0xff);
    missing = get_pmr() ^ 0xff;
    EXPECT("at least four bits", missing & 0xf0, 0);
    EXPECT("no gap", missing & (missing + 1), 0);
    return PASSED;
}

static void set_ackctl(bool ackctl)
{
    set_gicc(GICC_CTLR, (gicc(GICC_CTLR) & ~GICC_CTLR_ACKCTL) | (ackctl ? GICC_CTLR_ACKCTL : 0));
}

static struct verdict ctlr_bits(uint32_t bit)
{
    uint32_t before = gicc(GICC_CTLR) & ~bit;

    set_gicc(GICC_CTLR, before | bit);
    EXPECT("set", gicc(GICC_CTLR), before | bit);
    set_gicc(GICC_CTLR, before);
    EXPECT("cleared", gicc(GICC_CTLR), before);
    return PASSED;
}

/* 1022: a Group 1 interrupt is there, and this register does not acknowledge it (4.4.4). */
static struct verdict other_group(uint32_t intid)
{
    raise(intid, 0x80);
    set_ackctl(false);
    EXPECT("GICC_HPPIR", gicc(GICC_HPPIR), INTID_OTHER_GROUP);
    EXPECT("GICC_IAR", gicc(GICC_IAR), INTID_OTHER_GROUP);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 0);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    set_ackctl(true);
    EXPECT("GICC_HPPIR with AckCtl", FIELD_GET(GICC_IAR_INTID, gicc(GICC_HPPIR)), intid);
    EXPECT("GICC_IAR with AckCtl", FIELD_GET(GICC_IAR_INTID, gicc(GICC_IAR)), intid);
    EXPECT("active acknowledged", active(intid), 1);
    return PASSED;
}

/* With AckCtl one register serves both groups, the highest first. */
static struct verdict ackctl_both(uint32_t group)
{
    set_group(PPI, group);
    set_group(PPI2, 1 - group);
    raise(PPI, 0x40);
    raise(PPI2, 0x80);
    set_ackctl(true);
    EXPECT("GICC_IAR", gicc(GICC_IAR), PPI);
    set_gicc(GICC_EOIR, PPI);
    EXPECT("GICC_IAR of the lower", gicc(GICC_IAR), PPI2);
    set_gicc(GICC_EOIR, PPI2);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("active", active(PPI) | active(PPI2), 0);
    return PASSED;
}

static struct verdict ackctl_nested(uint32_t group)
{
    set_group(PPI, group);
    set_group(PPI2, 1 - group);
    set_ackctl(true);
    raise(PPI2, 0x80);
    EXPECT("GICC_IAR of the lower", gicc(GICC_IAR), PPI2);
    raise(PPI, 0x40);
    EXPECT("GICC_IAR", gicc(GICC_IAR), PPI);
    EXPECT("RPR", get_rpr(), 0x40);
    set_gicc(GICC_EOIR, PPI);
    EXPECT("RPR after the first end", get_rpr(), 0x80);
    set_gicc(GICC_EOIR, PPI2);
    EXPECT("RPR after both", get_rpr(), 0xff);
    return PASSED;
}

/* FIQEn decides for Group 0, Group 1 is always an IRQ. */
static struct verdict fiqen(uint32_t group)
{
    set_group(PPI, group);
    raise(PPI, 0x80);
    EXPECT("signalled with FIQEn", signalled(), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    set_gicc(GICC_CTLR, gicc(GICC_CTLR) & ~GICC_CTLR_FIQEN);
    EXPECT("signalled without", signalled(), SIGNAL_IRQ);
    EXPECT("taken", take(SIGNAL_FIQ), 0);
    return PASSED;
}

/* A Group 1 interrupt by GICC_AIAR, AHPPIR and AEOIR, whatever AckCtl is (4.4.9 to 4.4.11). */
#define NEED_ALIASES                                                                                                   \
    SKIP_UNLESS(gicc(GICC_AHPPIR) == INTID_SPURIOUS, "no aliased registers (GICC_AHPPIR is not 1023 at rest)")

static struct verdict aliases(uint32_t ackctl)
{
    NEED_ALIASES;
    raise(PPI, 0x80);
    set_ackctl(ackctl != 0);
    EXPECT("GICC_AHPPIR", gicc(GICC_AHPPIR), PPI);
    EXPECT("pending", pending(PPI), 1);
    EXPECT("GICC_AIAR", gicc(GICC_AIAR), PPI);
    EXPECT("active", active(PPI), 1);
    EXPECT("RPR", get_rpr(), 0x80);
    set_gicc(GICC_AEOIR, PPI);
    EXPECT("active after GICC_AEOIR", active(PPI), 0);
    EXPECT("RPR after GICC_AEOIR", get_rpr(), 0xff);
    return PASSED;
}

/* Of Group 0 they know nothing. */
static struct verdict aliases_group0(uint32_t intid)
{
    NEED_ALIASES;
    set_group(intid, GROUP0);
    raise(intid, 0x80);
    EXPECT("GICC_AHPPIR", gicc(GICC_AHPPIR), INTID_SPURIOUS);
    EXPECT("GICC_AIAR", gicc(GICC_AIAR), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR", acknowledge(GROUP0), intid);
    return PASSED;
}

/* The source of an SGI there too. */
static struct verdict aliases_sgi(uint32_t intid)
{
    uint32_t own = FIELD_PREP(GICC_IAR_CPUID, (unsigned)__builtin_ctzll(own_route())) | intid;

    NEED_ALIASES;
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    EXPECT("GICC_AHPPIR", gicc(GICC_AHPPIR), own);
    EXPECT("GICC_AIAR", gicc(GICC_AIAR), own);
    set_gicc(GICC_AEOIR, own);
    EXPECT("active after GICC_AEOIR", active(intid), 0);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "v2.archrev", "IHI 0048B.b 4.3.18, 4.4.14", archrev, 0},
    {FIRST + 1, "v2.icpidr2_read_only", "IHI 0048B.b 4.3.18", gicd_read_only, GICD_ICPIDR2},
    {FIRST + 2, "v2.gicc_iidr_read_only", "IHI 0048B.b 4.4.14", gicc_read_only, GICC_IIDR},
    {FIRST + 3, "v2.cpu_number", "IHI 0048B.b 4.3.2", cpu_number, 0},
    {FIRST + 4, "v2.pmr_bits", "IHI 0048B.b 3.3, 4.4.2", pmr_bits, 0},
    {FIRST + 5, "v2.ctlr_ackctl", "IHI 0048B.b 4.4.1", ctlr_bits, GICC_CTLR_ACKCTL},
    {FIRST + 6, "v2.ctlr_fiqen", "IHI 0048B.b 4.4.1", ctlr_bits, GICC_CTLR_FIQEN},
    {FIRST + 7, "v2.other_group.sgi", "IHI 0048B.b 4.4.4, 4.4.7", other_group, SGI},
    {FIRST + 8, "v2.other_group.ppi", "IHI 0048B.b 4.4.4, 4.4.7", other_group, PPI},
    {FIRST + 9, "v2.other_group.spi", "IHI 0048B.b 4.4.4, 4.4.7", other_group, SPI_EDGE},
    {FIRST + 10, "v2.ackctl_group0_first", "IHI 0048B.b 4.4.1, 4.4.4", ackctl_both, GROUP0},
    {FIRST + 11, "v2.ackctl_group1_first", "IHI 0048B.b 4.4.1, 4.4.4", ackctl_both, GROUP1},
    {FIRST + 12, "v2.ackctl_group0_nested", "IHI 0048B.b 4.4.5", ackctl_nested, GROUP0},
    {FIRST + 13, "v2.ackctl_group1_nested", "IHI 0048B.b 4.4.5", ackctl_nested, GROUP1},
    {FIRST + 14, "v2.fiqen_group0", "IHI 0048B.b 4.4.1", fiqen, GROUP0},
    {FIRST + 15, "v2.fiqen_group1", "IHI 0048B.b 4.4.1", fiqen, GROUP1},
    {FIRST + 16, "v2.aliases", "IHI 0048B.b 4.4.9 to 4.4.11", aliases, 0},
    {FIRST + 17, "v2.aliases_ackctl", "IHI 0048B.b 4.4.9 to 4.4.11", aliases, 1},
    {FIRST + 18, "v2.aliases_group0", "IHI 0048B.b 4.4.9, 4.4.11", aliases_group0, PPI},
    {FIRST + 19, "v2.aliases_sgi", "IHI 0048B.b 4.4.9 to 4.4.11", aliases_sgi, SGI},
};

const struct rules rules_cpuif_v2 = {table, ARRAY_SIZE(table)};
