/* SPDX-License-Identifier: Apache-2.0 */
#include "features.h"

#include "sysreg.h"

/* Registers by encoding, for assemblers that know only Armv8.0; fields: DDI 0487 chapter D24, by register name. */
#define ID_AA64ISAR2_EL1 s3_0_c0_c6_2
#define ID_AA64MMFR3_EL1 s3_0_c0_c7_3
#define ID_AA64SMFR0_EL1 s3_0_c0_c4_5
#define HFGRTR_EL2       s3_4_c1_c1_4
#define HFGWTR_EL2       s3_4_c1_c1_5
#define HFGITR_EL2       s3_4_c1_c1_6
#define HDFGRTR_EL2      s3_4_c3_c1_4
#define HDFGWTR_EL2      s3_4_c3_c1_5
#define HAFGRTR_EL2      s3_4_c3_c1_6
#define ZCR_EL2          s3_4_c1_c2_0
#define HCRX_EL2         s3_4_c1_c2_2
#define SMCR_EL2         s3_4_c1_c2_6

#define ID_AA64ISAR1_LS64   63, 60
#define ID_AA64ISAR2_MOPS   19, 16
#define ID_AA64MMFR0_FGT    59, 56
#define ID_AA64MMFR1_HCX    43, 40
#define ID_AA64MMFR3_TCRX   3, 0
#define ID_AA64MMFR3_SCTLRX 7, 4
#define ID_AA64MMFR3_S1PIE  11, 8
#define ID_AA64MMFR3_S1POE  19, 16
#define ID_AA64MMFR3_AIE    27, 24
#define ID_AA64PFR0_AMU     47, 44
#define ID_AA64PFR0_CSV2    59, 56
#define ID_AA64PFR1_GCS     47, 44
#define ID_AA64PFR1_THE     51, 48
#define ID_AA64SMFR0_SMEVER 59, 56
#define ID_AA64SMFR0_FA64   BIT(63)

#define HCR_EL2_ENSCXT BIT(53)
#define HCR_EL2_ATA    BIT(56)

#define CPTR_EL2_RES1 UINT64_C(0x22ff) /* without VHE */
#define CPTR_EL2_TZ   BIT(8)           /* RES1 without SVE */
#define CPTR_EL2_TSM  BIT(12)          /* RES1 without SME */

#define HCRX_EL2_ENAS0    BIT(0)
#define HCRX_EL2_ENALS    BIT(1)
#define HCRX_EL2_ENASR    BIT(2)
#define HCRX_EL2_MSCEN    BIT(11)
#define HCRX_EL2_TCR2EN   BIT(14)
#define HCRX_EL2_SCTLR2EN BIT(15)
#define HCRX_EL2_GCSEN    BIT(22)

/* HFGRTR_EL2, HFGWTR_EL2: a 1 does not trap */
#define HFG_ICC_IGRPEN BIT(39) /* a 1 traps */
#define HFG_NACCDATA   BIT(50)
#define HFG_NGCS       (BIT(52) | BIT(53))
#define HFG_NSMPRI     BIT(54)
#define HFG_NTPIDR2    BIT(55)
#define HFG_NRCWMASK   BIT(56)
#define HFG_NPIR       (BIT(57) | BIT(58))
#define HFG_NPOR       (BIT(59) | BIT(60))
#define HFG_NMAIR2     (BIT(62) | BIT(63))
/* HFGITR_EL2, likewise */
#define HFGITR_NGCS (BIT(57) | BIT(58) | BIT(59))

#define VECTOR_LENGTH_MAX UINT64_C(15)
#define SMCR_EL2_EZT0     BIT(30)
#define SMCR_EL2_FA64     BIT(31)

/* The name of a register may be a macro here. */
#define READ(name)         read_sysreg(name)
#define WRITE(name, value) write_sysreg(name, value)

static uint64_t with(uint64_t feature, unsigned least, uint64_t bits)
{
    return feature >= least ? bits : 0;
}

uint64_t features_hcr(void)
{
    return with(FIELD_GET(ID_AA64PFR1_MTE, READ(id_aa64pfr1_el1)), 2, HCR_EL2_ATA) |
           with(FIELD_GET(ID_AA64PFR0_CSV2, READ(id_aa64pfr0_el1)), 2, HCR_EL2_ENSCXT);
}

static void open_vectors(uint64_t pfr0, uint64_t pfr1)
{
    uint64_t smfr0;

    WRITE(cptr_el2, CPTR_EL2_RES1 | (FIELD_GET(ID_AA64PFR0_SVE, pfr0) != 0 ? 0 : CPTR_EL2_TZ) |
                        (FIELD_GET(ID_AA64PFR1_SME, pfr1) != 0 ? 0 : CPTR_EL2_TSM));
    isb();
    if (FIELD_GET(ID_AA64PFR0_SVE, pfr0) != 0)
        WRITE(ZCR_EL2, VECTOR_LENGTH_MAX);
    if (FIELD_GET(ID_AA64PFR1_SME, pfr1) == 0)
        return;
    smfr0 = READ(ID_AA64SMFR0_EL1);
    WRITE(SMCR_EL2, VECTOR_LENGTH_MAX | ((smfr0 & ID_AA64SMFR0_FA64) != 0 ? SMCR_EL2_FA64 : 0) |
                        with(FIELD_GET(ID_AA64SMFR0_SMEVER, smfr0), 1, SMCR_EL2_EZT0));
}

