/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 Redistributor frames RD_base, SGI_base and, with GICv4, VLPI_base (IHI 0069H 12.10, 12.11). */
#ifndef GIC_REGS_GICR_H
#define GIC_REGS_GICR_H

#include "field.h"

#define GICR_FRAME_SIZE 0x10000
#define GICR_SIZE       0x20000 /* RD_base and SGI_base */
#define GICR_SIZE_VLPI  0x40000 /* ... and VLPI_base and a reserved frame, with GICR_TYPER.VLPIS */
#define GICR_CTLR       0x0000
#define GICR_IIDR       0x0004
#define GICR_TYPER      0x0008
#define GICR_STATUSR    0x0010
#define GICR_WAKER      0x0014
#define GICR_SETLPIR    0x0040
#define GICR_CLRLPIR    0x0048
#define GICR_PROPBASER  0x0070
#define GICR_PENDBASER  0x0078
#define GICR_INVLPIR    0x00a0
#define GICR_INVALLR    0x00b0
#define GICR_SYNCR      0x00c0
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
#define GICR_INMIR0     0x0f80
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
#define GICR_INMIR_E      0x0f84
#define GICR_IGRPMODR_E   0x0d04

#define GICR_VLPI       GICR_SIZE
#define GICR_VPROPBASER 0x0070
#define GICR_VPENDBASER 0x0078
#define GICR_VSGIR      0x0080
#define GICR_VSGIPENDR  0x0088

#define GICR_CTLR_ENABLELPIS      BIT32(0)
#define GICR_CTLR_CES             BIT32(1)
#define GICR_CTLR_IR              BIT32(2)
#define GICR_CTLR_RWP             BIT32(3)
#define GICR_CTLR_DPG0            BIT32(24)
#define GICR_CTLR_DPG1NS          BIT32(25)
#define GICR_CTLR_DPG1S           BIT32(26)
#define GICR_CTLR_UWP             BIT32(31)
#define GICR_TYPER_PLPIS          BIT(0)
#define GICR_TYPER_VLPIS          BIT(1)
#define GICR_TYPER_DIRTY          BIT(2) /* what GICR_VPENDBASER.Dirty means while Valid is 1 */
#define GICR_TYPER_DIRECTLPI      BIT(3)
#define GICR_TYPER_LAST           BIT(4)
#define GICR_TYPER_DPGS           BIT(5)
#define GICR_TYPER_MPAM           BIT(6)
#define GICR_TYPER_RVPEID         BIT(7)
#define GICR_TYPER_PROCESSOR      23, 8
#define GICR_TYPER_COMMONLPIAFF   25, 24
#define GICR_TYPER_VSGI           BIT(26)
#define GICR_TYPER_PPINUM         31, 27
#define GICR_TYPER_AFFINITY       63, 32
#define GICR_WAKER_PROCESSORSLEEP BIT32(1)
#define GICR_WAKER_CHILDRENASLEEP BIT32(2)

/* LPIs. A field "in place" is an address: mask it, do not shift. Cacheability and Shareability: gits.h. */
#define GICR_SETLPIR_INTID     31, 0 /* of GICR_CLRLPIR too */
#define GICR_INVLPIR_INTID     31, 0
#define GICR_INVLPIR_VPEID     47, 32 /* GICv4.1, of GICR_INVALLR too */
#define GICR_INVLPIR_V         BIT(63)
#define GICR_SYNCR_BUSY        BIT32(0)
#define GICR_PROPBASER_OUTER   58, 56
#define GICR_PROPBASER_ADDRESS 51, 12 /* in place */
#define GICR_PROPBASER_SHARE   11, 10
#define GICR_PROPBASER_INNER   9, 7
#define GICR_PROPBASER_IDBITS  4, 0 /* bits of an INTID, minus 1 */
#define GICR_PENDBASER_PTZ     BIT(62)
#define GICR_PENDBASER_OUTER   58, 56
#define GICR_PENDBASER_ADDRESS 51, 16 /* in place */
#define GICR_PENDBASER_SHARE   11, 10
#define GICR_PENDBASER_INNER   9, 7

/* A byte of a configuration table: the LPI 8192 is the first (IHI 0069H 5.1.1). */
#define LPI_CONFIG_PRIORITY 7, 2 /* in place */
#define LPI_CONFIG_RES1     BIT(1)
#define LPI_CONFIG_ENABLE   BIT(0)

/* Virtual LPIs, GICv4.0. GICR_VPROPBASER is laid out as GICR_PROPBASER. */
#define GICR_VPENDBASER_VALID       BIT(63)
#define GICR_VPENDBASER_IDAI        BIT(62)
#define GICR_VPENDBASER_PENDINGLAST BIT(61)
#define GICR_VPENDBASER_DIRTY       BIT(60)
#define GICR_VPENDBASER_OUTER       58, 56
#define GICR_VPENDBASER_ADDRESS     51, 16 /* in place */
#define GICR_VPENDBASER_SHARE       11, 10
#define GICR_VPENDBASER_INNER       9, 7
/* ... GICv4.1: VPROPBASER is the table of vPEs, VPENDBASER names the resident one; Valid, PendingLast, Dirty as above
 */
#define GICR_VPROPBASER41_VALID      BIT(63)
#define GICR_VPROPBASER41_ENTRY_SIZE 61, 59 /* doublewords, minus 1 */
#define GICR_VPROPBASER41_OUTER      58, 56
#define GICR_VPROPBASER41_INDIRECT   BIT(55)
#define GICR_VPROPBASER41_PAGE_SIZE  54, 53
#define GICR_VPROPBASER41_Z          BIT(52)
#define GICR_VPROPBASER41_ADDRESS    51, 12 /* in place */
#define GICR_VPROPBASER41_SHARE      11, 10
#define GICR_VPROPBASER41_INNER      9, 7
#define GICR_VPROPBASER41_SIZE       6, 0 /* pages, minus 1 */
#define GICR_VPENDBASER41_DOORBELL   BIT(62)
#define GICR_VPENDBASER41_VGRP0EN    BIT(59)
#define GICR_VPENDBASER41_VGRP1EN    BIT(58)
#define GICR_VPENDBASER41_VPEID      15, 0
#define GICR_VSGIR_VPEID             15, 0
#define GICR_VSGIPENDR_BUSY          BIT32(31)
#define GICR_VSGIPENDR_PENDING       15, 0

#endif
