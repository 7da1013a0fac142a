/* SPDX-License-Identifier: Apache-2.0 */
/*
 * te: pure trap-and-emulate. Delivery by HCR_EL2.VI (Group 1) and VF (Group 0), which are levels that stay until
 * cleared; every access to the CPU interface traps (ICH_HCR_EL2.TALL0, TALL1, TC) and works on the model.
 */
#include "deliver.h"

#include <stddef.h>

#include "features.h"
#include "linked.h"
#include "model.h"
#include "sysreg.h"
#include "te_regs.h"
#include "vcpuif_ops.h"
#include "vgic.h"

/* What a guest on list registers sees on common hardware: the same guest runs under every strategy. */
#define PRIORITY_BITS 5
#define ID_BITS       16
/* 16 levels are the fewest with one security state, 256 the most (IHI 0069H 4.8). */
#define PRIORITY_BITS_LEAST 4
#define PRIORITY_BITS_MOST  8

/*
 * More than five bits come with more of ICC_AP0R<n>_EL1 and ICC_AP1R<n>_EL1. Those that the machine lacks are undefined
 * at EL1 before they could trap (IHI 0069H 12.2.1). In the frames of a GICv2 guest everything is emulated.
 */
static unsigned most_priority_bits(unsigned version)
{
    unsigned machine;

    if (version == 2)
        return PRIORITY_BITS_MOST;
    machine = (unsigned)FIELD_GET(ICC_CTLR_PRIBITS, read_sysreg(icc_ctlr_el1)) + 1;
    if (machine >= 7)
        return PRIORITY_BITS_MOST;
    return machine > PRIORITY_BITS ? machine : PRIORITY_BITS;
}

/* Both guest models: the CPU interface is software either way. Only a core with GICv3's system registers traps them. */
static const char *limits(struct vgic_limits *limits, unsigned version)
{
    if (version > gic->version)
        return "a guest sees a GICv3 only on a machine with one: give gic=2";
    *limits = (struct vgic_limits){
        .priority_bits = PRIORITY_BITS,
        .priority_bits_least = PRIORITY_BITS_LEAST,
        .priority_bits_most = most_priority_bits(version),
        .id_bits = ID_BITS,
        .extended = version == 3,
        .nmi = version == 3 && features_nmi(),
    };
    return NULL;
}

#define SUPERPRIORITY BIT(0) /* of what is asserted, with HCR_EL2_VI */

/* VI and VF follow what the CPU interface signals, HCRX_EL2.VINMI whether that is an NMI. */
static inline __attribute__((always_inline)) void signal(struct vgic_cpu *cpu)
{
    const struct virq *group1 = vcpuif_signalled(cpu, 1);
    uint64_t assert = 0, changed;

    if (group1 != NULL)
        assert = virq_is_nmi(group1) ? HCR_EL2_VI | SUPERPRIORITY : HCR_EL2_VI;
    else if (vcpuif_signalled(cpu, 0) != NULL)
        assert = cpu->cpuif.fiqen ? HCR_EL2_VF : HCR_EL2_VI;
    changed = assert ^ cpu->delivery.te.asserted;
    __asm__("" : "+r"(changed)); /* what GCC would compare once more otherwise */
    if (changed == 0)
        return;
    cpu->delivery.te.asserted = assert;
    if ((changed & SUPERPRIORITY) != 0) {
        features_superpriority((SUPERPRIORITY & assert) != 0);
        changed ^= SUPERPRIORITY;
    }
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) ^ changed);
}

static void reset(struct vgic_cpu *cpu)
{
    vcpuif_reset(cpu);
}

static void load(struct vgic_cpu *cpu)
{
    if (gic->version == 3)
        write_sysreg(ich_hcr_el2, ICH_HCR_TC | ICH_HCR_TALL0 | ICH_HCR_TALL1);
    if (gic->version == 3 && cpu->vm->version == 2) /* ICC_SRE_EL1 traps too, where Enable can be 0 (12.2) */
        write_sysreg(icc_sre_el2, read_sysreg(icc_sre_el2) & ~ICC_SRE_EL2_EN);
    cpu->dirty = true;
}

