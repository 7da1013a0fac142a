/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CPU interface does for every interrupt, inline: the choice of what to signal, acknowledge and priority drop.
 */
#ifndef VGIC_VCPUIF_OPS_H
#define VGIC_VCPUIF_OPS_H

#include "vgic.h"
#include "virq_queue.h"

#define VCPUIF_INLINE static inline __attribute__((always_inline))

/*
 * The highest-priority pending interrupt of the groups that are enabled here, if it is of `group`, else NULL. Group 0
 * is first among equals (IHI 0069H 4.8.6).
 */
VCPUIF_INLINE struct virq *vcpuif_highest(const struct vgic_cpu *cpu, unsigned group)
{
    struct virq *own = cpu->cpuif.group_enabled[group] ? cpu->ready[group].front : NULL;
    struct virq *other;

    if (own == NULL || !cpu->cpuif.group_enabled[1 - group] || (other = cpu->ready[1 - group].front) == NULL)
        return own;
    return own->priority < other->priority + (group == 0 ? 1 : 0) ? own : NULL;
}

/* Whether the highest-priority one is an NMI, which no priority mask masks, and which only another one does not let
 * preempt. */
VCPUIF_INLINE bool vcpuif_nmi_passes(const struct vgic_cpu *cpu, const struct virq *irq)
{
    return virq_is_nmi(irq) && !cpu->asleep && *cpu->cpuif.running >= 0;
}

/*
 * ditto, if it passes the priority mask (4.8.5) and preempts what is running: signalled, and to be acknowledged. The
 * bits that its own group compares are compared, of both priorities (4.8.3, 4.8.4); where those of the running one
 * below them are gone, those of the pending one decide nothing.
 */
VCPUIF_INLINE struct virq *vcpuif_signalled(const struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq = vcpuif_highest(cpu, group);

    if (irq == NULL)
        return NULL;
    if ((unsigned)irq->priority >= cpu->cpuif.mask)
        return vcpuif_nmi_passes(cpu, irq) ? irq : NULL;
    return irq->priority < (*cpu->cpuif.running >> ACTIVE_SHIFT & cpu->cpuif.group_mask[group]) ? irq : NULL;
}

/* ICC_IAR<group> took `irq`, what vcpuif_signalled() found: it is active, its group priority the running one. */
VCPUIF_INLINE void vcpuif_acknowledged(struct vgic_cpu *cpu, struct virq *irq, unsigned group)
{
    int priority = irq->priority & cpu->cpuif.group_mask[group];

    *++cpu->cpuif.running = ACTIVE_PRIORITY(priority, group);
    virq_activate(&cpu->ready[group], irq);
}

/* ICC_EOIR<group>: drops the running priority if it belongs to the group, else the write has no effect (4.6.3). */
VCPUIF_INLINE bool vcpuif_drop(struct vgic_cpu *cpu, unsigned group)
{
    if (((unsigned)*cpu->cpuif.running & ACTIVE_GROUP) != group)
        return false;
    cpu->cpuif.running--;
    return true;
}

#endif
