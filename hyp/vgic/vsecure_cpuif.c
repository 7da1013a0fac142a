/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU interface of two security states: what it signals, what is active (IHI 0069H 4.6, 4.8). */
#include "vsecure_cpuif.h"

#include "virq_queue.h"

static const enum gic_group by_precedence[GIC_GROUPS] = {GIC_GROUP0, GIC_GROUP1_S, GIC_GROUP1_NS};

unsigned vsecure_preemption_bits(const struct vsecure_cpu *cpu)
{
    return cpu->cpu.vm->limits.priority_bits < 7 ? cpu->cpu.vm->limits.priority_bits : 7;
}

/* Non-secure Group 1 counts its binary point from one on (4.8.3). */
uint8_t vsecure_bpr_minimum(const struct vsecure_cpu *cpu, enum gic_group group)
{
    return (uint8_t)(7 - vsecure_preemption_bits(cpu) + (group == GIC_GROUP1_NS ? 1 : 0));
}

/* The bits of a priority that preempt (4.8.3). */
static unsigned group_mask(const struct vsecure_cpuif *cpuif, enum gic_group group)
{
    enum gic_group of = cpuif->common_bpr[group] ? GIC_GROUP0 : group;
    unsigned low = cpuif->bpr[of] + (of == GIC_GROUP1_NS ? 0U : 1U);

    return 0xff & ~((1U << low) - 1);
}

/* The highest active priority and its group; PRIORITY_IDLE without one. */
unsigned vsecure_running(const struct vsecure_cpu *cpu, enum gic_group *group)
{
    for (unsigned level = 0; level < 128; level++)
        for (unsigned i = 0; i < GIC_GROUPS; i++)
            if ((cpu->cpuif.apr[by_precedence[i]][level / 32] >> level % 32 & 1) != 0) {
                *group = by_precedence[i];
                return level << (8 - vsecure_preemption_bits(cpu));
            }
    return PRIORITY_IDLE;
}

/* The highest-priority pending interrupt of the groups that are enabled here; among equals in order of precedence. */
struct virq *vsecure_highest(const struct vsecure_cpu *cpu)
{
    struct virq *best = NULL;

    for (unsigned i = 0; i < GIC_GROUPS; i++) {
        enum gic_group group = by_precedence[i];
        struct virq *front = cpu->cpuif.group_enabled[group] ? cpu->cpu.ready[group].front : NULL;

        if (front != NULL && (best == NULL || front->ipriority < best->ipriority))
            best = front;
    }
    return best;
}

/* ditto, if it passes the priority mask, and preempts what is running: by the bits that its own group compares. */
struct virq *vsecure_signalled(const struct vsecure_cpu *cpu)
{
    struct virq *irq = vsecure_highest(cpu);
    enum gic_group group;
    unsigned now = vsecure_running(cpu, &group), mask;

    if (irq == NULL || irq->ipriority >= cpu->cpuif.pmr)
        return NULL;
    mask = group_mask(&cpu->cpuif, (enum gic_group)irq->group);
    return now == PRIORITY_IDLE || (irq->ipriority & mask) < (now & mask) ? irq : NULL;
}

enum vcpuif_signal vsecure_signal(const struct vsecure_cpu *cpu, enum gic_pe at)
{
    const struct virq *irq = vsecure_signalled(cpu);

    if (irq == NULL)
        return VCPUIF_NONE;
    return gic_signal_of((enum gic_group)irq->group, at) == GIC_IRQ ? VCPUIF_IRQ : VCPUIF_FIQ;
}

void vsecure_cpuif_reset(struct vsecure_cpu *cpu)
{
    cpu->cpuif = (struct vsecure_cpuif){.pmr = 0};
    for (unsigned group = 0; group < GIC_GROUPS; group++)
        cpu->cpuif.bpr[group] = vsecure_bpr_minimum(cpu, (enum gic_group)group);
}

void vsecure_activate(struct vsecure_cpu *cpu, struct virq *irq)
{
    enum gic_group group = (enum gic_group)irq->group;
    unsigned level = (irq->ipriority & group_mask(&cpu->cpuif, group)) >> (8 - vsecure_preemption_bits(cpu));

    cpu->cpuif.apr[group][level / 32] |= BIT32(level % 32);
    cpu->cpu.dirty = true;
    virq_activate(&cpu->cpu.ready[group], irq);
}

void vsecure_drop(struct vsecure_cpu *cpu)
{
    enum gic_group group;
    unsigned level = vsecure_running(cpu, &group) >> (8 - vsecure_preemption_bits(cpu));

    cpu->cpuif.apr[group][level / 32] &= ~BIT32(level % 32);
    cpu->cpu.dirty = true;
}
