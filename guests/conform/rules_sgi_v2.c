/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of GICv2 alone (IHI 0048B.b): SGIs, which are pending from each of their sources, and targets of interrupts. */
#include "env.h"

#include "regs/gicv2.h"

#define FIRST 893

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

/* The source of an SGI is in GICC_IAR; it is pending from that source until then. */
static struct verdict sgi_source(uint32_t intid)
{
    uint32_t own = FIELD_PREP(GICC_IAR_CPUID, (unsigned)__builtin_ctzll(own_route())) | intid;

    set_group(intid, GROUP0);
    enable(intid);
    send_sgi(GROUP0, gic_sgi_to_self(intid));
    EXPECT("GICD_SPENDSGIR", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), own_route());
    EXPECT("GICD_CPENDSGIR", mmio_read8(machine.gicd.base + GICD_CPENDSGIR + intid), own_route());
    EXPECT("GICC_IAR", gicc(GICC_IAR), own);
    EXPECT("GICD_SPENDSGIR acknowledged", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), 0);
    EXPECT("active", active(intid), 1);
    set_gicc(GICC_EOIR, own);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

static struct verdict sgi_filter(uint32_t filter)
{
    bool here = filter == GICD_SGIR_FILTER_SELF;

    send_sgi(GROUP1, FIELD_PREP(GICD_SGIR_FILTER, filter) | SGI);
    EXPECT("pending", pending(SGI), here);
    send_sgi(GROUP1, FIELD_PREP(GICD_SGIR_FILTER, filter) | FIELD_MASK(GICD_SGIR_TARGETLIST) | SGI);
    EXPECT("pending, target list ignored", pending(SGI), here);
    return PASSED;
}

static struct verdict sgi_list(uint32_t subject)
{
    uint64_t all = FIELD_PREP(GICD_SGIR_TARGETLIST, (1U << machine.cpus) - 1) | SGI;

    (void)subject;
    send_sgi(GROUP1, SGI);
    EXPECT("pending from an empty list", pending(SGI), 0);
    send_sgi(GROUP1, all & ~FIELD_PREP(GICD_SGIR_TARGETLIST, own_route()));
    EXPECT("pending from a list of others", pending(SGI), 0);
    send_sgi(GROUP1, all);
    EXPECT("pending from a list of all", pending(SGI), 1);
    return PASSED;
}

