/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what is RAZ/WI with affinity routing and one security state, and reserved offsets. */
#include "env.h"

/* A word at `address` reads zero before and after a write of ones. */
static struct verdict zero_at(uintptr_t address)
{
    EXPECT("before a write", mmio_read32(address), 0);
    mmio_write32(address, UINT32_MAX);
    EXPECT("after a write", mmio_read32(address), 0);
    return PASSED;
}

static struct verdict gicd_zero(uint32_t offset)
{
    return zero_at(machine.gicd.base + offset);
}

static struct verdict rd_zero(uint32_t offset)
{
    return zero_at(gic_redistributor() + offset);
}

static struct verdict sgi_zero(uint32_t offset)
{
    return zero_at(gic_redistributor() + GICR_SGI + offset);
}

/* A write to registers of the legacy mode has no effect on the SGIs of this PE. */
static struct verdict legacy_sgi(uint32_t offset)
{
    enable(SGI);
    mmio_write32(machine.gicd.base + offset, offset == GICD_SGIR ? UINT32_C(0x02000000) | SGI : UINT32_MAX);
    EXPECT("ISPENDR", read_word(GICD_ISPENDR, 0) & 0xffff, 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Enabled, active or pending SGIs and PPIs do not show in the distributor's words of INTIDs 0 to 31. */
static struct verdict banked_hidden(uint32_t offset)
{
    mmio_write32(word_address(offset, PPI), BIT32(PPI));
    EXPECT("in the redistributor", read_bit(offset, PPI), 1);
    EXPECT("in the distributor", mmio_read32(machine.gicd.base + offset), 0);
    return PASSED;
}

static struct verdict banked_write(uint32_t offset)
{
    mmio_write32(machine.gicd.base + offset, BIT32(PPI));
    EXPECT("in the redistributor", read_bit(offset, PPI), 0);
    return PASSED;
}

static struct verdict banked_priority(uint32_t subject)
{
    (void)subject;
    set_priority(PPI, 0x40);
    mmio_write8(machine.gicd.base + GICD_IPRIORITYR + PPI, 0x80);
    EXPECT("in the redistributor", get_priority(PPI), 0x40);
    EXPECT("in the distributor", mmio_read32(machine.gicd.base + GICD_IPRIORITYR + (PPI & ~3U)), 0);
    return PASSED;
}

static const struct rule table[] = {
    {41, "reserved.gicd_igroupr0", "12.9 GICD_IGROUPR<n>", gicd_zero, GICD_IGROUPR},
    {42, "reserved.gicd_isenabler0", "12.9 GICD_ISENABLER<n>", gicd_zero, GICD_ISENABLER},
    {43, "reserved.gicd_icenabler0", "12.9 GICD_ICENABLER<n>", gicd_zero, GICD_ICENABLER},
    {44, "reserved.gicd_ispendr0", "12.9 GICD_ISPENDR<n>", gicd_zero, GICD_ISPENDR},
    {45, "reserved.gicd_icpendr0", "12.9 GICD_ICPENDR<n>", gicd_zero, GICD_ICPENDR},
    {46, "reserved.gicd_isactiver0", "12.9 GICD_ISACTIVER<n>", gicd_zero, GICD_ISACTIVER},
    {47, "reserved.gicd_icactiver0", "12.9 GICD_ICACTIVER<n>", gicd_zero, GICD_ICACTIVER},
    {48, "reserved.gicd_ipriorityr0", "12.9 GICD_IPRIORITYR<n>", gicd_zero, GICD_IPRIORITYR},
    {49, "reserved.gicd_ipriorityr7", "12.9 GICD_IPRIORITYR<n>", gicd_zero, GICD_IPRIORITYR + 28},
    {50, "reserved.gicd_icfgr0", "12.9 GICD_ICFGR<n>", gicd_zero, GICD_ICFGR},
    {51, "reserved.gicd_icfgr1", "12.9 GICD_ICFGR<n>", gicd_zero, GICD_ICFGR + 4},
    {52, "reserved.gicd_itargetsr_ppi", "12.9 GICD_ITARGETSR<n>", gicd_zero, GICD_ITARGETSR},
    {53, "reserved.gicd_itargetsr_spi", "12.9 GICD_ITARGETSR<n>", gicd_zero, GICD_ITARGETSR + 32},
    {54, "reserved.gicd_igrpmodr0", "12.9 GICD_IGRPMODR<n>", gicd_zero, GICD_IGRPMODR},
    {55, "reserved.gicd_igrpmodr1", "12.9 GICD_IGRPMODR<n>", gicd_zero, GICD_IGRPMODR + 4},
    {56, "reserved.gicd_nsacr0", "12.9 GICD_NSACR<n>", gicd_zero, GICD_NSACR},
    {57, "reserved.gicd_nsacr2", "12.9 GICD_NSACR<n>", gicd_zero, GICD_NSACR + 8},
    {58, "reserved.gicd_spendsgir", "12.9 GICD_SPENDSGIR<n>", gicd_zero, GICD_SPENDSGIR},
    {59, "reserved.gicd_cpendsgir", "12.9 GICD_CPENDSGIR<n>", gicd_zero, GICD_CPENDSGIR},
    {60, "reserved.gicd_0060", "12.8", gicd_zero, 0x60},
    {61, "reserved.gicd_f40", "12.8", gicd_zero, 0xf40},
    {62, "reserved.gicd_6000", "12.8", gicd_zero, GICD_IROUTER},
    {63, "reserved.gicd_60f8", "12.8", gicd_zero, GICD_IROUTER + 8 * 31},
    {64, "reserved.gicr_0200", "12.10", rd_zero, 0x200},
    {65, "reserved.gicr_igrpmodr0", "12.11 GICR_IGRPMODR0", sgi_zero, GICR_IGRPMODR0},
    {66, "reserved.gicr_nsacr", "12.11 GICR_NSACR", sgi_zero, GICR_NSACR},
    {67, "reserved.gicr_sgi_0010", "12.10", sgi_zero, 0x10},
    {68, "reserved.gicr_sgi_1000", "12.10", sgi_zero, 0x1000},
    {69, "reserved.sgir", "12.9 GICD_SGIR", legacy_sgi, GICD_SGIR},
    {70, "reserved.spendsgir_no_effect", "12.9 GICD_SPENDSGIR<n>", legacy_sgi, GICD_SPENDSGIR},
    {71, "reserved.enable_hidden", "12.9 GICD_ISENABLER<n>", banked_hidden, GICD_ISENABLER},
    {72, "reserved.pending_hidden", "12.9 GICD_ISPENDR<n>", banked_hidden, GICD_ISPENDR},
    {73, "reserved.active_hidden", "12.9 GICD_ISACTIVER<n>", banked_hidden, GICD_ISACTIVER},
    {74, "reserved.enable_no_effect", "12.9 GICD_ISENABLER<n>", banked_write, GICD_ISENABLER},
    {75, "reserved.pending_no_effect", "12.9 GICD_ISPENDR<n>", banked_write, GICD_ISPENDR},
    {76, "reserved.active_no_effect", "12.9 GICD_ISACTIVER<n>", banked_write, GICD_ISACTIVER},
    {77, "reserved.priority_no_effect", "12.9 GICD_IPRIORITYR<n>", banked_priority, 0},
};

const struct rules rules_reserved = {table, ARRAY_SIZE(table)};
