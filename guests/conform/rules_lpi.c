/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: LPIs, their life and their configuration (IHI 0069H 4.1.2, 4.8, 5.1), whoever makes them pending. */
#include "lpis.h"

#define FIRST 970

static struct verdict announced(uint32_t subject)
{
    (void)subject;
    SKIP_UNLESS(its_lacks() == NULL, its_lacks());
    EXPECT("GICR_TYPER.PLPIS", mmio_read64(gic_redistributor() + GICR_TYPER) & GICR_TYPER_PLPIS, GICR_TYPER_PLPIS);
    EXPECT("GICD_TYPER.IDbits of 14 or more",
           FIELD_GET(GICD_TYPER_IDBITS, mmio_read32(machine.gicd.base + GICD_TYPER)) >= 13, 1);
    return PASSED;
}

static struct verdict tables_read(uint32_t subject)
{
    uintptr_t base = gic_redistributor();
    uint64_t propbaser, pendbaser;

    (void)subject;
    NEED_LPIS(1);
    propbaser = mmio_read64(base + GICR_PROPBASER);
    pendbaser = mmio_read64(base + GICR_PENDBASER);
    EXPECT("GICR_PROPBASER.IDbits", FIELD_GET(GICR_PROPBASER_IDBITS, propbaser), ITS_LPI_BITS - 1);
    EXPECT("GICR_PENDBASER.PTZ", pendbaser & GICR_PENDBASER_PTZ, 0);
    EXPECT("lower half", mmio_read32(base + GICR_PROPBASER), propbaser & UINT32_MAX);
    EXPECT("upper half", mmio_read32(base + GICR_PROPBASER + 4), propbaser >> 32);
    EXPECT("GICR_CTLR.EnableLPIs", mmio_read32(base + GICR_CTLR) & GICR_CTLR_ENABLELPIS, GICR_CTLR_ENABLELPIS);
    return PASSED;
}

static struct verdict signals(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    EXPECT("signalled before", signalled(), 0);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("HPPIR", highest_pending(GROUP1), LPI);
    EXPECT("IAR", acknowledge(GROUP1), LPI);
    EXPECT("RPR", get_rpr(), PRIORITY_DEFAULT);
    EXPECT("signalled acknowledged", signalled(), 0);
    EXPECT("HPPIR acknowledged", highest_pending(GROUP1), INTID_SPURIOUS);
    end(GROUP1, LPI);
    EXPECT("RPR ended", get_rpr(), 0xff);
    EXPECT("IAR ended", acknowledge_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict is_taken(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(5));
    EXPECT("taken", take(SIGNAL_IRQ), 1);
    EXPECT("INTID", taken.arrival[0].intid, LPI + 5);
    EXPECT("group of the vector", taken.arrival[0].group, GROUP1);
    return PASSED;
}

static struct verdict of_group1(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("HPPIR0", highest_pending(GROUP0), INTID_SPURIOUS);
    EXPECT("IAR0", acknowledge(GROUP0), INTID_SPURIOUS);
    EXPECT("IAR1", acknowledge(GROUP1), LPI);
    return PASSED;
}

/* Higher first, whichever kind it is. */
static struct verdict before_an_spi(uint32_t priority)
{
    bool first = priority < 0x80;

    NEED_LPIS(1);
    raise(SPI_EDGE, 0x80);
    COMMAND(lpi_set(0, (uint8_t)priority, true));
    COMMAND(send(0));
    EXPECT("first", take_lpi(), first ? LPI : SPI_EDGE);
    EXPECT("second", take_lpi(), first ? SPI_EDGE : LPI);
    EXPECT("third", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict preempts(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    raise(SPI_EDGE, 0x80);
    EXPECT("IAR of the SPI", acknowledge_lpi(), SPI_EDGE);
    COMMAND(lpi_set(0, 0xa0, true));
    COMMAND(send(0));
    EXPECT("signalled with a lower priority", signalled(), 0);
    COMMAND(lpi_set(1, 0x40, true));
    COMMAND(send(1));
    EXPECT("signalled with a higher priority", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), LPI + 1);
    EXPECT("RPR", get_rpr(), 0x40);
    raise(SPI_OTHER, 0x20);
    EXPECT("IAR of the next SPI", acknowledge_lpi(), SPI_OTHER);
    end(GROUP1, SPI_OTHER);
    end(GROUP1, LPI + 1);
    EXPECT("RPR of the first", get_rpr(), 0x80);
    end(GROUP1, SPI_EDGE);
    EXPECT("IAR at last", acknowledge_lpi(), LPI);
    return PASSED;
}

static struct verdict masked(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(lpi_set(0, 0x80, true));
    set_pmr(0x80);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), LPI);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    set_pmr(0x88);
    EXPECT("signalled unmasked", signalled(), SIGNAL_IRQ);
    return PASSED;
}

