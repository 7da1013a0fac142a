/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "gic.h"
#include "sched.h"
#include "visit.h"

static struct vgic_cpu visitor; /* the owner when it is no vCPU of the VM; its address is all there is of it */

/*
 * The core that has a model may want what this core's hardware holds: it waits for it, and while it does, the model of
 * the vCPU that is loaded here is this core's to update. It does not matter whose model this core waits for.
 */
static void wait(const struct vgic *vm)
{
    struct vcpu *vcpu = sched_loaded();
    struct vgic *served = vcpu == NULL ? NULL : vcpu->vgic.vm;

    if (served != NULL && __atomic_load_n(&served->fetch_from, __ATOMIC_ACQUIRE) == &vcpu->vgic) {
        served->delivery->surrender(&vcpu->vgic);
        __atomic_store_n(&served->fetch_from, NULL, __ATOMIC_RELEASE);
        __asm__ volatile("dsb ish\n sev" ::: "memory");
    } else {
        exclusive_sleep(&vm->owner);
    }
}

void model_wait(struct vgic_cpu *cpu)
{
    wait(cpu->vm);
}

void visit_begin(struct vgic *vm)
{
    while (!model_try(vm, &visitor))
        wait(vm);
}

void visit_end(struct vgic *vm)
{
    if (vm->kick != 0)
        model_kick(vm);
    model_leave(vm);
}

/* A vCPU that is not loaded is its core's to wake. */
static __attribute__((noinline)) void poke(struct vcpu *vcpu)
{
    if (vcpu->on)
        sched_poke(vcpu);
}

void model_kick(struct vgic *vm)
{
    const struct vm *owner = CONTAINER_OF(vm, struct vm, vgic);
    uint32_t targets = vm->kick;

    vm->kick = 0;
    for (; targets != 0; targets &= targets - 1) {
        struct vcpu *vcpu = owner->vcpu[__builtin_ctz(targets)];

        if (vcpu->vgic.loaded)
            gic->send_sgi(vcpu->vgic.core, GIC_KICK);
        else
            poke(vcpu);
    }
}
