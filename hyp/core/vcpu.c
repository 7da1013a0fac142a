/* SPDX-License-Identifier: Apache-2.0 */
#include "vcpu.h"

#include "cpu.h"
#include "features.h"
#include "gic.h"
#include "model.h"
#include "regs/intid.h"
#include "route.h"
#include "stage2.h"
#include "sysreg.h"
#include "timer.h"
#include "upcalls.h"
#include "visit.h"

#define HCR_GUEST                                                                                                      \
    (HCR_EL2_VM | HCR_EL2_SWIO | HCR_EL2_PTW | HCR_EL2_FMO | HCR_EL2_IMO | HCR_EL2_AMO | HCR_EL2_TSC | HCR_EL2_TACR |  \
     HCR_EL2_RW)
#define HCR_KEYS (HCR_EL2_APK | HCR_EL2_API) /* pointer authentication does not trap */
/* What a guest means for the core it is on reaches those that it was on, or will be: TLBI, IC IALLU, DSB and DMB. */
#define HCR_MOVES  (HCR_EL2_FB | HCR_EL2_BSU_IS)
#define MPIDR_RES1 BIT(31)

/* Where the vectors of the level that takes an exception are, by where it came from (DDI 0487 D1.3.2). */
#define VECTOR_SP0      0x000
#define VECTOR_SPX      0x200
#define VECTOR_LOWER_64 0x400
#define VECTOR_LOWER_32 0x600

/* WFI and WFE trap where others could run meanwhile. */
static uint64_t traps(const struct vcpu *vcpu)
{
    uint64_t hcr = HCR_GUEST | (vcpu->keys ? HCR_KEYS : 0);

    if (vcpu->vm->confined)
        hcr |= HCR_EL2_TID3 | HCR_EL2_TLOR;
    else
        hcr |= features_hcr();
    if (vcpu->vgic.vm->version == 2)
        hcr |= HCR_EL2_TID3;
    if (vcpu->shares)
        hcr |= HCR_EL2_TWI | HCR_EL2_TWE;
    if (vcpu->vm->stay != 0)
        hcr |= HCR_MOVES;
    return vcpu->vm->traps_wfi ? hcr | HCR_EL2_TWI : hcr;
}

void vcpu_init_core(bool confined)
{
    write_sysreg(hcr_el2, HCR_EL2_RW | HCR_EL2_IMO | HCR_EL2_FMO | HCR_EL2_AMO);
    if (confined)
        features_confine();
    else
        features_open();
    write_sysreg(hstr_el2, 0);
    timer_open();
    timer_host_set(UINT64_MAX);
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(vpidr_el2, read_sysreg(midr_el1));
    stage2_init();
}

void vcpu_prepare(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    vcpu->keys = !vcpu->shares;
    vcpu->hcr = traps(vcpu);
    visit_begin(cpu->vm);
    context_reset(&vcpu->el1, vcpu->entry);
    cpu->x[0] = vcpu->context;
    cpu->vm->delivery->reset(cpu);
    vgic_set_asleep(cpu, false); /* as firmware does that implements PSCI, for software that leaves it to it */
    visit_end(cpu->vm);
}

static uint32_t enabled_ppis[CPUS_MAX]; /* of linked ones, as the last vCPU left them */

/*
 * A linked PPI that the guest has not completed is active on its own core only while the vCPU is loaded: then its list
 * register, or its EOI, deactivates it there, and the next vCPU's is not held back.
 */
static void load_ppis(const struct vgic_cpu *cpu)
{
    uint32_t linked = cpu->local.hw;

    for (uint32_t held = cpu->local.held & linked; held != 0; held &= held - 1)
        gic->activate((uint32_t)__builtin_ctz(held));
    for (uint32_t bits = (cpu->local.enabled & linked) ^ enabled_ppis[cpu->core_index]; bits != 0; bits &= bits - 1) {
        uint32_t intid = (uint32_t)__builtin_ctz(bits);

        gic->enable(cpu->core_index, intid, (cpu->local.enabled >> intid & 1) != 0);
    }
}

static void put_ppis(const struct vgic_cpu *cpu)
{
    for (uint32_t held = cpu->local.held & cpu->local.hw; held != 0; held &= held - 1)
        gic->deactivate((uint32_t)__builtin_ctz(held));
    enabled_ppis[cpu->core_index] = cpu->local.enabled & cpu->local.hw;
}

