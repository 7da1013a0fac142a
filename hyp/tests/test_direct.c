/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest does to its ITS, right and wrong, and what the physical one then has: of the device that the VM owns
 * what the guest's tables say, of nothing else anything; and each LPI is pending where the architecture has it, in
 * hardware or in the model. The physical ITS is a fake that complains of what it forbids.
 */
#include "direct.h"

#include <string.h>

#include "direct_rig.h"
#include "fake.h"
#include "lpis.h"
#include "tap.h"

#define OWN        3
#define FOREIGN    5
#define DOORBELLS  RIG_DOORBELLS
#define CPUS       4
#define OPERATIONS 20000
#define EVENTS     40 /* that commands name: more than OWN has */
#define LPIS       (3 * EVENTS)

static struct vgic *vm;
static uint64_t seed = 1;
static bool pending[CPUS][LPIS], stored[CPUS][LPIS]; /* as the architecture has it */
static uint64_t seen_pending[2];                     /* in the model, in hardware */

static uint32_t below(uint32_t n)
{
    return (uint32_t)(fake_random(&seed) % n);
}

static uint32_t device(void)
{
    static const uint32_t ids[] = {OWN, OWN, OWN, FOREIGN, DOORBELLS, 0};

    return ids[below(6)];
}

/* One of its own for each event, so that what is pending of each can be told; or none. */
static uint32_t lpi(uint32_t id, uint32_t event)
{
    static const uint32_t from[] = {[OWN] = 0, [FOREIGN] = EVENTS, [0] = 2 * EVENTS};

    return below(16) == 0 || id == DOORBELLS ? 8191 - below(3) : INTID_LPI_FIRST + from[id] + event;
}

static bool lpis_on(unsigned cpu)
{
    return vlpi_irq(vm->cpu[cpu], INTID_LPI_FIRST) != NULL;
}

static bool *expected(const struct vits_target *target)
{
    return &pending[target->cpu->index][target->intid - INTID_LPI_FIRST];
}

/* MOVI takes what is pending along (IHI 0069H 5.3.9): where LPIs are off, it is gone. */
static void move_event(uint32_t id, uint32_t event, uint32_t icid)
{
    struct vits_target before, after;
    bool was;

    vits_translate(vm, id, event, &before);
    lpis_movi(vm, id, event, icid);
    vits_translate(vm, id, event, &after);
    if (before.cpu == NULL || after.icid == before.icid || !*expected(&before))
        return;
    was = *expected(&before);
    *expected(&before) = false;
    if (after.cpu != NULL)
        *expected(&after) = was;
}

static void map(void)
{
    uint32_t id = device(), event = below(EVENTS);

    switch (below(5)) {
    case 0:
        lpis_mapd(vm, device() % 16, 1 + below(7), below(8) != 0);
        break;
    case 1:
        lpis_mapc(vm, below(6), below(CPUS + 1), below(6) != 0);
        break;
    case 2:
        move_event(id, event, below(6));
        break;
    default:
        lpis_mapti(vm, id, event, lpi(id, event), below(6));
        break;
    }
}

/* Of another device's the physical ITS hears nothing. */
static void event_command(void)
{
    static const unsigned commands[] = {ITS_INT, ITS_INT, ITS_INT, ITS_CLEAR, ITS_DISCARD, ITS_INV};
    uint32_t id = device(), event = below(EVENTS);
    unsigned command = commands[below(6)], before = fake_its.count;
    struct vits_target target;

    vits_translate(vm, id, event, &target);
    lpis_event(vm, command, id, event);
    EXPECT(id == OWN || fake_its.count == before, true);
    if (target.cpu != NULL && command != ITS_INV)
        *expected(&target) = command == ITS_INT;
}

static void move_all(void)
{
    unsigned from = below(CPUS + 1), to = below(CPUS);

    lpis_movall(vm, from, to);
    for (unsigned i = 0; i < LPIS && from < CPUS && from != to; i++) {
        pending[to][i] = pending[to][i] || (pending[from][i] && lpis_on(to));
        pending[from][i] = false;
    }
}

/* What is pending is in the table while LPIs are off. */
static void turn(unsigned cpu, bool on)
{
    if (lpis_on(cpu) != on) {
        memcpy(on ? pending[cpu] : stored[cpu], on ? stored[cpu] : pending[cpu], sizeof(stored[0]));
        if (!on)
            memset(pending[cpu], 0, sizeof(pending[0]));
    }
    lpis_gicr_write(vm, cpu, GICR_CTLR, 4, on ? GICR_CTLR_ENABLELPIS : 0);
}

static void take(void)
{
    unsigned cpu = below(CPUS);
    uint32_t intid = lpis_take(vm, cpu);

    if (intid == 1023)
        intid = fake_its_take(cpu);
    if (intid != 1023)
        pending[cpu][intid - INTID_LPI_FIRST] = false;
}

static void act(void)
{
    lpis_config(INTID_LPI_FIRST + below(LPIS), (uint8_t)below(256), below(4) != 0);
    switch (below(10)) {
    case 0:
        lpis_invall(vm, below(6));
        break;
    case 1:
        turn(below(CPUS), below(3) != 0);
        break;
    case 2:
        lpis_gits_write(vm, GITS_CTLR, 0);
        break;
    case 3:
        move_all();
        break;
    case 4:
        take();
        break;
    default:
        event_command();
        break;
    }
}

