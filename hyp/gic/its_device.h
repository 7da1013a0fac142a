/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device whose message interrupts the ITS translates (IHI 0069H 4.8, 5.2): each event is a physical LPI of a core, or
 * a virtual LPI of a vPE, or nothing. Text that is returned: as in its.h.
 */
#ifndef GIC_ITS_DEVICE_H
#define GIC_ITS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "vpe.h"

struct its_device {
    uint32_t id;     /* DeviceID */
    uint32_t events; /* EventIDs 0 to events - 1, a power of 2 */
    uint32_t lpi;    /* physical LPI of event 0; that of event n follows by n */
    struct its_device *next;
};

/* Makes the ITS translate for `device`, no event yet; fills in the rest and keeps it. `events`: how many it may send.
 */
const char *its_device_add(struct its_device *device, uint32_t id, uint32_t events);

/* The device of a physical LPI, with `*event`; NULL: none's. */
struct its_device *its_device_of(uint32_t pintid, uint32_t *event);

/* Event `event`, below device->events: nothing before, becomes its physical LPI on core `cpu`, enabled or not. */
const char *its_event_map(const struct its_device *device, uint32_t event, unsigned cpu, bool enabled);
/* ... becomes vLPI `vintid` of `vpe` whose event rings the vPE's doorbell while it is not resident. */
const char *its_event_vmap(const struct its_device *device, uint32_t event, const struct vpe *vpe, uint32_t vintid);
/* ... and nothing again, of core `cpu`, or of `vpe`; what was pending of it is gone. */
const char *its_event_unmap(const struct its_device *device, uint32_t event, unsigned cpu);
const char *its_event_vunmap(const struct its_device *device, uint32_t event, const struct vpe *vpe);

/* Its physical LPI: from core `from` to core `to`; enabled or not; */
const char *its_event_move(const struct its_device *device, uint32_t event, unsigned from, unsigned to);
const char *its_event_enable(const struct its_device *device, uint32_t event, unsigned cpu, bool enabled);
/* a virtual one: to `vpe`; no longer pending; its byte of the virtual configuration table changed. */
const char *its_event_vmove(const struct its_device *device, uint32_t event, const struct vpe *vpe);
const char *its_event_vclear(const struct its_device *device, uint32_t event, const struct vpe *vpe);
const char *its_event_configured(const struct its_device *device, uint32_t event, const struct vpe *vpe);

/* As if the device had sent it. */
const char *its_event_raise(const struct its_device *device, uint32_t event);

#endif
