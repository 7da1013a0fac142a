/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what identifies the GIC, and what the CPU interface says when nothing is pending. */
#include "env.h"

static uint32_t gicd(uint32_t offset)
{
    return mmio_read32(machine.gicd.base + offset);
}

static uint32_t gicr(uint32_t offset)
{
    return mmio_read32(gic_redistributor() + offset);
}

/* GICv3 or GICv4. */
static struct verdict archrev(uint32_t redistributor)
{
    uint64_t pidr2 = redistributor != 0 ? gicr(GICR_PIDR2) : gicd(GICD_PIDR2);

    if (FIELD_GET(PIDR2_ARCHREV, pidr2) != PIDR2_ARCHREV_GICV3 + 1)
        EXPECT("ArchRev", FIELD_GET(PIDR2_ARCHREV, pidr2), PIDR2_ARCHREV_GICV3);
    return PASSED;
}

static struct verdict archrev_agrees(uint32_t subject)
{
    (void)subject;
    EXPECT("GICR_PIDR2.ArchRev", FIELD_GET(PIDR2_ARCHREV, gicr(GICR_PIDR2)),
           FIELD_GET(PIDR2_ARCHREV, gicd(GICD_PIDR2)));
    return PASSED;
}

/* `offset`: in the distributor. */
static struct verdict gicd_read_only(uint32_t offset)
{
    uint32_t before = gicd(offset);

    mmio_write32(machine.gicd.base + offset, ~before);
    EXPECT("after a write", gicd(offset), before);
    return PASSED;
}

static struct verdict gicr_read_only(uint32_t offset)
{
    uint32_t before = gicr(offset);

    mmio_write32(gic_redistributor() + offset, ~before);
    EXPECT("after a write", gicr(offset), before);
    return PASSED;
}

/* INTIDs of IDbits + 1 bits include all SPIs that ITLinesNumber promises, and there is at least one of these. */
static struct verdict typer_idbits(uint32_t subject)
{
    uint64_t typer = gicd(GICD_TYPER);
    uint64_t intids = 32 * (FIELD_GET(GICD_TYPER_ITLINES, typer) + 1);

    (void)subject;
    EXPECT("ITLinesNumber is not 0", FIELD_GET(GICD_TYPER_ITLINES, typer) > 0, 1);
    EXPECT("IDbits are enough", UINT64_C(1) << (FIELD_GET(GICD_TYPER_IDBITS, typer) + 1) >= intids, 1);
    return PASSED;
}

static struct verdict typer_one_state(uint32_t subject)
{
    (void)subject;
    EXPECT("SecurityExtn", gicd(GICD_TYPER) & GICD_TYPER_SECURITYEXTN, 0);
    return PASSED;
}

static struct verdict ctlr_reads(uint32_t bit)
{
    EXPECT("bit of GICD_CTLR", gicd(GICD_CTLR) & bit, bit);
    return PASSED;
}

static struct verdict ctlr_enables(uint32_t both)
{
    set_distributor((both & 1) != 0, (both & 2) != 0);
    EXPECT("GICD_CTLR[1:0]", gicd(GICD_CTLR) & 3, both);
    return PASSED;
}

static struct verdict ctlr_rwp(uint32_t subject)
{
    (void)subject;
    enable(SPI_EDGE);
    write_bit(GICD_ICENABLER, SPI_EDGE);
    for (unsigned i = 0; i < 10000 && (gicd(GICD_CTLR) & GICD_CTLR_RWP) != 0; i++)
        ;
    EXPECT("RWP", gicd(GICD_CTLR) & GICD_CTLR_RWP, 0);
    return PASSED;
}

static struct verdict gicr_ctlr_idle(uint32_t bit)
{
    enable(PPI);
    write_bit(GICD_ICENABLER, PPI);
    for (unsigned i = 0; i < 10000 && (gicr(GICR_CTLR) & bit) != 0; i++)
        ;
    EXPECT("bit of GICR_CTLR", gicr(GICR_CTLR) & bit, 0);
    return PASSED;
}

static struct verdict gicr_affinity(uint32_t subject)
{
    uint64_t route = own_route();

    (void)subject;
    EXPECT("GICR_TYPER[63:32]", gicr(GICR_TYPER + 4), (route >> 32 << 24) | (route & 0xffffff));
    return PASSED;
}

static struct verdict gicr_typer_halves(uint32_t subject)
{
    uint64_t typer = mmio_read64(gic_redistributor() + GICR_TYPER);

    (void)subject;
    EXPECT("lower half", gicr(GICR_TYPER), typer & 0xffffffff);
    EXPECT("upper half", gicr(GICR_TYPER + 4), typer >> 32);
    return PASSED;
}

