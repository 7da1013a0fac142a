/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "gic.h"

/*
 * The core that has the model may want what this core's hardware holds: it waits for it, and while it does, the model
 * is this core's to update.
 */
void model_wait(struct vcpu *vcpu)
{
    struct vgic *vgic = &vcpu->vm->vgic;

    if (__atomic_load_n(&vgic->fetch_from, __ATOMIC_ACQUIRE) == &vcpu->vgic) {
        vgic->delivery->surrender(&vcpu->vgic);
        __atomic_store_n(&vgic->fetch_from, NULL, __ATOMIC_RELEASE);
        __asm__ volatile("dsb ish\n sev" ::: "memory");
    } else {
        __asm__ volatile("wfe" ::: "memory");
    }
}

void model_kick(struct vm *vm)
{
    uint32_t targets = vm->vgic.kick;

    vm->vgic.kick = 0;
    for (; targets != 0; targets &= targets - 1) {
        const struct vcpu *vcpu = vm->vcpu[__builtin_ctz(targets)];

        if (vcpu->on)
            gic->send_sgi(vcpu->vgic.core, GIC_KICK);
    }
}
