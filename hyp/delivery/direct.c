/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include <stddef.h>

#include "cpu.h"
#include "gic.h"
#include "its_device.h"
#include "regs/gicr.h"
#include "table.h"
#include "upcalls.h"
#include "vpe.h"

/* What the physical ITS has of an event: vpe NULL, nothing. A vPE has the number of its vCPU. And the collection that
 * the guest has it in. */
struct mapping {
    struct vpe *vpe;
    uint32_t vintid;
    uint32_t icid;
};

/* A device of the VM. */
struct owned {
    const struct its_device *device;
    struct owned *next;
    struct mapping events[]; /* device->events of them */
};

static struct owned *devices;
static struct vlpi_config config;
static struct vpe vpes[VGIC_CPUS_MAX];
static bool pending_at_put[VGIC_CPUS_MAX];
static bool created;
static uint32_t paused, absent; /* vPEs, a bit each: settled; and not resident until resume() */

/* What the driver says of a command. */
static void done(const char *reason)
{
    if (reason != NULL)
        messages_failed(reason);
}

const char *direct_init(void)
{
    const char *reason = messages_start();

    devices = NULL;
    created = false;
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
    struct owned *owned =
        table_alloc(sizeof(*owned) + device->events * sizeof(owned->events[0]), _Alignof(struct owned));

    (void)vm;
    if (owned == NULL)
        return "no memory for one more device with direct injection";
    owned->device = device;
    for (uint32_t event = 0; event < device->events; event++)
        owned->events[event].icid = VITS_UNMAPPED;
    owned->next = devices;
    devices = owned;
    return NULL;
}

/* Not resident, wherever its vCPU is, so that it can be told what is pending of it; till resume(). */
static void pause(struct vpe *vpe)
{
    bool pending;

    if ((paused & BIT32(vpe->id)) != 0)
        return;
    paused |= BIT32(vpe->id);
    if (vpe->resident) {
        absent |= BIT32(vpe->id);
        done(vpe_put(vpe, &pending));
    }
    done(vpe_settle(vpe));
}

static void resume(void)
{
    for (; absent != 0; absent &= absent - 1)
        done(vpe_load(&vpes[__builtin_ctz(absent)]));
    paused = 0;
}

/*
 * What is pending of the event becomes the model's. One that comes after vpe_settle() comes after what the caller is
 * about to do.
 */
static void take_out(struct vgic *vm, const struct owned *owned, uint32_t event)
{
    const struct mapping *now = &owned->events[event];
    struct vgic_cpu *cpu = vm->cpu[now->vpe->id];

    pause(now->vpe);
    if (!vpe_pending(now->vpe, now->vintid))
        return;
    done(its_event_vclear(owned->device, event, now->vpe));
    if (vlpi_irq(cpu, now->vintid) != NULL) /* else its LPIs are off: what is pending then is nowhere */
        vlpi_raise(cpu, now->vintid);
}

/* What the model has pending where the event leads is pending in hardware from now on. */
static void put_in(struct vgic *vm, const struct owned *owned, uint32_t event)
{
    struct vgic_cpu *cpu = vm->cpu[owned->events[event].vpe->id];
    const struct virq *irq = vlpi_irq(cpu, owned->events[event].vintid);

    if (((irq->bank->latch | irq->bank->resident) & irq->mask) != 0 && vlpi_clear(cpu, irq->intid))
        done(its_event_raise(owned->device, event));
}

/* The guest's byte becomes the hardware's; whether it is another one. A virtual LPI passes the guest's distributor by:
 * it is disabled while that has its group disabled. */
static bool configure(const struct vgic_cpu *cpu, uint32_t intid)
{
    uint8_t byte = vlpi_configuration(cpu, intid);
    bool changes;

    if (!cpu->vm->group_enabled[GIC_GROUP1_NS])
        byte &= (uint8_t)~LPI_CONFIG_ENABLE;
    changes = config.bytes[intid - INTID_LPI_FIRST] != byte;

    if (changes)
        vlpi_config_set(&config, intid, byte);
    return changes;
}

/* A vPE that waits does not ring for what is pending already and was disabled. */
static void configured(const struct its_device *device, uint32_t event, const struct vpe *vpe)
{
    done(its_event_configured(device, event, vpe));
    if (vpe->waiting)
        done(vpe_ring(vpe));
}

static bool differs(const struct mapping *now, const struct mapping *wanted)
{
    return now->vpe != wanted->vpe || now->vintid != wanted->vintid;
}

/* What is mapped to another LPI is first unmapped: its pending state goes, as DISCARD has it. */
static void map(const struct its_device *device, uint32_t event, struct mapping *now, const struct mapping *wanted)
{
    if (now->vpe != NULL && now->vintid != wanted->vintid) { /* 0: to none */
        done(its_event_vunmap(device, event, now->vpe));
        now->vpe = NULL;
    }
    if (wanted->vpe != NULL && now->vpe == NULL)
        done(its_event_vmap(device, event, wanted->vpe, wanted->vintid));
    else if (wanted->vpe != NULL && now->vpe != wanted->vpe)
        done(its_event_vmove(device, event, wanted->vpe));
    *now = *wanted;
}