/* The last redistributor of the region says so, and the others have affinities of their own. */
static struct verdict gicr_last(uint32_t subject)
{
    uintptr_t base = machine.gicr.base;
    unsigned own = 0;

    (void)subject;
    for (;;) {
        uint64_t typer = mmio_read64(base + GICR_TYPER);

        own += typer >> 32 == gicr(GICR_TYPER + 4);
        if ((typer & GICR_TYPER_LAST) != 0)
            break;
        base += (typer & GICR_TYPER_VLPIS) != 0 ? 2 * GICR_SIZE : GICR_SIZE;
        EXPECT("inside the region", base - machine.gicr.base < machine.gicr.size, 1);
    }
    EXPECT("redistributors of this PE", own, 1);
    return PASSED;
}

static struct verdict waker(uint32_t subject)
{
    uintptr_t address = gic_redistributor() + GICR_WAKER;

    (void)subject;
    set_igrpen(GROUP0, false);
    set_igrpen(GROUP1, false);
    mmio_write32(address, GICR_WAKER_PROCESSORSLEEP);
    for (unsigned i = 0; i < 10000 && (mmio_read32(address) & GICR_WAKER_CHILDRENASLEEP) == 0; i++)
        ;
    EXPECT("asleep", mmio_read32(address) & (GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP),
           GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP);
    mmio_write32(address, 0);
    for (unsigned i = 0; i < 10000 && (mmio_read32(address) & GICR_WAKER_CHILDRENASLEEP) != 0; i++)
        ;
    EXPECT("awake", mmio_read32(address) & (GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP), 0);
    return PASSED;
}

static struct verdict sre(uint32_t subject)
{
    (void)subject;
    write_sysreg(icc_sre_el1, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
    isb();
    EXPECT("SRE", read_sysreg(icc_sre_el1) & ICC_SRE_SRE, ICC_SRE_SRE);
    return PASSED;
}

static struct verdict id_register(uint32_t subject)
{
    (void)subject;
    EXPECT("ID_AA64PFR0_EL1.GIC is not 0", FIELD_GET(ID_AA64PFR0_GIC, read_sysreg(id_aa64pfr0_el1)) > 0, 1);
    return PASSED;
}

/* At least 16 priorities with one security state (4.8), at most 256. */
static struct verdict pribits(uint32_t subject)
{
    uint64_t bits = FIELD_GET(ICC_CTLR_PRIBITS, read_sysreg(icc_ctlr_el1)) + 1;

    (void)subject;
    EXPECT("4 <= PRIbits + 1", bits >= 4, 1);
    set_pmr(0xff);
    EXPECT("implemented bits of PMR", read_sysreg(icc_pmr_el1), 0xff & (0xff00 >> bits));
    return PASSED;
}

static struct verdict icc_ctlr_constant(uint32_t subject)
{
    uint64_t constant = FIELD_MASK(ICC_CTLR_PRIBITS) | FIELD_MASK(ICC_CTLR_IDBITS) | ICC_CTLR_A3V;
    uint64_t before = read_sysreg(icc_ctlr_el1) & constant;

