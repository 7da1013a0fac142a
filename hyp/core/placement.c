/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"
#include "platform.h"
#include "sched.h"
#include "timer.h"
#include "vm.h"

#define LIST_SIZE  64 /* characters of the parameter */
#define STAY_LEAST UINT64_C(1000)
#define STAY_MOST  UINT64_C(10000000000)

static unsigned next; /* of the cores, for a VM without the parameter */

static unsigned cores_there_are(void)
{
    unsigned cores = devtree_cpus(platform.fdt);

    return cores < CPUS_MAX ? cores : CPUS_MAX;
}

/* The cores that vm<id>.cores= names, in its order. */
static void take_named(struct vm *vm, const char *list)
{
    unsigned cores = cores_there_are();
    const char *at = list;
    uint64_t first, last;

    for (;; at++) {
        at = args_span(at, &first, &last);
        if (at == NULL || last < first || last >= cores)
            platform_refuse("vm%u.cores=%s: this machine has cores 0 to %u: give CORE|FIRST-LAST[,...]", vm->id, list,
                            cores - 1);
        for (; first <= last && vm->places < VGIC_CPUS_MAX; first++)
            vm->place[vm->places++] = (unsigned)first;
        if (*at == '\0')
            return;
    }
}

/* One after the other: for each vCPU, or all there are where they move. */
static void take_next(struct vm *vm)
{
    unsigned cores = cores_there_are();

    vm->places = vm->stay != 0 ? cores : vm->vgic.cpus;
    for (unsigned i = 0; i < vm->places; i++)
        vm->place[i] = (next + i) % cores;
    next += vm->vgic.cpus;
}

/* `vm<id>.move=` */
static void choose_stay(struct vm *vm)
{
    uint64_t ns = vm_number(vm, "move", 0);

    if (ns != 0 && (ns < STAY_LEAST || ns > STAY_MOST))
        platform_refuse("vm%u.move=%lu: give %lu to %lu (ns)", vm->id, ns, STAY_LEAST, STAY_MOST);
    vm->stay = timer_ticks(ns);
}

void placement_give(struct vm *vm)
{
    char list[LIST_SIZE];

    choose_stay(vm);
    if (vm_text(vm, "cores", list, sizeof(list)))
        take_named(vm, list);
    else
        take_next(vm);
    for (unsigned i = 0; i < vm->vgic.cpus; i++) {
        vm->vcpu[i]->place = i % vm->places;
        vm->vcpu[i]->moves = vm->stay != 0 ? 0 : UINT64_MAX;
        sched_place(vm->vcpu[i], vm->place[i % vm->places]);
        for (unsigned n = 0; vm->stay != 0 && n < vm->places; n++)
            sched_admit(vm->vcpu[i], vm->place[n]);
    }
}

/* All CPUs of a VM are alike; and so are all VMs of a core. */
static void confine(struct vm *vm)
{
    if (vm->vgic.limits.physical)
        platform_refuse("vm%u.strategy=%s: it needs its cores for itself: set vm%u.cores=, or run lr", vm->id,
                        vm->vgic.delivery->tag, vm->id);
    vm->confined = true;
}

static bool has_sibling(const struct vcpu *vcpu, unsigned core)
{
    const struct vcpu *other;

    for (unsigned n = 0; (other = sched_vcpu(core, n)) != NULL; n++)
        if (other != vcpu && other->vm == vcpu->vm)
            return true;
    return false;
}

void placement_finish(void)
{
    for (unsigned core = 0; core < CPUS_MAX; core++) {
        struct vcpu *vcpu;

        for (unsigned n = 0; (vcpu = sched_vcpu(core, n)) != NULL; n++) {
            if (sched_admitted(core) == 1 && vcpu->vm->stay == 0)
                continue;
            vcpu->shares = true;
            vcpu->has_sibling |= has_sibling(vcpu, core);
            confine(vcpu->vm);
        }
    }
}
