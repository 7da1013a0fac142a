/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 for guests (DEN0022) and the SMCCC calls that discovery needs (DEN0028 7); vCPU n has affinity 0.0.0.n. */
#include "cpu.h"
#include "model.h"
#include "print.h"
#include "psci.h"
#include "vcpu.h"

#define AFFINITY_ON         0
#define AFFINITY_OFF        1
#define MIGRATE_NOT_PRESENT 2 /* no trusted OS that would care (DEN0022 5.9) */

/* A core that is on its way down answers ALREADY_ON: the guest saw its vCPU off, so the wait is short. */
#define START_ATTEMPTS 1000000

static void run(void *vcpu)
{
    vcpu_start(vcpu);
}

static struct vcpu *find(const struct vm *vm, uint64_t affinity)
{
    return affinity < vm->vgic.cpus ? vm->vcpu[affinity] : NULL;
}

/* Out of line, so that the calls that only answer save no registers for this one. */
static __attribute__((noinline)) int64_t cpu_on(struct vcpu *caller, uint64_t affinity, uint64_t entry,
                                                uint64_t context)
{
    struct vcpu *vcpu = find(caller->vm, affinity);
    int64_t error = PSCI_ALREADY_ON;
    bool on;

    if (vcpu == NULL)
        return PSCI_INVALID_PARAMETERS;
    model_take(&caller->vgic);
    on = vcpu->on;
    vcpu->on = true;
    model_release(&caller->vgic);
    if (on)
        return PSCI_ALREADY_ON;
    vcpu->entry = entry;
    vcpu->context = context;
    for (unsigned i = 0; i < START_ATTEMPTS && error == PSCI_ALREADY_ON; i++)
        error = cpu_start(vcpu->vgic.index, vcpu->vgic.core, run, vcpu);
    if (error != PSCI_SUCCESS) {
        vcpu->on = false;
        return PSCI_INTERNAL_FAILURE;
    }
    return PSCI_SUCCESS;
}

static _Noreturn void turn_off(struct vcpu *vcpu)
{
    model_take(&vcpu->vgic);
    vgic_set_asleep(&vcpu->vgic, true);
    vcpu->vgic.vm->delivery->put(&vcpu->vgic, PUT_PREEMPT); /* nobody may wait for a core that is off */
    vcpu->vgic.loaded = false;
    vcpu->vgic.dirty = false;
    vcpu->on = false;
    model_release(&vcpu->vgic);
    cpu_off();
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

/* The last line of the console tells how the run ended (bench/run_guest.py). */
static _Noreturn void end(const struct vm *vm, const char *how)
{
    if (vm->misuse + vm->vgic.misuse != 0)
        print("virqlab: vm%u misuse: %lu accesses answered with an exception, %lu ignored\n", vm->id, vm->misuse,
              vm->vgic.misuse);
    print("virqlab: vm%u %s\n", vm->id, how);
    psci_system_off();
}

static uint64_t call(struct vcpu *vcpu)
{
    uint32_t function = (uint32_t)vcpu->vgic.x[0];

    switch (function) {
    case PSCI_VERSION:
        return PSCI_VERSION_1_1;
    case PSCI_CPU_SUSPEND:
    case PSCI_CPU_SUSPEND_64: /* a wake-up at once: a state may be shallower than asked for (DEN0022 5.1.2) */
        return PSCI_SUCCESS;
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
        end(vcpu->vm, "off");
    case PSCI_SYSTEM_RESET: /* a VM that resets ends: its image was changed while it ran */
        end(vcpu->vm, "reset");
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
