/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: which pending interrupt is the highest, and the priority mask (IHI 0069H 4.8). */
#include "env.h"

/* The first of a pair has the higher priority. */
static struct verdict higher_first(uint32_t first, uint32_t second)
{
    raise(second, 0x90);
    raise(first, 0x40);
    EXPECT("HPPIR", highest_pending(GROUP1), first);
    EXPECT("IAR", acknowledge(GROUP1), first);
    end(GROUP1, first);
    EXPECT("IAR", acknowledge(GROUP1), second);
    return PASSED;
}

static struct verdict sgi_before(uint32_t other)
{
    return higher_first(SGI, other);
}

static struct verdict ppi_before(uint32_t other)
{
    return higher_first(PPI, other);
}

static struct verdict spi_before(uint32_t other)
{
    return higher_first(SPI_EDGE, other);
}

/* Eight pending at once, in no order: acknowledged by priority. */
static struct verdict sorted(uint32_t step)
{
    static const uint32_t intids[] = {SPI_OTHER, SGI, PPI2, SPI_EDGE, SGI2, SPI_LEVEL, PPI, SPI_OTHER + 1};
    uint8_t last = 0;

    set_edge(SPI_OTHER + 1, true);
    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++)
        raise(intids[i], (uint8_t)((i * step % 8 + 1) << 4));
    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++) {
        uint32_t intid = acknowledge(GROUP1);

        EXPECT("something is pending", intid < INTID_SPECIAL, 1);
        EXPECT("priority is lower", get_priority(intid) > last, 1);
        last = get_priority(intid);
        end(GROUP1, intid);
    }
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* The highest changes with what is enabled, pending, active and at which priority. */
static struct verdict highest_disabled(uint32_t intid)
{
    raise(intid, 0x20);
    raise(SPI_OTHER, 0x60);
    disable(intid);
    EXPECT("HPPIR", highest_pending(GROUP1), SPI_OTHER);
    enable(intid);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    return PASSED;
}

static struct verdict highest_cleared(uint32_t intid)
{
    raise(intid, 0x20);
    raise(SPI_OTHER, 0x60);
    unpend(intid);
    EXPECT("HPPIR", highest_pending(GROUP1), SPI_OTHER);
    return PASSED;
}

static struct verdict highest_active(uint32_t intid)
{
    raise(intid, 0x20);
    raise(SPI_OTHER, 0x60);
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("HPPIR", highest_pending(GROUP1), SPI_OTHER);
    return PASSED;
}

/* A new priority of a disabled interrupt counts when it is enabled. */
static struct verdict priority_changed(uint32_t intid)
{
    raise(intid, 0x80);
    raise(SPI_OTHER, 0x60);
    EXPECT("HPPIR", highest_pending(GROUP1), SPI_OTHER);
    disable(intid);
    set_priority(intid, 0x20);
    enable(intid);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("RPR", get_rpr(), 0x20);
    return PASSED;
}

/* Signalled only when its priority is higher, a lower value, than the mask. */
static struct verdict mask_equal(uint32_t priority)
{
    raise(PPI, (uint8_t)priority);
    set_pmr(priority);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(PPI), 1);
    return PASSED;
}

static struct verdict mask_one_above(uint32_t priority)
{
    raise(PPI, (uint8_t)priority);
    set_pmr(priority + 0x10);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    return PASSED;
}

static struct verdict mask_reads(uint32_t value)
{
    set_pmr(value);
    EXPECT("PMR", get_pmr(), value);
    return PASSED;
}

static struct verdict mask_zero(uint32_t subject)
{
    (void)subject;
    raise(SGI, 0);
    raise(PPI, 0);
    raise(SPI_EDGE, 0);
    set_pmr(0);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* HPPIR does not know the mask. */
static struct verdict mask_hppir(uint32_t intid)
{
    raise(intid, 0x80);
    set_pmr(0);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    return PASSED;
}

static struct verdict mask_lifted(uint32_t intid)
{
    set_pmr(0x40);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), 0);
    set_pmr(0xf0);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict mask_raised(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    set_pmr(0x40);
    EXPECT("signalled", signalled(), 0);
    EXPECT("taken", take(SIGNAL_IRQ), 0);
    return PASSED;
}