static void open_extended(uint64_t mmfr3, uint64_t pfr1)
{
    uint64_t isar1 = READ(id_aa64isar1_el1);

    WRITE(HCRX_EL2, with(FIELD_GET(ID_AA64ISAR1_LS64, isar1), 1, HCRX_EL2_ENALS) |
                        with(FIELD_GET(ID_AA64ISAR1_LS64, isar1), 2, HCRX_EL2_ENASR) |
                        with(FIELD_GET(ID_AA64ISAR1_LS64, isar1), 3, HCRX_EL2_ENAS0) |
                        with(FIELD_GET(ID_AA64ISAR2_MOPS, READ(ID_AA64ISAR2_EL1)), 1, HCRX_EL2_MSCEN) |
                        with(FIELD_GET(ID_AA64MMFR3_TCRX, mmfr3), 1, HCRX_EL2_TCR2EN) |
                        with(FIELD_GET(ID_AA64MMFR3_SCTLRX, mmfr3), 1, HCRX_EL2_SCTLR2EN) |
                        with(FIELD_GET(ID_AA64PFR1_GCS, pfr1), 1, HCRX_EL2_GCSEN));
}

/* Nothing traps: most bits trap when set, those for later features when clear. */
static void open_fine_grained(uint64_t mmfr3, uint64_t pfr1)
{
    uint64_t accesses = with(FIELD_GET(ID_AA64ISAR1_LS64, READ(id_aa64isar1_el1)), 3, HFG_NACCDATA) |
                        with(FIELD_GET(ID_AA64PFR1_GCS, pfr1), 1, HFG_NGCS) |
                        with(FIELD_GET(ID_AA64PFR1_SME, pfr1), 1, HFG_NSMPRI | HFG_NTPIDR2) |
                        with(FIELD_GET(ID_AA64PFR1_THE, pfr1), 1, HFG_NRCWMASK) |
                        with(FIELD_GET(ID_AA64MMFR3_S1PIE, mmfr3), 1, HFG_NPIR) |
                        with(FIELD_GET(ID_AA64MMFR3_S1POE, mmfr3), 1, HFG_NPOR) |
                        with(FIELD_GET(ID_AA64MMFR3_AIE, mmfr3), 1, HFG_NMAIR2);

    WRITE(HFGRTR_EL2, accesses);
    WRITE(HFGWTR_EL2, accesses);
    WRITE(HFGITR_EL2, with(FIELD_GET(ID_AA64PFR1_GCS, pfr1), 1, HFGITR_NGCS));
    WRITE(HDFGRTR_EL2, 0);
    WRITE(HDFGWTR_EL2, 0);
    if (FIELD_GET(ID_AA64PFR0_AMU, READ(id_aa64pfr0_el1)) != 0)
        WRITE(HAFGRTR_EL2, 0);
}

#define CPTR_EL2_TFP BIT(10)

/* MDCR_EL2: debug and performance monitors trap (DDI 0487 D24.5, by register name). */
#define MDCR_EL2_HPMN  0x1f
#define MDCR_EL2_TPMCR BIT(5)
#define MDCR_EL2_TPM   BIT(6)
#define MDCR_EL2_TDA   BIT(9)
#define MDCR_EL2_TDOSA BIT(10)
#define MDCR_EL2_TDRA  BIT(11)

void features_open_fp(bool open)
{
    WRITE(cptr_el2, CPTR_EL2_RES1 | CPTR_EL2_TZ | CPTR_EL2_TSM | (open ? 0 : CPTR_EL2_TFP));
}

static uint64_t counters(void)
{
    return READ(pmcr_el0) >> 11 & MDCR_EL2_HPMN;
}

void features_confine(void)
{
    features_open_fp(false);
    if (FIELD_GET(ID_AA64MMFR1_HCX, READ(id_aa64mmfr1_el1)) != 0)
        WRITE(HCRX_EL2, with(FIELD_GET(ID_AA64ISAR2_MOPS, READ(ID_AA64ISAR2_EL1)), 1, HCRX_EL2_MSCEN));
    if (FIELD_GET(ID_AA64MMFR0_FGT, READ(id_aa64mmfr0_el1)) != 0)
        open_fine_grained(0, 0);
    WRITE(mdcr_el2, counters() | MDCR_EL2_TPMCR | MDCR_EL2_TPM | MDCR_EL2_TDA | MDCR_EL2_TDOSA | MDCR_EL2_TDRA);
    WRITE(mdscr_el1, 0);
}

void features_open(void)
{
    uint64_t pfr0 = READ(id_aa64pfr0_el1);
    uint64_t pfr1 = READ(id_aa64pfr1_el1);
    uint64_t mmfr3 = READ(ID_AA64MMFR3_EL1); /* RAZ where it is not defined */

    open_vectors(pfr0, pfr1);
    if (FIELD_GET(ID_AA64MMFR1_HCX, READ(id_aa64mmfr1_el1)) != 0)
        open_extended(mmfr3, pfr1);
    if (FIELD_GET(ID_AA64MMFR0_FGT, READ(id_aa64mmfr0_el1)) != 0)
        open_fine_grained(mmfr3, pfr1);
    WRITE(mdcr_el2, counters()); /* HPMN: every counter is the guest's */
}

bool features_nmi(void)
{
    return FIELD_GET(ID_AA64PFR1_NMI, READ(id_aa64pfr1_el1)) != 0;
}

bool features_trap_igrpen(bool on)
{
    uint64_t traps;

    if (FIELD_GET(ID_AA64MMFR0_FGT, READ(id_aa64mmfr0_el1)) == 0)
        return false;
    traps = READ(HFGWTR_EL2) & ~HFG_ICC_IGRPEN;
    WRITE(HFGWTR_EL2, on ? traps | HFG_ICC_IGRPEN : traps);
    return true;
}
