/* SPDX-License-Identifier: Apache-2.0 */
#include "route.h"

#include "vgic.h"

static bool takes_part(const struct vgic_cpu *cpu, unsigned group)
{
    return !cpu->asleep && !cpu->opted_out[group] && cpu->cpuif.group_enabled[group];
}

static struct vgic_cpu *choose(const struct vgic *vm, unsigned group)
{
    for (unsigned i = 0; i < vm->cpus; i++)
        if (takes_part(vm->cpu[i], group))
            return vm->cpu[i];
    return NULL;
}

static bool is_any(const struct virq *irq)
{
    return (irq->bank->any & irq->mask) != 0;
}

static void aim(struct virq *irq)
{
    struct vgic *vm = irq->bank->vm;

    if (is_any(irq))
        virq_set_target(irq, choose(vm, virq_group(irq)));
    else
        virq_set_target(irq, irq->route < vm->cpus ? vm->cpu[irq->route] : NULL);
    if ((irq->bank->hw & irq->mask) != 0)
        vm->delivery->enabled(irq->bank, irq->mask);
}

static void fetch(struct virq *irq)
{
    if ((irq->bank->resident & irq->mask) != 0)
        irq->bank->vm->delivery->fetch(irq->bank, irq->mask);
}

/* The first interrupt that is routed so, or the last one that was. */
static void rearm_all(struct vgic *vm)
{
    for (unsigned i = 0; i < vm->cpus; i++)
        vm->delivery->rearm(vm->cpu[i]);
}

static void set_any(struct virq *irq, bool any)
{
    struct vgic *vm = irq->bank->vm;
    bool before = vm->one_of_n != 0;

    if (any == is_any(irq))
        return;
    irq->bank->any ^= irq->mask;
    vm->one_of_n = any ? vm->one_of_n + 1 : vm->one_of_n - 1;
    if (before != (vm->one_of_n != 0))
        rearm_all(vm);
}

void route_set(struct virq *irq, uint32_t affinity, bool any)
{
    fetch(irq);
    irq->route = affinity;
    set_any(irq, any);
    aim(irq);
}

static void choose_anew(struct virq *irq)
{
    if (choose(irq->bank->vm, virq_group(irq)) == irq->target)
        return;
    fetch(irq);
    aim(irq);
}

void route_choose_anew(struct vgic *vm)
{
    if (vm->one_of_n == 0)
        return;
    for (unsigned i = 0; i < vgic_spi_banks(vm); i++)
        for (uint32_t bits = vm->spi[i].any; bits != 0; bits &= bits - 1)
            choose_anew(&vm->spi[i].irq[__builtin_ctz(bits)]);
}

static void follow(struct virq_bank *bank, const struct vgic_cpu *cpu)
{
    for (uint32_t bits = bank->hw & bank->enabled; bits != 0; bits &= bits - 1)
        if (bank->irq[__builtin_ctz(bits)].target == cpu)
            bank->vm->delivery->enabled(bank, bits & -bits);
}

void route_moved(const struct vgic_cpu *cpu)
{
    for (unsigned i = 0; i < vgic_spi_banks(cpu->vm); i++)
        follow(&cpu->vm->spi[i], cpu);
}
