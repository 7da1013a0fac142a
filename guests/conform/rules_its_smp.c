/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: LPIs of several CPUs, moved between them in every state (IHI 0069H 5.1, 5.3 MOVI, MOVALL). */
#include "lpis.h"

#define FIRST 1021

static uint32_t take_lpi_on(unsigned cpu)
{
    uint32_t intid = acknowledge_on(cpu, GROUP1);

    if (intid != INTID_SPURIOUS)
        end_on(cpu, GROUP1, intid);
    return intid;
}

static struct verdict to_each(uint32_t cpus)
{
    NEED_LPIS(cpus);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        COMMAND(its_movi(DEVICE, cpu, cpu));
        COMMAND(send(cpu));
    }
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        EXPECT("IAR", take_lpi_on(cpu), LPI + cpu);
        EXPECT("IAR again", take_lpi_on(cpu), INTID_SPURIOUS);
    }
    return PASSED;
}

static struct verdict moved_pending(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(send(0));
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    COMMAND(its_movi(DEVICE, 0, 1));
    EXPECT("signalled here, moved", signalled(), 0);
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    COMMAND(its_movi(DEVICE, 0, 0));
    EXPECT("signalled there, moved back", signalled_on(1), 0);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    EXPECT("IAR here", take_lpi(), LPI);
    EXPECT("IAR here again", take_lpi(), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict moved_idle(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(its_movi(DEVICE, 0, 1));
    EXPECT("IAR here", take_lpi(), INTID_SPURIOUS);
    EXPECT("IAR there", take_lpi_on(1), INTID_SPURIOUS);
    COMMAND(send(0));
    EXPECT("IAR here, raised", take_lpi(), INTID_SPURIOUS);
    EXPECT("IAR there, raised", take_lpi_on(1), LPI);
    return PASSED;
}

static struct verdict moved_disabled(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(lpi_set(0, 0x80, false));
    COMMAND(send(0));
    COMMAND(its_movi(DEVICE, 0, 1));
    EXPECT("signalled there, disabled", signalled_on(1), 0);
    COMMAND(lpi_set(0, 0x80, true));
    EXPECT("IAR here", take_lpi(), INTID_SPURIOUS);
    EXPECT("IAR there", take_lpi_on(1), LPI);
    return PASSED;
}

/* No active state: one that is handled here may come there at once. */
static struct verdict moved_handled(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(send(0));
    EXPECT("IAR here", acknowledge_lpi(), LPI);
    COMMAND(its_movi(DEVICE, 0, 1));
    EXPECT("signalled there", signalled_on(1), 0);
    COMMAND(send(0));
    EXPECT("signalled there, raised", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), LPI);
    EXPECT("RPR here", get_rpr(), PRIORITY_DEFAULT);
    EXPECT("RPR there", get_rpr_on(1), PRIORITY_DEFAULT);
    end(GROUP1, LPI);
    EXPECT("RPR here, ended", get_rpr(), 0xff);
    EXPECT("RPR there, not ended", get_rpr_on(1), PRIORITY_DEFAULT);
    end_on(1, GROUP1, LPI);
    EXPECT("IAR there again", take_lpi_on(1), INTID_SPURIOUS);
    return PASSED;
}

/* All that are pending, disabled ones too; what is mapped stays mapped. */
static struct verdict all_moved(uint32_t subject)
{
    uint32_t seen = 0;

    (void)subject;
    NEED_LPIS(2);
    COMMAND(lpi_set(5, PRIORITY_DEFAULT, false));
    for (uint32_t event = 0; event < EVENTS; event++)
        COMMAND(send(event));
    COMMAND(its_movall(0, 1));
    EXPECT("signalled here", signalled(), 0);
    for (unsigned i = 1; i < EVENTS; i++) {
        uint32_t n = take_lpi_on(1) - LPI;

        seen ^= n < EVENTS ? BIT32(n) : 0;
    }
    EXPECT("taken there", seen, ~BIT32(5));
    EXPECT("IAR there afterwards", take_lpi_on(1), INTID_SPURIOUS);
    COMMAND(send(0));
    EXPECT("IAR here", take_lpi(), LPI);
    return PASSED;
}

static struct verdict collection_moved(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(its_mapc(0, 1, true));
    COMMAND(its_movall(0, 1));
    COMMAND(send(0));
    EXPECT("IAR here", take_lpi(), INTID_SPURIOUS);
    EXPECT("IAR there", take_lpi_on(1), LPI);
    return PASSED;
}

/* As much as there are list registers, and more, on both sides; half of it moves. */
static struct verdict half_moved(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    for (uint32_t event = 0; event < 16; event++) {
        lpi_configure(LPI + event, (uint8_t)(0x10 + 8 * event), true);
        COMMAND(its_event(ITS_INV, DEVICE, event));
        COMMAND(send(event));
    }
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    for (uint32_t event = 0; event < 16; event += 2)
        COMMAND(its_movi(DEVICE, event, 1));
    for (uint32_t event = 0; event < 16; event++) {
        EXPECT("IAR there", event % 2 == 0 ? take_lpi_on(1) : LPI + event, LPI + event);
        EXPECT("IAR here", event % 2 != 0 ? take_lpi() : LPI + event, LPI + event);
    }
    EXPECT("IAR here afterwards", take_lpi(), INTID_SPURIOUS);
    EXPECT("IAR there afterwards", take_lpi_on(1), INTID_SPURIOUS);
    return PASSED;
}

static uint64_t send_from_there(uint64_t command, uint64_t event)
{
    return its_event((unsigned)command, DEVICE, (uint32_t)event);
}

/* Any CPU may give the commands. */
static struct verdict commanded_from_there(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    EXPECT("the ITS took it", call_on(1, send_from_there, ITS_INT, 0), true);
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    EXPECT("cleared from there", call_on(1, send_from_there, ITS_CLEAR, 0), true);
    EXPECT("IAR here", take_lpi(), INTID_SPURIOUS);
    EXPECT("raised from there", call_on(1, send_from_there, ITS_INT, 1), true);
    EXPECT("IAR here, raised", take_lpi(), LPI + 1);
    return PASSED;
}

/* Changed while it waits at another CPU. */
static struct verdict configured_remotely(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(its_movi(DEVICE, 0, 1));
    COMMAND(send(0));
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    COMMAND(lpi_set(0, 0x80, false));
    EXPECT("signalled there, disabled", signalled_on(1), 0);
    COMMAND(lpi_set(0, 0x40, true));
    EXPECT("IAR there", acknowledge_on(1, GROUP1), LPI);
    EXPECT("RPR there", get_rpr_on(1), 0x40);
    return PASSED;
}

static struct verdict discarded_remotely(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(its_movi(DEVICE, 0, 1));
    COMMAND(send(0));
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    COMMAND(its_event(ITS_DISCARD, DEVICE, 0));
    EXPECT("signalled there, discarded", signalled_on(1), 0);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Round and round, raised at each: as often as it was raised. */
static struct verdict wanders(uint32_t rounds)
{
    NEED_LPIS(8);
    for (unsigned i = 0; i < rounds; i++) {
        COMMAND(its_movi(DEVICE, 7, i * 3 % 8));
        COMMAND(send(7));
        EXPECT("IAR", take_lpi_on(i * 3 % 8), LPI + 7);
    }
    for (unsigned cpu = 0; cpu < 8; cpu++)
        EXPECT("IAR afterwards", take_lpi_on(cpu), INTID_SPURIOUS);
    return PASSED;
}

static uint64_t send_all(uint64_t first, uint64_t count)
{
    uint64_t done = 0;

    for (uint64_t event = first; event < first + count; event++)
        done += send((uint32_t)event);
    return done;
}

/* One CPU takes what another one raises meanwhile. */
static struct verdict raised_meanwhile(uint32_t subject)
{
    uint32_t seen = 0;

    (void)subject;
    NEED_LPIS(2);
    post_on(1, send_all, 0, EVENTS);
    while (!done_on(1) || signalled() != 0) {
        uint32_t n = take_lpi() - LPI;

        seen |= n < EVENTS ? BIT32(n) : 0;
        smp_relax();
    }
    EXPECT("commands", result_of(1), EVENTS);
    EXPECT("taken", seen, UINT32_MAX);
    return PASSED;
}

/* What a CPU has pending when it is turned off waits until it is on. */
static struct verdict turned_off(uint32_t subject)
{
    (void)subject;
    NEED_LPIS(2);
    COMMAND(its_movi(DEVICE, 0, 1));
    COMMAND(send(0));
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    COMMAND(its_movi(DEVICE, 0, 0));
    EXPECT("turned off", cpu_remove(1), true);
    EXPECT("IAR here", take_lpi(), LPI);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "its_smp.to_each.2", "5.1.2", to_each, 2},
    {FIRST + 1, "its_smp.to_each.8", "5.1.2", to_each, 8},
    {FIRST + 2, "its_smp.moved_pending", "5.3 MOVI", moved_pending, 0},
    {FIRST + 3, "its_smp.moved_idle", "5.3 MOVI", moved_idle, 0},
    {FIRST + 4, "its_smp.moved_disabled", "5.3 MOVI", moved_disabled, 0},
    {FIRST + 5, "its_smp.moved_handled", "4.1.2, 5.3 MOVI", moved_handled, 0},
    {FIRST + 6, "its_smp.all_moved", "5.3 MOVALL", all_moved, 0},
    {FIRST + 7, "its_smp.collection_moved", "5.3 MAPC, MOVALL", collection_moved, 0},
    {FIRST + 8, "its_smp.half_moved", "5.3 MOVI", half_moved, 0},
    {FIRST + 9, "its_smp.commanded_from_there", "5.3", commanded_from_there, 0},
    {FIRST + 10, "its_smp.configured_remotely", "5.3 INV", configured_remotely, 0},
    {FIRST + 11, "its_smp.discarded_remotely", "5.3 DISCARD", discarded_remotely, 0},
    {FIRST + 12, "its_smp.wanders", "5.3 MOVI", wanders, 40},
    {FIRST + 13, "its_smp.raised_meanwhile", "5.3 INT", raised_meanwhile, 0},
    {FIRST + 14, "its_smp.turned_off", "5.3 MOVI", turned_off, 0},
};

const struct rules rules_its_smp = {table, ARRAY_SIZE(table)};
