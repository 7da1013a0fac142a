/* SPDX-License-Identifier: Apache-2.0 */
/* Exits: what arch/vectors.S calls, and who answers by exception class. */
#include "trap.h"

#include "assigned.h"
#include "gic.h"
#include "idregs.h"
#include "model.h"
#include "print.h"
#include "psci.h"
#include "regs/intid.h"
#include "sched.h"
#include "sysreg.h"
#include "timer.h"
#include "vits_direct.h"

#define NOINLINE __attribute__((noinline))

static void undefined(struct vcpu *vcpu)
{
    vcpu_inject_sync(vcpu, FIELD_PREP(ESR_EC, EC_UNKNOWN) | ESR_IL, 0);
}

/* HCR_EL2.TSC traps before the instruction: ELR is its own address (DDI 0487, ESR ISS encoding for SMC). */
static void secure_call(struct vcpu *vcpu)
{
    skip_instruction();
    psci_guest(vcpu);
}

/* The registers that generate SGIs; ICC_ASGI1R_EL1: with one security state the other one's Group 1 is Group 0. */
static void write_sgi(struct vgic_cpu *cpu, uint32_t reg, uint64_t value)
{
    model_take(cpu);
    vgic_sgi(cpu, value, reg == ISS_ICC_SGI1R_EL1 ? 1 : 0);
    model_release(cpu);
}

/*
 * ACTLR_EL1 traps because what it controls is the implementation's secret (HCR_EL2.TACR): the guest sees the core's
 * value, and what it writes is ignored and counted. Debug registers are RAZ/WI where vCPUs take turns: what they watch
 * is not switched. False: there is no such register.
 */
static bool access_other(struct vcpu *vcpu, uint64_t esr)
{
    uint32_t reg = sysreg_access(esr) & ~ISS_SYSREG_READ;
    bool debug = vcpu->vm->confined && (reg & ISS_SYSREG_OP0) == ISS_SYSREG(2, 0, 0, 0, 0);
    uint64_t value = 0;

    if ((esr & ISS_SYSREG_READ) == 0) {
        vcpu->vm->misuse += reg == ISS_ACTLR_EL1;
        return reg == ISS_ACTLR_EL1 || debug;
    }
    if (reg == ISS_ACTLR_EL1)
        value = read_sysreg(actlr_el1);
    else if (!debug && !idregs_read(vcpu, reg, &value))
        return false;
    vgic_set_x(&vcpu->vgic, sysreg_rt(esr), value);
    return true;
}

void sysreg_other_v2(struct vgic_cpu *cpu, uint64_t esr)
{
    struct vcpu *vcpu = CONTAINER_OF(cpu, struct vcpu, vgic);

    if (access_other(vcpu, esr))
        skip_instruction();
    else if (!vcpu_give_keys(vcpu, esr))
        undefined(vcpu);
}

void sysreg_other(struct vgic_cpu *cpu, uint64_t esr)
{
    if (sysreg_generates_sgi(esr)) {
        write_sgi(cpu, sysreg_access(esr), cpu->x[sysreg_rt(esr)]);
        skip_instruction();
    } else {
        sysreg_other_v2(cpu, esr);
    }
}

/* An abort that the architecture would answer with an external abort: nothing is at that address. */
static void abort_to_guest(struct vcpu *vcpu, uint64_t esr, uint64_t ec_lower)
{
    uint64_t mode = read_sysreg(spsr_el2) & SPSR_M_MASK;
    bool from_el0 = mode == SPSR_EL0T || (mode & SPSR_M_AARCH32) != 0; /* only EL0 may be AArch32 here */
    uint64_t ec = from_el0 ? ec_lower : ec_lower + 1;

    vcpu_inject_sync(vcpu, FIELD_PREP(ESR_EC, ec) | ESR_IL | (esr & ISS_WNR) | FIELD_PREP(ISS_DFSC, 0x10),
                     read_sysreg(far_el2));
}

