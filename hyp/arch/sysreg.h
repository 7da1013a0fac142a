/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AArch64 system registers: accessors, fields, and the ISS encoding of trapped accesses.
 * Field positions: Arm DDI 0487 (chapter D19/D24, by register name); ICC_*, ICH_*: IHI 0069H chapter 12.
 */
#ifndef ARCH_SYSREG_H
#define ARCH_SYSREG_H

#include <stdbool.h>

#include "field.h"

#ifndef read_sysreg /* the tests bring their own core */
#define read_sysreg(name)                                                                                              \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory");                                                   \
        value_;                                                                                                        \
    })
/* ditto, of a register that nothing here writes: the compiler may keep what it knows of memory. */
#define read_sysreg_plain(name)                                                                                        \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_));                                                             \
        value_;                                                                                                        \
    })
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %x0" ::"rZ"((uint64_t)(value)) : "memory")

#define isb()    __asm__ volatile("isb" ::: "memory")
#define dsb(opt) __asm__ volatile("dsb " #opt ::: "memory")
#define sev()    __asm__ volatile("sev" ::: "memory")
#define wfe()    __asm__ volatile("wfe" ::: "memory")
#define wfi()    __asm__ volatile("wfi" ::: "memory")
#endif

#define HCR_EL2_VM     BIT(0)
#define HCR_EL2_SWIO   BIT(1)
#define HCR_EL2_PTW    BIT(2)
#define HCR_EL2_FMO    BIT(3)
#define HCR_EL2_IMO    BIT(4)
#define HCR_EL2_AMO    BIT(5)
#define HCR_EL2_VF     BIT(6)
#define HCR_EL2_VI     BIT(7)
#define HCR_EL2_VSE    BIT(8)
#define HCR_EL2_FB     BIT(9)
#define HCR_EL2_BSU_IS BIT(10)
#define HCR_EL2_TWI    BIT(13)
#define HCR_EL2_TWE    BIT(14)
#define HCR_EL2_TID3   BIT(18)
#define HCR_EL2_TSC    BIT(19)
#define HCR_EL2_TACR   BIT(21)
#define HCR_EL2_RW     BIT(31)
#define HCR_EL2_TLOR   BIT(35)
#define HCR_EL2_APK    BIT(40)
#define HCR_EL2_API    BIT(41)

#define HCRX_EL2_VINMI BIT(7)

/* MPIDR_EL1: the affinity fields, where GICD_IROUTER<n> has them too */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

#define SCR_EL3_NS   BIT(0)
#define SCR_EL3_IRQ  BIT(1)
#define SCR_EL3_FIQ  BIT(2)
#define SCR_EL3_RES1 (BIT(4) | BIT(5))
#define SCR_EL3_HCE  BIT(8)
#define SCR_EL3_RW   BIT(10)
#define SCR_EL3_EEL2 BIT(18)

#define ESR_EC  31, 26
#define ESR_IL  BIT(25)
#define ESR_ISS 24, 0
/* ISS of a trapped WFI, WFE, WFIT, WFET */
#define ISS_TI 1, 0
/* ISS of a data abort */
#define ISS_ISV   BIT(24)
#define ISS_SAS   23, 22
#define ISS_SSE   BIT(21)
#define ISS_SRT   20, 16
#define ISS_SF    BIT(15)
#define ISS_CM    BIT(8)
#define ISS_S1PTW BIT(7)
#define ISS_WNR   BIT(6)
#define ISS_DFSC  5, 0
/* ISS of a trapped MSR, MRS: everything but Rt and the direction names the register */
#define ISS_SYSREG_RT   9, 5
#define ISS_SYSREG_CRM  4, 1
#define ISS_SYSREG_OP2  19, 17
#define ISS_SYSREG_READ BIT32(0)
#define ISS_SYSREG(op0, op1, crn, crm, op2)                                                                            \
    ((uint32_t)(op0) << 20 | (uint32_t)(op2) << 17 | (uint32_t)(op1) << 14 | (uint32_t)(crn) << 10 |                   \
     (uint32_t)(crm) << 1)
#define ISS_SYSREG_MASK ISS_SYSREG(3, 7, 15, 15, 7)
#define ISS_SYSREG_OP0  ISS_SYSREG(3, 0, 0, 0, 0)

/* The register that a trapped access names, with ISS_SYSREG_READ if it is a read; and Rt, 31 for XZR. */
static inline uint32_t sysreg_access(uint64_t esr)
{
    return (uint32_t)esr & (ISS_SYSREG_MASK | ISS_SYSREG_READ);
}