/* The lowest priority that 4 bits can express passes the highest mask, if that has more bits. */
static struct verdict mask_lowest(uint32_t subject)
{
    (void)subject;
    raise(PPI, 0xf0);
    set_pmr(0xff);
    EXPECT("signalled", get_pmr() > 0xf0 ? signalled() : SIGNAL_IRQ, SIGNAL_IRQ);
    return PASSED;
}

static const struct rule table[] = {
    {183, "mask.sgi_before_ppi", "4.8", sgi_before, PPI},
    {184, "mask.sgi_before_spi", "4.8", sgi_before, SPI_EDGE},
    {185, "mask.sgi_before_sgi", "4.8", sgi_before, SGI2},
    {186, "mask.ppi_before_sgi", "4.8", ppi_before, SGI},
    {187, "mask.ppi_before_ppi", "4.8", ppi_before, PPI2},
    {188, "mask.ppi_before_spi", "4.8", ppi_before, SPI_LEVEL},
    {189, "mask.spi_before_sgi", "4.8", spi_before, SGI},
    {190, "mask.spi_before_ppi", "4.8", spi_before, PPI},
    {191, "mask.spi_before_spi", "4.8", spi_before, SPI_OTHER},
    {192, "mask.sorted_rising", "4.8", sorted, 1},
    {193, "mask.sorted_mixed", "4.8", sorted, 3},
    {194, "mask.sorted_mixed_other", "4.8", sorted, 5},
    {195, "mask.sorted_falling", "4.8", sorted, 7},
    EACH_KIND(196, "mask.highest_disabled", "4.7, 4.8", highest_disabled),
    EACH_EXTENDED(24, "mask.highest_disabled", "4.7, 4.8", highest_disabled),
    EACH_KIND(200, "mask.highest_cleared", "4.8", highest_cleared),
    EACH_EXTENDED(25, "mask.highest_cleared", "4.8", highest_cleared),
    EACH_KIND(204, "mask.highest_active", "4.8", highest_active),
    EACH_EXTENDED(26, "mask.highest_active", "4.8", highest_active),
    EACH_KIND(208, "mask.priority_changed", "4.8.6", priority_changed),
    EACH_EXTENDED(27, "mask.priority_changed", "4.8.6", priority_changed),
    {212, "mask.equal_to_pmr", "12.2 ICC_PMR_EL1", mask_equal, 0x80},
    {213, "mask.equal_to_pmr_low", "12.2 ICC_PMR_EL1", mask_equal, 0xf0},
    {214, "mask.above_pmr", "12.2 ICC_PMR_EL1", mask_one_above, 0x80},
    {215, "mask.above_pmr_highest", "12.2 ICC_PMR_EL1", mask_one_above, 0},
    {216, "mask.pmr_reads_0", "12.2 ICC_PMR_EL1", mask_reads, 0},
    {217, "mask.pmr_reads_50", "12.2 ICC_PMR_EL1", mask_reads, 0x50},
    {218, "mask.pmr_reads_f0", "12.2 ICC_PMR_EL1", mask_reads, 0xf0},
    {219, "mask.pmr_zero", "12.2 ICC_PMR_EL1", mask_zero, 0},
    EACH_KIND(220, "mask.hppir_ignores_pmr", "12.2 ICC_HPPIR1_EL1", mask_hppir),
    EACH_EXTENDED(28, "mask.hppir_ignores_pmr", "12.2 ICC_HPPIR1_EL1", mask_hppir),
    EACH_KIND(224, "mask.lifted", "4.8.5", mask_lifted),
    EACH_EXTENDED(29, "mask.lifted", "4.8.5", mask_lifted),
    EACH_KIND(228, "mask.raised", "4.8.5", mask_raised),
    EACH_EXTENDED(30, "mask.raised", "4.8.5", mask_raised),
    {232, "mask.lowest_priority", "4.8.5", mask_lowest, 0},
};

const struct rules rules_mask = {table, ARRAY_SIZE(table)};