/* ditto, or of a VM that has no memory any more (vm_end()). */
static void external_abort(struct vcpu *vcpu, uint64_t esr, uint64_t ec_lower)
{
    if (vcpu->vm->ended)
        sched_off(vcpu);
    abort_to_guest(vcpu, esr, ec_lower);
}

static uint64_t fault_ipa(void)
{
    return FIELD_GET(HPFAR_EL2_FIPA, read_sysreg(hpfar_el2)) << 12 | (read_sysreg(far_el2) & 0xfff);
}

/* At none of the interrupt controller's frames. */
static NOINLINE void device_abort(struct vcpu *vcpu, uint64_t esr)
{
    bool known = false;

    if ((esr & ISS_ISV) != 0) {
        model_take(&vcpu->vgic);
        known = mmio_emulate_config(vcpu, esr, fault_ipa()) || mmio_emulate_console(vcpu, esr, fault_ipa());
        model_release(&vcpu->vgic);
    }
    if (known)
        skip_instruction();
    else
        external_abort(vcpu, esr, EC_DABT_LOWER);
}

static NOINLINE void other_abort(struct vcpu *vcpu, uint64_t esr)
{
    bool known = false;

    if ((esr & ISS_ISV) != 0 && vcpu->vm->gits.size != 0) {
        model_take(&vcpu->vgic);
        known = mmio_emulate_its(vcpu, esr, fault_ipa());
        model_release(&vcpu->vgic);
    }
    if (known)
        skip_instruction();
    else
        device_abort(vcpu, esr);
}

static NOINLINE void data_abort(struct vcpu *vcpu, uint64_t esr)
{
    uint64_t ipa = fault_ipa();
    bool known = false;

    if ((esr & ISS_ISV) != 0) {
        model_take(&vcpu->vgic);
        known = mmio_emulate(vcpu, esr, ipa);
        model_release(&vcpu->vgic);
    }
    if (known)
        skip_instruction();
    else
        other_abort(vcpu, esr);
}

/*
 * HCR_EL2.TWI: the vCPU is not resident until this core has a physical interrupt, be it its doorbell, which is silenced
 * then. The guest takes what there is right behind its WFI, as if it had woken up from that.
 */
static void wait_for_interrupt(struct vcpu *vcpu)
{
    const struct vits_direct *direct = vcpu->vgic.vm->delivery->direct;
    bool nothing;

    model_take(&vcpu->vgic);
    nothing = direct->block(&vcpu->vgic);
    model_release(&vcpu->vgic);
    if (nothing)
        wfi();
    model_take(&vcpu->vgic);
    direct->unblock(&vcpu->vgic);
    model_release(&vcpu->vgic);
    skip_instruction();
}

/* WFI, WFE on a core that is shared. With a timeout (FEAT_WFxT) it waits in the run queue. */
static _Noreturn NOINLINE void let_others_run(struct vcpu *vcpu, uint64_t esr)
{
    skip_instruction();
    if (FIELD_GET(ISS_TI, esr) == 0)
        sched_wait(vcpu);
    sched_yield(vcpu);
}

static NOINLINE void seldom(struct vcpu *vcpu, uint64_t esr)
{
    switch (FIELD_GET(ESR_EC, esr)) {
    case EC_WFX:
        if (vcpu->shares)
            let_others_run(vcpu, esr);
        wait_for_interrupt(vcpu);
        break;
    case EC_PAC:
        if (!vcpu_give_keys(vcpu, esr))
            undefined(vcpu);
        break;
    case EC_FP:
        if (vcpu->vm->confined)
            sched_give_fp(vcpu);
        else
            undefined(vcpu);
        break;
    case EC_SMC64:
        secure_call(vcpu);
        break;
    case EC_IABT_LOWER:
        external_abort(vcpu, esr & ~ISS_WNR, EC_IABT_LOWER);
        break;
    case EC_CP15_32:
    case EC_CP15_64: /* a timer of AArch32 at EL0, which a strategy watches: again, unwatched */
        if (timer_traps())
            timer_open();
        else
            undefined(vcpu);
        break;
    default:
        undefined(vcpu);
    }
}