static struct verdict of_a_group_priority(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    set_bpr(GROUP1, 5);
    COMMAND(lpi_set(0, 0x98, true));
    COMMAND(lpi_set(1, 0x88, true));
    COMMAND(lpi_set(2, 0x78, true));
    COMMAND(send(0));
    EXPECT("IAR", acknowledge_lpi(), LPI);
    COMMAND(send(1));
    EXPECT("signalled within the group priority", signalled(), 0);
    COMMAND(send(2));
    EXPECT("signalled above it", signalled(), SIGNAL_IRQ);
    return PASSED;
}

static struct verdict disabled_stays_pending(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(lpi_set(0, 0x80, false));
    COMMAND(send(0));
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    COMMAND(lpi_set(0, 0x80, true));
    EXPECT("signalled enabled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), LPI);
    return PASSED;
}

static struct verdict disabled_while_pending(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    COMMAND(lpi_set(0, 0x80, false));
    EXPECT("signalled disabled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    COMMAND(lpi_set(0, 0x80, true));
    EXPECT("IAR enabled", acknowledge_lpi(), LPI);
    EXPECT("RPR", get_rpr(), 0x80);
    return PASSED;
}

static struct verdict priority_changed(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    COMMAND(send(1));
    COMMAND(lpi_set(1, 0x40, true));
    EXPECT("IAR", acknowledge_lpi(), LPI + 1);
    EXPECT("RPR", get_rpr(), 0x40);
    end(GROUP1, LPI + 1);
    EXPECT("IAR of the other", acknowledge_lpi(), LPI);
    EXPECT("RPR of the other", get_rpr(), PRIORITY_DEFAULT);
    return PASSED;
}

/* What is running keeps the priority that it was acknowledged with. */
static struct verdict running_priority_kept(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    EXPECT("IAR", acknowledge_lpi(), LPI);
    COMMAND(lpi_set(0, 0x40, true));
    EXPECT("RPR", get_rpr(), PRIORITY_DEFAULT);
    COMMAND(send(0));
    EXPECT("signalled, higher than itself", signalled(), SIGNAL_IRQ);
    EXPECT("IAR again", acknowledge(GROUP1), LPI);
    EXPECT("RPR again", get_rpr(), 0x40);
    end(GROUP1, LPI);
    EXPECT("RPR after one EOI", get_rpr(), PRIORITY_DEFAULT);
    end(GROUP1, LPI);
    EXPECT("RPR after both", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict all_invalidated(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    for (uint32_t event = 0; event < 8; event++)
        COMMAND(send(event));
    for (uint32_t event = 0; event < 8; event++)
        lpi_configure(LPI + event, (uint8_t)(0xc0 - 0x10 * event), event % 2 == 0);
    COMMAND(its_invall(0));
    for (uint32_t event = 8; event-- > 0;)
        if (event % 2 == 0)
            EXPECT("IAR by priority", take_lpi(), LPI + event);
    EXPECT("IAR afterwards", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* No active state: pending again at once, and signalled when its priority is dropped. */
static struct verdict again_while_handled(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    EXPECT("IAR", acknowledge_lpi(), LPI);
    COMMAND(send(0));
    EXPECT("signalled at its own priority", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), LPI);
    end(GROUP1, LPI);
    EXPECT("signalled ended", signalled(), SIGNAL_IRQ);
    EXPECT("IAR again", acknowledge(GROUP1), LPI);
    end(GROUP1, LPI);
    EXPECT("IAR a third time", acknowledge_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict no_deactivation(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    set_ctlr(true, false);
    for (unsigned i = 0; i < 3; i++) {
        COMMAND(send(0));
        EXPECT("IAR", acknowledge_lpi(), LPI);
        end(GROUP1, LPI);
        EXPECT("RPR dropped", get_rpr(), 0xff);
    }
    EXPECT("IAR afterwards", acknowledge_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict pending_once(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    for (unsigned i = 0; i < 5; i++)
        COMMAND(send(0));
    EXPECT("IAR", take_lpi(), LPI);
    EXPECT("IAR again", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* They are of one priority: which comes first is the implementation's choice (4.8). */
static struct verdict distributor_group(uint32_t subject)
{
    uint32_t first;

    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    set_distributor(true, false);
    EXPECT("signalled", signalled(), 0);
    COMMAND(send(1));
    set_distributor(true, true);
    EXPECT("signalled again", signalled(), SIGNAL_IRQ);
    first = take_lpi();
    EXPECT("one of them", first == LPI || first == LPI + 1, true);
    EXPECT("IAR of the other", take_lpi(), LPI + LPI + 1 - first);
    return PASSED;
}

static struct verdict interface_group(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    set_igrpen(GROUP1, false);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), 0);
    set_igrpen(GROUP1, true);
    EXPECT("signalled enabled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), LPI);
    return PASSED;
}

/* GICR_CTLR.CES: EnableLPIs can be cleared. What is pending stays so in the pending table. */
static struct verdict turned_off(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    SKIP_UNLESS((mmio_read32(gic_redistributor() + GICR_CTLR) & GICR_CTLR_CES) != 0, "EnableLPIs cannot be cleared");
    COMMAND(send(0));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    lpi_enable(0, false);
    wait_redistributor();
    EXPECT("signalled turned off", signalled(), 0);
    EXPECT("IAR turned off", acknowledge(GROUP1), INTID_SPURIOUS);
    lpi_enable(0, true);
    EXPECT("signalled turned on", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", take_lpi(), LPI);
    EXPECT("IAR again", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* Many of different priorities, the lowest first; then all of the same. */
static struct verdict by_priority(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    for (uint32_t event = 0; event < EVENTS; event++)
        lpi_configure(LPI + event, (uint8_t)(0xf0 - 4 * event), true);
    COMMAND(its_invall(0));
    for (uint32_t event = 0; event < EVENTS; event++)
        COMMAND(send(event));
    for (uint32_t event = EVENTS; event-- > 0;) {
        /* two share a priority where five bits are implemented */
        uint32_t intid = acknowledge_lpi();

        EXPECT("priority", (0xf0 - 4 * (intid - LPI)) & 0xf8, (0xf0 - 4 * event) & 0xf8);
        end(GROUP1, intid);
    }
    EXPECT("IAR afterwards", acknowledge_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* More than there are list registers, among SPIs; all of them come, each once. */
static struct verdict many(uint32_t subject)
{
    uint32_t seen = 0, spis = 0;

    (void)subject;
    NEED_LPIS(1);
    for (uint32_t event = 0; event < EVENTS; event++)
        COMMAND(send(event));
    for (unsigned i = 0; i < ROW_COUNT; i++)
        raise(SPI_ROW + i, PRIORITY_DEFAULT);
    for (unsigned i = 0; i < EVENTS + ROW_COUNT; i++) {
        uint32_t intid = take_lpi();

        if (intid - LPI < EVENTS)
            seen ^= BIT32(intid - LPI);
        else if (intid - SPI_ROW < ROW_COUNT)
            spis ^= BIT32(intid - SPI_ROW);
    }
    EXPECT("LPIs", seen, UINT32_MAX);
    EXPECT("SPIs", spis, 0xff);
    EXPECT("IAR afterwards", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* As deep as priorities go. */
static struct verdict nested(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    for (uint32_t event = 0; event < 12; event++) {
        COMMAND(lpi_set(event, (uint8_t)(0xe0 - 0x10 * event), true));
        COMMAND(send(event));
        EXPECT("IAR", acknowledge_lpi(), LPI + event);
        EXPECT("RPR", get_rpr(), 0xe0 - 0x10 * event);
    }
    for (uint32_t event = 12; event-- > 0;) {
        EXPECT("RPR on the way back", get_rpr(), 0xe0 - 0x10 * event);
        end(GROUP1, LPI + event);
    }
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("IAR afterwards", acknowledge_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* Acknowledged, it is no obstacle to the others. */
static struct verdict counted(uint32_t rounds)
{
    uint32_t count = 0;

    NEED_LPIS(1);
    for (uint32_t i = 0; i < rounds; i++) {
        COMMAND(send(i % EVENTS));
        count += take_lpi() == LPI + i % EVENTS;
    }
    EXPECT("taken", count, rounds);
    EXPECT("IAR afterwards", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict asleep(uint32_t subject)
{
    uintptr_t waker = gic_redistributor() + GICR_WAKER;

    (void)subject;
    NEED_LPIS(1);
    mmio_write32(waker, GICR_WAKER_PROCESSORSLEEP);
    while ((mmio_read32(waker) & GICR_WAKER_CHILDRENASLEEP) == 0)
        ;
    COMMAND(send(0));
    mmio_write32(waker, 0);
    while ((mmio_read32(waker) & GICR_WAKER_CHILDRENASLEEP) != 0)
        ;
    EXPECT("IAR awake", take_lpi(), LPI);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "lpi.announced", "12.9 GICD_TYPER, 12.11 GICR_TYPER", announced, 0},
    {FIRST + 1, "lpi.tables_read", "12.11 GICR_PROPBASER, GICR_PENDBASER", tables_read, 0},
    {FIRST + 2, "lpi.signals", "4.1.2, 5.1", signals, 0},
    {FIRST + 3, "lpi.is_taken", "4.6", is_taken, 0},
    {FIRST + 4, "lpi.of_group1", "5.1", of_group1, 0},
    {FIRST + 5, "lpi.before_an_spi.higher", "4.8", before_an_spi, 0x60},
    {FIRST + 6, "lpi.before_an_spi.lower", "4.8", before_an_spi, 0xa0},
    {FIRST + 7, "lpi.preempts", "4.8.5", preempts, 0},
    {FIRST + 8, "lpi.masked", "4.8.2", masked, 0},
    {FIRST + 9, "lpi.of_a_group_priority", "4.8.3", of_a_group_priority, 0},
    {FIRST + 10, "lpi.disabled_stays_pending", "5.1.1", disabled_stays_pending, 0},
    {FIRST + 11, "lpi.disabled_while_pending", "5.1.1", disabled_while_pending, 0},
    {FIRST + 12, "lpi.priority_changed", "5.1.1", priority_changed, 0},
    {FIRST + 13, "lpi.running_priority_kept", "4.8.5, 5.1.1", running_priority_kept, 0},
    {FIRST + 14, "lpi.all_invalidated", "5.1.1, 5.3 INVALL", all_invalidated, 0},
    {FIRST + 15, "lpi.again_while_handled", "4.1.2", again_while_handled, 0},
    {FIRST + 16, "lpi.no_deactivation", "4.1.1, 4.6.3", no_deactivation, 0},
    {FIRST + 17, "lpi.pending_once", "4.1.2", pending_once, 0},
    {FIRST + 18, "lpi.distributor_group", "12.9 GICD_CTLR", distributor_group, 0},
    {FIRST + 19, "lpi.interface_group", "12.2 ICC_IGRPEN1_EL1", interface_group, 0},
    {FIRST + 20, "lpi.turned_off", "12.11 GICR_CTLR", turned_off, 0},
    {FIRST + 21, "lpi.by_priority", "4.8", by_priority, 0},
    {FIRST + 22, "lpi.many", "4.1.2, 4.8", many, 0},
    {FIRST + 23, "lpi.nested", "4.8.5", nested, 0},
    {FIRST + 24, "lpi.counted", "4.1.2", counted, 300},
    {FIRST + 25, "lpi.asleep", "12.11 GICR_WAKER", asleep, 0},
};

const struct rules rules_lpi = {table, ARRAY_SIZE(table)};
