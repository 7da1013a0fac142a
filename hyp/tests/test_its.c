/* SPDX-License-Identifier: Apache-2.0 */
/* The drivers of ITS and LPIs on a fake of their registers: scenarios. */
#include "its_device.h"
#include "its_rig.h"

#define EDU      0x18
#define INNER_WB UINT64_C(0x3800000000000400) /* GITS_BASER<n>, GITS_CBASER: InnerCache 7, Shareability 1 */

static struct its_device edu;

static void it_starts(void)
{
    rig_started();
    EXPECT(fake_its.ctlr & 1, 1);
    /* Valid, Indirect, attributes, Type 1, entries of 8 bytes, pages of 64 KiB, 1 of them */
    EXPECT(fake_its.baser[0], UINT64_C(0xc107000000000200) | INNER_WB | (uintptr_t)its.devices.base);
    EXPECT(fake_its.baser[1], UINT64_C(0x8407000000000200) | INNER_WB | (uintptr_t)its.collections.base);
    EXPECT(fake_its.baser[2], UINT64_C(0x8207000000000200) | INNER_WB | (uintptr_t)its.vpes.base);
    EXPECT(fake_its.baser[3], 0);
    EXPECT(fake_its.cbaser, UINT64_C(0x800000000000000f) | INNER_WB | (uintptr_t)its.queue.commands);
    EXPECT(fake_its.collections[0].mapped, true);
    EXPECT(fake_its.collections[0].rdbase, 0);
    EXPECT(fake_its.gicr_ctlr, 1);
    EXPECT(fake_its.propbaser & 0xfff, 0x78f); /* 16 bits, RaWaWb, Inner Shareable */
    EXPECT(fake_its.pendbaser & 0xffff, 0x780);
    EXPECT(fake_its.pendbaser >> 62 & 1, 1);
    EXPECT(fake_its.cleans, 0);
    rig_no_rule_broken();
}

/* Firmware used it. */
static void it_was_on(void)
{
    rig_fresh();
    fake_its.ctlr = 1;
    OK(rig_start());
    EXPECT(fake_its.ctlr & 1, 1);
    rig_no_rule_broken();
}

static void tables_begin_as_zeros(void)
{
    const uint64_t *level1;
    unsigned used = 0;

    rig_started();
    OK(its_device_add(&edu, EDU, 32));
    level1 = (const uint64_t *)(const void *)its.devices.base;
    for (unsigned i = 0; i < 0x10000 / 8; i++)
        used += level1[i] != 0;
    EXPECT(used, 1);
    EXPECT(level1[0] >> 63, 1);
    EXPECT(level1[0] & 0xffff, 0);
    for (unsigned i = 0; i < 0x10000; i++)
        used += ((const uint8_t *)(uintptr_t)(level1[0] << 1 >> 1))[i] != 0;
    EXPECT(used, 1);
    OK(its_device_add(&(struct its_device){0}, 0xffff, 2));
    EXPECT(level1[7] >> 63, 1); /* 8192 entries a page */
    SAYS(its_device_add(&(struct its_device){0}, 0x10000, 2), "cannot translate");
    rig_no_rule_broken();
}

/* Pages of 4 KiB, tables of one level: 128 pages for devices. */
static void few_choices(void)
{
    rig_fresh();
    fake_its.fixed_page = 0;
    fake_its.indirect = false;
    OK(rig_start());
    EXPECT(fake_its.baser[0], UINT64_C(0x810700000000007f) | INNER_WB | (uintptr_t)its.devices.base);
    OK(its_device_add(&edu, 0xffff, 32));
    EXPECT(fake_its.devices[0].id, 0xffff);
    rig_no_rule_broken();
}

static void small_pages_of_two_levels(void)
{
    rig_fresh();
    fake_its.fixed_page = 0;
    OK(rig_start());
    EXPECT(fake_its.baser[0], UINT64_C(0xc107000000000000) | INNER_WB | (uintptr_t)its.devices.base);
    OK(its_device_add(&edu, 0x1ff, 32));
    OK(its_device_add(&(struct its_device){0}, 0x200, 32));
    EXPECT(((const uint64_t *)(const void *)its.devices.base)[0] >> 63, 1);
    EXPECT(((const uint64_t *)(const void *)its.devices.base)[1] >> 63, 1);
    EXPECT(((const uint64_t *)(const void *)its.devices.base)[2], 0);
    rig_no_rule_broken();
}

