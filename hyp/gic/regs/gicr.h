/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 Redistributor frames RD_base and SGI_base (IHI 0069H 12.10, 12.11). */
#ifndef GIC_REGS_GICR_H
#define GIC_REGS_GICR_H

#include "field.h"

#define GICR_FRAME_SIZE 0x10000
#define GICR_SIZE       0x20000 /* RD_base and SGI_base */
#define GICR_CTLR       0x0000
#define GICR_IIDR       0x0004
#define GICR_TYPER      0x0008
#define GICR_STATUSR    0x0010
#define GICR_WAKER      0x0014
#define GICR_PIDR2      0xffe8

#define GICR_SGI        GICR_FRAME_SIZE
#define GICR_IGROUPR0   0x0080
#define GICR_ISENABLER0 0x0100
#define GICR_ICENABLER0 0x0180
#define GICR_ISPENDR0   0x0200
#define GICR_ICPENDR0   0x0280
#define GICR_ISACTIVER0 0x0300
#define GICR_ICACTIVER0 0x0380
#define GICR_IPRIORITYR 0x0400
#define GICR_ICFGR0     0x0c00
#define GICR_IGRPMODR0  0x0d00
#define GICR_NSACR      0x0e00
/* of the extended PPIs, INTID 1056 first (GICv3.1) */
#define GICR_IGROUPR_E    0x0084
#define GICR_ISENABLER_E  0x0104
#define GICR_ICENABLER_E  0x0184
#define GICR_ISPENDR_E    0x0204
#define GICR_ICPENDR_E    0x0284
#define GICR_ISACTIVER_E  0x0304
#define GICR_ICACTIVER_E  0x0384
#define GICR_IPRIORITYR_E 0x0420
#define GICR_ICFGR_E      0x0c08
#define GICR_IGRPMODR_E   0x0d04

#define GICR_CTLR_ENABLELPIS      BIT32(0)
#define GICR_CTLR_RWP             BIT32(3)
#define GICR_CTLR_DPG0            BIT32(24)
#define GICR_CTLR_DPG1NS          BIT32(25)
#define GICR_CTLR_DPG1S           BIT32(26)
#define GICR_CTLR_UWP             BIT32(31)
#define GICR_TYPER_VLPIS          BIT(1)
#define GICR_TYPER_LAST           BIT(4)
#define GICR_TYPER_DPGS           BIT(5)
#define GICR_TYPER_PROCESSOR      23, 8
#define GICR_TYPER_PPINUM         31, 27
#define GICR_TYPER_AFFINITY       63, 32
#define GICR_WAKER_PROCESSORSLEEP BIT32(1)
#define GICR_WAKER_CHILDRENASLEEP BIT32(2)

#endif
