/* SPDX-License-Identifier: Apache-2.0 */
#include "its_device.h"

#include <stddef.h>

#include "its.h"
#include "lpi.h"
#include "table.h"

#define ITT_ALIGN 256

static unsigned bits_of(uint32_t events)
{
    unsigned bits = 1;

    while (BIT(bits) < events)
        bits++;
    return bits;
}

const char *its_device_add(struct its_device *device, uint32_t id, uint32_t events)
{
    unsigned bits = bits_of(events);
    uint64_t size = BIT(bits) * (FIELD_GET(GITS_TYPER_ITT_SIZE, its.typer) + 1);
    const char *reason;
    void *itt;

    if (bits > FIELD_GET(GITS_TYPER_IDBITS, its.typer) + 1 || !its_table_reach(&its.devices, id))
        return "the ITS cannot translate for this device (GITS_TYPER.ID_bits, Devbits)";
    *device = (struct its_device){.id = id, .events = (uint32_t)BIT(bits), .next = its.mapped};
    device->lpi = lpi_reserve(device->events);
    itt = table_alloc(size, ITT_ALIGN);
    if (device->lpi == 0 || itt == NULL)
        return "no LPIs or no memory for this device";
    /* the ITS reads it with the attributes of its device table */
    table_publish(its.devices.coherent, itt, size);
    reason = ITS_SEND(its_mapd(id, (uintptr_t)itt, bits, true));
    if (reason == NULL)
        its.mapped = device;
    return reason;
}

struct its_device *its_device_of(uint32_t pintid, uint32_t *event)
{
    for (struct its_device *device = its.mapped; device != NULL; device = device->next) {
        *event = pintid - device->lpi;
        if (*event < device->events)
            return device;
    }
    return NULL;
}

const char *its_event_map(const struct its_device *device, uint32_t event, unsigned cpu, bool enabled)
{
    lpi_enable(device->lpi + event, enabled);
    return ITS_SEND(its_mapti(device->id, event, device->lpi + event, (uint16_t)cpu), its_inv(device->id, event),
                    its_sync(its.rdbase[cpu]));
}

const char *its_event_vmap(const struct its_device *device, uint32_t event, const struct vpe *vpe, uint32_t vintid)
{
    return ITS_SEND(its_vmapti(device->id, event, vpe->id, vintid, vpe->doorbell), its_inv(device->id, event),
                    its_vsync(vpe->id));
}

const char *its_event_unmap(const struct its_device *device, uint32_t event, unsigned cpu)
{
    return ITS_SEND(its_discard(device->id, event), its_sync(its.rdbase[cpu]));
}

const char *its_event_vunmap(const struct its_device *device, uint32_t event, const struct vpe *vpe)
{
    return ITS_SEND(its_discard(device->id, event), its_vsync(vpe->id));
}

const char *its_event_move(const struct its_device *device, uint32_t event, unsigned from, unsigned to)
{
    return ITS_SEND(its_movi(device->id, event, (uint16_t)to), its_sync(its.rdbase[from]), its_sync(its.rdbase[to]));
}

const char *its_event_enable(const struct its_device *device, uint32_t event, unsigned cpu, bool enabled)
{
    lpi_enable(device->lpi + event, enabled);
    return ITS_SEND(its_inv(device->id, event), its_sync(its.rdbase[cpu]));
}

const char *its_event_vmove(const struct its_device *device, uint32_t event, const struct vpe *vpe)
{
    return ITS_SEND(its_vmovi(device->id, event, vpe->id, true, vpe->doorbell), its_vsync(vpe->id));
}

const char *its_event_vclear(const struct its_device *device, uint32_t event, const struct vpe *vpe)
{
    return ITS_SEND(its_clear(device->id, event), its_vsync(vpe->id));
}

const char *its_event_configured(const struct its_device *device, uint32_t event, const struct vpe *vpe)
{
    return ITS_SEND(its_inv(device->id, event), its_vsync(vpe->id));
}

const char *its_event_raise(const struct its_device *device, uint32_t event)
{
    return ITS_SEND(its_int(device->id, event));
}
