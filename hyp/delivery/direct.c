/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include <stddef.h>

#include "cpu.h"
#include "gic.h"
#include "its_device.h"
#include "upcalls.h"
#include "vpe.h"

#define DEVICES_MAX 4
#define EVENTS_MAX  32

/* What the physical ITS has of an event: vpe NULL, nothing. */
struct mapping {
    const struct vpe *vpe;
    uint32_t vintid;
};

static struct {
    const struct its_device *device;
    struct mapping events[EVENTS_MAX];
} devices[DEVICES_MAX];
static unsigned device_count;
static struct vlpi_config config;
static struct vpe vpes[VGIC_CPUS_MAX];
static bool pending_at_put[VGIC_CPUS_MAX];
static bool created;

/* What the driver says of a command. */
static void done(const char *reason)
{
    if (reason != NULL)
        messages_failed(reason);
}

const char *direct_init(void)
{
    const char *reason = messages_start();

    if (reason == NULL)
        reason = gic->cpu_init(); /* an ITS has to know this core before vPEs are */
    return reason != NULL ? reason : vpe_init();
}

/* Before any vCPU runs, at core 0: the others have none yet that the ITS can be told of. */
static void create(const struct vgic *vm)
{
    created = true;
    done(vlpi_config_create(&config, vm->lpi_bits));
    for (uint16_t n = 0; n < vm->cpus; n++)
        done(vpe_create(&vpes[n], n, 0, &config));
}

void direct_load(struct vgic_cpu *cpu)
{
    struct vpe *vpe = &vpes[cpu->index];

    if (cpu->vm->lpi_bits == 0)
        return;
    if (!created)
        create(cpu->vm);
    if (vpe->resident) /* it woke up: unblock() */
        return;
    if (vpe->cpu != cpu_index())
        done(vpe_move(vpe, cpu_index()));
    done(vpe_load(vpe));
}

void direct_put(struct vgic_cpu *cpu, enum delivery_put why)
{
    if (cpu->vm->lpi_bits == 0)
        return;
    if (why == PUT_BLOCK)
        done(vpe_block(&vpes[cpu->index], &pending_at_put[cpu->index]));
    else
        done(vpe_put(&vpes[cpu->index], &pending_at_put[cpu->index]));
}

bool direct_pending(const struct vgic_cpu *cpu)
{
    return pending_at_put[cpu->index];
}

static const char *add(struct vgic *vm, struct its_device *device)
{
    (void)vm;
    if (device_count == DEVICES_MAX || device->events > EVENTS_MAX)
        return "no place for one more device with direct injection";
    devices[device_count++].device = device;
    return NULL;
}

/* The guest's byte becomes the hardware's; whether it is another one. */
static bool configure(const struct vgic_cpu *cpu, uint32_t intid)
{
    uint8_t byte = vlpi_configuration(cpu, intid);
    bool changes = config.bytes[intid - INTID_LPI_FIRST] != byte;

    if (changes)
        vlpi_config_set(&config, intid, byte);
    return changes;
}

/* What is mapped to another LPI is first unmapped: its pending state goes, as DISCARD has it. */
static void map(const struct its_device *device, uint32_t event, struct mapping *now, const struct mapping *wanted,
                bool configured)
{
    if (now->vpe != NULL && (wanted->vpe == NULL || now->vintid != wanted->vintid)) {
        done(its_event_vunmap(device, event, now->vpe));
        now->vpe = NULL;
    }
    if (wanted->vpe == NULL)
        return;
    if (now->vpe == NULL)
        done(its_event_vmap(device, event, wanted->vpe, wanted->vintid));
    else if (now->vpe != wanted->vpe)
        done(its_event_vmove(device, event, wanted->vpe));
    if (now->vpe != NULL && configured)
        done(its_event_configured(device, event, wanted->vpe));
    *now = *wanted;
}

static void follow(struct vgic *vm, unsigned n, uint32_t event)
{
    struct mapping wanted = {NULL, 0};
    struct vgic_cpu *cpu;
    bool configured = false;

    if (vits_translate(vm, devices[n].device->id, event, &cpu, &wanted.vintid)) {
        wanted.vpe = &vpes[cpu->index];
        configured = configure(cpu, wanted.vintid);
    }
    map(devices[n].device, event, &devices[n].events[event], &wanted, configured);
}

/* Of an event there is, else device_count. */
static unsigned find(uint32_t device, uint32_t event)
{
    unsigned n = 0;

    while (n < device_count && (devices[n].device->id != device || event >= devices[n].device->events))
        n++;
    return n;
}

static void changed(struct vgic *vm, uint32_t device, uint32_t event)
{
    unsigned n = find(device, event);

    if (n < device_count)
        follow(vm, n, event);
}

static void changed_all(struct vgic *vm)
{
    for (unsigned n = 0; n < device_count; n++)
        for (uint32_t event = 0; event < devices[n].device->events; event++)
            follow(vm, n, event);
}

/* One that leads nowhere is answered by the model, as for any device. */
static const struct mapping *mapped(uint32_t device, uint32_t event, const struct its_device **found)
{
    unsigned n = find(device, event);

    if (n == device_count || devices[n].events[event].vpe == NULL)
        return NULL;
    *found = devices[n].device;
    return &devices[n].events[event];
}

static bool raise(struct vgic *vm, uint32_t device, uint32_t event)
{
    const struct its_device *found;

    (void)vm;
    if (mapped(device, event, &found) == NULL)
        return false;
    done(its_event_raise(found, event));
    return true;
}

static bool clear(struct vgic *vm, uint32_t device, uint32_t event)
{
    const struct its_device *found;
    const struct mapping *now = mapped(device, event, &found);

    (void)vm;
    if (now == NULL)
        return false;
    done(its_event_vclear(found, event, now->vpe));
    return true;
}

static bool block(struct vgic_cpu *cpu)
{
    bool pending = false;

    if (cpu->vm->lpi_bits != 0)
        done(vpe_block(&vpes[cpu->index], &pending));
    return !pending;
}

const struct vits_direct direct_events = {add, changed, changed_all, raise, clear, block, direct_load};
