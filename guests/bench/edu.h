/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's PCI device edu (QEMU, docs/specs/edu.rst) at 00:03.0 of the virt machine. */
#ifndef GUESTS_BENCH_EDU_H
#define GUESTS_BENCH_EDU_H

#include <stdint.h>

/* QEMU's virt machine: configuration space of PCI, its 32-bit memory window, and the first of four INTIDs for INTx. */
#define ECAM        UINT64_C(0x4010000000)
#define PCI_WINDOW  UINT64_C(0x10000000)
#define PCI_INTA    35
#define EDU_SLOT    3
#define EDU_INTID   (PCI_INTA + EDU_SLOT % 4)
#define EDU_DEVICE  (EDU_SLOT << 3) /* Requester ID, and DeviceID at the ITS */
#define EDU_RAISE   0x60
#define EDU_ACK     0x64
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_CNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_BUFFER  0x40000 /* its own 4 KiB, as addresses of its DMA */

#define EDU_DMA_RUN 1
#define EDU_DMA_OUT 2 /* from its buffer to memory, else the other way */
#define EDU_DMA_IRQ 4
#define EDU_DMA_MS  100 /* a transfer ends that many full milliseconds of virtual time after it was started */

/* Its registers at PCI_WINDOW, interrupts by INTx. NULL, or why there is none. */
const char *edu_start(void);

/* Its interrupts are messages: stores of `data` to `address`. */
const char *edu_send_messages(uint64_t address, uint32_t data);

#endif
