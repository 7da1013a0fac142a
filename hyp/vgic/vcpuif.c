/* SPDX-License-Identifier: Apache-2.0 */
#include "vcpuif.h"

#include "regs/intid.h"
#include "vgic.h"

/* A priority is implemented in its upper bits (IHI 0069H 4.8.1). */
static uint8_t priority_mask(const struct vgic_cpu *cpu)
{
    return (uint8_t)(0xff00 >> cpu->vm->limits.priority_bits);
}

/* At most 7 bits preempt: with 8 implemented, priorities that differ in the last one share a level (4.8.3). */
static unsigned preemption_bits(const struct vgic_cpu *cpu)
{
    return cpu->vm->limits.priority_bits < 7 ? cpu->vm->limits.priority_bits : 7;
}

/* Minimum binary point: ICC_BPR0 7 - preemption bits, ICC_BPR1 one more (12.2.5, 12.2.6). */
static uint8_t bpr_minimum(const struct vgic_cpu *cpu, unsigned group)
{
    return (uint8_t)(7 - preemption_bits(cpu) + group);
}

/* The group priority of `priority`: BPR0 = n splits above bit n, BPR1 = n at bit n (4.8.3, table 4-8 and 4-9). */
static uint8_t group_priority(const struct vgic_cpu *cpu, unsigned group, uint8_t priority)
{
    const struct vcpuif *cpuif = &cpu->cpuif;
    unsigned low_bits = group == 0 || cpuif->cbpr ? cpuif->bpr[0] + 1U : cpuif->bpr[1];

    return (uint8_t)(priority & (0xffU << low_bits));
}

/* The highest-priority pending interrupt of the groups that are enabled here; Group 0 first among equals. */
static struct virq *highest(const struct vgic_cpu *cpu)
{
    struct virq *group0 = cpu->cpuif.group_enabled[0] ? virq_queue_top(&cpu->ready[0]) : NULL;
    struct virq *group1 = cpu->cpuif.group_enabled[1] ? virq_queue_top(&cpu->ready[1]) : NULL;

    if (group0 == NULL || group1 == NULL)
        return group0 != NULL ? group0 : group1;
    return virq_priority(group0) <= virq_priority(group1) ? group0 : group1;
}

/* Whether `irq` passes the priority mask and preempts what is running (4.8.2, 4.8.5). */
static bool sufficient(const struct vgic_cpu *cpu, const struct virq *irq)
{
    uint8_t priority = virq_priority(irq);

    return priority < cpu->cpuif.pmr && group_priority(cpu, virq_group(irq), priority) < cpu->cpuif.running;
}

enum vcpuif_signal vcpuif_signal(const struct vgic_cpu *cpu)
{
    const struct virq *irq = highest(cpu);

    if (irq == NULL || !sufficient(cpu, irq))
        return VCPUIF_NONE;
    return virq_group(irq) != 0 ? VCPUIF_IRQ : VCPUIF_FIQ;
}

static void update_running(struct vgic_cpu *cpu)
{
    struct vcpuif *cpuif = &cpu->cpuif;

    for (unsigned word = 0; word < 4; word++) {
        uint32_t levels = cpuif->apr[0][word] | cpuif->apr[1][word];

        if (levels != 0) {
            unsigned level = word * 32 + (unsigned)__builtin_ctz(levels);

            cpuif->running = (uint16_t)(level << (8 - preemption_bits(cpu)));
            return;
        }
    }
    cpuif->running = PRIORITY_IDLE;
}

void vcpuif_reset(struct vgic_cpu *cpu)
{
    cpu->cpuif = (struct vcpuif){
        .bpr = {bpr_minimum(cpu, 0), bpr_minimum(cpu, 1)},
        .running = PRIORITY_IDLE,
    };
}

