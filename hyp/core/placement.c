/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "cpu.h"
#include "platform.h"
#include "sched.h"
#include "vm.h"

#define LIST_SIZE 64 /* characters of the parameter */

static unsigned next; /* of the cores, for a VM without the parameter */

static unsigned cores_there_are(void)
{
    unsigned cores = devtree_cpus(platform.fdt);

    return cores < CPUS_MAX ? cores : CPUS_MAX;
}

static void pin(struct vcpu *vcpu, unsigned core)
{
    vcpu->vgic.core_index = core;
    CHECK(devtree_cpu(platform.fdt, core, &vcpu->vgic.core));
    sched_pin(vcpu);
}

/* The cores that vm<id>.cores= names, in its order; how many there are. */
static unsigned named(const struct vm *vm, const char *list, unsigned places[VGIC_CPUS_MAX])
{
    unsigned count = 0, cores = cores_there_are();
    const char *at = list;
    uint64_t first, last;

    for (;; at++) {
        at = args_span(at, &first, &last);
        if (at == NULL || last < first || last >= cores)
            platform_refuse("vm%u.cores=%s: this machine has cores 0 to %u: give CORE|FIRST-LAST[,...]", vm->id, list,
                            cores - 1);
        for (; first <= last && count < VGIC_CPUS_MAX; first++)
            places[count++] = (unsigned)first;
        if (*at == '\0')
            return count;
    }
}

void placement_give(struct vm *vm)
{
    char list[LIST_SIZE];
    unsigned places[VGIC_CPUS_MAX], count;

    if (vm_text(vm, "cores", list, sizeof(list))) {
        count = named(vm, list, places);
        for (unsigned i = 0; i < vm->vgic.cpus; i++)
            pin(vm->vcpu[i], places[i % count]);
        return;
    }
    for (unsigned i = 0; i < vm->vgic.cpus; i++)
        pin(vm->vcpu[i], next++ % cores_there_are());
}

/* All CPUs of a VM are alike; and so are all VMs of a core. */
static void confine(struct vm *vm)
{
    if (vm->vgic.delivery->direct != NULL || vm->vgic.limits.physical)
        platform_refuse("vm%u.strategy=%s: it needs its cores for itself: set vm%u.cores=, or run lr", vm->id,
                        vm->vgic.delivery->tag, vm->id);
    vm->confined = true;
}

static bool has_sibling(const struct vcpu *vcpu, unsigned core)
{
    const struct vcpu *other;

    for (unsigned slot = 0; (other = sched_vcpu(core, slot)) != NULL; slot++)
        if (other != vcpu && other->vm == vcpu->vm)
            return true;
    return false;
}

void placement_finish(void)
{
    for (unsigned core = 0; core < CPUS_MAX; core++) {
        struct vcpu *vcpu;

        for (unsigned slot = 0; sched_pinned(core) > 1 && (vcpu = sched_vcpu(core, slot)) != NULL; slot++) {
            vcpu->shares = true;
            vcpu->has_sibling = has_sibling(vcpu, core);
            confine(vcpu->vm);
        }
    }
}