/*
 * WFE is not trapped, and WFI only where the user wants that: a VM has its core for itself, and the core wakes for
 * every interrupt. All cases are tail calls, so that none pays for what another one saves.
 */
void trap_sync(struct vcpu *vcpu)
{
    uint64_t esr = read_sysreg(esr_el2);

    switch (FIELD_GET(ESR_EC, esr)) {
    case EC_SYSREG:
        vcpu->vgic.strategy->sysreg(&vcpu->vgic, esr);
        break;
    case EC_HVC64:
        psci_guest(vcpu);
        break;
    case EC_DABT_LOWER:
        data_abort(vcpu, esr);
        break;
    default:
        seldom(vcpu, esr);
    }
}

/* Another core changed what concerns this vCPU: its hardware is to follow. */
static NOINLINE void kicked(struct vgic_cpu *cpu)
{
    model_take(cpu);
    gic->deactivate(GIC_KICK);
    model_release(cpu);
}

/* Its condition goes with what the strategy does about it. */
static NOINLINE void maintenance(struct vgic_cpu *cpu)
{
    model_take(cpu);
    cpu->strategy->maintenance(cpu);
    gic->deactivate(INTID_MAINTENANCE);
    model_release(cpu);
}

/* No linked interrupt for this vCPU. */
static NOINLINE void other_interrupt(struct vgic_cpu *cpu, uint32_t pintid)
{
    if (pintid >= INTID_LPI_FIRST) /* has no active state */
        assigned_message(cpu, pintid);
    else
        sched_interrupt(CONTAINER_OF(cpu, struct vcpu, vgic), pintid);
}

/* Another core had the model, or the guest routes it elsewhere. */
static NOINLINE void linked_slowly(struct vgic_cpu *cpu, struct virq *irq)
{
    model_take(cpu);
    if (irq->target == cpu) {
        cpu->strategy->arrived(cpu, irq);
        return;
    }
    model_leave(cpu->vm);
    other_interrupt(cpu, irq->pintid);
}

static NOINLINE void irq_slowly(struct vgic_cpu *cpu, uint32_t pintid)
{
    struct virq *irq = vgic_irq(cpu, pintid);

    if (pintid == INTID_MAINTENANCE)
        maintenance(cpu);
    else if (irq != NULL && irq->pintid != 0)
        linked_slowly(cpu, irq);
    else
        other_interrupt(cpu, pintid);
}

static NOINLINE void spi(struct vgic_cpu *cpu, uint32_t pintid)
{
    struct virq *irq = vgic_irq(cpu, pintid);
    struct vgic *vm = cpu->vm;

    if (irq == NULL || irq->pintid == 0 || !model_try(vm, cpu)) {
        irq_slowly(cpu, pintid);
    } else if (irq->target != cpu) {
        model_leave(vm);
        irq_slowly(cpu, pintid);
    } else {
        cpu->strategy->arrived(cpu, irq);
    }
}

void trap_irq(struct vcpu *vcpu)
{
    struct vgic_cpu *cpu = &vcpu->vgic;
    uint32_t pintid = gic->take();
    struct virq *irq;

    if (pintid >= INTID_SPI_FIRST) {
        spi(cpu, pintid);
        return;
    }
    irq = &cpu->local.irq[pintid];
    if (irq->pintid != 0 && model_try(cpu->vm, cpu))
        cpu->strategy->arrived(cpu, irq);
    else if (pintid == GIC_KICK)
        kicked(cpu);
    else
        irq_slowly(cpu, pintid);
}

/* An SError while the guest ran is the guest's: it becomes its virtual SError (DDI 0487, HCR_EL2.VSE). */
void trap_serror(struct vcpu *vcpu)
{
    vcpu->vm->misuse++;
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_EL2_VSE);
}

void trap_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far)
{
    print("virqlab: BUG exception at EL2: vector %lu ESR 0x%lx ELR 0x%lx FAR 0x%lx\n", vector, esr, elr, far);
    psci_system_off();
}
