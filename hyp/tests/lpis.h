/* SPDX-License-Identifier: Apache-2.0 */
/* A VM with LPIs, with an ITS or without, whose guest has set its tables up in memory of its own. */
#ifndef TESTS_LPIS_H
#define TESTS_LPIS_H

#include "regs/gicr.h"
#include "regs/gits.h"
#include "regs/itscmd.h"
#include "vgic.h"

/* Guest physical: where what is. */
#define LPIS_BASE        UINT64_C(0x40000000)
#define LPIS_SIZE        UINT64_C(0x200000)
#define LPIS_CONFIG      LPIS_BASE
#define LPIS_PENDING(n)  (LPIS_BASE + 0x10000 * (1 + (uint64_t)(n)))
#define LPIS_QUEUE       (LPIS_BASE + 0x90000) /* of LPIS_QUEUE_SIZE bytes */
#define LPIS_QUEUE_SIZE  0x1000
#define LPIS_DEVICES     (LPIS_BASE + 0xa0000) /* a page of 64 KiB, 8192 devices */
#define LPIS_COLLECTIONS (LPIS_BASE + 0xb0000) /* ditto */
#define LPIS_ITT(device) (LPIS_BASE + 0xc0000 + 0x1000 * (uint64_t)(device))
#define LPIS_FREE        (LPIS_BASE + 0x100000)

extern uint8_t lpis_memory[LPIS_SIZE];

static inline void *lpis_at(uint64_t address)
{
    return lpis_memory + (address - LPIS_BASE);
}

/* Fresh: groups and CPU interfaces open, LPIs enabled everywhere, of priority 0; flat tables, nothing is mapped. */
struct vgic *lpis_vm(unsigned cpus, bool its);
/* ditto, of a strategy, and nothing set up. */
struct vgic *lpis_bare_vm(const struct delivery *delivery, unsigned cpus, bool its);
/* Gives a VM LPIs, memory, and an ITS. */
void lpis_give(struct vgic *vm, bool its);
/* What lpis_vm() does afterwards. */
void lpis_open(struct vgic *vm);

/* The byte of an LPI, without telling anybody. */
void lpis_config(uint32_t intid, uint8_t priority, bool enabled);

uint64_t lpis_gicr_read(struct vgic *vm, unsigned cpu, uint32_t offset, unsigned size);
void lpis_gicr_write(struct vgic *vm, unsigned cpu, uint32_t offset, unsigned size, uint64_t value);
uint64_t lpis_gits_read(struct vgic *vm, uint32_t offset);
/* Repeated until it need not be. How often. */
unsigned lpis_gits_write(struct vgic *vm, uint32_t offset, uint64_t value);

/* One command: put into the queue, and run by the write of GITS_CWRITER. */
void lpis_command(struct vgic *vm, uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3);
void lpis_mapd(struct vgic *vm, uint32_t device, unsigned event_bits, bool valid);
void lpis_mapc(struct vgic *vm, uint32_t icid, unsigned cpu, bool valid);
void lpis_mapti(struct vgic *vm, uint32_t device, uint32_t event, uint32_t intid, uint32_t icid);
void lpis_movi(struct vgic *vm, uint32_t device, uint32_t event, uint32_t icid);
void lpis_movall(struct vgic *vm, unsigned from, unsigned to);
/* INT, CLEAR, DISCARD, INV of an event. */
void lpis_event(struct vgic *vm, unsigned command, uint32_t device, uint32_t event);
void lpis_invall(struct vgic *vm, uint32_t icid);

/* The INTID that vCPU `cpu` acknowledges, and ends at once; 1023: none. */
uint32_t lpis_take(struct vgic *vm, unsigned cpu);

#endif
