/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: the ITS with one CPU: registers, the queue, each command (IHI 0069H 5.3, 12.19). */
#include "lpis.h"

#define FIRST 996

#define NEED_ITS SKIP_UNLESS(its_lacks() == NULL, its_lacks())

static uint64_t its_read(uint32_t offset)
{
    return mmio_read64(its_register(offset));
}

static struct verdict identity(uint32_t subject)
{
    (void)subject;
    NEED_ITS;
    EXPECT("GITS_PIDR2.ArchRev", FIELD_GET(PIDR2_ARCHREV, mmio_read32(its_register(GITS_PIDR2))), PIDR2_ARCHREV_GICV3);
    EXPECT("GITS_TYPER.Physical", its_read(GITS_TYPER) & GITS_TYPER_PHYSICAL, GITS_TYPER_PHYSICAL);
    EXPECT("GITS_TYPER, upper half", mmio_read32(its_register(GITS_TYPER) + 4), its_read(GITS_TYPER) >> 32);
    return PASSED;
}

/* A table of devices, and collections for each CPU and one more: in a table, or in the ITS. */
static struct verdict tables_wanted(uint32_t subject)
{
    unsigned devices = 0, collections = 0;

    (void)subject;
    NEED_ITS;
    for (unsigned n = 0; n < GITS_BASERS; n++) {
        uint64_t type = FIELD_GET(GITS_BASER_TYPE, its_read(GITS_BASER + 8 * n));

        devices += type == GITS_BASER_TYPE_DEVICE;
        collections += type == GITS_BASER_TYPE_COLLECTION;
    }
    EXPECT("tables of devices", devices, 1);
    EXPECT("room for collections", collections == 1 || FIELD_GET(GITS_TYPER_HCC, its_read(GITS_TYPER)) > machine.cpus,
           1);
    return PASSED;
}

static struct verdict quiescent(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    EXPECT("GITS_CTLR.Enabled", mmio_read32(its_register(GITS_CTLR)) & GITS_CTLR_ENABLED, GITS_CTLR_ENABLED);
    its_disable();
    EXPECT("GITS_CTLR", mmio_read32(its_register(GITS_CTLR)) & (GITS_CTLR_ENABLED | GITS_CTLR_QUIESCENT),
           GITS_CTLR_QUIESCENT);
    return PASSED;
}

static struct verdict queue_read(uint32_t subject)
{
    uint64_t cbaser;

    (void)subject;
    NEED_LPIS(1);
    cbaser = its_read(GITS_CBASER);
    EXPECT("GITS_CBASER.Valid", cbaser & GITS_CBASER_VALID, GITS_CBASER_VALID);
    EXPECT("GITS_CBASER.Size", FIELD_GET(GITS_CBASER_SIZE, cbaser), ITS_QUEUE_SIZE / GITS_CBASER_PAGE - 1);
    EXPECT("GITS_CBASER, upper half", mmio_read32(its_register(GITS_CBASER) + 4), cbaser >> 32);
    EXPECT("GITS_CREADR", its_read(GITS_CREADR), its_read(GITS_CWRITER));
    its_disable();
    mmio_write64(its_register(GITS_CBASER), cbaser);
    EXPECT("GITS_CREADR of a new queue", its_read(GITS_CREADR), 0);
    return PASSED;
}

static struct verdict creadr_read_only(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    mmio_write64(its_register(GITS_CREADR), 0);
    EXPECT("GITS_CREADR", its_read(GITS_CREADR), its_read(GITS_CWRITER));
    return PASSED;
}

static struct verdict queue_is_a_ring(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    for (unsigned i = 0; i < 3 * ITS_QUEUE_SIZE / ITS_COMMAND_SIZE; i++)
        COMMAND(its_sync(0));
    COMMAND(send(3));
    EXPECT("IAR", take_lpi(), LPI + 3);
    return PASSED;
}

static uint64_t put_int(uint32_t event)
{
    return its_put(ITS_INT | FIELD_PREP(ITS_DEVICEID_0, DEVICE), event, 0, 0);
}

/* All but one place of the queue filled, wherever it begins, and one store. */
static struct verdict full_queue(uint32_t subject)
{
    uint64_t writer = 0;

