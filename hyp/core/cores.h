/* SPDX-License-Identifier: Apache-2.0 */
/* What core/sched.c and core/attend.c know of each core. A core works on its own; others set bits of `poked` only. */
#ifndef CORE_CORES_H
#define CORE_CORES_H

#include "cpu.h"
#include "sched.h"
#include "vcpu.h"

#define VCPUS_MAX (VMS_MAX * VGIC_CPUS_MAX) /* of all VMs, that one core may have */

struct core {
    uint64_t mpidr;
    struct vcpu *loaded;
    struct vcpu *fp;                /* whose FP registers it holds; NULL: nobody's */
    uint64_t poked[VCPUS_MAX / 64]; /* by vcpu_number() */
    struct list timers;             /* of vCPUs that are not loaded, by deadline */
    struct runqueue queue;
    unsigned count;
    struct vcpu *vcpu[VCPUS_MAX]; /* that it may run */
};

extern struct core cores[CPUS_MAX] __attribute__((visibility("hidden")));

static inline struct core *own_core(void)
{
    return &cores[cpu_index()];
}

/* Where the vCPU is: what its core wrote of it before it handed it over is seen by who finds itself here. */
static inline struct core *core_of(const struct vcpu *vcpu)
{
    return &cores[__atomic_load_n(&vcpu->vgic.core_index, __ATOMIC_ACQUIRE)];
}

/*
 * The guest has this core's GIC (strategy pass): nothing of the hypervisor's reaches the core, which is on only while
 * its vCPU is.
 */
static inline bool core_is_lent(const struct core *core)
{
    return core->count == 1 && core->vcpu[0]->vgic.vm->limits.physical;
}

/* A vCPU of this core that is not loaded: what somebody wants of it, as sched_poke() says. */
void attend(struct core *core, struct vcpu *vcpu);

/* All that others left bits for; all whose timers are due. */
void attend_poked(struct core *core);
void attend_timers(struct core *core);

/* Its timers do not tick while it is not loaded: this core's tells when one is due. */
void timer_remember(struct core *core, struct vcpu *vcpu);
static inline void timer_forget(struct vcpu *vcpu)
{
    list_remove(&vcpu->timer);
    list_init(&vcpu->timer);
}

#endif
