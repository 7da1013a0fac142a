/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may work on a VM's interrupts: the core that holds the VM's lock, between model_take() and model_release(). The
 * second brings this core's hardware up to date and makes other cores look that have to.
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "spinlock.h"
#include "vcpu.h"

/* One turn of waiting for the model, serving the core that has it (vgic->fetch_from). */
void model_wait(struct vcpu *vcpu);

/* Kicks the cores of vgic->kick. */
void model_kick(struct vm *vm);

static inline void model_take(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;

    while (!spin_try(&vm->lock))
        model_wait(vcpu);
    vm->vgic.owner = &vcpu->vgic;
}

static inline void model_release(struct vcpu *vcpu)
{
    struct vgic *vgic = &vcpu->vm->vgic;

    if (vcpu->vgic.dirty)
        vgic->delivery->flush(&vcpu->vgic);
    if (vgic->kick != 0)
        model_kick(vcpu->vm);
    spin_unlock(&vcpu->vm->lock);
}

#endif
