/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest does to its ITS, right and wrong, and what the physical one then has: of the device that the VM owns
 * what the guest's tables say, of nothing else anything. The physical ITS is a fake that complains of what it forbids.
 */
#include "direct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fake_its.h"
#include "gic.h"
#include "its_device.h"
#include "its_rig.h"
#include "lpis.h"
#include "tap.h"
#include "upcalls.h"

#define OWN        3
#define FOREIGN    5
#define DOORBELLS  0xffff
#define CPUS       4
#define OPERATIONS 20000

static struct its_device own;
static struct vgic *vm;
static uint64_t seed = 1;

static const char *cpu_init(void)
{
    return NULL;
}

static const struct gic_ops ops = {.version = 3, .cpu_init = cpu_init};
const struct gic_ops *gic = &ops;

const char *messages_start(void)
{
    return rig_start();
}

void messages_failed(const char *reason)
{
    printf("Bail out! %s\n", reason);
    abort();
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(fake_random(&seed) % n);
}

static uint32_t device(void)
{
    static const uint32_t ids[] = {OWN, OWN, OWN, FOREIGN, DOORBELLS, 0};

    return ids[below(6)];
}

static uint32_t lpi(void)
{
    return 8188 + below(48);
}

static void map(void)
{
    switch (below(5)) {
    case 0:
        lpis_mapd(vm, device() % 16, 1 + below(7), below(8) != 0);
        break;
    case 1:
        lpis_mapc(vm, below(6), below(CPUS + 1), below(6) != 0);
        break;
    case 2:
        lpis_movi(vm, device(), below(40), below(6));
        break;
    default:
        lpis_mapti(vm, device(), below(40), lpi(), below(6));
        break;
    }
}

/* Of another device's the physical ITS hears nothing. */
static void event_command(void)
{
    static const unsigned commands[] = {ITS_INT, ITS_CLEAR, ITS_DISCARD, ITS_INV};
    uint32_t id = device();
    unsigned before = fake_its.count;

    lpis_event(vm, commands[below(4)], id, below(40));
    EXPECT(id == OWN || fake_its.count == before, true);
}

static void act(void)
{
    lpis_config(8192 + below(40), (uint8_t)below(256), below(2) != 0);
    switch (below(8)) {
    case 0:
        lpis_invall(vm, below(6));
        break;
    case 1:
        lpis_gicr_write(vm, below(CPUS), GICR_CTLR, 4, below(3) != 0);
        break;
    case 2:
        lpis_gits_write(vm, GITS_CTLR, 0);
        break;
    case 3:
        lpis_movall(vm, below(CPUS + 1), below(CPUS));
        break;
    default:
        event_command();
        break;
    }
}

static void expect_event(uint32_t event)
{
    const struct fake_event *got = fake_its_event(OWN, event);
    struct vgic_cpu *cpu;
    uint32_t intid;

    if (!vits_translate(vm, OWN, event, &cpu, &intid)) {
        EXPECT(got->kind, FAKE_UNMAPPED);
        return;
    }
    EXPECT(got->kind, FAKE_VIRTUAL);
    EXPECT(got->intid, intid);
    EXPECT(got->vpe, cpu->index);
    EXPECT(got->doorbell, fake_its_event(DOORBELLS, cpu->index)->intid);
}

static void the_physical_its_follows(void)
{
    unsigned mapped = 0;

    for (unsigned i = 0; i < OPERATIONS; i++) {
        (below(3) != 0 ? map : act)();
        for (uint32_t event = 0; event < 32; event++) {
            expect_event(event);
            mapped += fake_its_event(OWN, event)->kind == FAKE_VIRTUAL;
        }
        EXPECT(fake_its_event(FOREIGN, 0) == NULL, true);
        EXPECT(fake_its_event(0, 0) == NULL, true);
        EXPECT((uintptr_t)fake_its.why, 0);
        lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    }
    EXPECT(mapped > OPERATIONS, true); /* else it was about nothing */
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
    EXPECT(lpis_take(vm, 0), 1023);
    lpis_event(vm, ITS_INT, OWN, 7);
    EXPECT(lpis_take(vm, 0), 1023); /* it is the hardware's, not the model's */
    EXPECT(fake_its.log[(fake_its.count - 1) % FAKE_COMMANDS][0], UINT64_C(0x0000000300000003));
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"a guest's configuration bytes reach the hardware", configuration_reaches_the_hardware},
        {"the physical ITS has what the guest mapped of its own device", the_physical_its_follows},
    };
    static struct delivery strategy;

    rig_fresh();
    strategy = fake_delivery;
    strategy.direct = &direct_events;
    if (direct_init() != NULL || its_device_add(&own, OWN, 32) != NULL)
        return 1;
    vm = lpis_bare_vm(&strategy, CPUS, true);
    if (direct_events.add(vm, &own) != NULL)
        return 1;
    direct_load(vm->cpu[0]);
    memset(lpis_at(LPIS_CONFIG), 0, 8192);
    lpis_open(vm);
    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing);
}