static struct verdict spendsgir(uint32_t intid)
{
    enable(intid);
    pend(intid);
    EXPECT("ISPENDR", read_bit(GICD_ISPENDR, intid), 1);
    EXPECT("GICD_SPENDSGIR", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), own_route());
    EXPECT("the next SGI", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + (intid ^ 1)), 0);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict cpendsgir(uint32_t intid)
{
    enable(intid);
    enable(intid ^ 1);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    send_sgi(GROUP1, gic_sgi_to_self(intid ^ 1));
    mmio_write8(machine.gicd.base + GICD_CPENDSGIR + intid, 0);
    EXPECT("pending after zeros", pending(intid), 1);
    mmio_write8(machine.gicd.base + GICD_CPENDSGIR + intid, (uint8_t)own_route());
    EXPECT("ISPENDR", read_bit(GICD_ISPENDR, intid), 0);
    EXPECT("GICD_SPENDSGIR", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), 0);
    EXPECT("IAR", acknowledge(GROUP1), intid ^ 1);
    end(GROUP1, intid ^ 1);
    EXPECT("IAR afterwards", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* The word of four: each byte is an SGI's. */
static struct verdict sgi_words(uint32_t subject)
{
    uint32_t all = (uint32_t)own_route() * 0x01010101;

    (void)subject;
    mmio_write32(machine.gicd.base + GICD_SPENDSGIR + 4, all);
    EXPECT("GICD_SPENDSGIR1", gicd(GICD_SPENDSGIR + 4), all);
    EXPECT("GICD_SPENDSGIR0", gicd(GICD_SPENDSGIR), 0);
    EXPECT("GICD_ISPENDR0", gicd(GICD_ISPENDR), 0xf0);
    mmio_write32(machine.gicd.base + GICD_CPENDSGIR + 4, all & 0xff00ff00);
    EXPECT("GICD_CPENDSGIR1", gicd(GICD_CPENDSGIR + 4), all & 0x00ff00ff);
    EXPECT("GICD_ISPENDR0 cleared", gicd(GICD_ISPENDR), 0x50);
    return PASSED;
}

/* ISPENDR and ICPENDR only tell (4.3.7, 4.3.8). */
static struct verdict sgi_pendr(uint32_t intid)
{
    enable(intid);
    write_bit(GICD_ISPENDR, intid);
    EXPECT("after ISPENDR", read_bit(GICD_ISPENDR, intid), 0);
    send_sgi(GROUP1, gic_sgi_to_self(intid));
    write_bit(GICD_ICPENDR, intid);
    EXPECT("after ICPENDR", read_bit(GICD_ICPENDR, intid), 1);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

/* Two sources are two interrupts; with one CPU the other source does not exist. */
static struct verdict sgi_sources(uint32_t intid)
{
    uint32_t first, second;

    SKIP_UNLESS(machine.cpus > 1, "needs more CPUs");
    set_group(intid, GROUP0);
    enable(intid);
    mmio_write8(machine.gicd.base + GICD_SPENDSGIR + intid, 3);
    EXPECT("GICD_SPENDSGIR", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), 3);
    first = gicc(GICC_IAR);
    EXPECT("INTID", FIELD_GET(GICC_IAR_INTID, first), intid);
    EXPECT("still pending", pending(intid), 1);
    set_gicc(GICC_EOIR, first);
    second = gicc(GICC_IAR);
    EXPECT("INTID again", FIELD_GET(GICC_IAR_INTID, second), intid);
    EXPECT("both sources", FIELD_GET(GICC_IAR_CPUID, first) + FIELD_GET(GICC_IAR_CPUID, second), 1);
    EXPECT("pending", pending(intid), 0);
    set_gicc(GICC_EOIR, second);
    EXPECT("IAR afterwards", gicc(GICC_IAR), INTID_SPURIOUS);
    return PASSED;
}

/* From one source while the other's is active, and one source cleared. */
static struct verdict sgi_sources_active(uint32_t intid)
{
    uint32_t first;

    SKIP_UNLESS(machine.cpus > 1, "needs more CPUs");
    set_group(intid, GROUP0);
    enable(intid);
    mmio_write8(machine.gicd.base + GICD_SPENDSGIR + intid, 1);
    first = gicc(GICC_IAR);
    EXPECT("GICC_IAR", first, intid);
    mmio_write8(machine.gicd.base + GICD_SPENDSGIR + intid, 3);
    EXPECT("active", active(intid), 1);
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled", signalled(), 0);
    mmio_write8(machine.gicd.base + GICD_CPENDSGIR + intid, 1);
    EXPECT("GICD_SPENDSGIR", mmio_read8(machine.gicd.base + GICD_SPENDSGIR + intid), 2);
    set_gicc(GICC_EOIR, first);
    EXPECT("GICC_IAR of the other", gicc(GICC_IAR), intid | FIELD_PREP(GICC_IAR_CPUID, 1));
    return PASSED;
}

/* Banked: SGIs and PPIs have the CPU that reads as their target; with one CPU there is nothing to read (4.3.12). */
static struct verdict itargetsr_banked(uint32_t intid)
{
    uint32_t expected = machine.cpus > 1 ? (uint32_t)own_route() * 0x01010101 : 0;
    uintptr_t word = route_address(intid & ~3U);

    EXPECT("GICD_ITARGETSR<n>", mmio_read32(word), expected);
    mmio_write32(word, ~expected);
    EXPECT("after a write", mmio_read32(word), expected);
    return PASSED;
}

/* Bits of CPUs that do not exist are RAZ/WI. */
static struct verdict itargetsr_spi(uint32_t intid)
{
    uint8_t all = machine.cpus > 1 ? (uint8_t)((1U << machine.cpus) - 1) : 0;
    uintptr_t word = route_address(intid) & ~UINT64_C(3);

    mmio_write32(word, 0);
    mmio_write8(route_address(intid), 0xff);
    EXPECT("byte", mmio_read8(route_address(intid)), all);
    EXPECT("word", mmio_read32(word), (uint32_t)all << 8 * (intid % 4));
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "v2.sgi_source.0", "IHI 0048B.b 4.4.4", sgi_source, 0},
    {FIRST + 1, "v2.sgi_source.15", "IHI 0048B.b 4.4.4", sgi_source, 15},
    {FIRST + 2, "v2.sgir_filter_others", "IHI 0048B.b 4.3.15", sgi_filter, GICD_SGIR_FILTER_OTHER},
    {FIRST + 3, "v2.sgir_filter_self", "IHI 0048B.b 4.3.15", sgi_filter, GICD_SGIR_FILTER_SELF},
    {FIRST + 4, "v2.sgir_list", "IHI 0048B.b 4.3.15", sgi_list, 0},
    {FIRST + 5, "v2.spendsgir", "IHI 0048B.b 4.3.17", spendsgir, SGI},
    {FIRST + 6, "v2.cpendsgir", "IHI 0048B.b 4.3.16", cpendsgir, SGI},
    {FIRST + 7, "v2.spendsgir_words", "IHI 0048B.b 4.3.16, 4.3.17", sgi_words, 0},
    {FIRST + 8, "v2.sgi_pendr", "IHI 0048B.b 4.3.7, 4.3.8", sgi_pendr, SGI},
    {FIRST + 9, "v2.sgi_sources", "IHI 0048B.b 4.3.17, 4.4.4", sgi_sources, SGI},
    {FIRST + 10, "v2.sgi_sources_active", "IHI 0048B.b 4.3.17, 4.4.4", sgi_sources_active, SGI},
    {FIRST + 11, "v2.itargetsr_sgi", "IHI 0048B.b 4.3.12", itargetsr_banked, SGI},
    {FIRST + 12, "v2.itargetsr_ppi", "IHI 0048B.b 4.3.12", itargetsr_banked, PPI},
    {FIRST + 13, "v2.itargetsr_spi", "IHI 0048B.b 4.3.12", itargetsr_spi, SPI_OTHER},
};

const struct rules rules_sgi_v2 = {table, ARRAY_SIZE(table)};
