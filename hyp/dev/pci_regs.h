/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration space of a PCI function, header type 0, and the MSI capability (PCI Local Bus 3.0, 6.1, 6.2, 6.8). */
#ifndef DEV_PCI_REGS_H
#define DEV_PCI_REGS_H

#include "field.h"

#define PCI_ID         0x00
#define PCI_COMMAND    0x04
#define PCI_HEADER     0x0c /* its bits 23 to 16 */
#define PCI_BAR        0x10
#define PCI_CAP_FIRST  0x34
#define PCI_INTERRUPT  0x3c
#define PCI_HEADER_END 0x40
#define PCI_LEGACY_END 0x100

#define PCI_ID_NONE              UINT32_MAX
#define PCI_COMMAND_MEMORY       BIT32(1)
#define PCI_COMMAND_MASTER       BIT32(2)
#define PCI_COMMAND_INTX_DISABLE BIT32(10)
#define PCI_STATUS_CAPABILITIES  BIT32(20)
#define PCI_HEADER_TYPE          22, 16
#define PCI_BAR_IO               BIT32(0)
#define PCI_BAR_TYPE             2, 1
#define PCI_BAR_TYPE_64          2
#define PCI_BAR_FLAGS            UINT32_C(0xf)
#define PCI_INTERRUPT_PIN        15, 8
#define PCI_CAP_ID               7, 0
#define PCI_CAP_NEXT             15, 8
#define PCI_CAP_MSI              0x05

/* At the capability: its first word holds Message Control in bits 31 to 16. */
#define PCI_MSI_ADDRESS      0x4
#define PCI_MSI_ADDRESS_HIGH 0x8 /* with 64-bit addresses */
#define PCI_MSI_DATA32       0x8
#define PCI_MSI_DATA64       0xc
#define PCI_MSI_ENABLE       BIT32(16)
#define PCI_MSI_MULTIPLE     (BIT32(20) | BIT32(21) | BIT32(22)) /* log2 of the messages that are enabled */
#define PCI_MSI_CAN_64       BIT32(23)
/* MSI-X: Message Control in bits 31 to 16, too; its table is in a BAR */
#define PCI_CAP_MSIX      0x11
#define PCI_MSIX_MASKED   BIT32(30)
#define PCI_MSIX_ENABLE   BIT32(31)
#define PCI_MSI_DATA_MASK UINT32_C(0xffff)

#endif
