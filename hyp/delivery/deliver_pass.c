/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass: the guest has the physical CPU interface of its cores (HCR_EL2.IMO = FMO = 0), nothing that it does with an
 * interrupt traps. For a VM that is trusted and has its cores for itself: SGIs that it sends reach any core of the
 * machine (DDI 0487, HCR_EL2.IMO; IHI 0069H 12.2.24).
 */
#include "deliver.h"

#include <stddef.h>

#include "check.h"
#include "gic.h"
#include "mmio.h"
#include "model.h"
#include "pass_frames.h"
#include "poll.h"
#include "regs/gicr.h"
#include "sysreg.h"

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    unsigned bits;

    if (gic->version != 3)
        return "pass needs a machine with GICv3: run te or gicv2";
    if (version != 3)
        return "pass serves guests that see the machine's own GICv3: run te";
    bits = (unsigned)FIELD_GET(ICC_CTLR_PRIBITS, read_sysreg(icc_ctlr_el1)) + 1;
    *limits = (struct vgic_limits){.priority_bits = bits,
                                   .priority_bits_least = bits,
                                   .priority_bits_most = bits,
                                   .id_bits = 10,
                                   .physical = true};
    return NULL;
}

static const char *begin(struct vgic *vm)
{
    for (unsigned i = 0; i < vm->cpus; i++) {
        struct vgic_cpu *cpu = vm->cpu[i];

        if (cpu->core != cpu->index)
            return "pass needs cores with the affinities of the vCPUs, 0.0.0.0 and up: run lr";
        cpu->delivery.pass.redistributor = gic_v3_redistributor(cpu->core);
        if (cpu->delivery.pass.redistributor == 0)
            return "a core has no redistributor";
        pass_reset_private(cpu);
    }
    pass_reset_spis(vm);
    return NULL;
}

/*
 * The CPU interface as after a reset of the core (IHI 0069H 12.2), the redistributor awake as firmware has it that
 * implements PSCI.
 */
static void load(struct vgic_cpu *cpu)
{
    mmio_write32(cpu->delivery.pass.redistributor + GICR_WAKER, 0);
    CHECK(poll_clear32(cpu->delivery.pass.redistributor + GICR_WAKER, GICR_WAKER_CHILDRENASLEEP));
    write_sysreg(icc_sre_el2, ICC_SRE_EL2_EN | ICC_SRE_DIB | ICC_SRE_DFB | ICC_SRE_SRE);
    isb();
    write_sysreg(ich_hcr_el2, 0);
    write_sysreg(icc_igrpen0_el1, 0);
    write_sysreg(icc_igrpen1_el1, 0);
    write_sysreg(icc_ctlr_el1, 0);
    write_sysreg(icc_pmr_el1, 0);
    write_sysreg(icc_bpr0_el1, 0);
    write_sysreg(icc_bpr1_el1, 0);
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) & ~(HCR_EL2_IMO | HCR_EL2_FMO));
    isb();
}

/* What the model would do for other strategies: no interrupt of this VM is in it. */
static void nothing(struct vgic_cpu *cpu)
{
    cpu->dirty = false;
}

/* It is turned off: its core is its own, and is reset when it comes back. */
static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)cpu;
    (void)why;
}

static bool signalled(const struct vgic_cpu *cpu)
{
    (void)cpu;
    return false;
}

static void nothing_of_one(struct virq *irq)
{
    (void)irq;
}

static void nothing_of_many(struct virq_bank *bank, uint32_t bits)
{
    (void)bank;
    (void)bits;
}

static void deactivate(struct vgic_cpu *cpu, uint32_t intid)
{
    (void)cpu;
    (void)intid;
}

static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    (void)irq;
    model_release(cpu);
}

const struct delivery deliver_pass = {
    .tag = "pass",
    .version = 3,
    .limits = limits,
    .gicd = &pass_gicd,
    .gicr = &pass_gicr,
    .begin = begin,
    .reset = nothing,
    .load = load,
    .put = put,
    .signalled = signalled,
    .flush = nothing,
    .fetch = nothing_of_many,
    .surrender = nothing,
    .raise_resident = nothing_of_one,
    .activated = nothing_of_many,
    .deactivate = deactivate,
    .enabled = nothing_of_many,
    .deactivated = nothing_of_one,
    .arrived = arrived,
    .resample = nothing_of_one,
    .maintenance = nothing,
    .rearm = nothing,
    .sysreg = sysreg_other,
};