/* Pending in one place, and where it has to be. */
static void expect_pending(unsigned cpu, uint32_t n)
{
    const struct virq *irq = vlpi_irq(vm->cpu[cpu], INTID_LPI_FIRST + n);
    bool model = irq != NULL && ((irq->bank->latch | irq->bank->resident) & irq->mask) != 0;
    bool hardware = fake_its_pending(cpu, INTID_LPI_FIRST + n);

    EXPECT(model || hardware, pending[cpu][n]);
    EXPECT(model && hardware && n < 32, false);
    seen_pending[hardware] += pending[cpu][n];
}

static void the_physical_its_follows(void)
{
    unsigned mapped = 0;
    const char *why;

    for (unsigned i = 0; i < OPERATIONS; i++) {
        (below(3) != 0 ? map : act)();
        EXPECT(direct_rig_holds(vm, OWN, true, &why), true);
        EXPECT((uintptr_t)why, 0);
        for (uint32_t event = 0; event < RIG_EVENTS; event++)
            mapped += fake_its_event(OWN, event)->kind == FAKE_VIRTUAL;
        for (unsigned cpu = 0; cpu < CPUS; cpu++)
            for (uint32_t n = 0; n < LPIS; n++)
                expect_pending(cpu, n);
        lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    }
    EXPECT(mapped > OPERATIONS, true); /* else it was about nothing */
    EXPECT(seen_pending[0] > OPERATIONS / 10 && seen_pending[1] > OPERATIONS / 10, true);
}

static void configuration_reaches_the_hardware(void)
{
    const uint8_t *bytes;

    lpis_mapd(vm, OWN, 5, true);
    lpis_mapc(vm, 0, 0, true);
    lpis_gicr_write(vm, 0, GICR_CTLR, 4, GICR_CTLR_ENABLELPIS);
    lpis_event(vm, ITS_DISCARD, OWN, 7);
    lpis_config(8200, 0x40, true);
    lpis_mapti(vm, OWN, 7, 8200, 0);
    bytes = (const uint8_t *)(uintptr_t)(fake_its.vpropbaser & UINT64_C(0xffffffffff000));
    EXPECT(bytes[8], 0x41);
    lpis_config(8200, 0x80, false);
    EXPECT(bytes[8], 0x41);
    lpis_event(vm, ITS_INV, OWN, 7);
    EXPECT(bytes[8], 0x80);
    lpis_config(8200, 0x20, true);
    lpis_invall(vm, 0);
    EXPECT(bytes[8], 0x21);
    vgic_enable_groups(vm, true, false); /* which a virtual LPI knows nothing of */
    EXPECT(bytes[8], 0x20);
    EXPECT(fake_its.log[fake_its.count - 2][0], UINT64_C(0x000000030000000c)); /* INV, VSYNC */
    vgic_enable_groups(vm, true, true);
    EXPECT(bytes[8], 0x21);
    EXPECT(lpis_take(vm, 0), 1023);
    lpis_event(vm, ITS_INT, OWN, 7);
    EXPECT(lpis_take(vm, 0), 1023); /* it is the hardware's, not the model's */
    EXPECT(fake_its.log[(fake_its.count - 1) % FAKE_COMMANDS][0], UINT64_C(0x0000000300000003));
    lpis_event(vm, ITS_DISCARD, OWN, 7);
}

/* The doorbell does not ring by itself for what is pending already. */
static void who_waits_hears_of_what_is_enabled(void)
{
    lpis_mapd(vm, OWN, 5, true);
    lpis_mapc(vm, 0, 0, true);
    lpis_config(8200, 0x40, false);
    lpis_mapti(vm, OWN, 7, 8200, 0);
    lpis_event(vm, ITS_INT, OWN, 7);
    EXPECT(direct_events.block(vm->cpu[0]), true);
    lpis_event(vm, ITS_INV, OWN, 7);
    EXPECT(fake_its.log[fake_its.count - 2][0], UINT64_C(0x0000ffff0000000c)); /* INV of the doorbell, SYNC */
    lpis_config(8200, 0x40, true);
    lpis_event(vm, ITS_INV, OWN, 7);
    EXPECT(fake_its.log[fake_its.count - 1][0], UINT64_C(0x0000ffff00000003)); /* INT of the doorbell */
    EXPECT(fake_its.log[fake_its.count - 1][1], 0);
    direct_events.unblock(vm->cpu[0]);
    lpis_event(vm, ITS_DISCARD, OWN, 7);
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"a guest's configuration bytes reach the hardware", configuration_reaches_the_hardware},
        {"a vCPU that waits hears of what is enabled", who_waits_hears_of_what_is_enabled},
        {"the physical ITS has what the guest mapped of its own device", the_physical_its_follows},
    };
    static struct delivery strategy;

    strategy = fake_delivery;
    strategy.direct = &direct_events;
    vm = lpis_bare_vm(&strategy, CPUS, true);
    direct_rig_attach(vm, OWN);
    memset(lpis_at(LPIS_CONFIG), 0, 8192);
    lpis_open(vm);
    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing);
}
