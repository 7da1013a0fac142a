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

#define ISS_ID_AA64PFR0_EL1 ISS_SYSREG(3, 0, 0, 4, 0)

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
    *value = read_host(reg);
    if (reg == ISS_ID_AA64PFR0_EL1 && vcpu->vgic.vm->version == 2)
        *value &= ~FIELD_MASK(ID_AA64PFR0_GIC); /* its CPU interface is memory-mapped */
    return true;
}
