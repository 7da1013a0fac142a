/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: extended PPIs and SPIs, where GICR_TYPER.PPInum and GICD_TYPER.ESPI announce them (GICv3.1). What all kinds of
 * interrupts have in common is in the files of those subjects, by EACH_EXTENDED.
 */
#include "env.h"

#define FIRST (EXTENDED_FIRST + EXTENDED_COUNT)

#define NOBODY    UINT64_C(0xfe) /* an affinity that no PE has here */
#define ESPI_LAST (INTID_ESPI_FIRST + extended_spis() - 1)

#define NEED_EPPIS SKIP_UNLESS(extended_ppis() != 0, NO_EXTENDED_PPIS)
#define NEED_ESPIS SKIP_UNLESS(extended_spis() != 0, NO_EXTENDED_SPIS)
#define NEED_EITHER(intid)                                                                                             \
    SKIP_UNLESS(is_spi(intid) || extended_ppis() != 0, NO_EXTENDED_PPIS);                                              \
    SKIP_UNLESS(!is_spi(intid) || extended_spis() != 0, NO_EXTENDED_SPIS)
#define NEED_MESSAGES                                                                                                  \
    SKIP_UNLESS((mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_MBIS) != 0,                                  \
                "no message-based SPIs (GICD_TYPER.MBIS = 0)")

/* INTIDs of IDbits + 1 bits include all that ESPI_range promises. */
static struct verdict typer_idbits(uint32_t subject)
{
    uint64_t bits = FIELD_GET(GICD_TYPER_IDBITS, mmio_read32(machine.gicd.base + GICD_TYPER)) + 1;

    (void)subject;
    NEED_ESPIS;
    EXPECT("IDbits are enough", UINT64_C(1) << bits > ESPI_LAST, 1);
    return PASSED;
}

/* 0, 32 or 64 extended PPIs; the fourth value is reserved. */
static struct verdict ppinum(uint32_t subject)
{
    (void)subject;
    EXPECT("PPInum <= 2", extended_ppis() <= INTID_EPPI_COUNT, 1);
    return PASSED;
}

static struct verdict zero_at(uintptr_t address)
{
    mmio_write32(address, UINT32_MAX);
    EXPECT("after a write", mmio_read32(address), 0);
    return PASSED;
}

/* Registers of interrupts that PPInum or ESPI_range does not promise: RES0. `reg`: of a bit for each interrupt. */
static struct verdict no_ppi_beyond(uint32_t reg)
{
    for (unsigned n = extended_ppis() / 32 + 1; n <= INTID_EPPI_COUNT / 32; n++) {
        struct verdict verdict = zero_at(word_address(reg, INTID_PPI_FIRST) + UINT64_C(4) * n);

        if (verdict.outcome != PASS)
            return verdict;
    }
    return PASSED;
}

static struct verdict no_spi_beyond(uint32_t reg)
{
    for (unsigned n = extended_spis() / 32; n < INTID_ESPI_COUNT / 32; n++) {
        struct verdict verdict = zero_at(machine.gicd.base + reg + UINT64_C(4) * n);

        if (verdict.outcome != PASS)
            return verdict;
    }
    return PASSED;
}

/* One security state: no group modifiers, no access control. */
static struct verdict gicd_zero(uint32_t offset)
{
    return zero_at(machine.gicd.base + offset);
}

static struct verdict gicr_zero(uint32_t offset)
{
    return zero_at(gic_redistributor() + GICR_SGI + offset);
}

/* The interrupt of every place of its range, one after the other. */
static struct verdict alone(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("active", active(intid), 1);
    EXPECT("RPR", get_rpr(), 0x80);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    disable(intid);
    EXPECT("signalled", signalled(), 0);
    return PASSED;
}

static struct verdict every_ppi(uint32_t subject)
{
    (void)subject;
    NEED_EPPIS;
    for (uint32_t intid = INTID_EPPI_FIRST; intid < INTID_EPPI_FIRST + extended_ppis(); intid++) {
        struct verdict verdict = alone(intid);

        if (verdict.outcome != PASS)
            return verdict;
    }
    return PASSED;
}

static struct verdict every_spi(uint32_t subject)
{
    (void)subject;
    NEED_ESPIS;
    for (uint32_t intid = INTID_ESPI_FIRST; intid <= ESPI_LAST; intid++) {
        struct verdict verdict = alone(intid);

        if (verdict.outcome != PASS)
            return verdict;
    }
    return PASSED;
}

