/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: the registers with a bit, a byte or a field for each interrupt. */
#include "env.h"

/* SGIs of GICv2 become pending by registers of their own, and may be always enabled (IHI 0048B.b 4.3.5, 4.3.7). */
static uint32_t like_others(uint32_t intid)
{
    return gic->version == 2 && intid < INTID_SPI_FIRST ? 0xffff0000 : UINT32_MAX;
}

static struct verdict enable_sets(uint32_t intid)
{
    enable(intid);
    EXPECT("ISENABLER", read_word(GICD_ISENABLER, intid) & like_others(intid), BIT32(intid % 32));
    EXPECT("ICENABLER", read_word(GICD_ICENABLER, intid) & like_others(intid), BIT32(intid % 32));
    return PASSED;
}

static struct verdict disable_clears(uint32_t intid)
{
    enable(intid);
    enable(intid ^ 1);
    disable(intid);
    EXPECT("ISENABLER", read_word(GICD_ISENABLER, intid) & like_others(intid), BIT32((intid ^ 1) % 32));
    EXPECT("ICENABLER", read_word(GICD_ICENABLER, intid) & like_others(intid), BIT32((intid ^ 1) % 32));
    return PASSED;
}

/* Zeros change nothing, in the registers that set and in those that clear. */
static struct verdict zeros_ignored(uint32_t intid)
{
    static const uint32_t registers[] = {GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER};

    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
        write_bit(registers[i], intid);
        mmio_write32(word_address(registers[i], intid), 0);
        mmio_write32(word_address(registers[i] + GICD_ICENABLER - GICD_ISENABLER, intid), 0);
        EXPECT("after zeros", read_word(registers[i], intid) & like_others(intid), BIT32(intid % 32));
    }
    return PASSED;
}

static struct verdict group_bit(uint32_t intid)
{
    set_group(intid, GROUP0);
    EXPECT("IGROUPR", read_word(GICD_IGROUPR, intid), UINT32_MAX & ~BIT32(intid % 32));
    set_group(intid, GROUP1);
    EXPECT("IGROUPR", read_word(GICD_IGROUPR, intid), UINT32_MAX);
    return PASSED;
}

/* The upper four bits of a priority are always implemented (4.8). */
static struct verdict priority_byte(uint32_t intid)
{
    uintptr_t word = priority_address(intid) & ~UINT64_C(3);

    mmio_write32(word, 0);
    set_priority(intid, 0x50);
    EXPECT("byte", get_priority(intid), 0x50);
    EXPECT("word", mmio_read32(word), UINT64_C(0x50) << 8 * (intid % 4));
    return PASSED;
}

static struct verdict priority_word(uint32_t intid)
{
    uintptr_t word = priority_address(intid) & ~UINT64_C(3);

    mmio_write32(word, 0x10d07030);
    EXPECT("word", mmio_read32(word), 0x10d07030);
    set_priority((intid & ~3U) + 2, 0x80);
    EXPECT("word", mmio_read32(word), 0x10807030);
    return PASSED;
}

/* A byte of each lane, loaded as a byte. */
static struct verdict priority_loads(uint32_t intid)
{
    uintptr_t word = priority_address(intid) & ~UINT64_C(3);

    mmio_write32(word, 0x10d07030);
    for (unsigned i = 0; i < 4; i++)
        EXPECT("byte", mmio_read8(word + i), 0x10d07030 >> 8 * i & 0xff);
    return PASSED;
}

static struct verdict sgi_edge(uint32_t intid)
{
    EXPECT("ICFGR0", mmio_read32(config_address(intid)) & 0xaaaaaaaa, 0xaaaaaaaa);
    mmio_write32(config_address(intid), 0);
    EXPECT("after a write", mmio_read32(config_address(intid)) & 0xaaaaaaaa, 0xaaaaaaaa);
    return PASSED;
}

static struct verdict spi_config(uint32_t intid)
{
    uintptr_t address = config_address(intid);
    uint32_t bit = BIT32(2 * (intid % 16) + 1), others = mmio_read32(address) & ~bit;

    set_edge(intid, true);
    EXPECT("edge-triggered", mmio_read32(address), others | bit);
    set_edge(intid, false);
    EXPECT("level-sensitive", mmio_read32(address), others);
    return PASSED;
}

