/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 Distributor frame: offsets and fields (IHI 0069H 12.9). */
#ifndef GIC_REGS_GICD_H
#define GIC_REGS_GICD_H

#include "field.h"

#define GICD_SIZE       0x10000
#define GICD_CTLR       0x0000
#define GICD_TYPER      0x0004
#define GICD_IIDR       0x0008
#define GICD_TYPER2     0x000c
#define GICD_STATUSR    0x0010
#define GICD_SETSPI_NSR 0x0040
#define GICD_CLRSPI_NSR 0x0048
#define GICD_SETSPI_SR  0x0050
#define GICD_CLRSPI_SR  0x0058
#define GICD_IGROUPR    0x0080
#define GICD_ISENABLER  0x0100
#define GICD_ICENABLER  0x0180
#define GICD_ISPENDR    0x0200
#define GICD_ICPENDR    0x0280
#define GICD_ISACTIVER  0x0300
#define GICD_ICACTIVER  0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR  0x0800
#define GICD_ICFGR      0x0c00
#define GICD_IGRPMODR   0x0d00
#define GICD_NSACR      0x0e00
#define GICD_SGIR       0x0f00
#define GICD_CPENDSGIR  0x0f10
#define GICD_SPENDSGIR  0x0f20
#define GICD_INMIR      0x0f80
#define GICD_IROUTER    0x6000
#define GICD_ID         0xffd0 /* PIDR4 to PIDR7, PIDR0 to PIDR3, CIDR0 to CIDR3 */
#define GICD_PIDR2      0xffe8
#define GICD_ID_END     0x10000

/* of the extended SPIs, INTID 4096 first (GICv3.1) */
#define GICD_IGROUPR_E    0x1000
#define GICD_ISENABLER_E  0x1200
#define GICD_ICENABLER_E  0x1400
#define GICD_ISPENDR_E    0x1600
#define GICD_ICPENDR_E    0x1800
#define GICD_ISACTIVER_E  0x1a00
#define GICD_ICACTIVER_E  0x1c00
#define GICD_IPRIORITYR_E 0x2000
#define GICD_ICFGR_E      0x3000
#define GICD_IGRPMODR_E   0x3400
#define GICD_NSACR_E      0x3600
#define GICD_INMIR_E      0x3b00
#define GICD_IROUTER_E    0x8000

/* GICD_CTLR as one security state sees it (DS = 1) */
#define GICD_CTLR_ENABLEGRP0 BIT32(0)
#define GICD_CTLR_ENABLEGRP1 BIT32(1)
#define GICD_CTLR_ARE        BIT32(4)
#define GICD_CTLR_DS         BIT32(6)
#define GICD_CTLR_RWP        BIT32(31)
/* ... and as Non-secure software sees it when there are two */
#define GICD_CTLR_ENABLEGRP1A BIT32(1)
#define GICD_CTLR_ARE_NS      BIT32(4)
/* ... and Secure software: EnableGrp0 and DS where they are with one, ARE_NS elsewhere than for Non-secure software */
#define GICD_CTLR_ENABLEGRP1NS BIT32(1)
#define GICD_CTLR_ENABLEGRP1S  BIT32(2)
#define GICD_CTLR_ARE_S        BIT32(4)
#define GICD_CTLR_S_ARE_NS     BIT32(5)

#define GICD_TYPER_ITLINES      4, 0
#define GICD_TYPER_ESPI         BIT32(8)
#define GICD_TYPER_NMI          BIT32(9)
#define GICD_TYPER_SECURITYEXTN BIT32(10)
#define GICD_TYPER_NUM_LPIS     15, 11 /* 0: IDbits says how many, else 2^(value + 1) */
#define GICD_TYPER_MBIS         BIT32(16)
#define GICD_TYPER_LPIS         BIT32(17)
#define GICD_TYPER_DVIS         BIT32(18)
#define GICD_TYPER_IDBITS       23, 19
#define GICD_TYPER_A3V          BIT32(24)
#define GICD_TYPER_NO1N         BIT32(25)
#define GICD_TYPER_ESPI_RANGE   31, 27

#define GICD_TYPER2_VID       4, 0 /* bits of a vPEID, minus 1, if VIL; else it has 16 */
#define GICD_TYPER2_VIL       BIT32(7)
#define GICD_TYPER2_NASSGICAP BIT32(8)

#define GICD_IROUTER_AFF3 39, 32
#define GICD_IROUTER_IRM  BIT(31)
#define GICD_IROUTER_AFF  23, 0

#define GICD_SETSPI_INTID 12, 0

#define PIDR2_ARCHREV       7, 4
#define PIDR2_ARCHREV_GICV3 3

#endif