/* A core that waits for an interrupt would wake for a virtual one. */
static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)why;
    if ((cpu->delivery.te.asserted & SUPERPRIORITY) != 0)
        features_superpriority(false);
    if (cpu->delivery.te.asserted != 0)
        write_sysreg(hcr_el2, read_sysreg(hcr_el2) & ~(HCR_EL2_VI | HCR_EL2_VF));
    cpu->delivery.te.asserted = 0;
    if (gic->version == 3 && cpu->vm->version == 2)
        write_sysreg(icc_sre_el2, read_sysreg(icc_sre_el2) | ICC_SRE_EL2_EN);
}

static bool signalled(const struct vgic_cpu *cpu)
{
    return vcpuif_signalled(cpu, 1) != NULL || vcpuif_signalled(cpu, 0) != NULL;
}

static void flush(struct vgic_cpu *cpu)
{
    cpu->dirty = false;
    signal(cpu);
}

/* The physical interrupt may come again; its line is sampled when it does. */
static void let_go(struct virq *irq)
{
    uint32_t bit = irq->mask;

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

    if (((bank->line & irq->mask) != 0) == asserted)
        return;
    bank->line ^= irq->mask;
    if (!asserted && (bank->active & irq->mask) == 0)
        let_go(irq);
    virq_update_one(irq);
}

static void resample(struct virq *irq)
{
    follow(irq, linked_own_timer(irq) ? linked_own_timer_asserted(irq) : linked_asserted_elsewhere(irq));
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

/*
 * Inactive now. The line is sampled anew: if it is still asserted, the physical interrupt comes again, once it is let
 * go. Returns the one to let go of, 0 for none.
 */
static inline uint32_t drop_line(const struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t mask = irq->mask, held = bank->held;

    bank->line &= ~mask;
    bank->held = held & ~mask;
    return (held & mask) != 0 ? irq->pintid : 0;
}

static void deactivated(struct virq *irq)
{
    if (drop_line(irq) != 0)
        linked_deactivate(irq);
}

/* Pending, by the line or by the edge that the arrival is: a guest may have its timer edge-triggered. */
static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;

    bank->latch |= irq->mask & bank->edge;
    bank->line |= irq->mask;
    bank->held |= irq->mask;
    if ((bank->forwarded & ~(bank->active | bank->queued) & irq->mask) != 0) {
        bank->queued |= irq->mask;
        virq_queue_put(&cpu->ready[virq_group(irq)], irq);
    }
    signal(cpu);
    model_leave(bank->vm);
}

/* ICH_HCR_EL2.En = 0: the virtual interface generates nothing. */
static void maintenance(struct vgic_cpu *cpu)
{
    (void)cpu;
}

/* The model's CPU interface is this strategy's own. */
static void rearm(struct vgic_cpu *cpu)
{
    (void)cpu;
}

/* A linked interrupt's line may drop unseen. At an acknowledge a PPI is the own one of this core. False for LPIs too.
 */
static inline bool surely_asserted(const struct virq *irq)
{
    if (irq->pintid == INTID_VTIMER)
        return timer_asserted(read_sysreg_plain(cntv_ctl_el0));
    if (irq->pintid == INTID_PTIMER)
        return timer_asserted(read_sysreg_plain(cntp_ctl_el0));
    return irq->pintid == 0;
}

/* LPIs have no active state, another core has the model, a line has dropped, it is an NMI, or nothing is there. */
static __attribute__((noinline)) void read_iar1_slowly(struct vgic_cpu *cpu, uint64_t esr)
{
    uint32_t intid;

    model_take(cpu);
    intid = vcpuif_acknowledge_maskable(cpu);
    if (intid == INTID_NMI && (read_sysreg(sctlr_el1) & SCTLR_EL1_NMI) == 0)
        intid = vcpuif_acknowledge_nmi(cpu);
    model_release(cpu);
    vgic_set_x(cpu, sysreg_rt(esr), intid);
    skip_instruction();
}

/* The guest has `irq`, the one that is signalled. */
static inline __attribute__((always_inline)) void finish_iar1(struct vgic_cpu *cpu, struct vgic *vm, struct virq *irq,
                                                              uint64_t esr)
{
    vcpuif_acknowledged(cpu, irq, 1);
    signal(cpu);
    model_leave(vm);
    vgic_set_x(cpu, sysreg_rt(esr), irq->intid);
    skip_instruction();
}

/* That of a device may be pending by its line, which is looked at first; an edge stays pending. */
static __attribute__((noinline)) void read_iar1_linked(struct vgic_cpu *cpu, struct virq *irq, uint64_t esr)
{
    if (irq->intid < INTID_LPI_FIRST &&
        ((irq->bank->latch & irq->mask) != 0 || gic->asserted(cpu->core_index, irq->pintid))) {
        finish_iar1(cpu, cpu->vm, irq, esr);
        return;
    }
    model_leave(cpu->vm);
    read_iar1_slowly(cpu, esr);
}