/* Several interrupts with one write. */
static struct verdict many_at_once(uint32_t reg)
{
    static const uint32_t firsts[] = {0, 32, 64};
    const uint32_t pattern = 0x00f00c0c;

    for (unsigned i = 0; i < ARRAY_SIZE(firsts); i++) {
        uint32_t bits = like_others(firsts[i]);

        mmio_write32(word_address(reg, firsts[i]), pattern & bits);
        EXPECT("set", read_word(reg, firsts[i]) & bits, pattern & bits);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(firsts); i++) {
        mmio_write32(word_address(reg + GICD_ICENABLER - GICD_ISENABLER, firsts[i]), 0x00500404);
        EXPECT("cleared", read_word(reg, firsts[i]) & like_others(firsts[i]),
               pattern & ~0x00500404U & like_others(firsts[i]));
    }
    return PASSED;
}

/* A change at one interrupt, then the priority, group and enable of its neighbours. */
static struct verdict neighbours(uint32_t intid)
{
    set_priority(intid + 1, 0x30);
    set_priority(intid, 0x70);
    set_group(intid, GROUP0);
    pend(intid);
    EXPECT("priority", get_priority(intid + 1), 0x30);
    EXPECT("group", read_bit(GICD_IGROUPR, intid + 1), 1);
    EXPECT("pending", read_word(GICD_ISPENDR, intid), BIT32(intid % 32));
    EXPECT("active", read_word(GICD_ISACTIVER, intid), 0);
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(78, "bits.enable_sets", "12.9 GICD_ISENABLER<n>, GICR_ISENABLER0", enable_sets),
    EACH_EXTENDED(18, "bits.enable_sets", "12.9 GICD_ISENABLER<n>, GICR_ISENABLER0", enable_sets),
    EACH_KIND(82, "bits.disable_clears", "12.9 GICD_ICENABLER<n>, GICR_ICENABLER0", disable_clears),
    EACH_EXTENDED(19, "bits.disable_clears", "12.9 GICD_ICENABLER<n>, GICR_ICENABLER0", disable_clears),
    EACH_KIND(86, "bits.zeros_ignored", "12.9 GICD_ISPENDR<n>, GICD_ISACTIVER<n>", zeros_ignored),
    EACH_EXTENDED(20, "bits.zeros_ignored", "12.9 GICD_ISPENDR<n>, GICD_ISACTIVER<n>", zeros_ignored),
    EACH_KIND(90, "bits.group", "12.9 GICD_IGROUPR<n>, GICR_IGROUPR0", group_bit),
    EACH_EXTENDED(21, "bits.group", "12.9 GICD_IGROUPR<n>, GICR_IGROUPR0", group_bit),
    EACH_KIND(94, "bits.priority_byte", "12.9 GICD_IPRIORITYR<n>", priority_byte),
    EACH_EXTENDED(22, "bits.priority_byte", "12.9 GICD_IPRIORITYR<n>", priority_byte),
    {98, "bits.priority_word.ppi", "12.11 GICR_IPRIORITYR<n>", priority_word, PPI},
    {99, "bits.priority_word.spi", "12.9 GICD_IPRIORITYR<n>", priority_word, SPI_OTHER},
    {100, "bits.priority_loads.ppi", "12.11 GICR_IPRIORITYR<n>", priority_loads, PPI},
    {101, "bits.priority_loads.spi", "12.9 GICD_IPRIORITYR<n>", priority_loads, SPI_OTHER},
    {102, "bits.sgi_edge", "12.11 GICR_ICFGR0", sgi_edge, SGI},
    {103, "bits.spi_config", "12.9 GICD_ICFGR<n>", spi_config, SPI_OTHER},
    {104, "bits.many_enabled", "12.9 GICD_ISENABLER<n>", many_at_once, GICD_ISENABLER},
    {105, "bits.many_pending", "12.9 GICD_ISPENDR<n>", many_at_once, GICD_ISPENDR},
    {106, "bits.many_active", "12.9 GICD_ISACTIVER<n>", many_at_once, GICD_ISACTIVER},
    EACH_KIND(107, "bits.neighbours", "12.9", neighbours),
    EACH_EXTENDED(23, "bits.neighbours", "12.9", neighbours),
};

const struct rules rules_bits = {table, ARRAY_SIZE(table)};