uint32_t vcpuif_acknowledge(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq = highest(cpu);
    unsigned level;

    if (irq == NULL || virq_group(irq) != group || !sufficient(cpu, irq))
        return INTID_SPURIOUS;
    cpu->cpuif.running = group_priority(cpu, group, virq_priority(irq));
    level = (unsigned)cpu->cpuif.running >> (8 - preemption_bits(cpu));
    cpu->cpuif.apr[group][level / 32] |= BIT32(level % 32);
    virq_activate(irq);
    return irq->intid;
}

uint32_t vcpuif_highest_pending(const struct vgic_cpu *cpu, unsigned group)
{
    const struct virq *irq = highest(cpu);

    return irq == NULL || virq_group(irq) != group ? INTID_SPURIOUS : irq->intid;
}

/* Drops the highest active priority if it belongs to `group`; an EOI for the other group has no effect (4.6.3). */
static bool drop(struct vgic_cpu *cpu, unsigned group)
{
    for (unsigned word = 0; word < 4; word++) {
        uint32_t *mine = &cpu->cpuif.apr[group][word];
        uint32_t other = cpu->cpuif.apr[1 - group][word];
        uint32_t lowest = (*mine | other) & -(*mine | other);

        if (lowest == 0)
            continue;
        if ((*mine & lowest) == 0)
            return false;
        *mine &= ~lowest;
        update_running(cpu);
        cpu->dirty = true;
        return true;
    }
    return false;
}

static void deactivate(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vgic_irq(cpu, intid);

    if (irq == NULL)
        cpu->vm->misuse++;
    else
        vgic_deactivate(irq);
}

void vcpuif_end(struct vgic_cpu *cpu, unsigned group, uint32_t intid)
{
    if (intid >= INTID_SPECIAL && intid <= INTID_SPURIOUS)
        return;
    if (!drop(cpu, group)) {
        cpu->vm->misuse++;
        return;
    }
    if (!cpu->cpuif.eoimode)
        deactivate(cpu, intid);
}

/* With EOImode = 0 a write of ICC_DIR is UNPREDICTABLE; it is ignored here, as QEMU's GIC does (12.2.11). */
void vcpuif_deactivate(struct vgic_cpu *cpu, uint32_t intid)
{
    if (!cpu->cpuif.eoimode)
        cpu->vm->misuse++;
    else
        deactivate(cpu, intid);
}

/* With CBPR = 1 ICC_BPR1 reads as ICC_BPR0 + 1, saturated, and ignores writes (12.2.6). */
uint8_t vcpuif_read_bpr(const struct vgic_cpu *cpu, unsigned group)
{
    const struct vcpuif *cpuif = &cpu->cpuif;

    if (group == 1 && cpuif->cbpr)
        return cpuif->bpr[0] < 7 ? (uint8_t)(cpuif->bpr[0] + 1) : 7;
    return cpuif->bpr[group];
}

void vcpuif_write_bpr(struct vgic_cpu *cpu, unsigned group, uint64_t value)
{
    uint8_t minimum = bpr_minimum(cpu, group);

    if (group == 1 && cpu->cpuif.cbpr)
        return;
    value &= 7;
    cpu->cpuif.bpr[group] = value < minimum ? minimum : (uint8_t)value;
    cpu->dirty = true;
}

void vcpuif_write_pmr(struct vgic_cpu *cpu, uint64_t value)
{
    cpu->cpuif.pmr = (uint8_t)value & priority_mask(cpu);
    cpu->dirty = true;
}

uint8_t vcpuif_read_rpr(const struct vgic_cpu *cpu)
{
    return cpu->cpuif.running == PRIORITY_IDLE ? 0xff : (uint8_t)cpu->cpuif.running;
}

uint32_t vcpuif_read_apr(const struct vgic_cpu *cpu, unsigned group, unsigned word)
{
    return cpu->cpuif.apr[group][word];
}

void vcpuif_write_apr(struct vgic_cpu *cpu, unsigned group, unsigned word, uint32_t value)
{
    cpu->cpuif.apr[group][word] = value;
    update_running(cpu);
    cpu->dirty = true;
}
