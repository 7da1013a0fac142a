/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constants of guest.S; conftest.py reads the MARK_ and number lines too: one `#define NAME number` each. */
#ifndef GUEST_H
#define GUEST_H

#define MARK_COUNT_BEGIN 0x10
#define MARK_COUNT_END   0x11
#define MARK_HVC_BEGIN   0x20
#define MARK_HVC_END     0x21
#define MARK_ACK         0x30
#define MARK_TRAP_BEGIN  0x31
#define MARK_TRAP_END    0x32
#define MARK_PLAIN_BEGIN 0x40
#define MARK_PLAIN_END   0x41
#define MARK_EL0         0x50
#define MARK_SWEEP_BEGIN 0x60
#define MARK_SWEEP_END   0x61
#define MARK_LAST        0x70
#define MARK_UNEXPECTED  0xbad

#define ITERATIONS 400 /* enough records to fill the plugin's buffer once */
#define SWEEP      64

#define HVC_NOTHING          0
#define HVC_PEND             1
#define HVC_TRAP_ALL         2
#define HVC_TRAP_NONE        3
#define HVC_RETURN_TO_VECTOR 4
#define HVC_ARM_TIMER        5

#define GICD    0x08000000
#define GICR    0x080a0000
#define HOLE    0x0f000000 /* no device of the virt machine */
#define NOWHERE 0xf0000000 /* not mapped by stage 2 */

#define VECTOR_SIZE      0x80
#define VECTOR_SYNC_SAME 0x200
#define EC_SVC           0x15
#define EC_HVC           0x16
#define EC_SYSREG        0x18
#define SPSR_EL1H        0x3c5
#define SPSR_EL0T        0x3c0
#define HCR              0x80000039 /* RW, AMO, IMO, FMO, VM */
#define VTCR             0x80023559 /* 39 bits from level 1, 4 KiB granule, 40-bit output */
#define PSCI_SYSTEM_OFF  0x84000008

/* GIC and timer registers by encoding: assemblers know few of the names. */
#define ICC_PMR_EL1     s3_0_c4_c6_0
#define ICC_DIR_EL1     s3_0_c12_c11_1
#define ICC_SGI1R_EL1   s3_0_c12_c11_5
#define ICC_IAR1_EL1    s3_0_c12_c12_0
#define ICC_EOIR1_EL1   s3_0_c12_c12_1
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
#define ICC_SRE_EL2     s3_4_c12_c9_5
#define ICH_HCR_EL2     s3_4_c12_c11_0
#define ICH_LR0_EL2     s3_4_c12_c12_0
#define ICH_LR1_EL2     s3_4_c12_c12_1
#define ICH_LR2_EL2     s3_4_c12_c12_2
#define CNTHP_TVAL_EL2  s3_4_c14_c2_0
#define CNTHP_CTL_EL2   s3_4_c14_c2_1

#endif
