/* SPDX-License-Identifier: Apache-2.0 */
/*
 * te: pure trap-and-emulate. Delivery by HCR_EL2.VI (Group 1) and VF (Group 0), which are levels that stay until
 * cleared; every access to the CPU interface traps (ICH_HCR_EL2.TALL0, TALL1, TC) and works on the model.
 */
#include "deliver.h"

#include <stddef.h>

#include "linked.h"
#include "sysreg.h"
#include "vgic.h"

/* What a guest on list registers sees on common hardware: the same guest runs under every strategy. */
#define PRIORITY_BITS 5
#define ID_BITS       16

/* Both guest models: the CPU interface is software either way. */
static const char *limits(struct vgic_limits *limits, unsigned version)
{
    *limits = (struct vgic_limits){.priority_bits = PRIORITY_BITS, .id_bits = ID_BITS, .extended = version == 3};
    return NULL;
}

static void load(struct vgic_cpu *cpu)
{
    write_sysreg(ich_hcr_el2, ICH_HCR_TC | ICH_HCR_TALL0 | ICH_HCR_TALL1);
    vcpuif_reset(cpu);
    cpu->delivery.te.asserted = 0;
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) & ~(HCR_EL2_VI | HCR_EL2_VF));
    cpu->dirty = true;
}

static void flush(struct vgic_cpu *cpu)
{
    static const uint64_t bits[] = {[VCPUIF_NONE] = 0, [VCPUIF_IRQ] = HCR_EL2_VI, [VCPUIF_FIQ] = HCR_EL2_VF};
    uint64_t assert = bits[vcpuif_signal(cpu)];

    cpu->dirty = false;
    if (assert == cpu->delivery.te.asserted)
        return;
    cpu->delivery.te.asserted = assert;
    write_sysreg(hcr_el2, (read_sysreg(hcr_el2) & ~(HCR_EL2_VI | HCR_EL2_VF)) | assert);
}

/* The physical interrupt may come again; its line is sampled when it does. */
static void let_go(struct virq *irq)
{
    uint32_t bit = BIT32(irq->bit);

    if ((irq->bank->held & bit) == 0)
        return;
    irq->bank->held &= ~bit;
    linked_deactivate(irq);
}

/*
 * A guest that turns its timer off while the interrupt is pending takes the line away without a trap. Until the line is
 * looked at again HCR_EL2.VI may stand; the acknowledge then finds nothing, as with a line that drops late.
 */
static void follow(struct virq *irq, bool asserted)
{
    struct virq_bank *bank = irq->bank;

    if ((bank->line >> irq->bit & 1) == asserted)
        return;
    bank->line ^= BIT32(irq->bit);
    if (!asserted && (bank->active >> irq->bit & 1) == 0)
        let_go(irq);
    virq_update_one(irq);
}

/* Every acknowledge of a timer comes here and finds the line as it was: that way out is short. */
static void resample(struct virq *irq)
{
    if (!linked_own_timer(irq))
        follow(irq, linked_asserted_elsewhere(irq));
    else if (linked_own_timer_asserted(irq) != (irq->bank->line >> irq->bit & 1))
        follow(irq, linked_own_timer_asserted(irq));
}

static void fetch(struct virq_bank *bank, uint32_t bits)
{
    for (bits &= bank->hw; bits != 0; bits &= bits - 1)
        resample(&bank->irq[__builtin_ctz(bits)]);
}

static void surrender(struct vgic_cpu *cpu)
{
    (void)cpu;
}

/* EOI and DIR work on the model. */
static void activated(struct virq_bank *bank, uint32_t bits)
{
    (void)bank;
    (void)bits;
}

static void raise_resident(struct virq *irq)
{
    (void)irq;
}

/* The line is sampled anew: if it is still asserted, the physical interrupt comes again. */
static void deactivated(struct virq *irq)
{
    irq->bank->line &= ~BIT32(irq->bit);
    let_go(irq);
}

static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    (void)cpu;
    bank->line |= bit;
    bank->held |= bit;
    bank->latch |= bit & bank->edge; /* a guest may have its timer edge-triggered: the arrival is the edge */
    virq_update_one(irq);
}

/* ICH_HCR_EL2.En = 0: the virtual interface generates nothing. */
static void maintenance(struct vgic_cpu *cpu)
{
    (void)cpu;
}

static uint64_t read_ctlr(const struct vgic_cpu *cpu)
{
    return FIELD_PREP(ICC_CTLR_PRIBITS, cpu->vm->limits.priority_bits - 1) | ICC_CTLR_A3V |
           (cpu->vm->limits.extended ? ICC_CTLR_EXTRANGE : 0) | (cpu->cpuif.eoimode ? ICC_CTLR_EOIMODE : 0) |
           (cpu->cpuif.cbpr ? ICC_CTLR_CBPR : 0);
}

