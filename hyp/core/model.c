/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "gic.h"
#include "vcpu.h"

/*
 * The core that has the model may want what this core's hardware holds: it waits for it, and while it does, the model
 * is this core's to update.
 */
void model_wait(struct vgic_cpu *cpu)
{
    struct vgic *vm = cpu->vm;

    if (__atomic_load_n(&vm->fetch_from, __ATOMIC_ACQUIRE) == cpu) {
        vm->delivery->surrender(cpu);
        __atomic_store_n(&vm->fetch_from, NULL, __ATOMIC_RELEASE);
        __asm__ volatile("dsb ish\n sev" ::: "memory");
    } else {
        exclusive_sleep(&vm->owner);
    }
}

void model_kick(struct vgic *vm)
{
    const struct vm *owner = CONTAINER_OF(vm, struct vm, vgic);
    uint32_t targets = vm->kick;

    vm->kick = 0;
    for (; targets != 0; targets &= targets - 1) {
        const struct vcpu *vcpu = owner->vcpu[__builtin_ctz(targets)];

        if (vcpu->on)
            gic->send_sgi(vcpu->vgic.core, GIC_KICK);
    }
}
