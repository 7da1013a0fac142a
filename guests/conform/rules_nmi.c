/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: the non-maskable property, and the priority of interrupts that have it: above every other one, whatever their
 * own says (IHI 0069H 4.6.3). SCTLR_EL1.NMI is 0 but where ICC_NMIAR1_EL1 is the subject.
 */
#include "cpus.h"
#include "nmi.h"

#define FIRST 1073

/* Ready to be acknowledged by ICC_NMIAR1_EL1, its own priority the lowest. */
static void raise_nmi(uint32_t intid)
{
    set_nmi(intid, true);
    raise(intid, 0xf0);
}

static struct verdict property(uint32_t intid)
{
    uint64_t before;

    NEED_NMI;
    before = read_word(GICD_INMIR, intid);
    EXPECT("after a reset", get_nmi(intid), 0);
    set_nmi(intid, true);
    EXPECT("set", read_word(GICD_INMIR, intid), before | BIT32(intid % 32));
    EXPECT("priority is kept", get_priority(intid), PRIORITY_DEFAULT);
    set_nmi(intid, false);
    EXPECT("cleared", read_word(GICD_INMIR, intid), before);
    return PASSED;
}

static struct verdict signals(uint32_t intid)
{
    NEED_NMI;
    raise_nmi(intid);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("ISR acknowledged", signalled_nmi(), 0);
    EXPECT("active", active(intid), 1);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

static struct verdict plain_is_none(uint32_t intid)
{
    NEED_NMI;
    raise(intid, 0);
    EXPECT("ISR", signalled_nmi(), SIGNAL_IRQ);
    return PASSED;
}

/* IAR1 leaves it to NMIAR1 where the PE has NMIs. */
static struct verdict by_nmiar(uint32_t intid)
{
    NEED_NMI;
    set_superpriority(true, false);
    raise_nmi(intid);
    EXPECT("IAR1", acknowledge(GROUP1), INTID_NMI);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 0);
    EXPECT("NMIAR1", acknowledge_nmi(), intid);
    EXPECT("pending acknowledged", pending(intid), 0);
    EXPECT("active acknowledged", active(intid), 1);
    EXPECT("IAR1 afterwards", acknowledge(GROUP1), INTID_SPURIOUS);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

static struct verdict nmiar_of_none(uint32_t sctlr_nmi)
{
    NEED_NMI;
    set_superpriority(sctlr_nmi != 0, false);
    EXPECT("NMIAR1 at rest", acknowledge_nmi(), INTID_SPURIOUS);
    EXPECT("IAR1 at rest", acknowledge(GROUP1), INTID_SPURIOUS);
    raise(PPI, 0);
    EXPECT("NMIAR1", acknowledge_nmi(), INTID_SPURIOUS);
    EXPECT("pending", pending(PPI), 1);
    EXPECT("IAR1", acknowledge(GROUP1), PPI);
    return PASSED;
}

/* NMIAR1 acknowledges whatever SCTLR_EL1.NMI says. */
static struct verdict nmiar_always(uint32_t intid)
{
    NEED_NMI;
    raise_nmi(intid);
    EXPECT("NMIAR1", acknowledge_nmi(), intid);
    EXPECT("active", active(intid), 1);
    return PASSED;
}

static struct verdict no_mask(uint32_t intid)
{
    NEED_NMI;
    set_pmr(0);
    raise_nmi(intid);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("NMIAR1", acknowledge_nmi(), intid);
    return PASSED;
}

/* The property set and cleared while the interrupt is pending, masked by its own priority. */
static struct verdict while_pending(uint32_t intid)
{
    NEED_NMI;
    set_pmr(0x80);
    raise(intid, 0xa0);
    EXPECT("ISR without", signalled_nmi(), 0);
    set_nmi(intid, true);
    EXPECT("ISR with", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    set_nmi(intid, false);
    EXPECT("ISR cleared", signalled_nmi(), 0);
    EXPECT("pending", pending(intid), 1);
    set_pmr(0xff);
    EXPECT("ISR unmasked", signalled_nmi(), SIGNAL_IRQ);
    set_nmi(intid, true);
    EXPECT("ISR unmasked, with", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    set_nmi(intid, false);
    EXPECT("ISR unmasked, cleared", signalled_nmi(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict preempts_the_highest(uint32_t group)
{
    NEED_NMI;
    set_group(PPI, group);
    raise(PPI, 0);
    EXPECT("IAR", acknowledge(group), PPI);
    raise_nmi(SPI_EDGE);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("NMIAR1", acknowledge_nmi(), SPI_EDGE);
    EXPECT("RPR says so", (get_rpr() & RPR_NMI) != 0, 1);
    end(GROUP1, SPI_EDGE);
    EXPECT("RPR below", get_rpr(), 0);
    EXPECT("active below", active(PPI), 1);
    end(group, PPI);
    EXPECT("RPR at last", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict one_at_a_time(uint32_t intid)
{
    NEED_NMI;
    raise_nmi(PPI2);
    EXPECT("NMIAR1", acknowledge_nmi(), PPI2);
    raise_nmi(intid);
    EXPECT("ISR", signalled_nmi(), 0);
    EXPECT("NMIAR1 of the second", acknowledge_nmi(), INTID_SPURIOUS);
    EXPECT("HPPIR", highest_pending(GROUP1), intid);
    end(GROUP1, PPI2);
    EXPECT("ISR after its end", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("NMIAR1 after its end", acknowledge_nmi(), intid);
    return PASSED;
}

static struct verdict highest_waits(uint32_t group)
{
    NEED_NMI;
    raise_nmi(PPI2);
    EXPECT("NMIAR1", acknowledge_nmi(), PPI2);
    set_group(PPI, group);
    raise(PPI, 0);
    EXPECT("ISR", signalled_nmi(), 0);
    EXPECT("IAR", acknowledge(group), INTID_SPURIOUS);
    EXPECT("HPPIR", highest_pending(group), PPI);
    end(GROUP1, PPI2);
    EXPECT("IAR after its end", acknowledge(group), PPI);
    return PASSED;
}

/* Pending after one of priority 0, of either group; it is the first. */
static struct verdict before_the_highest(uint32_t group)
{
    NEED_NMI;
    set_group(PPI, group);
    raise(PPI, 0);
    raise_nmi(SPI_EDGE);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    EXPECT("HPPIR1", highest_pending(GROUP1), SPI_EDGE);
    EXPECT("HPPIR0", highest_pending(GROUP0), INTID_SPURIOUS);
    EXPECT("IAR0", acknowledge(GROUP0), INTID_SPURIOUS);
    EXPECT("NMIAR1", acknowledge_nmi(), SPI_EDGE);
    end(GROUP1, SPI_EDGE);
    EXPECT("the other one", acknowledge(group), PPI);
    return PASSED;
}

/* Binary points that leave nothing to preempt do not concern it. */
static struct verdict no_binary_point(uint32_t subject)
{
    NEED_NMI;
    (void)subject;
    set_bpr(GROUP0, 7);
    set_bpr(GROUP1, 7);
    raise(PPI, 0x40);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    raise_nmi(SPI_EDGE);
    EXPECT("NMIAR1", acknowledge_nmi(), SPI_EDGE);
    return PASSED;
}

static struct verdict running(uint32_t subject)
{
    NEED_NMI;
    (void)subject;
    raise_nmi(PPI);
    EXPECT("NMIAR1", acknowledge_nmi(), PPI);
    EXPECT("RPR says so", (get_rpr() & RPR_NMI) != 0, 1);
    EXPECT("RPR, priority", get_rpr() & RPR_PRIORITY, 0);
    EXPECT("AP1R0.NMI", get_ap1r0() & NMI_ACTIVE, NMI_ACTIVE);
    EXPECT("AP0R0", apr_is_zero(get_apr(GROUP0)), 1);
    end(GROUP1, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    EXPECT("AP1R0 after its end", get_ap1r0(), 0);
    return PASSED;
}

static struct verdict restored(uint32_t subject)
{
    uint64_t saved;

    NEED_NMI;
    (void)subject;
    raise_nmi(PPI);
    EXPECT("NMIAR1", acknowledge_nmi(), PPI);
    saved = get_ap1r0();
    set_ap1r0(0);
    EXPECT("RPR cleared", get_rpr(), 0xff);
    set_ap1r0(saved);
    EXPECT("RPR restored", (get_rpr() & RPR_NMI) != 0, 1);
    end(GROUP1, PPI);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    EXPECT("active", active(PPI), 0);
    return PASSED;
}

static struct verdict two_steps(uint32_t intid)
{
    NEED_NMI;
    set_ctlr(true, false);
    raise_nmi(intid);
    EXPECT("NMIAR1", acknowledge_nmi(), intid);
    end(GROUP1, intid);
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("active", active(intid), 1);
    deactivate(intid);
    EXPECT("active at last", active(intid), 0);
    return PASSED;
}

/* Non-maskable by priority only: enables and groups hold it back. */
static struct verdict held_back(uint32_t intid)
{
    NEED_NMI;
    raise_nmi(intid);
    disable(intid);
    EXPECT("ISR disabled", signalled_nmi(), 0);
    enable(intid);
    set_igrpen(GROUP1, false);
    EXPECT("ISR, ICC_IGRPEN1_EL1 = 0", signalled_nmi(), 0);
    set_igrpen(GROUP1, true);
    set_distributor(true, false);
    EXPECT("ISR, GICD_CTLR.EnableGrp1 = 0", signalled_nmi(), 0);
    set_distributor(true, true);
    EXPECT("ISR", signalled_nmi(), SIGNAL_NMI | SIGNAL_IRQ);
    return PASSED;
}

/* More than there are list registers, among others of priority 0 that came before them. */
static struct verdict many(uint32_t step)
{
    NEED_NMI;
    for (unsigned i = 0; i < ROW_COUNT; i++)
        raise(SPI_ROW + i, 0);
    for (unsigned i = 0; i < ROW_COUNT; i += step)
        set_nmi(SPI_ROW + i, true);
    for (unsigned i = 0; i < ROW_COUNT / step; i++) {
        uint32_t intid = acknowledge_nmi();

        EXPECT("one of them", intid - SPI_ROW < ROW_COUNT && (intid - SPI_ROW) % step == 0, 1);
        end(GROUP1, intid);
    }
    EXPECT("NMIAR1", acknowledge_nmi(), INTID_SPURIOUS);
    for (unsigned i = 0; i < ROW_COUNT - ROW_COUNT / step; i++) {
        uint32_t intid = acknowledge(GROUP1);

        EXPECT("one of the others", intid - SPI_ROW < ROW_COUNT && (intid - SPI_ROW) % step != 0, 1);
        end(GROUP1, intid);
    }
    EXPECT("IAR1", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* CPU 1's SGIs and PPIs, and SPIs that go there, with the property that CPU 0 gives them. */
static struct verdict elsewhere(uint32_t intid)
{
    NEED_NMI;
    NEED_CPUS(2);
    give_to(1, intid);
    set_pmr_on(1, 0);
    raise(intid, 0xf0);
    EXPECT("signalled without", signalled_on(1), 0);
    set_nmi(intid, true);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("active", active(intid), 1);
    end_on(1, GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    return PASSED;
}

static struct verdict extended(uint32_t intid)
{
    NEED_NMI;
    SKIP_UNLESS(intid >= INTID_ESPI_FIRST || extended_ppis() != 0, NO_EXTENDED_PPIS);
    SKIP_UNLESS(intid < INTID_ESPI_FIRST || extended_spis() != 0, NO_EXTENDED_SPIS);
    return by_nmiar(intid);
}

static const struct rule table[] = {
    EACH_KIND(FIRST, "nmi.property", "12.9 GICD_INMIR<n>", property),
    EACH_KIND(FIRST + 4, "nmi.signals", "4.6.3", signals),
    {FIRST + 8, "nmi.plain_is_none", "4.6.3", plain_is_none, PPI},
    EACH_KIND(FIRST + 9, "nmi.by_nmiar", "12.2 ICC_NMIAR1_EL1", by_nmiar),
    {FIRST + 13, "nmi.nmiar_of_none", "12.2 ICC_NMIAR1_EL1", nmiar_of_none, 0},
    {FIRST + 14, "nmi.nmiar_of_none_sctlr", "12.2 ICC_NMIAR1_EL1", nmiar_of_none, 1},
    EACH_KIND(FIRST + 15, "nmi.nmiar_always", "12.2 ICC_NMIAR1_EL1", nmiar_always),
    EACH_KIND(FIRST + 19, "nmi.no_mask", "4.6.3, 4.8.5", no_mask),
    EACH_KIND(FIRST + 23, "nmi.while_pending", "12.9 GICD_INMIR<n>", while_pending),
    {FIRST + 27, "nmi.preempts_the_highest0", "4.6.3, 4.8.4", preempts_the_highest, GROUP0},
    {FIRST + 28, "nmi.preempts_the_highest1", "4.6.3, 4.8.4", preempts_the_highest, GROUP1},
    EACH_KIND(FIRST + 29, "nmi.one_at_a_time", "4.6.3, 4.8.4", one_at_a_time),
    {FIRST + 33, "nmi.highest_waits0", "4.6.3, 4.8.4", highest_waits, GROUP0},
    {FIRST + 34, "nmi.highest_waits1", "4.6.3, 4.8.4", highest_waits, GROUP1},
    {FIRST + 35, "nmi.before_the_highest0", "4.6.3, 4.8.6", before_the_highest, GROUP0},
    {FIRST + 36, "nmi.before_the_highest1", "4.6.3, 4.8.6", before_the_highest, GROUP1},
    {FIRST + 37, "nmi.no_binary_point", "4.6.3, 4.8.3", no_binary_point, 0},
    {FIRST + 38, "nmi.running", "12.2 ICC_RPR_EL1, ICC_AP1R<n>_EL1", running, 0},
    {FIRST + 39, "nmi.restored", "12.2 ICC_AP1R<n>_EL1", restored, 0},
    EACH_KIND(FIRST + 40, "nmi.two_steps", "4.6.3, 4.1.1", two_steps),
    EACH_KIND(FIRST + 44, "nmi.held_back", "4.6.3, 4.1", held_back),
    {FIRST + 48, "nmi.many_of_many", "4.6.3", many, 2},
    {FIRST + 49, "nmi.many_alone", "4.6.3", many, 1},
    EACH_KIND(FIRST + 50, "nmi.elsewhere", "12.9 GICD_INMIR<n>, 12.11 GICR_INMIR0", elsewhere),
    {FIRST + 54, "nmi.extended_ppi", "12.11 GICR_INMIR<n>E", extended, EPPI},
    {FIRST + 55, "nmi.extended_spi", "12.9 GICD_INMIR<n>E", extended, ESPI_EDGE},
};

const struct rules rules_nmi = {table, ARRAY_SIZE(table)};
