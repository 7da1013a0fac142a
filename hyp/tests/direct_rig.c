/* SPDX-License-Identifier: Apache-2.0 */
#include "direct_rig.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "direct.h"
#include "gic.h"
#include "its_device.h"
#include "its_rig.h"
#include "upcalls.h"

#define RESIDENT ((uint64_t)1 << 63)

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

void direct_rig_attach(struct vgic *vm, uint32_t own)
{
    static struct its_device device;
    const char *reason;

    rig_fresh();
    reason = direct_init();
    if (reason == NULL)
        reason = its_device_add(&device, own, RIG_EVENTS);
    if (reason == NULL)
        reason = direct_events.add(vm, &device);
    if (reason != NULL)
        messages_failed(reason);
    direct_load(vm->cpu[0]);
}

static bool virtual_lpi(const struct vgic *vm, const struct fake_event *event)
{
    return event->kind == FAKE_VIRTUAL && event->intid >= INTID_LPI_FIRST && event->intid >> vm->lpi_bits == 0 &&
           event->vpe < vm->cpus && event->doorbell == fake_its_event(RIG_DOORBELLS, event->vpe)->intid;
}

static bool as_the_guest_says(struct vgic *vm, uint32_t own, uint32_t event, const struct fake_event *got)
{
    struct vits_target target;

    vits_translate(vm, own, event, &target);
    if (target.cpu == NULL)
        return got->kind == FAKE_UNMAPPED;
    return got->kind == FAKE_VIRTUAL && got->intid == target.intid && got->vpe == target.cpu->index;
}

static bool only_own_is_mapped(uint32_t own)
{
    for (unsigned i = 0; i < FAKE_DEVICES; i++)
        if (fake_its.devices[i].mapped && fake_its.devices[i].id != own && fake_its.devices[i].id != RIG_DOORBELLS)
            return false;
    return true;
}

bool direct_rig_holds(struct vgic *vm, uint32_t own, bool followed, const char **why)
{
    *why = fake_its.why;
    if (*why == NULL && !only_own_is_mapped(own))
        *why = "a device that is not the VM's is mapped";
    if (*why == NULL && (fake_its.vpendbaser & RESIDENT) == 0)
        *why = "vCPU 0 runs, and its vPE is not resident";
    for (uint32_t event = 0; *why == NULL && event < FAKE_EVENTS; event++) {
        const struct fake_event *got = fake_its_event(own, event);

        if (got->kind != FAKE_UNMAPPED && (event >= RIG_EVENTS || !virtual_lpi(vm, got)))
            *why = "an event is something that is not the VM's";
        else if (followed && event < RIG_EVENTS && !as_the_guest_says(vm, own, event, got))
            *why = "an event is not what the guest's tables say";
    }
    return *why == NULL;
}
