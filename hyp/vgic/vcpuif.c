/* SPDX-License-Identifier: Apache-2.0 */
#include "vcpuif.h"

#include "regs/intid.h"
#include "route.h"
#include "vcpuif_ops.h"

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

static int16_t bits_from(unsigned bit)
{
    return (int16_t)(-1 * (1 << bit));
}

/* BPR0 = n splits a priority above bit n, BPR1 = n at bit n; CBPR lends BPR0 to Group 1 (4.8.3, tables 4-8, 4-9). */
static void update_group_masks(struct vcpuif *cpuif)
{
    cpuif->group_mask[0] = bits_from(cpuif->bpr[0] + 1U);
    cpuif->group_mask[1] = bits_from(cpuif->cbpr ? cpuif->bpr[0] + 1U : cpuif->bpr[1]);
}

enum vcpuif_signal vcpuif_signal(const struct vgic_cpu *cpu)
{
    const struct virq *group1 = vcpuif_signalled(cpu, 1);

    if (group1 != NULL)
        return virq_is_nmi(group1) ? VCPUIF_NMI : VCPUIF_IRQ;
    if (vcpuif_signalled(cpu, 0) != NULL)
        return cpu->cpuif.fiqen ? VCPUIF_FIQ : VCPUIF_IRQ;
    return VCPUIF_NONE;
}

int vcpuif_signalled_group(const struct vgic_cpu *cpu)
{
    if (vcpuif_signalled(cpu, 1) != NULL)
        return 1;
    return vcpuif_signalled(cpu, 0) != NULL ? 0 : -1;
}

int vcpuif_running_group(const struct vgic_cpu *cpu)
{
    unsigned group = (unsigned)*cpu->cpuif.running & ACTIVE_GROUP;

    return group == ACTIVE_NO_GROUP ? -1 : (int)group;
}

void vcpuif_reset(struct vgic_cpu *cpu)
{
    struct vcpuif *cpuif = &cpu->cpuif;

    *cpuif = (struct vcpuif){
        .bpr = {bpr_minimum(cpu, 0), bpr_minimum(cpu, 1)},
        .fiqen = cpu->vm->version == 3,
        .running = cpuif->active,
        .active = {ACTIVE_PRIORITY(PRIORITY_IDLE, ACTIVE_NO_GROUP)},
    };
    update_group_masks(cpuif);
    route_choose_anew(cpu->vm);
}

/*
 * The line of a linked interrupt may have dropped unseen: it is no longer pending, another one may be the highest. An
 * edge stays pending, and the physical interrupt active until its EOI.
 */
VCPUIF_INLINE bool dropped(struct virq *irq)
{
    if (irq->pintid == 0 || irq->intid >= INTID_LPI_FIRST || (irq->bank->latch & irq->mask) != 0)
        return false;
    irq->bank->vm->delivery->resample(irq);
    return (irq->bank->queued & irq->mask) == 0;
}

VCPUIF_INLINE struct virq *surely_signalled(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq;

    do
        irq = vcpuif_signalled(cpu, group);
    while (irq != NULL && dropped(irq));
    return irq;
}

VCPUIF_INLINE uint32_t take(struct vgic_cpu *cpu, struct virq *irq, unsigned group)
{
    cpu->dirty = true;
    vcpuif_acknowledged(cpu, irq, group);
    if (irq->intid >= INTID_LPI_FIRST) /* they have no active state (IHI 0069H 4.1.2) */
        irq->bank->active = 0;
    return irq->intid;
}

uint32_t vcpuif_acknowledge(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq = surely_signalled(cpu, group);

    return irq != NULL ? take(cpu, irq, group) : INTID_SPURIOUS;
}

uint32_t vcpuif_acknowledge_maskable(struct vgic_cpu *cpu)
{
    struct virq *irq = surely_signalled(cpu, 1);

    if (irq == NULL)
        return INTID_SPURIOUS;
    return virq_is_nmi(irq) ? INTID_NMI : take(cpu, irq, 1);
}

uint32_t vcpuif_acknowledge_nmi(struct vgic_cpu *cpu)
{
    struct virq *irq = surely_signalled(cpu, 1);

    return irq != NULL && virq_is_nmi(irq) ? take(cpu, irq, 1) : INTID_SPURIOUS;
}