static void collections_in_the_its(void)
{
    rig_fresh();
    fake_its.typer |= UINT64_C(8) << 24; /* HCC */
    fake_its.baser[1] = 0;
    OK(rig_start());
    EXPECT(fake_its.collections[0].mapped, true);
    rig_fresh();
    fake_its.typer |= UINT64_C(7) << 24;
    fake_its.baser[1] = 0;
    SAYS(rig_start(), "no collection for each core");
    EXPECT(fake_its.ctlr & 1, 0);
}

/* What cannot share is told to cache nothing, and everything that it reads is cleaned first. */
static void memory_past_the_caches(void)
{
    rig_fresh();
    fake_its.shareable = false;
    OK(rig_start());
    EXPECT(fake_its.baser[0] >> 59 & 7, 1);
    EXPECT(fake_its.baser[0] >> 10 & 3, 0);
    EXPECT(fake_its.cbaser >> 59 & 7, 1);
    EXPECT(fake_its.propbaser & 0xf80, 0x80);
    EXPECT(fake_its.pendbaser & 0xf80, 0x80);
    EXPECT(fake_its_cleaned((uintptr_t)its.devices.base, 0x10000), true);
    EXPECT(fake_its_cleaned(fake_its.propbaser & UINT64_C(0xffffffffff000), 0xe000), true);
    EXPECT(fake_its_cleaned(fake_its.pendbaser & UINT64_C(0xfffffffff0000), 0x2000), true);
    fake_its_forget();
    OK(its_device_add(&edu, EDU, 32));
    EXPECT(fake_its_cleaned((uintptr_t)its.devices.base, 8), true);
    EXPECT(fake_its_cleaned(fake_its.devices[0].itt, 0x180), true);
    OK(its_event_map(&edu, 3, 0, true));
    EXPECT(fake_its_cleaned((fake_its.propbaser & UINT64_C(0xffffffffff000)) + edu.lpi + 3 - 8192, 1), true);
    rig_no_rule_broken();
}

static void redistributors_by_address(void)
{
    rig_fresh();
    fake_its.typer |= 1 << 19; /* PTA */
    OK(rig_start());
    EXPECT(fake_its.collections[0].rdbase, FAKE_GICR >> 16);
    rig_fresh();
    fake_its.gicr_typer |= 0x2a00; /* Processor_Number */
    OK(rig_start());
    EXPECT(fake_its.collections[0].rdbase, 0x2a);
}

static struct its_command numbered[2100];

/* More commands than places, and an ITS that is slower than we are: each once, in order. */
static void the_queue_wraps(void)
{
    for (unsigned lag = 0; lag <= 50; lag += 50) {
        unsigned before;

        rig_started();
        OK(its_device_add(&edu, EDU, 32));
        OK(its_event_map(&edu, 0, 0, true));
        fake_its.lag = lag;
        before = fake_its.count;
        for (unsigned i = 0; i < 2100; i++)
            numbered[i] = its_sync(i);
        OK(its_send(numbered, 2100));
        OK(its_send(numbered, 2100));
        EXPECT(fake_its.count, before + 4200);
        EXPECT(fake_its.wraps, 2);
        for (unsigned i = 0; i < 4200; i++)
            EXPECT(fake_its.log[before + i][2], (uint64_t)(i % 2100) << 16);
        rig_no_rule_broken();
    }
}

static void no_answer(void)
{
    unsigned looks;

    rig_started();
    fake_its.lag = 1;
    fake_its.answers_till = fake_its.count + 1;
    SAYS(ITS_SEND(its_sync(0), its_sync(0)), "does not answer in its deadline");
    looks = fake_its.looks;
    EXPECT(looks > 1000, true);
    SAYS(ITS_SEND(its_sync(0)), "does not answer in its deadline");
    EXPECT(fake_its.looks, looks); /* nobody waits twice */
}

static void no_place_without_an_answer(void)
{
    rig_started();
    fake_its.answers_till = fake_its.count;
    for (unsigned i = 0; i < 2100; i++)
        numbered[i] = its_sync(i);
    SAYS(its_send(numbered, 2100), "does not answer in its deadline");
    EXPECT(its.queue.write < ITS_QUEUE_SIZE, true);
}