    (void)subject;
    NEED_LPIS(1);
    for (unsigned i = 0; i < ITS_QUEUE_SIZE / ITS_COMMAND_SIZE - 1; i++)
        writer = put_int(i % EVENTS);
    COMMAND(its_run(writer));
    for (uint32_t event = 0, seen = 0; event < EVENTS; event++) {
        uint32_t n = take_lpi() - LPI;

        EXPECT("another one", n < EVENTS && (seen >> n & 1) == 0, 1);
        seen |= BIT32(n);
    }
    EXPECT("IAR afterwards", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* Disabled it takes no command; enabled again it takes what is waiting. */
static struct verdict waits_while_disabled(uint32_t subject)
{
    uint64_t writer;

    (void)subject;
    NEED_LPIS(1);
    its_disable();
    writer = put_int(0);
    mmio_write64(its_register(GITS_CWRITER), writer);
    EXPECT("IAR", take_lpi(), INTID_SPURIOUS);
    mmio_write32(its_register(GITS_CTLR), GITS_CTLR_ENABLED);
    COMMAND(its_run(writer));
    EXPECT("IAR enabled", take_lpi(), LPI);
    return PASSED;
}

static struct verdict writer_halves(uint32_t subject)
{
    uint64_t writer;

    (void)subject;
    NEED_LPIS(1);
    writer = put_int(0);
    mmio_write32(its_register(GITS_CWRITER), (uint32_t)writer);
    EXPECT("IAR", take_lpi(), LPI);
    EXPECT("GITS_CWRITER", its_read(GITS_CWRITER), writer);
    return PASSED;
}

static struct verdict mapi(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    /* the last device's table is behind all others: the memory there is enough for an EventID of 14 bits */
    lpi_configure(9000, 0x80, true);
    COMMAND(its_command(ITS_MAPD | FIELD_PREP(ITS_DEVICEID_0, ITS_DEVICES - 1), 13,
                        its_event_table(ITS_DEVICES - 1) | ITS_VALID_2, 0));
    COMMAND(its_command(ITS_MAPI | FIELD_PREP(ITS_DEVICEID_0, ITS_DEVICES - 1), 9000, 0, 0));
    COMMAND(its_event(ITS_INT, ITS_DEVICES - 1, 9000));
    EXPECT("IAR", take_lpi(), 9000);
    return PASSED;
}

static struct verdict devices_apart(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    lpi_configure(LPI + 100, PRIORITY_DEFAULT, true);
    COMMAND(its_mapd(OTHER, true));
    COMMAND(its_mapti(OTHER, 0, LPI + 100, 0));
    COMMAND(its_event(ITS_INT, OTHER, 0));
    EXPECT("IAR of one", take_lpi(), LPI + 100);
    COMMAND(send(0));
    EXPECT("IAR of the other", take_lpi(), LPI);
    EXPECT("IAR afterwards", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict two_events_of_one(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(its_event(ITS_DISCARD, DEVICE, 1));
    COMMAND(its_mapti(DEVICE, 1, LPI, 0));
    COMMAND(send(0));
    EXPECT("IAR", take_lpi(), LPI);
    COMMAND(send(1));
    EXPECT("IAR of the other event", take_lpi(), LPI);
    return PASSED;
}

static struct verdict collection_in_memory(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(its_mapc(IN_MEMORY, 0, true));
    COMMAND(its_movi(DEVICE, 0, IN_MEMORY));
    COMMAND(send(0));
    EXPECT("IAR", take_lpi(), LPI);
    COMMAND(its_mapc(IN_MEMORY, 0, false));
    (void)send(0);
    EXPECT("IAR unmapped", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict clear(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    COMMAND(send(1));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    COMMAND(its_event(ITS_CLEAR, DEVICE, 0));
    EXPECT("IAR", take_lpi(), LPI + 1);
    EXPECT("IAR of the cleared one", take_lpi(), INTID_SPURIOUS);
    COMMAND(send(0));
    EXPECT("IAR, still mapped", take_lpi(), LPI);
    return PASSED;
}

/* Not pending, and while it is handled: nothing happens. */
static struct verdict clear_nothing(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(its_event(ITS_CLEAR, DEVICE, 0));
    COMMAND(send(0));
    EXPECT("IAR", acknowledge_lpi(), LPI);
    COMMAND(its_event(ITS_CLEAR, DEVICE, 0));
    EXPECT("RPR", get_rpr(), PRIORITY_DEFAULT);
    end(GROUP1, LPI);
    EXPECT("RPR ended", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict discard(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    COMMAND(its_event(ITS_DISCARD, DEVICE, 0));
    EXPECT("signalled discarded", signalled(), 0);
    COMMAND(its_mapti(DEVICE, 0, LPI + 200, 0));
    lpi_configure(LPI + 200, PRIORITY_DEFAULT, true);
    COMMAND(its_event(ITS_INV, DEVICE, 0));
    EXPECT("signalled mapped anew", signalled(), 0);
    COMMAND(send(0));
    EXPECT("IAR", take_lpi(), LPI + 200);
    return PASSED;
}

static struct verdict clear_disabled(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(lpi_set(0, 0x80, false));
    COMMAND(send(0));
    COMMAND(its_event(ITS_CLEAR, DEVICE, 0));
    COMMAND(lpi_set(0, 0x80, true));
    EXPECT("IAR", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

/* A translation that is not there: nothing becomes pending, whether the queue stalls or goes on (5.3). */
static struct verdict int_goes_nowhere(bool stays_mapped)
{
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", take_lpi(), INTID_SPURIOUS);
    if (stays_mapped && (its_read(GITS_CREADR) & GITS_CREADR_STALLED) == 0) {
        COMMAND(send(1));
        EXPECT("IAR of one that is mapped", take_lpi(), LPI + 1);
    }
    return PASSED;
}

static struct verdict unmapped_device(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    (void)its_event(ITS_INT, OTHER, 0);
    return int_goes_nowhere(true);
}

static struct verdict unmapped_event(uint32_t event)
{
    NEED_LPIS(1);
    (void)send(event);
    return int_goes_nowhere(true);
}

static struct verdict unmapped_again(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(its_mapd(DEVICE, false));
    (void)send(0);
    return int_goes_nowhere(false);
}

static struct verdict unmapped_collection(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(its_mapti(DEVICE, 0, LPI, UNMAPPED));
    (void)send(0);
    return int_goes_nowhere(true);
}

static struct verdict not_an_lpi(uint32_t intid)
{
    NEED_LPIS(1);
    enable(SPI_EDGE);
    COMMAND(its_event(ITS_DISCARD, DEVICE, 0));
    (void)its_mapti(DEVICE, 0, intid, 0);
    if ((its_read(GITS_CREADR) & GITS_CREADR_STALLED) == 0)
        (void)send(0);
    return int_goes_nowhere(true);
}

/* What was pending stays so when its device is unmapped (5.3 MAPD). */
static struct verdict pending_survives_mapd(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(1);
    COMMAND(send(0));
    COMMAND(its_mapd(DEVICE, false));
    EXPECT("IAR", take_lpi(), LPI);
    return PASSED;
}

static struct verdict indirect_table(uint32_t subject)
{
    (void)subject;
    NEED_ITS;
    SKIP_UNLESS(its_use_two_levels(), "no table of devices with two levels (GITS_BASER<n>.Indirect is 0)");
    lpi_enable(0, true);
    lpi_configure(LPI, PRIORITY_DEFAULT, true);
    COMMAND(its_mapd(DEVICE, true));
    COMMAND(its_mapc(0, 0, true));
    COMMAND(its_mapti(DEVICE, 0, LPI, 0));
    COMMAND(send(0));
    EXPECT("IAR", take_lpi(), LPI);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "its.identity", "12.19 GITS_PIDR2, GITS_TYPER", identity, 0},
    {FIRST + 1, "its.tables_wanted", "5.2, 12.19 GITS_BASER<n>", tables_wanted, 0},
    {FIRST + 2, "its.quiescent", "12.19 GITS_CTLR", quiescent, 0},
    {FIRST + 3, "its.queue_read", "12.19 GITS_CBASER, GITS_CREADR", queue_read, 0},
    {FIRST + 4, "its.queue_is_a_ring", "5.3.1", queue_is_a_ring, 0},
    {FIRST + 5, "its.full_queue", "5.3.1", full_queue, 0},
    {FIRST + 6, "its.waits_while_disabled", "12.19 GITS_CTLR", waits_while_disabled, 0},
    {FIRST + 7, "its.writer_halves", "12.19 GITS_CWRITER", writer_halves, 0},
    {FIRST + 8, "its.mapi", "5.3 MAPI", mapi, 0},
    {FIRST + 9, "its.devices_apart", "5.1.2, 5.3 MAPD", devices_apart, 0},
    {FIRST + 10, "its.two_events_of_one", "5.1.2", two_events_of_one, 0},
    {FIRST + 11, "its.collection_in_memory", "5.2.3, 5.3 MAPC", collection_in_memory, 0},
    {FIRST + 12, "its.clear", "5.3 CLEAR", clear, 0},
    {FIRST + 13, "its.clear_nothing", "5.3 CLEAR", clear_nothing, 0},
    {FIRST + 14, "its.discard", "5.3 DISCARD, MAPTI", discard, 0},
    {FIRST + 15, "its.clear_disabled", "5.3 CLEAR, INV", clear_disabled, 0},
    {FIRST + 16, "its.unmapped_device", "5.3 INT", unmapped_device, 0},
    {FIRST + 17, "its.unmapped_event", "5.3 INT", unmapped_event, EVENTS},
    {FIRST + 18, "its.event_out_of_range", "5.3 INT", unmapped_event, 1U << ITS_EVENT_BITS},
    {FIRST + 19, "its.unmapped_again", "5.3 MAPD", unmapped_again, 0},
    {FIRST + 20, "its.unmapped_collection", "5.3 MAPC", unmapped_collection, 0},
    {FIRST + 21, "its.not_an_lpi.spi", "5.3 MAPTI", not_an_lpi, SPI_EDGE},
    {FIRST + 22, "its.not_an_lpi.beyond", "5.3 MAPTI", not_an_lpi, 1U << 24},
    {FIRST + 23, "its.pending_survives_mapd", "5.3 MAPD", pending_survives_mapd, 0},
    {FIRST + 24, "its.indirect_table", "5.2.1, 12.19 GITS_BASER<n>", indirect_table, 0},
    {1036, "its.creadr_read_only", "12.19 GITS_CREADR", creadr_read_only, 0},
};

const struct rules rules_its = {table, ARRAY_SIZE(table)};
