/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature registers that trap (HCR_EL2.TID3: CRn = 0, CRm = 1 to 7, op2 = 0 to 7): what the core says, less what this
 * guest does not have. A reserved encoding reads as zero there (DDI 0487, ID_AA64* and the reserved ID space).
 */
#include "idregs.h"

#include "sysreg.h"

/* The register is part of the instruction: one case for each of the 56. */
#define CASE(crm, op2)                                                                                                 \
    case ISS_SYSREG(3, 0, 0, crm, op2):                                                                                \
        return read_sysreg(S3_0_C0_C##crm##_##op2);
#define CASES(crm)                                                                                                     \
    CASE(crm, 0) CASE(crm, 1) CASE(crm, 2) CASE(crm, 3) CASE(crm, 4) CASE(crm, 5) CASE(crm, 6) CASE(crm, 7)

#define ID(crm, op2)        ISS_SYSREG(3, 0, 0, crm, op2)
#define ISS_ID_AA64PFR0_EL1 ID(4, 0)

/*
 * What a core that is shared does not switch (arch/context.h, features_confine()), so that a guest there does without:
 * fields, and the highest value of each that has no state (DDI 0487 D24.2, by register name).
 */
static const struct {
    uint32_t reg;
    uint8_t high, low, most;
} confined[] = {
    {ID(1, 2), 27, 24, 0}, /* ID_DFR0_EL1.PerfMon */
    {ID(4, 0), 35, 32, 0}, /* ID_AA64PFR0_EL1.SVE */
    {ID(4, 0), 43, 40, 0}, /* MPAM */
    {ID(4, 0), 47, 44, 0}, /* AMU */
    {ID(4, 0), 59, 56, 1}, /* CSV2: SCXTNUM_ELx */
    {ID(4, 1), 11, 8, 1},  /* ID_AA64PFR1_EL1.MTE */
    {ID(4, 1), 19, 16, 0}, /* MPAM_frac */
    {ID(4, 1), 27, 24, 0}, /* SME */
    {ID(4, 1), 35, 32, 0}, /* CSV2_frac */
    {ID(4, 1), 47, 44, 0}, /* GCS */
    {ID(4, 1), 51, 48, 0}, /* THE */
    {ID(4, 1), 55, 52, 0}, /* MTEX */
    {ID(4, 2), 63, 0, 0},  /* ID_AA64PFR2_EL1: MTE, FPMR */
    {ID(4, 4), 63, 0, 0},  /* ID_AA64ZFR0_EL1 */
    {ID(4, 5), 63, 0, 0},  /* ID_AA64SMFR0_EL1 */
    {ID(5, 0), 11, 4, 0},  /* ID_AA64DFR0_EL1: TraceVer, PMUVer */
    {ID(5, 0), 63, 32, 0}, /* PMSVer and what follows */
    {ID(5, 1), 63, 0, 0},  /* ID_AA64DFR1_EL1 */
    {ID(6, 1), 63, 60, 0}, /* ID_AA64ISAR1_EL1.LS64 */
    {ID(6, 2), 3, 0, 0},   /* ID_AA64ISAR2_EL1.WFxT: QEMU's trap of WFIT says WFI */
    {ID(7, 1), 19, 16, 0}, /* ID_AA64MMFR1_EL1.LO */
    {ID(7, 3), 63, 0, 0},  /* ID_AA64MMFR3_EL1 */
};

static uint64_t confine(uint32_t reg, uint64_t value)
{
    for (unsigned i = 0; i < ARRAY_SIZE(confined); i++) {
        uint64_t mask = FIELD_MASK_(confined[i].high, confined[i].low);

        if (confined[i].reg == reg && (value & mask) >> confined[i].low > confined[i].most)
            value = (value & ~mask) | (uint64_t)confined[i].most << confined[i].low;
    }
    return value;
}

static uint64_t read_host(uint32_t reg)
{
    switch (reg) {
        CASES(1) CASES(2) CASES(3) CASES(4) CASES(5) CASES(6) CASES(7) default : return 0;
    }
}

bool idregs_read(const struct vcpu *vcpu, uint32_t reg, uint64_t *value)
{
    uint64_t crm = FIELD_GET(ISS_SYSREG_CRM, reg);

    if ((reg & ~FIELD_MASK(ISS_SYSREG_CRM) & ~FIELD_MASK(ISS_SYSREG_OP2)) != ISS_SYSREG(3, 0, 0, 0, 0) || crm == 0 ||
        crm > 7)
        return false;
    *value = vcpu->vm->confined ? confine(reg, read_host(reg)) : read_host(reg);
    if (reg == ISS_ID_AA64PFR0_EL1 && vcpu->vgic.vm->version == 2)
        *value &= ~FIELD_MASK(ID_AA64PFR0_GIC); /* its CPU interface is memory-mapped */
    return true;
}
