/* SPDX-License-Identifier: Apache-2.0 */
/* What the fake ITS does when it has read a command. */
#include <stddef.h>
#include <string.h>

#include "fake_its.h"

#define VALID ((uint64_t)1 << 63)

static struct fake_device *find(uint32_t id)
{
    for (unsigned i = 0; i < FAKE_DEVICES; i++)
        if (fake_its.devices[i].mapped && fake_its.devices[i].id == id)
            return &fake_its.devices[i];
    return NULL;
}

const struct fake_event *fake_its_event(uint32_t device, uint32_t event)
{
    const struct fake_device *found = find(device);

    return found != NULL && event < FAKE_EVENTS ? &found->events[event] : NULL;
}

bool fake_its_pending(unsigned vpe, uint32_t vintid)
{
    return vpe < FAKE_VPES && vintid < FAKE_VLPIS && (fake_its.vpes[vpe].vlpis[vintid / 8] >> vintid % 8 & 1) != 0;
}

/* Of a virtual event; whether it was. */
static bool set_pending(const struct fake_event *at, bool pending)
{
    bool was = fake_its_pending(at->vpe, at->intid);

    if (at->kind != FAKE_VIRTUAL)
        return false;
    if (at->vpe >= FAKE_VPES || !fake_its.vpes[at->vpe].mapped || at->intid < 8192 ||
        at->intid >> fake_its.vpes[at->vpe].bits != 0) {
        fake_its_wrong("a virtual LPI of no vPE, or none of it");
        return false;
    }
    if (was != pending)
        fake_its.vpes[at->vpe].vlpis[at->intid / 8] ^= (uint8_t)(1 << at->intid % 8);
    return was;
}

uint32_t fake_its_take(unsigned vpe)
{
    for (uint32_t vintid = 8192; vintid < FAKE_VLPIS; vintid++) {
        if (!fake_its_pending(vpe, vintid))
            continue;
        fake_its.vpes[vpe].vlpis[vintid / 8] ^= (uint8_t)(1 << vintid % 8);
        return vintid;
    }
    return 1023;
}

void fake_its_message(uint32_t device, uint32_t event)
{
    const struct fake_event *at = fake_its_event(device, event);

    if (at != NULL)
        set_pending(at, true);
}

static bool resident(unsigned vpe)
{
    return (fake_its.vpendbaser & VALID) != 0 && BITS(fake_its.vpendbaser, 51, 16) << 16 == fake_its.vpes[vpe].pending;
}

/* The first 1024 bytes are nobody's business; those of a resident one are old. */
void fake_its_write_pending(unsigned vpe)
{
    uint8_t *table = (uint8_t *)(uintptr_t)fake_its.vpes[vpe].pending;
    uint64_t size = ((uint64_t)1 << fake_its.vpes[vpe].bits) / 8;

    if (!resident(vpe))
        memcpy(table + 1024, fake_its.vpes[vpe].vlpis + 1024, size - 1024);
}

static void vsync(const uint64_t *c)
{
    uint64_t id = BITS(c[1], 47, 32);

    if (id >= FAKE_VPES || !fake_its.vpes[id].mapped)
        fake_its_wrong("VSYNC of a vPE that is not mapped");
    else if (fake_its.shareable)
        fake_its_write_pending((unsigned)id);
}

static void mapd(const uint64_t *c)
{
    struct fake_device *device = find((uint32_t)BITS(c[0], 63, 32));

    for (unsigned i = 0; device == NULL && i < FAKE_DEVICES; i++)
        if (!fake_its.devices[i].mapped)
            device = &fake_its.devices[i];
    if (device == NULL) {
        fake_its_wrong("more devices than the fake has");
        return;
    }
    *device = (struct fake_device){.mapped = (c[2] & VALID) != 0,
                                   .id = (uint32_t)BITS(c[0], 63, 32),
                                   .itt = BITS(c[2], 51, 8) << 8,
                                   .bits = BITS(c[1], 4, 0) + 1};
}