/* Whoever has the model finds the lines of its timers: in this core's registers, or where they are kept. */
void vcpu_load(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    write_sysreg(hcr_el2, vcpu->hcr);
    write_sysreg(vmpidr_el2, MPIDR_RES1 | cpu->index);
    stage2_load(&vcpu->vm->stage2, vcpu->vm->id + 1);
    if (vcpu->has_sibling)
        stage2_forget();
    context_restore(&vcpu->el1);
    if (vcpu->keys && context_has_keys())
        context_restore_keys(&vcpu->el1);
    model_take(cpu);
    cpu->vm->delivery->load(cpu);
    load_ppis(cpu);
    context_restore_timers(&vcpu->el1);
    cpu->loaded = true;
    model_release(cpu);
}

void vcpu_put(struct vcpu *vcpu, enum delivery_put why)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    model_take(cpu);
    context_save(&vcpu->el1);
    if (vcpu->keys && context_has_keys())
        context_save_keys(&vcpu->el1);
    cpu->vm->delivery->put(cpu, why);
    put_ppis(cpu);
    cpu->loaded = false;
    visit_end(cpu->vm);
    vcpu->hcr = read_sysreg(hcr_el2);
}

/*
 * Who finds the vCPU at its new core finds all that was written of it. What the guest invalidates is complete by a DSB
 * of the core that it did it on (DDI 0487, DSB): its own may come on the next one.
 */
void vcpu_move(struct vcpu *vcpu, unsigned core, uint64_t mpidr)
{
    struct vgic_cpu *cpu = &vcpu->vgic;

    dsb(ish);
    visit_begin(cpu->vm);
    cpu->core = mpidr;
    __atomic_store_n(&cpu->core_index, core, __ATOMIC_RELEASE);
    if (!vcpu->vm->ended)
        route_moved(cpu);
    visit_end(cpu->vm);
}

/* APIAKeyLo_EL1 to APGAKeyHi_EL1: CRm 1 to 3 */
static bool is_key(uint32_t reg)
{
    uint32_t others = (uint32_t)(FIELD_MASK(ISS_SYSREG_CRM) | FIELD_MASK(ISS_SYSREG_OP2));

    return (reg & ~others) == ISS_SYSREG(3, 0, 2, 0, 0) && FIELD_GET(ISS_SYSREG_CRM, reg) - 1 < 3;
}

bool vcpu_give_keys(struct vcpu *vcpu, uint64_t esr)
{
    uint32_t reg = sysreg_access(esr) & ~ISS_SYSREG_READ;
    bool named = FIELD_GET(ESR_EC, esr) == EC_SYSREG && is_key(reg);

    if (vcpu->keys || !context_has_keys() || (!named && FIELD_GET(ESR_EC, esr) != EC_PAC))
        return false;
    vcpu->keys = true;
    context_restore_keys(&vcpu->el1);
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_KEYS);
    return true;
}

/* DDI 0487 D12.2.4: the condition of CNTV_CTL_EL0.ISTATUS, unless IMASK is set. */
bool vcpu_timer_asserted(const struct vgic_cpu *cpu, uint32_t intid)
{
    const struct context *el1 = &CONTAINER_OF((struct vgic_cpu *)cpu, struct vcpu, vgic)->el1;
    uint64_t ctl = intid == INTID_VTIMER ? el1->cntv_ctl : el1->cntp_ctl;
    uint64_t cval = intid == INTID_VTIMER ? el1->cntv_cval : el1->cntp_cval;

    return (ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) == CNT_CTL_ENABLE && cval <= timer_now();
}

/* The deadline of a timer whose interrupt the guest wants and has not taken yet; UINT64_MAX: none. */
static uint64_t deadline_of(const struct vcpu *vcpu, uint64_t ctl, uint64_t cval, uint32_t intid)
{
    const struct virq_bank *local = &vcpu->vgic.local;

    if ((ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) != CNT_CTL_ENABLE ||
        (local->forwarded & ~local->held & BIT32(intid)) == 0)
        return UINT64_MAX;
    return cval;
}

uint64_t vcpu_deadline(const struct vcpu *vcpu)
{
    uint64_t virtual = deadline_of(vcpu, vcpu->el1.cntv_ctl, vcpu->el1.cntv_cval, INTID_VTIMER);
    uint64_t physical = deadline_of(vcpu, vcpu->el1.cntp_ctl, vcpu->el1.cntp_cval, INTID_PTIMER);

    return virtual < physical ? virtual : physical;
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
