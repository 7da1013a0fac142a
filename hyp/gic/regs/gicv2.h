/* SPDX-License-Identifier: Apache-2.0 */
/* GICv2: what its distributor has beyond GICv3's, and the CPU interface frame (IHI 0048B.b 4.3, 4.4). */
#ifndef GIC_REGS_GICV2_H
#define GIC_REGS_GICV2_H

#include "field.h"

#define GICV2_GICD_SIZE 0x1000
#define GICD_ITARGETSR  0x0800
#define GICD_SGIR       0x0f00
#define GICD_CPENDSGIR  0x0f10
#define GICD_SPENDSGIR  0x0f20
#define GICD_ICPIDR2    0x0fe8

#define GICD_TYPER_CPUNUMBER 7, 5

#define GICD_SGIR_INTID        3, 0
#define GICD_SGIR_NSATT        BIT32(15)
#define GICD_SGIR_TARGETLIST   23, 16
#define GICD_SGIR_FILTER       25, 24
#define GICD_SGIR_FILTER_LIST  0
#define GICD_SGIR_FILTER_OTHER 1
#define GICD_SGIR_FILTER_SELF  2

#define GICC_SIZE   0x2000
#define GICC_CTLR   0x0000
#define GICC_PMR    0x0004
#define GICC_BPR    0x0008
#define GICC_IAR    0x000c
#define GICC_EOIR   0x0010
#define GICC_RPR    0x0014
#define GICC_HPPIR  0x0018
#define GICC_ABPR   0x001c
#define GICC_AIAR   0x0020
#define GICC_AEOIR  0x0024
#define GICC_AHPPIR 0x0028
#define GICC_APR    0x00d0
#define GICC_NSAPR  0x00e0
#define GICC_IIDR   0x00fc
#define GICC_DIR    0x1000

#define GICC_CTLR_ENABLEGRP0 BIT32(0)
#define GICC_CTLR_ENABLEGRP1 BIT32(1)
#define GICC_CTLR_ACKCTL     BIT32(2)
#define GICC_CTLR_FIQEN      BIT32(3)
#define GICC_CTLR_CBPR       BIT32(4)
#define GICC_CTLR_EOIMODENS  BIT32(9)

#define GICC_IAR_INTID 9, 0
#define GICC_IAR_CPUID 12, 10

#define GICC_IIDR_PRODUCT   UINT64_C(0x0002043b) /* architecture version 2, implementer Arm */
#define PIDR2_ARCHREV_GICV2 2

/* What GICC_IAR returns when the pending interrupt is of the group that this register does not acknowledge. */
#define INTID_OTHER_GROUP 1022

#endif
