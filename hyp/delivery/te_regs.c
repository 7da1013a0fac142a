/* SPDX-License-Identifier: Apache-2.0 */
#include "te_regs.h"

#include "model.h"
#include "sysreg.h"
#include "vgic.h"

static uint64_t read_ctlr(const struct vgic_cpu *cpu)
{
    return FIELD_PREP(ICC_CTLR_PRIBITS, cpu->vm->limits.priority_bits - 1) | ICC_CTLR_A3V |
           (cpu->vm->limits.extended ? ICC_CTLR_EXTRANGE : 0) | (cpu->cpuif.eoimode ? ICC_CTLR_EOIMODE : 0) |
           (cpu->cpuif.cbpr ? ICC_CTLR_CBPR : 0);
}

/* Whether `reg` is an ICC_AP0R<n> or ICC_AP1R<n> of as many preemption levels as there are, and which. */
static bool find_apr(const struct vgic_cpu *cpu, uint32_t reg, unsigned *group, unsigned *word)
{
    uint32_t other = reg & ~(uint32_t)FIELD_MASK(ISS_SYSREG_OP2);

    *group = other == ISS_ICC_AP1R_EL1(0) ? 1 : 0;
    *word = (unsigned)FIELD_GET(ISS_SYSREG_OP2, reg) - (*group == 0 ? 4 : 0);
    return (*group == 1 || other + ISS_SYSREG(0, 0, 0, 0, 4) == ISS_ICC_AP0R_EL1(0)) && *word < vcpuif_apr_words(cpu);
}

static bool read_apr(const struct vgic_cpu *cpu, uint32_t reg, uint64_t *value)
{
    unsigned group, word;

    if (!find_apr(cpu, reg, &group, &word))
        return false;
    *value = vcpuif_read_apr(cpu, group, word);
    return true;
}

static bool write_apr(struct vgic_cpu *cpu, uint32_t reg, uint64_t value)
{
    unsigned group, word;

    if (!find_apr(cpu, reg, &group, &word))
        return false;
    vcpuif_write_apr(cpu, group, word, value);
    return true;
}

/* False: no such register. */
static bool read_register(struct vgic_cpu *cpu, uint32_t reg, uint64_t *value)
{
    switch (reg) {
    case ISS_ICC_NMIAR1_EL1:
        *value = vcpuif_acknowledge_nmi(cpu);
        return cpu->vm->limits.nmi;
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
    default:
        return read_apr(cpu, reg, value);
    }
}

static bool write_register(struct vgic_cpu *cpu, uint32_t reg, uint64_t value)
{
    switch (reg) {
    case ISS_ICC_EOIR0_EL1:
        vcpuif_end(cpu, 0, (uint32_t)value & ICC_INTID);
        return true;
    case ISS_ICC_EOIR1_EL1:
        vcpuif_end(cpu, 1, (uint32_t)value & ICC_INTID);
        return true;
    case ISS_ICC_DIR_EL1:
        vcpuif_deactivate(cpu, (uint32_t)value & ICC_INTID);
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
        vcpuif_write_igrpen(cpu, 1, (value & 1) != 0);
        return true;
    case ISS_ICC_IGRPEN0_EL1:
        vcpuif_write_igrpen(cpu, 0, (value & 1) != 0);
        return true;
    default:
        return write_apr(cpu, reg, value);
    }
}

void te_regs_access(struct vgic_cpu *cpu, uint64_t esr)
{
    uint32_t reg = sysreg_access(esr) & ~ISS_SYSREG_READ;
    unsigned rt = sysreg_rt(esr);
    uint64_t value = cpu->x[rt];
    bool known;

    model_take(cpu);
    known = (esr & ISS_SYSREG_READ) != 0 ? read_register(cpu, reg, &value) : write_register(cpu, reg, value);
    model_release(cpu);
    if (!known) {
        sysreg_other(cpu, esr);
        return;
    }
    if ((esr & ISS_SYSREG_READ) != 0)
        vgic_set_x(cpu, rt, value);
    skip_instruction();
}