    (void)subject;
    write_sysreg(icc_ctlr_el1, ~before & constant);
    isb();
    EXPECT("read-only fields", read_sysreg(icc_ctlr_el1) & constant, before);
    return PASSED;
}

static struct verdict idle_rpr(uint32_t subject)
{
    (void)subject;
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict idle_iar(uint32_t group)
{
    EXPECT("IAR", acknowledge(group), INTID_SPURIOUS);
    EXPECT("RPR", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict idle_hppir(uint32_t group)
{
    EXPECT("HPPIR", highest_pending(group), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict idle_signal(uint32_t subject)
{
    (void)subject;
    EXPECT("ISR_EL1", signalled(), 0);
    return PASSED;
}

static struct verdict igrpen_reads(uint32_t group)
{
    set_igrpen(group, false);
    EXPECT("cleared", get_igrpen(group), 0);
    set_igrpen(group, true);
    EXPECT("set", get_igrpen(group), 1);
    return PASSED;
}

static struct verdict ctlr_modes(uint32_t modes)
{
    set_ctlr((modes & 2) != 0, (modes & 1) != 0);
    EXPECT("EOImode, CBPR", get_ctlr(), modes);
    return PASSED;
}

static const struct rule table[] = {
    {1, "ident.gicd_archrev", "12.9 GICD_PIDR2", archrev, 0},
    {2, "ident.gicr_archrev", "12.11 GICR_PIDR2", archrev, 1},
    {3, "ident.archrev_agrees", "12.11 GICR_PIDR2", archrev_agrees, 0},
    {4, "ident.typer_read_only", "12.9 GICD_TYPER", gicd_read_only, GICD_TYPER},
    {5, "ident.iidr_read_only", "12.9 GICD_IIDR", gicd_read_only, GICD_IIDR},
    {6, "ident.pidr2_read_only", "12.9 GICD_PIDR2", gicd_read_only, GICD_PIDR2},
    {7, "ident.typer_idbits", "12.9 GICD_TYPER", typer_idbits, 0},
    {8, "ident.typer_one_security_state", "12.9 GICD_TYPER", typer_one_state, 0},
    {9, "ident.ctlr_ds", "12.9 GICD_CTLR", ctlr_reads, GICD_CTLR_DS},
    {10, "ident.ctlr_are", "12.9 GICD_CTLR", ctlr_reads, GICD_CTLR_ARE},
    {11, "ident.ctlr_no_group", "12.9 GICD_CTLR", ctlr_enables, 0},
    {12, "ident.ctlr_group0", "12.9 GICD_CTLR", ctlr_enables, 1},
    {13, "ident.ctlr_group1", "12.9 GICD_CTLR", ctlr_enables, 2},
    {14, "ident.ctlr_both_groups", "12.9 GICD_CTLR", ctlr_enables, 3},
    {15, "ident.ctlr_rwp_clears", "12.9 GICD_CTLR", ctlr_rwp, 0},
    {16, "ident.gicr_rwp_clears", "12.11 GICR_CTLR", gicr_ctlr_idle, GICR_CTLR_RWP},
    {17, "ident.gicr_uwp_clears", "12.11 GICR_CTLR", gicr_ctlr_idle, GICR_CTLR_UWP},
    {18, "ident.gicr_lpis_off", "12.11 GICR_CTLR", gicr_ctlr_idle, GICR_CTLR_ENABLELPIS},
    {19, "ident.gicr_iidr_read_only", "12.11 GICR_IIDR", gicr_read_only, GICR_IIDR},
    {20, "ident.gicr_typer_read_only", "12.11 GICR_TYPER", gicr_read_only, GICR_TYPER},
    {21, "ident.gicr_affinity_read_only", "12.11 GICR_TYPER", gicr_read_only, GICR_TYPER + 4},
    {22, "ident.gicr_pidr2_read_only", "12.11 GICR_PIDR2", gicr_read_only, GICR_PIDR2},
    {23, "ident.gicr_affinity", "12.11 GICR_TYPER", gicr_affinity, 0},
    {24, "ident.gicr_typer_halves", "12.11 GICR_TYPER", gicr_typer_halves, 0},
    {25, "ident.gicr_last", "12.11 GICR_TYPER", gicr_last, 0},
    {26, "ident.gicr_waker", "12.11 GICR_WAKER", waker, 0},
    {27, "ident.sre", "12.2 ICC_SRE_EL1", sre, 0},
    {28, "ident.id_register", "DDI 0487 ID_AA64PFR0_EL1", id_register, 0},
    {29, "ident.pribits", "12.2 ICC_CTLR_EL1, ICC_PMR_EL1", pribits, 0},
    {30, "ident.icc_ctlr_constant", "12.2 ICC_CTLR_EL1", icc_ctlr_constant, 0},
    {31, "ident.idle_rpr", "12.2 ICC_RPR_EL1", idle_rpr, 0},
    {32, "ident.idle_iar0", "12.2 ICC_IAR0_EL1", idle_iar, GROUP0},
    {33, "ident.idle_iar1", "12.2 ICC_IAR1_EL1", idle_iar, GROUP1},
    {34, "ident.idle_hppir0", "12.2 ICC_HPPIR0_EL1", idle_hppir, GROUP0},
    {35, "ident.idle_hppir1", "12.2 ICC_HPPIR1_EL1", idle_hppir, GROUP1},
    {36, "ident.idle_signal", "4.1", idle_signal, 0},
    {37, "ident.igrpen0", "12.2 ICC_IGRPEN0_EL1", igrpen_reads, GROUP0},
    {38, "ident.igrpen1", "12.2 ICC_IGRPEN1_EL1", igrpen_reads, GROUP1},
    {39, "ident.icc_ctlr_cbpr", "12.2 ICC_CTLR_EL1", ctlr_modes, 1},
    {40, "ident.icc_ctlr_eoimode", "12.2 ICC_CTLR_EL1", ctlr_modes, 2},
};

const struct rules rules_ident = {table, ARRAY_SIZE(table)};
