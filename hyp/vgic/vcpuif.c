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

/* BPR0 = n splits a priority above bit n, BPR1 = n at bit n; CBPR lends BPR0 to Group 1 (4.8.3, tables 4-8, 4-9). */
static void update_group_masks(struct vcpuif *cpuif)
{
    cpuif->group_mask[0] = (uint8_t)(0xffU << (cpuif->bpr[0] + 1));
    cpuif->group_mask[1] = cpuif->cbpr ? cpuif->group_mask[0] : (uint8_t)(0xffU << cpuif->bpr[1]);
}

/* The highest-priority pending interrupt of the groups that are enabled here; Group 0 first among equals. */
static inline struct virq *highest(const struct vgic_cpu *cpu)
{
    struct virq *group0 = cpu->cpuif.group_enabled[0] ? cpu->ready[0].front : NULL;
    struct virq *group1 = cpu->cpuif.group_enabled[1] ? cpu->ready[1].front : NULL;

    if (group0 == NULL)
        return group1;
    return group1 == NULL || group0->priority <= group1->priority ? group0 : group1;
}

/* Whether `irq` passes the priority mask and preempts what is running (4.8.2, 4.8.5). */
static inline bool sufficient(const struct vcpuif *cpuif, const struct virq *irq, unsigned group)
{
    return irq->priority < cpuif->pmr && (irq->priority & cpuif->group_mask[group]) < cpuif->running;
}

enum vcpuif_signal vcpuif_signal(const struct vgic_cpu *cpu)
{
    const struct virq *irq = highest(cpu);

    unsigned group;

    if (irq == NULL)
        return VCPUIF_NONE;
    group = virq_group(irq);
    if (!sufficient(&cpu->cpuif, irq, group))
        return VCPUIF_NONE;
    return group != 0 || !cpu->cpuif.fiqen ? VCPUIF_IRQ : VCPUIF_FIQ;
}

int vcpuif_signalled_group(const struct vgic_cpu *cpu)
{
    return vcpuif_signal(cpu) == VCPUIF_NONE ? -1 : (int)virq_group(highest(cpu));
}

int vcpuif_running_group(const struct vgic_cpu *cpu)
{
    const struct vcpuif *cpuif = &cpu->cpuif;
    unsigned level = (unsigned)cpuif->running >> cpuif->level_shift;

    if (cpuif->running == PRIORITY_IDLE)
        return -1;
    return (cpuif->apr[0][level / 32] >> level % 32 & 1) != 0 ? 0 : 1;
}

static inline void update_running(struct vcpuif *cpuif)
{
    for (unsigned word = 0; word < cpuif->level_words; word++) {
        uint32_t levels = cpuif->apr[0][word] | cpuif->apr[1][word];

        if (levels != 0) {
            cpuif->running = (uint16_t)((word * 32 + (unsigned)__builtin_ctz(levels)) << cpuif->level_shift);
            return;
        }
    }
    cpuif->running = PRIORITY_IDLE;
}

void vcpuif_reset(struct vgic_cpu *cpu)
{
    cpu->cpuif = (struct vcpuif){
        .bpr = {bpr_minimum(cpu, 0), bpr_minimum(cpu, 1)},
        .level_shift = (uint8_t)(8 - preemption_bits(cpu)),
        .level_words = (uint8_t)(((1U << preemption_bits(cpu)) + 31) / 32),
        .fiqen = cpu->vm->version == 3,
        .running = PRIORITY_IDLE,
    };
    update_group_masks(&cpu->cpuif);
}

/* Running from now on: its group priority is active, it is what the guest acknowledged. */
static inline uint32_t activate(struct vcpuif *cpuif, struct virq *irq, unsigned group)
{
    unsigned running = irq->priority & cpuif->group_mask[group];
    unsigned level = running >> cpuif->level_shift;

    cpuif->running = (uint16_t)running;
    cpuif->apr[group][level / 32] |= BIT32(level % 32);
    virq_activate(irq);
    return irq->intid;
}

static inline bool linked(const struct virq *irq)
{
    return (irq->bank->hw >> irq->bit & 1) != 0;
}

/* The line of a linked interrupt may have dropped unseen: it is no longer pending, another one may be the highest. */
static bool dropped(struct virq *irq)
{
    irq->bank->vm->delivery->resample(irq);
    return (irq->bank->queued >> irq->bit & 1) == 0;
}

uint32_t vcpuif_acknowledge(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq = highest(cpu);

    if (irq == NULL || virq_group(irq) != group || !sufficient(&cpu->cpuif, irq, group))
        return INTID_SPURIOUS;
    if (linked(irq) && dropped(irq))
        return vcpuif_acknowledge(cpu, group);
    return activate(&cpu->cpuif, irq, group);
}

uint32_t vcpuif_highest_pending(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq;

    do {
        irq = highest(cpu);
    } while (irq != NULL && linked(irq) && dropped(irq));
    return irq == NULL || virq_group(irq) != group ? INTID_SPURIOUS : irq->intid;
}

/* Drops the running priority if it belongs to `group`; an EOI for the other group has no effect (4.6.3). */
static bool drop(struct vcpuif *cpuif, unsigned group)
{
    unsigned level = (unsigned)cpuif->running >> cpuif->level_shift;
    uint32_t *levels = &cpuif->apr[group][level / 32];

    if (cpuif->running == PRIORITY_IDLE || (*levels >> level % 32 & 1) == 0)
        return false;
    *levels &= ~BIT32(level % 32);
    update_running(cpuif);
    return true;
}

/* Out of line, so that the completion of every other interrupt saves no registers for this. */
static __attribute__((noinline)) void deactivate_extended(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vgic_extended_irq(cpu, intid);

    if (irq != NULL)
        vgic_deactivate(irq);
    else
        cpu->vm->misuse++;
}

static void deactivate(struct vgic_cpu *cpu, uint32_t intid)
{
    if (intid < VGIC_INTIDS)
        vgic_deactivate(vgic_irq(cpu, intid));
    else
        deactivate_extended(cpu, intid);
}

void vcpuif_end(struct vgic_cpu *cpu, unsigned group, uint32_t intid)
{
    if (intid >= INTID_SPECIAL && intid <= INTID_SPURIOUS)
        return;
    if (!drop(&cpu->cpuif, group)) {
        cpu->vm->misuse++;
        return;
    }
    cpu->dirty = true;
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
    update_group_masks(&cpu->cpuif);
    cpu->dirty = true;
}

void vcpuif_write_ctlr(struct vgic_cpu *cpu, bool eoimode, bool cbpr)
{
    cpu->cpuif.eoimode = eoimode;
    cpu->cpuif.cbpr = cbpr;
    update_group_masks(&cpu->cpuif);
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

/* A level for each value of the bits that preempt: the rest of the registers is RAZ/WI. */
static uint32_t implemented_levels(const struct vgic_cpu *cpu, unsigned word)
{
    unsigned levels = 1U << preemption_bits(cpu);

    if (32 * word >= levels)
        return 0;
    return levels < 32 ? BIT32(levels) - 1 : UINT32_MAX;
}

void vcpuif_write_apr(struct vgic_cpu *cpu, unsigned group, unsigned word, uint32_t value)
{
    cpu->cpuif.apr[group][word] = value & implemented_levels(cpu, word);
    update_running(&cpu->cpuif);
    cpu->dirty = true;
}
