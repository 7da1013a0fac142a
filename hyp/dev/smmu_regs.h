/* SPDX-License-Identifier: Apache-2.0 */
/* SMMUv3: registers, stream table entries, commands and events (IHI 0070F 5.2, 4, 7.3, 6.3), as far as stage 2 alone
 * needs them. Fields marked "in place" are addresses. */
#ifndef DEV_SMMU_REGS_H
#define DEV_SMMU_REGS_H

#include "field.h"

#define SMMU_SIZE            0x20000 /* two pages of 64 KiB */
#define SMMU_IDR0            0x00
#define SMMU_IDR1            0x04
#define SMMU_IDR5            0x14
#define SMMU_CR0             0x20
#define SMMU_CR0ACK          0x24
#define SMMU_CR1             0x28
#define SMMU_CR2             0x2c
#define SMMU_GBPA            0x44
#define SMMU_IRQ_CTRL        0x50
#define SMMU_IRQ_CTRLACK     0x54
#define SMMU_GERROR          0x60
#define SMMU_GERRORN         0x64
#define SMMU_STRTAB_BASE     0x80
#define SMMU_STRTAB_BASE_CFG 0x88
#define SMMU_CMDQ_BASE       0x90
#define SMMU_CMDQ_PROD       0x98
#define SMMU_CMDQ_CONS       0x9c
#define SMMU_EVENTQ_BASE     0xa0
#define SMMU_EVENTQ_PROD     0x100a8
#define SMMU_EVENTQ_CONS     0x100ac

#define IDR0_S2P       BIT32(0)
#define IDR0_TTF       3, 2 /* bit 1: AArch64 */
#define IDR0_COHACC    BIT32(4)
#define IDR1_SIDSIZE   5, 0
#define IDR1_EVENTQS   20, 16
#define IDR1_CMDQS     25, 21
#define IDR1_PRESET    30, 29 /* tables and queues are fixed by the implementation */
#define IDR5_OAS       2, 0
#define IDR5_GRAN4K    BIT32(4)
#define CR0_SMMUEN     BIT32(0)
#define CR0_EVENTQEN   BIT32(2)
#define CR0_CMDQEN     BIT32(3)
#define CR1_ATTRIBUTES UINT32_C(0xd75) /* tables and queues: Inner Shareable, write-back */
#define CR2_RECINVSID  BIT32(1)
#define CR2_PTM        BIT32(2) /* no part in the TLB maintenance of cores */
#define GBPA_ABORT     BIT32(20)
#define GBPA_UPDATE    BIT32(31)
#define IRQ_EVENTQ     BIT32(2)
#define GERROR_CMDQ    BIT32(0)
#define BASE_RA        BIT(62)
#define BASE_ADDRESS   51, 5 /* in place */
#define BASE_LOG2SIZE  4, 0  /* of a queue's */
#define CONS_ERR       30, 24
#define QUEUE_OVERFLOW BIT32(31) /* EVENTQ_PROD.OVFLG, EVENTQ_CONS.OVACKFLG */

/* A stream table entry, by doubleword */
#define STE_WORDS     8
#define STE_V_0       BIT(0)
#define STE_CONFIG_0  3, 1
#define STE_CONFIG_S2 6 /* stage 1 bypassed, stage 2 translates */
#define STE_SHCFG_1   45, 44
#define STE_SHCFG_IN  1 /* as the device says */
#define STE_S2VMID_2  15, 0
#define STE_S2T0SZ_2  37, 32
#define STE_S2SL0_2   39, 38 /* 1: the walk starts at level 1 */
#define STE_S2IR0_2   41, 40
#define STE_S2OR0_2   43, 42
#define STE_S2SH0_2   45, 44
#define STE_S2TG_2    47, 46
#define STE_S2PS_2    50, 48
#define STE_S2AA64_2  BIT(51)
#define STE_S2AFFD_2  BIT(53)
#define STE_S2R_2     BIT(58) /* faults are recorded */
#define STE_S2TTB_3   51, 4   /* in place */

/* Commands: two doublewords */
#define CMD_OPCODE_0      7, 0
#define CMD_STREAMID_0    63, 32
#define CMD_VMID_0        47, 32
#define CMD_LEAF_1        BIT(0)
#define CMD_CFGI_STE      0x03
#define CMD_CFGI_ALL      0x04
#define CMD_CFGI_ALL_1    31 /* Range */
#define CMD_TLBI_S12      0x28
#define CMD_TLBI_NSNH_ALL 0x30
#define CMD_SYNC          0x46

/* Events: four doublewords */
#define EVENT_WORDS      4
#define EVENT_NUMBER_0   7, 0
#define EVENT_STREAMID_0 63, 32
#define EVENT_ADDRESS_2  63, 0 /* of translation faults */

#endif