static void a_refused_command(void)
{
    rig_started();
    fake_its.stalls_at = fake_its.count + 1;
    SAYS(ITS_SEND(its_sync(0), its_sync(0), its_sync(0)), "refused");
    SAYS(ITS_SEND(its_sync(0)), "refused");
}

static void no_rest(void)
{
    rig_fresh();
    fake_its.restless = true;
    fake_its.ctlr = 1;
    SAYS(rig_start(), "quiescent in its deadline");
    SAYS(its_device_add(&edu, EDU, 32), "cannot translate");
}

static void no_lpis(void)
{
    rig_fresh();
    fake_its.gicd_typer &= ~(UINT32_C(1) << 17);
    SAYS(rig_start(), "no LPIs");
    rig_fresh();
    fake_its.gicr_typer = 0;
    SAYS(rig_start(), "PLPIS");
    rig_fresh();
    fake_its.gicr_ctlr = 1;
    OK(rig_start());
    EXPECT(fake_its.gicr_ctlr, 1);
    rig_no_rule_broken();
    rig_fresh();
    fake_its.gicr_ctlr = 1;
    fake_its.lpis_stay = true;
    SAYS(rig_start(), "left LPIs enabled");
    EXPECT(fake_its.propbaser, 0);
    rig_no_rule_broken();
}

static void number_of_lpis(void)
{
    rig_fresh();
    fake_its.gicd_typer |= 4 << 11; /* num_LPIs: 32 */
    OK(rig_start());
    OK(its_device_add(&edu, EDU, 32));
    EXPECT(edu.lpi, 8192);
    SAYS(its_device_add(&(struct its_device){0}, EDU + 1, 2), "no LPIs");
}

static void events_are_lpis(void)
{
    uint32_t event;

    rig_started();
    OK(its_device_add(&edu, EDU, 20));
    EXPECT(fake_its.devices[0].bits, 5);
    EXPECT(fake_its.devices[0].itt & 0xff, 0);
    EXPECT(edu.events, 32);
    OK(its_event_map(&edu, 7, 0, false));
    EXPECT(fake_its_event(EDU, 7)->kind, FAKE_PHYSICAL);
    EXPECT(fake_its_event(EDU, 7)->intid, edu.lpi + 7);
    EXPECT(rig_config_byte(edu.lpi + 7), 0xa2);
    OK(its_event_enable(&edu, 7, 0, true));
    EXPECT(rig_config_byte(edu.lpi + 7), 0xa3);
    EXPECT(fake_its.log[fake_its.count - 2][0] & 0xff, 0x0c); /* INV, SYNC */
    EXPECT(fake_its.log[fake_its.count - 1][0] & 0xff, 0x05);
    OK(its_event_move(&edu, 7, 1, 0));
    EXPECT((uintptr_t)its_device_of(edu.lpi + 7, &event), (uintptr_t)&edu);
    EXPECT(event, 7);
    EXPECT((uintptr_t)its_device_of(edu.lpi + 32, &event), 0);
    OK(its_event_unmap(&edu, 7, 0));
    EXPECT(fake_its_event(EDU, 7)->kind, FAKE_UNMAPPED);
    rig_no_rule_broken();
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"it starts: tables, queue, LPIs, collection", it_starts},
        {"it was on before", it_was_on},
        {"tables begin as zeros, two levels grow", tables_begin_as_zeros},
        {"an ITS of small pages and one level", few_choices},
        {"an ITS of small pages and two levels", small_pages_of_two_levels},
        {"collections in the ITS itself", collections_in_the_its},
        {"memory past the caches", memory_past_the_caches},
        {"redistributors by address and by number", redistributors_by_address},
        {"the queue wraps, fast and slow", the_queue_wraps},
        {"an ITS that does not answer", no_answer},
        {"an ITS that does not answer, and no place", no_place_without_an_answer},
        {"an ITS that refuses a command", a_refused_command},
        {"an ITS that does not become quiescent", no_rest},
        {"LPIs missing or left enabled", no_lpis},
        {"GICD_TYPER.num_LPIs", number_of_lpis},
        {"events are physical LPIs", events_are_lpis},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), fake_its_reset);
}
