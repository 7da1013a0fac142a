/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of an ITS. An entry is a doubleword of the ITS's own format, zero where nothing is mapped. Every lookup
 * checks what it finds: it is the guest's memory.
 */
#ifndef VGIC_VITS_TABLES_H
#define VGIC_VITS_TABLES_H

#include "field.h"
#include "regs/gits.h"
#include "regs/itscmd.h"
#include "vgic.h"

#define VITS_ENTRY_SIZE 8

#define VITS_VALID         BIT(63)
#define VITS_DEVICE_ITT    51, 8 /* in place; as MAPD has it */
#define VITS_DEVICE_SIZE   4, 0  /* bits of an EventID, minus 1 */
#define VITS_EVENT_ICID    47, 32
#define VITS_EVENT_INTID   31, 0
#define VITS_COLLECTION_RD 15, 0

/* An event of a device that is mapped, and where its entry is. */
struct vits_event {
    uint64_t entry_address; /* guest physical */
    uint32_t intid, icid;
};

/* The entry of a device, a collection in memory; and an event's, whose device is mapped with enough EventID bits.
 * False: it has none. */
bool vits_entry(const struct vgic *vm, enum vits_table table, uint32_t id, uint64_t *address);
bool vits_event_entry(const struct vgic *vm, uint32_t device, uint32_t event, uint64_t *address);

/* False: it is not mapped. */
bool vits_find(const struct vgic *vm, uint32_t device, uint32_t event, struct vits_event *found);

/* The redistributor that the collection is mapped to; NULL: it is not. */
struct vgic_cpu *vits_collection(struct vgic *vm, uint32_t icid);

/* `processor`: of that vCPU, or VITS_UNMAPPED. False: the ITS has no place for the collection. */
bool vits_map_collection(struct vgic *vm, uint32_t icid, uint32_t processor);

#endif