uint32_t vcpuif_highest_pending(struct vgic_cpu *cpu, unsigned group)
{
    struct virq *irq;

    if (cpu->asleep)
        return INTID_SPURIOUS;
    do /* of the other group: what is no longer pending does not hide this group's */
        irq = vcpuif_highest(cpu, 1 - group);
    while (irq != NULL && dropped(irq));
    do
        irq = vcpuif_highest(cpu, group);
    while (irq != NULL && dropped(irq));
    return irq == NULL ? INTID_SPURIOUS : irq->intid;
}

/* Out of line, so that the completion of every other interrupt saves no registers for this. LPIs are not active. */
static __attribute__((noinline)) void deactivate_extended(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vgic_extended_irq(cpu, intid);

    if (irq != NULL)
        vgic_deactivate(irq);
    else if (vlpi_irq(cpu, intid) == NULL)
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
    if (!vcpuif_drop(cpu, group)) {
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

void vcpuif_write_igrpen(struct vgic_cpu *cpu, unsigned group, bool enabled)
{
    cpu->cpuif.group_enabled[group] = enabled;
    cpu->dirty = true;
    route_choose_anew(cpu->vm);
}

void vcpuif_update_mask(struct vgic_cpu *cpu)
{
    cpu->cpuif.mask = cpu->asleep ? 0 : cpu->cpuif.pmr;
}

void vcpuif_write_pmr(struct vgic_cpu *cpu, uint64_t value)
{
    cpu->cpuif.pmr = (uint8_t)value & priority_mask(cpu);
    vcpuif_update_mask(cpu);
    cpu->dirty = true;
}

/* As ICV_RPR_EL1 has it, which is what a guest reads: bit 63, at a PE without EL3 too. */
uint64_t vcpuif_read_rpr(const struct vgic_cpu *cpu)
{
    int running = *cpu->cpuif.running >> ACTIVE_SHIFT;

    if (running < 0)
        return VCPUIF_NMI_RUNS;
    return running == PRIORITY_IDLE ? 0xff : (uint64_t)running;
}

/* A level for each value of the bits that preempt: bit 0 of word 0 is the highest (12.2.1, 12.2.3). */
static unsigned level_of(const struct vgic_cpu *cpu, int priority)
{
    return (unsigned)priority >> (8 - preemption_bits(cpu));
}

unsigned vcpuif_apr_words(const struct vgic_cpu *cpu)
{
    return preemption_bits(cpu) > 5 ? 1U << (preemption_bits(cpu) - 5) : 1;
}

uint64_t vcpuif_read_apr(const struct vgic_cpu *cpu, unsigned group, unsigned word)
{
    const struct vcpuif *cpuif = &cpu->cpuif;
    const int *active = cpuif->running;
    uint64_t levels = 0;

    if (*active < 0) { /* nothing preempts it */
        levels = group == 1 && word == 0 ? VCPUIF_NMI_RUNS : 0;
        active--;
    }
    for (; active > cpuif->active; active--) {
        unsigned level = level_of(cpu, *active >> ACTIVE_SHIFT);

        if (((unsigned)*active & ACTIVE_GROUP) == group && level / 32 == word)
            levels |= BIT(level % 32);
    }
    return levels;
}

/* The rest of the registers, where there are fewer levels than bits, is RAZ/WI. */
static bool level_exists(const struct vgic_cpu *cpu, unsigned level)
{
    return level < 1U << preemption_bits(cpu);
}

void vcpuif_write_apr(struct vgic_cpu *cpu, unsigned group, unsigned word, uint64_t value)
{
    struct vcpuif *cpuif = &cpu->cpuif;
    uint64_t apr[2][4];

    for (unsigned g = 0; g < 2; g++)
        for (unsigned n = 0; n < 4; n++)
            apr[g][n] = g == group && n == word ? value : vcpuif_read_apr(cpu, g, n);
    cpuif->running = cpuif->active;
    for (unsigned level = 128; level-- > 0;) {
        int priority = (int)(level << (8 - preemption_bits(cpu)));

        for (unsigned g = 2; g-- > 0 && level_exists(cpu, level);)
            if ((apr[g][level / 32] >> level % 32 & 1) != 0)
                *++cpuif->running = ACTIVE_PRIORITY(priority, g);
    }
    if ((apr[1][0] & VCPUIF_NMI_RUNS) != 0 && cpu->vm->limits.nmi)
        *++cpuif->running = ACTIVE_PRIORITY(PRIORITY_NMI, 1);
    cpu->dirty = true;
}
