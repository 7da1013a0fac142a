/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may work on a VM's interrupts: the vCPU whose core owns the model, from model_take() to model_release(). The
 * second brings this core's hardware up to date and makes other cores look that have to.
 */
#ifndef SEAM_MODEL_H
#define SEAM_MODEL_H

#include "exclusive.h"
#include "vgic.h"

/* Upcalls to core/: one turn of waiting for the model while serving the core that owns it (vgic->fetch_from) ... */
void model_wait(struct vgic_cpu *cpu);
/* ... and making the cores of vgic->kick exit from their guests. */
void model_kick(struct vgic *vm);

/* One attempt to take the model of `cpu`'s VM, `vm`. */
static inline bool model_try(struct vgic *vm, const struct vgic_cpu *cpu)
{
    return exclusive_claim(&vm->owner, cpu);
}

static inline void model_take(struct vgic_cpu *cpu)
{
    while (!model_try(cpu->vm, cpu))
        model_wait(cpu);
}

/* Gives it back: for who has brought the hardware of this core up to date already, and concerned no other core. */
static inline void model_leave(struct vgic *vm)
{
    exclusive_release(&vm->owner);
}

static inline void model_release(struct vgic_cpu *cpu)
{
    struct vgic *vm = cpu->vm;

    if (cpu->dirty)
        vm->delivery->flush(cpu);
    if (vm->kick != 0)
        model_kick(vm);
    model_leave(vm);
}

#endif