/* `stays`: what is pending does not go with the event. */
static void follow(struct vgic *vm, struct owned *owned, uint32_t event, bool stays)
{
    struct mapping *now = &owned->events[event], wanted = {NULL, 0, 0};
    struct vits_target target;
    bool changes = false;

    vits_translate(vm, owned->device->id, event, &target);
    wanted.icid = target.icid;
    if (target.cpu != NULL) {
        wanted.vpe = &vpes[target.cpu->index];
        wanted.vintid = target.intid;
        changes = configure(target.cpu, target.intid);
    }
    if (stays && now->vpe != NULL && differs(now, &wanted))
        take_out(vm, owned, event);
    map(owned->device, event, now, &wanted);
    if (changes)
        configured(owned->device, event, now->vpe);
    if (now->vpe != NULL)
        put_in(vm, owned, event);
}

/* Of an event there is, else NULL. */
static struct owned *find(uint32_t device, uint32_t event)
{
    struct owned *owned = devices;

    while (owned != NULL && (owned->device->id != device || event >= owned->device->events))
        owned = owned->next;
    return owned;
}

static void moved(struct vgic *vm, uint32_t device, uint32_t event)
{
    struct owned *owned = find(device, event);

    if (owned != NULL)
        follow(vm, owned, event, false);
}

static void changed(struct vgic *vm, uint32_t device, uint32_t event)
{
    struct owned *owned = find(device, event);

    if (owned != NULL)
        follow(vm, owned, event, true);
    resume();
}

static void changed_device(struct vgic *vm, uint32_t device)
{
    for (struct owned *owned = devices; owned != NULL; owned = owned->next)
        for (uint32_t event = 0; owned->device->id == device && event < owned->device->events; event++)
            follow(vm, owned, event, true);
    resume();
}

static void changed_collection(struct vgic *vm, uint32_t icid)
{
    for (struct owned *owned = devices; owned != NULL; owned = owned->next)
        for (uint32_t event = 0; event < owned->device->events; event++)
            if (owned->events[event].icid == icid)
                follow(vm, owned, event, true);
    resume();
}

static void changed_all(struct vgic *vm)
{
    for (struct owned *owned = devices; owned != NULL; owned = owned->next)
        for (uint32_t event = 0; event < owned->device->events; event++)
            follow(vm, owned, event, true);
    resume();
}

/* Does something for every event that leads to `cpu`. */
static void each_of(struct vgic_cpu *cpu, void (*act)(struct vgic *vm, const struct owned *owned, uint32_t event))
{
    for (const struct owned *owned = devices; owned != NULL; owned = owned->next)
        for (uint32_t event = 0; event < owned->device->events; event++)
            if (owned->events[event].vpe == &vpes[cpu->index])
                act(cpu->vm, owned, event);
}

static void surrender(struct vgic_cpu *cpu)
{
    each_of(cpu, take_out);
    resume();
}

static void adopt(struct vgic_cpu *cpu)
{
    each_of(cpu, put_in);
}

/* One that leads nowhere is answered by the model, as for any device. */
static const struct owned *mapped(uint32_t device, uint32_t event)
{
    const struct owned *owned = find(device, event);

    return owned != NULL && owned->events[event].vpe != NULL ? owned : NULL;
}

static bool raise(struct vgic *vm, uint32_t device, uint32_t event)
{
    const struct owned *owned = mapped(device, event);

    (void)vm;
    if (owned != NULL)
        done(its_event_raise(owned->device, event));
    return owned != NULL;
}

static bool clear(struct vgic *vm, uint32_t device, uint32_t event)
{
    const struct owned *owned = mapped(device, event);

    (void)vm;
    if (owned != NULL)
        done(its_event_vclear(owned->device, event, owned->events[event].vpe));
    return owned != NULL;
}

static bool block(struct vgic_cpu *cpu)
{
    bool pending = false;

    if (cpu->vm->lpi_bits != 0)
        done(vpe_block(&vpes[cpu->index], &pending));
    return !pending;
}

static struct vgic_cpu *rung_for(const struct vgic *vm, uint32_t pintid)
{
    const struct vpe *vpe = vpe_of_doorbell(pintid);

    return vpe == NULL ? NULL : vm->cpu[vpe->id];
}

const struct vits_direct direct_events = {
    .add = add,
    .moved = moved,
    .changed = changed,
    .changed_device = changed_device,
    .changed_collection = changed_collection,
    .changed_all = changed_all,
    .surrender = surrender,
    .adopt = adopt,
    .raise = raise,
    .clear = clear,
    .block = block,
    .unblock = direct_load,
    .rung_for = rung_for,
};