static inline unsigned sysreg_rt(uint64_t esr)
{
    return (unsigned)FIELD_GET(ISS_SYSREG_RT, esr);
}

/* A write of ICC_SGI1R_EL1, ICC_ASGI1R_EL1 or ICC_SGI0R_EL1: opcode 2 is 5, 6 or 7. These trap where HCR_EL2.IMO or FMO
 * is set. */
static inline bool sysreg_generates_sgi(uint64_t esr)
{
    return (sysreg_access(esr) & ~FIELD_MASK(ISS_SYSREG_OP2)) == ISS_SYSREG(3, 0, 12, 11, 0) &&
           FIELD_GET(ISS_SYSREG_OP2, esr) >= 5;
}

/* The trapped instruction is done: the guest goes on behind it. */
static inline void skip_instruction(void)
{
    write_sysreg(elr_el2, read_sysreg(elr_el2) + 4);
}

/* Undoes a skip_instruction() that is still to come. */
static inline void repeat_instruction(void)
{
    write_sysreg(elr_el2, read_sysreg(elr_el2) - 4);
}

#define EC_UNKNOWN    0x00
#define EC_WFX        0x01
#define EC_CP15_32    0x03
#define EC_CP15_64    0x04
#define EC_FP         0x07
#define EC_PAC        0x09
#define EC_SVC64      0x15
#define EC_HVC64      0x16
#define EC_SMC64      0x17
#define EC_SYSREG     0x18
#define EC_IABT_LOWER 0x20
#define EC_IABT_SAME  0x21
#define EC_DABT_LOWER 0x24
#define EC_DABT_SAME  0x25

#define HPFAR_EL2_FIPA 43, 4

#define SPSR_M_MASK    0x1f
#define SPSR_M_AARCH32 BIT(4)
#define SPSR_EL0T      0x0
#define SPSR_EL1T      0x4
#define SPSR_EL1H      0x5
#define SPSR_EL2H      0x9
#define SPSR_EL3H      0xd
#define SPSR_DAIF      0x3c0
#define SPSR_F         BIT(6)
#define SPSR_I         BIT(7)
#define SPSR_SSBS      BIT(12)
#define SPSR_ALLINT    BIT(13)
#define SPSR_PAN       BIT(22)
#define SPSR_DIT       BIT(24) /* of AArch64 */
#define SPSR_TCO       BIT(25)

#define SCTLR_EL1_SPAN      BIT(23)
#define SCTLR_EL1_DSSBS     BIT(44)
#define SCTLR_EL1_NMI       BIT(61)
#define SCTLR_EL1_SPINTMASK BIT(62)

#define ISS_ACTLR_EL1 ISS_SYSREG(3, 0, 1, 0, 1)

#define ISS_ICC_PMR_EL1     ISS_SYSREG(3, 0, 4, 6, 0)
#define ISS_ICC_IAR0_EL1    ISS_SYSREG(3, 0, 12, 8, 0)
#define ISS_ICC_EOIR0_EL1   ISS_SYSREG(3, 0, 12, 8, 1)
#define ISS_ICC_HPPIR0_EL1  ISS_SYSREG(3, 0, 12, 8, 2)
#define ISS_ICC_BPR0_EL1    ISS_SYSREG(3, 0, 12, 8, 3)
#define ISS_ICC_AP0R_EL1(n) ISS_SYSREG(3, 0, 12, 8, 4 + (n))
#define ISS_ICC_AP1R_EL1(n) ISS_SYSREG(3, 0, 12, 9, (n))
#define ISS_ICC_NMIAR1_EL1  ISS_SYSREG(3, 0, 12, 9, 5)
#define ISS_ICC_DIR_EL1     ISS_SYSREG(3, 0, 12, 11, 1)
#define ISS_ICC_RPR_EL1     ISS_SYSREG(3, 0, 12, 11, 3)
#define ISS_ICC_SGI1R_EL1   ISS_SYSREG(3, 0, 12, 11, 5)
#define ISS_ICC_ASGI1R_EL1  ISS_SYSREG(3, 0, 12, 11, 6)
#define ISS_ICC_SGI0R_EL1   ISS_SYSREG(3, 0, 12, 11, 7)
#define ISS_ICC_IAR1_EL1    ISS_SYSREG(3, 0, 12, 12, 0)
#define ISS_ICC_EOIR1_EL1   ISS_SYSREG(3, 0, 12, 12, 1)
#define ISS_ICC_HPPIR1_EL1  ISS_SYSREG(3, 0, 12, 12, 2)
#define ISS_ICC_BPR1_EL1    ISS_SYSREG(3, 0, 12, 12, 3)
#define ISS_ICC_CTLR_EL1    ISS_SYSREG(3, 0, 12, 12, 4)
#define ISS_ICC_SRE_EL1     ISS_SYSREG(3, 0, 12, 12, 5)
#define ISS_ICC_IGRPEN0_EL1 ISS_SYSREG(3, 0, 12, 12, 6)
#define ISS_ICC_IGRPEN1_EL1 ISS_SYSREG(3, 0, 12, 12, 7)