/* State of an interrupt does not show at the place that another range has in its own registers. */
static struct verdict apart(uint32_t intid)
{
    uint32_t place = intid < INTID_ESPI_FIRST ? intid - INTID_EPPI_FIRST : intid - INTID_ESPI_FIRST;
    uint32_t other = is_spi(intid) ? INTID_SPI_FIRST + place : place % 32;

    NEED_EITHER(intid);
    write_bit(GICD_ISENABLER, intid);
    write_bit(GICD_ISACTIVER, intid);
    pend(intid);
    set_priority(intid, 0x40);
    EXPECT("enabled", read_word(GICD_ISENABLER, other), 0);
    EXPECT("active", read_word(GICD_ISACTIVER, other), 0);
    EXPECT("pending", read_word(GICD_ISPENDR, other), 0);
    EXPECT("priority", get_priority(other), PRIORITY_DEFAULT);
    return PASSED;
}

/* Priority decides, not the range. */
static struct verdict before_others(uint32_t intid)
{
    NEED_EITHER(intid);
    raise(PPI, 0x60);
    raise(SPI_EDGE, 0x50);
    raise(intid, 0x40);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    set_priority(intid, 0x70);
    pend(intid);
    EXPECT("IAR of an SPI", acknowledge(GROUP1), SPI_EDGE);
    end(GROUP1, SPI_EDGE);
    EXPECT("IAR of a PPI", acknowledge(GROUP1), PPI);
    end(GROUP1, PPI);
    EXPECT("IAR again", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict config(uint32_t intid)
{
    unsigned shift = 2 * (intid % 16);

    SKIP_UNLESS(extended_spis() != 0, NO_EXTENDED_SPIS);
    set_edge(intid, true);
    EXPECT("edge", mmio_read32(config_address(intid)) >> shift & 2, 2);
    set_edge(intid, false);
    EXPECT("level", mmio_read32(config_address(intid)) >> shift & 2, 0);
    return PASSED;
}

static struct verdict route_reads(uint32_t intid)
{
    uintptr_t address = route_address(intid);
    uint64_t route = UINT64_C(0x0000002100030405);

    NEED_ESPIS;
    set_route(intid, route);
    EXPECT("64-bit read", mmio_read64(address), route);
    EXPECT("lower half", mmio_read32(address), route & 0xffffffff);
    EXPECT("upper half", mmio_read32(address + 4), route >> 32);
    mmio_write32(address + 4, 0x7f);
    EXPECT("upper half written", mmio_read64(address), UINT64_C(0x0000007f00030405));
    return PASSED;
}

static struct verdict route_followed(uint32_t intid)
{
    NEED_ESPIS;
    raise(intid, 0x80);
    set_route(intid, NOBODY);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    set_route(intid, own_route());
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    set_route(intid, NOBODY);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

static void message(uint32_t reg, uint32_t intid)
{
    mmio_write32(machine.gicd.base + reg, intid);
}

static struct verdict message_edge(uint32_t intid)
{
    NEED_ESPIS;
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending acknowledged", pending(intid), 0);
    message(GICD_SETSPI_NSR, intid);
    message(GICD_CLRSPI_NSR, intid);
    EXPECT("pending cleared", pending(intid), 0);
    return PASSED;
}

/* Between the two messages it is asserted, acknowledged or not. */
static struct verdict message_level(uint32_t intid)
{
    NEED_ESPIS;
    NEED_MESSAGES;
    enable(intid);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("pending acknowledged", pending(intid), 1);
    end(GROUP1, intid);
    EXPECT("signalled again", signalled(), SIGNAL_IRQ);
    message(GICD_CLRSPI_NSR, intid);
    EXPECT("signalled cleared", signalled(), 0);
    return PASSED;
}

/* An extended PPI is none, nor is a reserved INTID: writes have no effect. */
static struct verdict message_to_none(uint32_t intid)
{
    NEED_ESPIS;
    NEED_EPPIS;
    NEED_MESSAGES;
    enable(EPPI);
    message(GICD_SETSPI_NSR, intid);
    EXPECT("signalled", signalled(), 0);
    EXPECT("pending", read_word(GICD_ISPENDR, EPPI), 0);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "extended.ppinum", "12.11 GICR_TYPER", ppinum, 0},
    {FIRST + 1, "extended.no_ppi_beyond.enable", "12.11 GICR_ISENABLER<n>E", no_ppi_beyond, GICR_ISENABLER0},
    {FIRST + 2, "extended.no_ppi_beyond.pending", "12.11 GICR_ISPENDR<n>E", no_ppi_beyond, GICR_ISPENDR0},
    {FIRST + 3, "extended.no_spi_beyond.enable", "12.9 GICD_ISENABLER<n>E", no_spi_beyond, GICD_ISENABLER_E},
    {FIRST + 4, "extended.no_spi_beyond.pending", "12.9 GICD_ISPENDR<n>E", no_spi_beyond, GICD_ISPENDR_E},
    {FIRST + 5, "extended.gicd_igrpmodr0e", "12.9 GICD_IGRPMODR<n>E", gicd_zero, GICD_IGRPMODR_E},
    {FIRST + 6, "extended.gicd_igrpmodr31e", "12.9 GICD_IGRPMODR<n>E", gicd_zero, GICD_IGRPMODR_E + 4 * 31},
    {FIRST + 7, "extended.gicd_nsacr0e", "12.9 GICD_NSACR<n>E", gicd_zero, GICD_NSACR_E},
    {FIRST + 8, "extended.gicd_nsacr63e", "12.9 GICD_NSACR<n>E", gicd_zero, GICD_NSACR_E + 4 * 63},
    {FIRST + 9, "extended.gicr_igrpmodr1e", "12.11 GICR_IGRPMODR<n>E", gicr_zero, GICR_IGRPMODR_E},
    {FIRST + 10, "extended.gicr_igrpmodr2e", "12.11 GICR_IGRPMODR<n>E", gicr_zero, GICR_IGRPMODR_E + 4},
    {FIRST + 11, "extended.every_ppi", "2.2", every_ppi, 0},
    {FIRST + 12, "extended.apart.eppi", "2.2", apart, EPPI},
    {FIRST + 13, "extended.apart.first_eppi", "2.2", apart, INTID_EPPI_FIRST},
    {FIRST + 14, "extended.before_others.eppi", "4.8", before_others, EPPI},
    {FIRST + 15, "extended.typer_idbits", "12.9 GICD_TYPER", typer_idbits, 0},
    {FIRST + 16, "extended.every_spi", "2.2", every_spi, 0},
    {FIRST + 17, "extended.apart.espi", "2.2", apart, ESPI_EDGE},
    {FIRST + 18, "extended.before_others.espi", "4.8", before_others, ESPI_EDGE},
    {FIRST + 19, "extended.config", "12.9 GICD_ICFGR<n>E", config, ESPI_EDGE},
    {FIRST + 20, "extended.config_last", "12.9 GICD_ICFGR<n>E", config, ESPI_LEVEL},
    {FIRST + 21, "extended.route_reads", "12.9 GICD_IROUTER<n>E", route_reads, ESPI_EDGE},
    {FIRST + 22, "extended.route_reads_last", "12.9 GICD_IROUTER<n>E", route_reads, ESPI_LEVEL},
    {FIRST + 23, "extended.route_followed.edge", "2.3", route_followed, ESPI_EDGE},
    {FIRST + 24, "extended.route_followed.level", "2.3", route_followed, ESPI_LEVEL},
    {FIRST + 25, "extended.message_edge", "12.9 GICD_SETSPI_NSR", message_edge, ESPI_EDGE},
    {FIRST + 26, "extended.message_level", "12.9 GICD_SETSPI_NSR", message_level, ESPI_LEVEL},
    {FIRST + 27, "extended.message_to_eppi", "12.9 GICD_SETSPI_NSR", message_to_none, EPPI},
    {FIRST + 28, "extended.message_reserved.1120", "12.9 GICD_SETSPI_NSR", message_to_none, 1120},
    {FIRST + 29, "extended.message_reserved.4095", "12.9 GICD_SETSPI_NSR", message_to_none, 4095},
    {FIRST + 30, "extended.message_reserved.5120", "12.9 GICD_SETSPI_NSR", message_to_none, 5120},
    {FIRST + 31, "extended.message_reserved.8191", "12.9 GICD_SETSPI_NSR", message_to_none, 8191},
};

const struct rules rules_extended = {table, ARRAY_SIZE(table)};