static void write_igrpen(struct vgic_cpu *cpu, unsigned group, uint64_t value)
{
    cpu->cpuif.group_enabled[group] = (value & 1) != 0;
    cpu->dirty = true;
}

/* A GICv2 guest has no such registers: its CPU interface is a frame (vgic/vgicc.c). */
/* What every interrupt needs, acknowledge and EOI, is found first: the switches compare their way to a register. */
static bool trap_read(struct vgic_cpu *cpu, uint32_t reg, uint64_t *value)
{
    if (cpu->vm->version != 3)
        return false;
    if (__builtin_expect(reg == ISS_ICC_IAR1_EL1, 1)) {
        *value = vcpuif_acknowledge(cpu, 1);
        return true;
    }
    switch (reg) {
    case ISS_ICC_IAR0_EL1:
        *value = vcpuif_acknowledge(cpu, 0);
        return true;
    case ISS_ICC_HPPIR1_EL1:
        *value = vcpuif_highest_pending(cpu, 1);
        return true;
    case ISS_ICC_HPPIR0_EL1:
        *value = vcpuif_highest_pending(cpu, 0);
        return true;
    case ISS_ICC_PMR_EL1:
        *value = cpu->cpuif.pmr;
        return true;
    case ISS_ICC_RPR_EL1:
        *value = vcpuif_read_rpr(cpu);
        return true;
    case ISS_ICC_BPR1_EL1:
        *value = vcpuif_read_bpr(cpu, 1);
        return true;
    case ISS_ICC_BPR0_EL1:
        *value = vcpuif_read_bpr(cpu, 0);
        return true;
    case ISS_ICC_CTLR_EL1:
        *value = read_ctlr(cpu);
        return true;
    case ISS_ICC_IGRPEN1_EL1:
        *value = cpu->cpuif.group_enabled[1];
        return true;
    case ISS_ICC_IGRPEN0_EL1:
        *value = cpu->cpuif.group_enabled[0];
        return true;
    case ISS_ICC_AP0R_EL1(0):
        *value = vcpuif_read_apr(cpu, 0, 0);
        return true;
    case ISS_ICC_AP1R_EL1(0):
        *value = vcpuif_read_apr(cpu, 1, 0);
        return true;
    default:
        return false;
    }
}

static bool trap_write(struct vgic_cpu *cpu, uint32_t reg, uint64_t value)
{
    if (cpu->vm->version != 3)
        return false;
    if (__builtin_expect(reg == ISS_ICC_EOIR1_EL1, 1)) {
        vcpuif_end(cpu, 1, (uint32_t)value & 0xffffff);
        return true;
    }
    switch (reg) {
    case ISS_ICC_EOIR0_EL1:
        vcpuif_end(cpu, 0, (uint32_t)value & 0xffffff);
        return true;
    case ISS_ICC_DIR_EL1:
        vcpuif_deactivate(cpu, (uint32_t)value & 0xffffff);
        return true;
    case ISS_ICC_PMR_EL1:
        vcpuif_write_pmr(cpu, value);
        return true;
    case ISS_ICC_BPR1_EL1:
        vcpuif_write_bpr(cpu, 1, value);
        return true;
    case ISS_ICC_BPR0_EL1:
        vcpuif_write_bpr(cpu, 0, value);
        return true;
    case ISS_ICC_CTLR_EL1:
        vcpuif_write_ctlr(cpu, (value & ICC_CTLR_EOIMODE) != 0, (value & ICC_CTLR_CBPR) != 0);
        return true;
    case ISS_ICC_IGRPEN1_EL1:
        write_igrpen(cpu, 1, value);
        return true;
    case ISS_ICC_IGRPEN0_EL1:
        write_igrpen(cpu, 0, value);
        return true;
    case ISS_ICC_AP0R_EL1(0):
        vcpuif_write_apr(cpu, 0, 0, (uint32_t)value);
        return true;
    case ISS_ICC_AP1R_EL1(0):
        vcpuif_write_apr(cpu, 1, 0, (uint32_t)value);
        return true;
    default:
        return false;
    }
}

const struct delivery deliver_te = {
    .tag = "te",
    .limits = limits,
    .load = load,
    .flush = flush,
    .fetch = fetch,
    .surrender = surrender,
    .raise_resident = raise_resident,
    .activated = activated,
    .enabled = linked_enabled,
    .deactivated = deactivated,
    .arrived = arrived,
    .resample = resample,
    .maintenance = maintenance,
    .trap_read = trap_read,
    .trap_write = trap_write,
};
