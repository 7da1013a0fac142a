/* SPDX-License-Identifier: Apache-2.0 */
#include "vcpu.h"

#include "cpu.h"
#include "features.h"
#include "gic.h"
#include "model.h"
#include "platform.h"
#include "regs/intid.h"
#include "stage2.h"
#include "sysreg.h"
#include "timer.h"

#define HCR_GUEST                                                                                                      \
    (HCR_EL2_VM | HCR_EL2_SWIO | HCR_EL2_PTW | HCR_EL2_FMO | HCR_EL2_IMO | HCR_EL2_AMO | HCR_EL2_TSC | HCR_EL2_TACR |  \
     HCR_EL2_RW | HCR_EL2_APK | HCR_EL2_API)
#define SCTLR_EL1_RESET UINT64_C(0x30d00800) /* RES1 bits, MMU and caches off (DDI 0487, SCTLR_EL1) */
#define MPIDR_RES1      BIT(31)

/* Where the vectors of the level that takes an exception are, by where it came from (DDI 0487 D1.3.2). */
#define VECTOR_SP0      0x000
#define VECTOR_SPX      0x200
#define VECTOR_LOWER_64 0x400
#define VECTOR_LOWER_32 0x600

static void load_traps(const struct vcpu *vcpu)
{
    write_sysreg(hcr_el2, HCR_GUEST | features_hcr() | (vcpu->vgic.vm->version == 2 ? HCR_EL2_TID3 : 0) |
                              (vcpu->vm->traps_wfi ? HCR_EL2_TWI : 0));
    features_open();
    write_sysreg(hstr_el2, 0);
    write_sysreg(mdcr_el2, read_sysreg(pmcr_el0) >> 11 & 0x1f); /* HPMN: every counter is the guest's */
    timer_open();
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(vpidr_el2, read_sysreg(midr_el1));
    write_sysreg(vmpidr_el2, MPIDR_RES1 | vcpu->vgic.index);
    stage2_load(&vcpu->vm->stage2, vcpu->vm->id + 1);
}

/* This core's part of the interrupt controller: the hypervisor's own interrupts. */
static void start_interrupts(void)
{
    const char *reason = gic->cpu_init();

    if (reason != NULL)
        platform_refuse("core %u: %s", cpu_index(), reason);
    gic->enable(cpu_index(), GIC_KICK, true);
    gic->enable(cpu_index(), INTID_MAINTENANCE, true);
}

/* ditto: the vCPU's, and those the guest enabled already. */
static void load_interrupts(struct vcpu *vcpu)
{
    const struct delivery *delivery = vcpu->vgic.vm->delivery;

    if (!vcpu->vgic.vm->limits.physical)
        start_interrupts();
    model_take(&vcpu->vgic);
    delivery->reset(&vcpu->vgic);
    delivery->load(&vcpu->vgic);
    vcpu->vgic.loaded = true;
    vgic_set_asleep(&vcpu->vgic, false); /* as firmware does that implements PSCI, for software that leaves it to it */
    delivery->enabled(&vcpu->vgic.local, vcpu->vgic.local.hw);
    model_release(&vcpu->vgic);
}

void vcpu_start(struct vcpu *vcpu)
{
    load_traps(vcpu);
    load_interrupts(vcpu);
    write_sysreg(sctlr_el1, SCTLR_EL1_RESET);
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(elr_el2, vcpu->entry);
    write_sysreg(spsr_el2, SPSR_DAIF | SPSR_EL1H);
    vcpu->vgic.x[0] = vcpu->context;
    isb();
    vcpu_enter(vcpu);
}

/* PSTATE after an exception to EL1 from `spsr` (DDI 0487 J1.1.1, AArch64.TakeException): what EL1 decides about it. */
static uint64_t exception_state(uint64_t spsr)
{
    uint64_t sctlr = read_sysreg(sctlr_el1);
    uint64_t pfr1 = read_sysreg(id_aa64pfr1_el1);
    uint64_t state = SPSR_DAIF | SPSR_EL1H | (spsr & SPSR_PAN);

    if ((spsr & SPSR_M_AARCH32) == 0)
        state |= spsr & SPSR_DIT;
    if ((sctlr & SCTLR_EL1_SPAN) == 0)
        state |= SPSR_PAN;
    if ((sctlr & SCTLR_EL1_DSSBS) != 0)
        state |= SPSR_SSBS;
    if ((sctlr & SCTLR_EL1_SPINTMASK) == 0 && FIELD_GET(ID_AA64PFR1_NMI, pfr1) != 0)
        state |= SPSR_ALLINT;
    if (FIELD_GET(ID_AA64PFR1_MTE, pfr1) >= 2)
        state |= SPSR_TCO;
    return state;
}

void vcpu_inject_sync(struct vcpu *vcpu, uint64_t esr, uint64_t far)
{
    uint64_t spsr = read_sysreg(spsr_el2);
    uint64_t vector = (spsr & SPSR_M_MASK) == SPSR_EL1T   ? VECTOR_SP0
                      : (spsr & SPSR_M_MASK) == SPSR_EL1H ? VECTOR_SPX
                      : (spsr & SPSR_M_AARCH32) == 0      ? VECTOR_LOWER_64
                                                          : VECTOR_LOWER_32;

    vcpu->vm->misuse++;
    write_sysreg(spsr_el1, spsr);
    write_sysreg(elr_el1, read_sysreg(elr_el2));
    write_sysreg(esr_el1, esr);
    write_sysreg(far_el1, far);
    write_sysreg(elr_el2, read_sysreg(vbar_el1) + vector);
    write_sysreg(spsr_el2, exception_state(spsr));
}
