/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 Interrupt Translation Service: offsets and fields of its frames (IHI 0069H 12.18, 12.19). Its commands are in
 * itscmd.h.
 */
#ifndef GIC_REGS_GITS_H
#define GIC_REGS_GITS_H

#include "field.h"

/* The control frame; the translation frame follows it, with GICv4.1 the frame for virtual SGIs that. */
#define GITS_FRAME_SIZE  0x10000
#define GITS_SIZE        0x20000
#define GITS_SIZE_VSGI   0x40000 /* 0x30000 is reserved */
#define GITS_CTLR        0x0000
#define GITS_IIDR        0x0004
#define GITS_TYPER       0x0008
#define GITS_MPAMIDR     0x0010
#define GITS_PARTIDR     0x0014
#define GITS_MPIDR       0x0018
#define GITS_STATUSR     0x0040
#define GITS_UMSIR       0x0048
#define GITS_CBASER      0x0080
#define GITS_CWRITER     0x0088
#define GITS_CREADR      0x0090
#define GITS_BASER       0x0100 /* GITS_BASERS registers of 8 bytes */
#define GITS_BASERS      8
#define GITS_ID          0xffd0
#define GITS_PIDR2       0xffe8
#define GITS_TRANSLATION GITS_FRAME_SIZE
#define GITS_TRANSLATER  0x0040 /* in the translation frame */
#define GITS_VSGI        0x20000
#define GITS_SGIR        0x0020 /* in the frame for virtual SGIs */

#define GITS_CTLR_ENABLED   BIT32(0)
#define GITS_CTLR_IMDE      BIT32(1)
#define GITS_CTLR_NUMBER    7, 4
#define GITS_CTLR_UMSIIRQ   BIT32(8)
#define GITS_CTLR_QUIESCENT BIT32(31)

#define GITS_TYPER_PHYSICAL BIT(0)
#define GITS_TYPER_VIRTUAL  BIT(1)
#define GITS_TYPER_CCT      BIT(2)
#define GITS_TYPER_ITT_SIZE 7, 4 /* bytes of an entry of an interrupt translation table, minus 1 */
#define GITS_TYPER_IDBITS   12, 8
#define GITS_TYPER_DEVBITS  17, 13
#define GITS_TYPER_SEIS     BIT(18)
#define GITS_TYPER_PTA      BIT(19) /* RDbase is a physical address, else a processor number */
#define GITS_TYPER_HCC      31, 24
#define GITS_TYPER_CIDBITS  35, 32
#define GITS_TYPER_CIL      BIT(36) /* CIDbits says how wide an ICID is, else it has 16 bits */
#define GITS_TYPER_VMOVP    BIT(37) /* one ITS is told of a VMOVP for all */
#define GITS_TYPER_MPAM     BIT(38)
#define GITS_TYPER_VSGI     BIT(39)
#define GITS_TYPER_VMAPP    BIT(40) /* VMAPP as GICv4.1 has it */
#define GITS_TYPER_SVPET    42, 41
#define GITS_TYPER_NID      BIT(43)
#define GITS_TYPER_UMSI     BIT(44)
#define GITS_TYPER_UMSIIRQ  BIT(45)
#define GITS_TYPER_INV      BIT(46)

#define GITS_CBASER_VALID   BIT(63)
#define GITS_CBASER_INNER   61, 59
#define GITS_CBASER_OUTER   55, 53
#define GITS_CBASER_ADDRESS 51, 12 /* in place; 64 KiB aligned */
#define GITS_CBASER_SHARE   11, 10
#define GITS_CBASER_SIZE    7, 0 /* pages of 4 KiB, minus 1 */
#define GITS_CBASER_PAGE    0x1000

#define GITS_CWRITER_RETRY  BIT(0)
#define GITS_CWRITER_OFFSET 19, 5 /* in place */
#define GITS_CREADR_STALLED BIT(0)
#define GITS_CREADR_OFFSET  19, 5 /* in place */

#define GITS_BASER_VALID      BIT(63)
#define GITS_BASER_INDIRECT   BIT(62)
#define GITS_BASER_INNER      61, 59
#define GITS_BASER_TYPE       58, 56
#define GITS_BASER_OUTER      55, 53
#define GITS_BASER_ENTRY_SIZE 52, 48 /* bytes, minus 1 */
#define GITS_BASER_ADDRESS    47, 12 /* in place, pages of 4 and 16 KiB */
#define GITS_BASER_ADDRESS64K 47, 16 /* in place, pages of 64 KiB, */
#define GITS_BASER_ADDRESS_HI 15, 12 /* which have bits 51 to 48 here */
#define GITS_BASER_SHARE      11, 10
#define GITS_BASER_PAGE_SIZE  9, 8
#define GITS_BASER_SIZE       7, 0 /* pages, minus 1 */

#define GITS_BASER_TYPE_NONE       0
#define GITS_BASER_TYPE_DEVICE     1
#define GITS_BASER_TYPE_VPE        2
#define GITS_BASER_TYPE_COLLECTION 4

#define GITS_BASER_PAGE_4K  0
#define GITS_BASER_PAGE_16K 1
#define GITS_BASER_PAGE_64K 2

/* An entry of the first level of a two-level table (IHI 0069H 5.2.1). */
#define GITS_LEVEL1_VALID   BIT(63)
#define GITS_LEVEL1_ADDRESS 51, 12 /* in place; aligned to the page size */
#define GITS_LEVEL1_SIZE    8

#define GITS_SGIR_VPEID  47, 32
#define GITS_SGIR_VINTID 3, 0

/* Memory attributes of all tables, of GICR_* too: Shareability, and Cacheability of *BASER.Inner and Outer. */
#define GIC_SHARE_NON   0
#define GIC_SHARE_INNER 1
#define GIC_SHARE_OUTER 2
#define GIC_DEVICE      0 /* Inner: Device-nGnRnE; Outer: as Inner says */
#define GIC_NORMAL_NC   1
#define GIC_RAWT        2
#define GIC_RAWB        3
#define GIC_WAWT        4
#define GIC_WAWB        5
#define GIC_RAWAWT      6
#define GIC_RAWAWB      7

#endif
