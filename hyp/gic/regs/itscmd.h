/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of an ITS (IHI 0069H 5.3): four doublewords each. A field is named after its command when only that has it;
 * its last digit is the doubleword that it is in. Fields marked "in place" are addresses, whose low bits are not
 * encoded: mask them, do not shift.
 */
#ifndef GIC_REGS_ITSCMD_H
#define GIC_REGS_ITSCMD_H

#include "field.h"

#define ITS_COMMAND_WORDS 4
#define ITS_COMMAND_SIZE  32

/* GICv3 */
#define ITS_MOVI    0x01
#define ITS_INT     0x03
#define ITS_CLEAR   0x04
#define ITS_SYNC    0x05
#define ITS_MAPD    0x08
#define ITS_MAPC    0x09
#define ITS_MAPTI   0x0a
#define ITS_MAPI    0x0b
#define ITS_INV     0x0c
#define ITS_INVALL  0x0d
#define ITS_MOVALL  0x0e
#define ITS_DISCARD 0x0f
/* GICv4.0 */
#define ITS_VMOVI   0x21
#define ITS_VMOVP   0x22
#define ITS_VSYNC   0x25
#define ITS_VMAPP   0x29
#define ITS_VMAPTI  0x2a
#define ITS_VMAPI   0x2b
#define ITS_VINVALL 0x2d
/* GICv4.1 */
#define ITS_VSGI  0x23
#define ITS_INVDB 0x2e

/* of many commands */
#define ITS_NUMBER_0   7, 0
#define ITS_DEVICEID_0 63, 32
#define ITS_EVENTID_1  31, 0
#define ITS_VPEID_1    47, 32
#define ITS_ICID_2     15, 0
#define ITS_RDBASE_2   51, 16 /* bits 51 to 16 of an address, or a processor number: GITS_TYPER.PTA */
#define ITS_VALID_2    BIT(63)

#define ITS_MAPD_SIZE_1    4, 0  /* bits of an EventID, minus 1 */
#define ITS_MAPD_ADDRESS_2 51, 8 /* in place */

#define ITS_MAPTI_PINTID_1 63, 32

#define ITS_MOVALL_FROM_2 51, 16 /* as RDbase */
#define ITS_MOVALL_TO_3   51, 16

#define ITS_VMAPTI_VINTID_2   31, 0
#define ITS_VMAPTI_DOORBELL_2 63, 32 /* of VMAPI and VMOVI too; 1023: none */

#define ITS_VMOVI_D_2 BIT(0) /* Doorbell_pINTID is valid */

#define ITS_VMAPP_SIZE_3    4, 0   /* bits of a vINTID, minus 1 */
#define ITS_VMAPP_ADDRESS_3 51, 16 /* in place: the virtual pending table */
/* ... with GICv4.1 */
#define ITS_VMAPP_ALLOC_0    BIT(8)
#define ITS_VMAPP_PTZ_0      BIT(9)
#define ITS_VMAPP_CONFIG_0   51, 16 /* in place: the virtual configuration table */
#define ITS_VMAPP_DOORBELL_1 31, 0

#define ITS_VMOVP_SEQUENCE_0 47, 32
#define ITS_VMOVP_ITSLIST_1  15, 0
/* ... with GICv4.1 */
#define ITS_VMOVP_DB_2       BIT(63)
#define ITS_VMOVP_DOORBELL_3 31, 0

#define ITS_VSGI_VINTID_0   35, 32
#define ITS_VSGI_PRIORITY_0 23, 20 /* bits 7 to 4 of a priority */
#define ITS_VSGI_GROUP_0    BIT(10)
#define ITS_VSGI_CLEAR_0    BIT(9)
#define ITS_VSGI_ENABLE_0   BIT(8)

#define ITS_NO_DOORBELL 1023

#endif