#define ICC_SRE_SRE       BIT(0)
#define ICC_SRE_DFB       BIT(1)
#define ICC_SRE_DIB       BIT(2)
#define ICC_SRE_EL2_EN    BIT(3)
#define ICC_INTID         0xffffff /* of ICC_IAR*, ICC_EOIR*, ICC_DIR */
#define ICC_CTLR_CBPR     BIT(0)
#define ICC_CTLR_EOIMODE  BIT(1)
#define ICC_CTLR_PRIBITS  10, 8
#define ICC_CTLR_IDBITS   13, 11
#define ICC_CTLR_A3V      BIT(15)
#define ICC_CTLR_EXTRANGE BIT(19)
/* ICC_CTLR_EL3, ICC_IGRPEN1_EL3: the bits of both security states */
#define ICC_CTLR_EL3_CBPR_EL1S     BIT(0)
#define ICC_CTLR_EL3_CBPR_EL1NS    BIT(1)
#define ICC_CTLR_EL3_EOIMODE_EL3   BIT(2)
#define ICC_CTLR_EL3_EOIMODE_EL1S  BIT(3)
#define ICC_CTLR_EL3_EOIMODE_EL1NS BIT(4)
#define ICC_IGRPEN1_EL3_NS         BIT(0)
#define ICC_IGRPEN1_EL3_S          BIT(1)

#define ICH_HCR_EN       BIT(0)
#define ICH_HCR_UIE      BIT(1)
#define ICH_HCR_LRENPIE  BIT(2)
#define ICH_HCR_NPIE     BIT(3)
#define ICH_HCR_VGRP0EIE BIT(4)
#define ICH_HCR_VGRP0DIE BIT(5)
#define ICH_HCR_VGRP1EIE BIT(6)
#define ICH_HCR_VGRP1DIE BIT(7)
#define ICH_HCR_TDIR     BIT(14)
#define ICH_HCR_EOICOUNT 31, 27
#define ICH_HCR_TC       BIT(10)
#define ICH_HCR_TALL0    BIT(11)
#define ICH_HCR_TALL1    BIT(12)
#define ICH_AP1R0_NMI    BIT(63)
#define ICH_VTR_LISTREGS 4, 0
#define ICH_VTR_NV4      BIT(20)
#define ICH_VTR_PREBITS  28, 26
#define ICH_VTR_PRIBITS  31, 29
#define ICH_LR_VINTID    31, 0
#define ICH_LR_PINTID    44, 32
#define ICH_LR_EOI       BIT(41)
#define ICH_LR_PRIORITY  55, 48
#define ICH_LR_NMI       BIT(59)
#define ICH_LR_GROUP1    BIT(60)
#define ICH_LR_HW        BIT(61)
#define ICH_LR_STATE     63, 62
#define ICH_LR_PENDING   BIT(62)
#define ICH_LR_ACTIVE    BIT(63)
#define ICH_VMCR_VENG0   BIT(0)
#define ICH_VMCR_VENG1   BIT(1)
#define ICH_VMCR_VFIQEN  BIT(3)
#define ICH_VMCR_VCBPR   BIT(4)
#define ICH_VMCR_VEOIM   BIT(9)
#define ICH_VMCR_VBPR1   20, 18
#define ICH_VMCR_VBPR0   23, 21
#define ICH_VMCR_VPMR    31, 24

#define CNT_CTL_ENABLE  BIT(0)
#define CNT_CTL_IMASK   BIT(1)
#define CNT_CTL_ISTATUS BIT(2)

#define ID_AA64MMFR0_PARANGE 3, 0
#define ID_AA64PFR0_EL2      11, 8
#define ID_AA64PFR0_GIC      27, 24
#define ID_AA64PFR0_SVE      35, 32
#define ID_AA64PFR0_SEL2     39, 36
#define ID_AA64PFR1_MTE      11, 8
#define ID_AA64PFR1_SME      27, 24
#define ID_AA64PFR1_NMI      39, 36

#endif
