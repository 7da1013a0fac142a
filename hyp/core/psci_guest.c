/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 for guests (DEN0022) and the SMCCC calls that discovery needs (DEN0028 7); vCPU n has affinity 0.0.0.n. */
#include "model.h"
#include "psci.h"
#include "sched.h"
#include "vm.h"

#define AFFINITY_ON         0
#define AFFINITY_OFF        1
#define MIGRATE_NOT_PRESENT 2 /* no trusted OS that would care (DEN0022 5.9) */

static struct vcpu *find(const struct vm *vm, uint64_t affinity)
{
    return affinity < vm->vgic.cpus ? vm->vcpu[affinity] : NULL;
}

/* Out of line, so that the calls that only answer save no registers for this one. */
static __attribute__((noinline)) int64_t cpu_on(struct vcpu *caller, uint64_t affinity, uint64_t entry,
                                                uint64_t context)
{
    struct vcpu *vcpu = find(caller->vm, affinity);
    bool on;

    if (vcpu == NULL)
        return PSCI_INVALID_PARAMETERS;
    model_take(&caller->vgic);
    on = vcpu->on;
    if (!on) {
        vcpu->entry = entry;
        vcpu->context = context;
        vcpu->on = true;
    }
    model_release(&caller->vgic);
    if (on)
        return PSCI_ALREADY_ON;
    sched_on(vcpu);
    return PSCI_SUCCESS;
}

static _Noreturn void turn_off(struct vcpu *vcpu)
{
    model_take(&vcpu->vgic);
    vgic_set_asleep(&vcpu->vgic, true);
    vcpu->on = false;
    model_release(&vcpu->vgic);
    sched_off(vcpu);
}

static int64_t affinity_info(const struct vm *vm, uint64_t affinity)
{
    const struct vcpu *vcpu = find(vm, affinity);

    if (vcpu == NULL)
        return PSCI_INVALID_PARAMETERS;
    return vcpu->on ? AFFINITY_ON : AFFINITY_OFF;
}

static int64_t features(uint32_t function)
{
    switch (function) {
    case PSCI_VERSION:
    case PSCI_CPU_SUSPEND:
    case PSCI_CPU_SUSPEND_64:
    case PSCI_CPU_OFF:
    case PSCI_CPU_ON:
    case PSCI_CPU_ON_32:
    case PSCI_AFFINITY_INFO:
    case PSCI_AFFINITY_INFO_32:
    case PSCI_MIGRATE_INFO_TYPE:
    case PSCI_SYSTEM_OFF:
    case PSCI_SYSTEM_RESET:
    case PSCI_FEATURES:
    case SMCCC_VERSION:
        return PSCI_SUCCESS;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

/*
 * A wake-up at once: a state may be shallower than asked for (DEN0022 5.1.2). On a core that is shared it comes when
 * the others had their turns.
 */
static uint64_t suspend(struct vcpu *vcpu)
{
    if (!vcpu->shares)
        return PSCI_SUCCESS;
    vcpu->vgic.x[0] = PSCI_SUCCESS;
    sched_yield(vcpu);
}

static uint64_t call(struct vcpu *vcpu)
{
    uint32_t function = (uint32_t)vcpu->vgic.x[0];

    switch (function) {
    case PSCI_VERSION:
        return PSCI_VERSION_1_1;
    case PSCI_CPU_SUSPEND:
    case PSCI_CPU_SUSPEND_64:
        return suspend(vcpu);
    case SMCCC_ARCH_FEATURES:
        return (uint32_t)vcpu->vgic.x[1] == SMCCC_VERSION || (uint32_t)vcpu->vgic.x[1] == SMCCC_ARCH_FEATURES
                   ? PSCI_SUCCESS
                   : SMCCC_UNKNOWN;
    case PSCI_CPU_OFF:
        turn_off(vcpu);
    case PSCI_CPU_ON:
        return (uint64_t)cpu_on(vcpu, vcpu->vgic.x[1], vcpu->vgic.x[2], vcpu->vgic.x[3]);
    case PSCI_CPU_ON_32:
        return (uint64_t)cpu_on(vcpu, (uint32_t)vcpu->vgic.x[1], (uint32_t)vcpu->vgic.x[2], (uint32_t)vcpu->vgic.x[3]);
    case PSCI_AFFINITY_INFO:
        return (uint64_t)affinity_info(vcpu->vm, vcpu->vgic.x[1]);
    case PSCI_AFFINITY_INFO_32:
        return (uint64_t)affinity_info(vcpu->vm, (uint32_t)vcpu->vgic.x[1]);
    case PSCI_MIGRATE_INFO_TYPE:
        return MIGRATE_NOT_PRESENT;
    case PSCI_SYSTEM_OFF:
        vm_end(vcpu, "off");
    case PSCI_SYSTEM_RESET: /* a VM that resets ends: its image was changed while it ran */
        vm_end(vcpu, "reset");
    case PSCI_FEATURES:
        return (uint64_t)features((uint32_t)vcpu->vgic.x[1]);
    case SMCCC_VERSION:
        return SMCCC_VERSION_1_1;
    default:
        return SMCCC_UNKNOWN;
    }
}

void psci_guest(struct vcpu *vcpu)
{
    vcpu->vgic.x[0] = call(vcpu);
}