static __attribute__((noinline)) void read_iar1(struct vgic_cpu *cpu, uint64_t esr)
{
    struct vgic *vm = cpu->vm;
    struct virq *irq;

    if (!model_try(vm, cpu)) {
        read_iar1_slowly(cpu, esr);
        return;
    }
    irq = vcpuif_signalled(cpu, 1);
    if (irq == NULL || virq_is_nmi(irq)) {
        model_leave(vm);
        read_iar1_slowly(cpu, esr);
        return;
    }
    if (surely_asserted(irq))
        finish_iar1(cpu, vm, irq, esr);
    else
        read_iar1_linked(cpu, irq, esr);
}

/* Completes what write_eoir1() began for an interrupt that is pending again. */
static __attribute__((noinline)) void ended_pending(struct vgic_cpu *cpu, struct virq *irq, uint32_t pintid)
{
    cpu->dirty = true;
    virq_update_one(irq);
    model_release(cpu);
    skip_instruction();
    if (pintid != 0)
        gic->deactivate(pintid);
}

static __attribute__((noinline)) void write_eoir1(struct vgic_cpu *cpu, uint64_t esr)
{
    uint32_t intid = (uint32_t)cpu->x[sysreg_rt(esr)] & ICC_INTID;
    struct virq *irq = vgic_irq(cpu, intid);
    struct vgic *vm = cpu->vm;
    uint32_t pintid = 0;

    if (irq == NULL && intid >= INTID_SPECIAL && intid <= INTID_SPURIOUS) {
        skip_instruction();
        return;
    }
    if (irq == NULL || !model_try(vm, cpu)) {
        te_regs_access(cpu, esr);
        return;
    }
    if (!vcpuif_drop(cpu, 1)) {
        vm->misuse++;
    } else if (!cpu->cpuif.eoimode && (irq->bank->active & irq->mask) != 0) {
        irq->bank->active &= ~irq->mask;
        if (irq->pintid != 0)
            pintid = drop_line(irq);
        if ((virq_pending(irq->bank) & irq->mask) != 0) {
            ended_pending(cpu, irq, pintid);
            return;
        }
    }
    signal(cpu);
    model_leave(vm);
    skip_instruction();
    if (pintid != 0) /* a PPI of this core, or an SPI, which any core may deactivate */
        gic->deactivate(pintid);
}

static __attribute__((noinline)) void sysreg_seldom(struct vgic_cpu *cpu, uint64_t esr)
{
    if (sysreg_generates_sgi(esr))
        sysreg_other(cpu, esr);
    else
        te_regs_access(cpu, esr);
}

/*
 * What every interrupt needs, acknowledge and EOI, is found first, and calls nothing that would make it save registers
 * on the way.
 */
static void sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    uint32_t access = sysreg_access(esr);

    if (access == (ISS_ICC_IAR1_EL1 | ISS_SYSREG_READ))
        read_iar1(cpu, esr);
    else if (access == ISS_ICC_EOIR1_EL1)
        write_eoir1(cpu, esr);
    else
        sysreg_seldom(cpu, esr);
}

#define DELIVER_TE(guest_version, guest_gicd, guest_gicr, sysreg_handler)                                              \
    {                                                                                                                  \
        .tag = "te", .version = (guest_version), .limits = limits, .gicd = &(guest_gicd), .gicr = &(guest_gicr),       \
        .begin = deliver_begin, .reset = reset, .load = load, .put = put, .signalled = signalled, .flush = flush,      \
        .fetch = fetch, .surrender = surrender, .raise_resident = raise_resident, .activated = activated,              \
        .enabled = linked_enabled, .deactivate = vcpuif_deactivate, .deactivated = deactivated, .arrived = arrived,    \
        .resample = resample, .maintenance = maintenance, .rearm = rearm, .sysreg = (sysreg_handler),                  \
    }

/* A GICv2 guest has no such registers: its CPU interface is a frame (vgic/vgicc.c). */
const struct delivery deliver_te = DELIVER_TE(3, vgic_gicd_v3, vgic_gicr_v3, sysreg);
const struct delivery deliver_te_v2 = DELIVER_TE(2, vgic_gicd_v2, vgic_gicc_v2, sysreg_other_v2);