static void mapc(const uint64_t *c)
{
    uint64_t icid = BITS(c[2], 15, 0);

    if (icid >= FAKE_COLLECTIONS) {
        fake_its_wrong("a collection that the fake has not");
        return;
    }
    fake_its.collections[icid].mapped = (c[2] & VALID) != 0;
    fake_its.collections[icid].rdbase = BITS(c[2], 51, 16);
}

static void vmapp(const uint64_t *c)
{
    uint64_t id = BITS(c[1], 47, 32);

    if (id >= FAKE_VPES) {
        fake_its_wrong("a vPE that the fake has not");
        return;
    }
    fake_its.vpes[id].mapped = (c[2] & VALID) != 0;
    fake_its.vpes[id].rdbase = BITS(c[2], 51, 16);
    fake_its.vpes[id].pending = BITS(c[3], 51, 16) << 16;
    fake_its.vpes[id].bits = BITS(c[3], 4, 0) + 1;
}

/* Commands on an event that is mapped, or becomes so. */
static void event(uint64_t number, const uint64_t *c)
{
    struct fake_device *device = find((uint32_t)BITS(c[0], 63, 32));
    uint64_t id = BITS(c[1], 31, 0);
    struct fake_event *at;
    bool pending;

    if (device == NULL || id >= (uint64_t)1 << device->bits || id >= FAKE_EVENTS) {
        fake_its_wrong("an event of no device, or none of it");
        return;
    }
    at = &device->events[id];
    if ((number == 0x0a || number == 0x2a) != (at->kind == FAKE_UNMAPPED))
        fake_its_wrong("a command on an event that is not mapped, or a mapping of one that is");
    switch (number) {
    case 0x0a:
        *at = (struct fake_event){FAKE_PHYSICAL, (uint32_t)BITS(c[1], 63, 32), 1023, (uint16_t)BITS(c[2], 15, 0), 0};
        break;
    case 0x2a:
        *at = (struct fake_event){FAKE_VIRTUAL, (uint32_t)BITS(c[2], 31, 0), (uint32_t)BITS(c[2], 63, 32), 0,
                                  (uint16_t)BITS(c[1], 47, 32)};
        break;
    case 0x01:
        at->collection = (uint16_t)BITS(c[2], 15, 0);
        break;
    case 0x21:
        pending = set_pending(at, false);
        at->vpe = (uint16_t)BITS(c[1], 47, 32);
        if ((c[2] & 1) != 0)
            at->doorbell = (uint32_t)BITS(c[2], 63, 32);
        if (pending)
            set_pending(at, true);
        break;
    case 0x0f:
        set_pending(at, false);
        *at = (struct fake_event){FAKE_UNMAPPED, 0, 0, 0, 0};
        break;
    case 0x03:
    case 0x04:
        set_pending(at, number == 0x03);
        break;
    default: /* INV */
        break;
    }
}

static void vmovp(const uint64_t *c)
{
    uint64_t id = BITS(c[1], 47, 32);

    if (id >= FAKE_VPES || !fake_its.vpes[id].mapped)
        fake_its_wrong("VMOVP of a vPE that is not mapped");
    else if (resident((unsigned)id))
        fake_its_wrong("VMOVP of a resident vPE");
    else
        fake_its.vpes[id].rdbase = BITS(c[2], 51, 16);
}

void fake_its_execute(const uint64_t *c)
{
    uint64_t number = BITS(c[0], 7, 0);

    switch (number) {
    case 0x08:
        mapd(c);
        break;
    case 0x09:
        mapc(c);
        break;
    case 0x29:
        vmapp(c);
        break;
    case 0x22:
        vmovp(c);
        break;
    case 0x25:
        vsync(c);
        break;
    case 0x05: /* SYNC, INVALL, VINVALL: nothing is late or cached here */
    case 0x0d:
    case 0x2d:
        break;
    case 0x01:
    case 0x03:
    case 0x04:
    case 0x0a:
    case 0x0c:
    case 0x0f:
    case 0x21:
    case 0x2a:
        event(number, c);
        break;
    default:
        fake_its_wrong("a command that the fake has not");
    }
}
