/* SPDX-License-Identifier: Apache-2.0 */
/* Exits: what arch/vectors.S calls, and who answers by exception class. */
#include "trap.h"

#include "gic.h"
#include "idregs.h"
#include "model.h"
#include "print.h"
#include "psci.h"
#include "regs/intid.h"
#include "sysreg.h"

static void skip_instruction(void)
{
    write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
}

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

/* The registers that generate SGIs trap under every strategy (HCR_EL2.IMO or FMO) and work on the model. */
static bool write_sgi(struct vcpu *vcpu, uint32_t reg, uint64_t value)
{
    switch (reg) {
    case ISS_ICC_SGI1R_EL1:
        vgic_sgi(&vcpu->vgic, value, 1);
        return true;
    case ISS_ICC_SGI0R_EL1:
    case ISS_ICC_ASGI1R_EL1: /* one security state: the other state's Group 1 is this one's Group 0 */
        vgic_sgi(&vcpu->vgic, value, 0);
        return true;
    default:
        return false;
    }
}

/*
 * ACTLR_EL1 traps because what it controls is the implementation's secret (HCR_EL2.TACR): the guest sees the core's
 * value, and what it writes is ignored and counted.
 */
static bool read_other(const struct vcpu *vcpu, uint32_t reg, uint64_t *value)
{
    if (reg != ISS_ACTLR_EL1)
        return idregs_read(vcpu, reg, value);
    *value = read_sysreg(actlr_el1);
    return true;
}

static bool write_other(struct vcpu *vcpu, uint32_t reg, uint64_t value)
{
    if (write_sgi(vcpu, reg, value))
        return true;
    vcpu->vm->misuse += reg == ISS_ACTLR_EL1;
    return reg == ISS_ACTLR_EL1;
}

/* False: there is no such register. */
static bool access_sysreg(struct vcpu *vcpu, uint64_t esr)
{
    const struct delivery *delivery = vcpu->vgic.vm->delivery;
    uint32_t reg = (uint32_t)esr & ISS_SYSREG_MASK;
    unsigned rt = (unsigned)FIELD_GET(ISS_SYSREG_RT, esr);
    uint64_t value;

    if ((esr & ISS_SYSREG_READ) == 0) {
        value = rt < 31 ? vcpu->x[rt] : 0;
        return delivery->trap_write(&vcpu->vgic, reg, value) || write_other(vcpu, reg, value);
    }
    if (!delivery->trap_read(&vcpu->vgic, reg, &value) && !read_other(vcpu, reg, &value))
        return false;
    if (rt < 31)
        vcpu->x[rt] = value;
    return true;
}

static void sysreg(struct vcpu *vcpu, uint64_t esr)
{
    bool known;

    model_take(vcpu);
    known = access_sysreg(vcpu, esr);
    model_release(vcpu);
    if (known)
        skip_instruction();
    else
        undefined(vcpu);
}

/* An abort that the architecture would answer with an external abort: nothing is at that address. */
static void external_abort(struct vcpu *vcpu, uint64_t esr, uint64_t ec_lower)
{
    uint64_t mode = read_sysreg(spsr_el2) & SPSR_M_MASK;
    bool from_el0 = mode == SPSR_EL0T || (mode & SPSR_M_AARCH32) != 0; /* only EL0 may be AArch32 here */
    uint64_t ec = from_el0 ? ec_lower : ec_lower + 1;

    vcpu_inject_sync(vcpu, FIELD_PREP(ESR_EC, ec) | ESR_IL | (esr & ISS_WNR) | FIELD_PREP(ISS_DFSC, 0x10),
                     read_sysreg(far_el2));
}

static void data_abort(struct vcpu *vcpu, uint64_t esr)
{
    uint64_t ipa = FIELD_GET(HPFAR_EL2_FIPA, read_sysreg(hpfar_el2)) << 12 | (read_sysreg(far_el2) & 0xfff);
    bool known = false;

    if ((esr & ISS_ISV) != 0) {
        model_take(vcpu);
        known = mmio_emulate(vcpu, esr, ipa);
        model_release(vcpu);
    }
    if (known)
        skip_instruction();
    else
        external_abort(vcpu, esr, EC_DABT_LOWER);
}

/* WFI and WFE are not trapped: a VM has its core for itself, and the core wakes for every interrupt. */
static void dispatch(struct vcpu *vcpu, uint64_t esr)
{
    switch (FIELD_GET(ESR_EC, esr)) {
    case EC_HVC64:
        psci_guest(vcpu);
        break;
    case EC_SMC64:
        secure_call(vcpu);
        break;
    case EC_SYSREG:
        sysreg(vcpu, esr);
        break;
    case EC_IABT_LOWER:
        external_abort(vcpu, esr & ~ISS_WNR, EC_IABT_LOWER);
        break;
    case EC_DABT_LOWER:
        data_abort(vcpu, esr);
        break;
    default:
        undefined(vcpu);
    }
}

void trap_sync(struct vcpu *vcpu)
{
    dispatch(vcpu, read_sysreg(esr_el2));
}

/*
 * An SPI that is linked to one of the guest's. When the guest routed it elsewhere while it was on its way here, it is
 * let go: its line is still asserted, so it comes again where the route now leads.
 */
static bool linked_spi(struct vcpu *vcpu, uint32_t pintid)
{
    struct virq *irq = vgic_irq(&vcpu->vgic, pintid);

    if (irq == NULL || (irq->bank->hw >> irq->bit & 1) == 0)
        return false;
    if (irq->target == &vcpu->vgic)
        vcpu->vgic.vm->delivery->arrived(&vcpu->vgic, irq);
    else
        gic->deactivate(pintid);
    return true;
}

/* No linked PPI: an SPI, one of the hypervisor's own, or none at all. A kick has done its work by causing this exit. */
static void other_interrupt(struct vcpu *vcpu, uint32_t pintid)
{
    if (pintid >= INTID_SPECIAL || linked_spi(vcpu, pintid))
        return;
    if (pintid == INTID_MAINTENANCE)
        vcpu->vgic.vm->delivery->maintenance(&vcpu->vgic);
    gic->deactivate(pintid);
}

void trap_irq(struct vcpu *vcpu)
{
    uint32_t pintid = gic->take();

    model_take(vcpu);
    if (pintid < INTID_SPI_FIRST && (vcpu->vgic.local.hw >> pintid & 1) != 0)
        vcpu->vgic.vm->delivery->arrived(&vcpu->vgic, &vcpu->vgic.local.irq[pintid]);
    else
        other_interrupt(vcpu, pintid);
    model_release(vcpu);
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
