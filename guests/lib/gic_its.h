/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs and an ITS (IHI 0069H chapter 5) for guests: their tables lie in the memory right behind the image. CPUs enable
 * their LPIs; one of them gives commands.
 */
#ifndef GUESTS_LIB_GIC_ITS_H
#define GUESTS_LIB_GIC_ITS_H

#include "guest.h"
#include "regs/gits.h"
#include "regs/itscmd.h"

#define ITS_LPI_BITS 14 /* of the INTIDs that the tables have place for */

/* NULL, or why there is no ITS to use. */
const char *its_lacks(void);

/* All tables zero but for the LPIs' configuration, each disabled; the ITS enabled, nothing mapped, its queue empty. No
 * CPU may have LPIs enabled. */
void its_init(void);
void its_disable(void);
/* ditto with a table of devices that has two levels. False: the ITS has none such. */
bool its_use_two_levels(void);

/* GICR_CTLR.EnableLPIs of CPU `cpu`; with tables of its own when it is set. */
void lpi_enable(unsigned cpu, bool enabled);

/* An LPI's byte; redistributors hear of it by INV or INVALL. */
void lpi_configure(uint32_t intid, uint8_t priority, bool enabled);

/* The bytes of a queue, and how many of its commands there is place for. */
#define ITS_QUEUE_SIZE 0x1000

/* One command. False: the ITS did not take it within a second, or stalls. */
bool its_command(uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3);

/* Puts one into the queue without telling the ITS; returns the value of GITS_CWRITER that does. */
uint64_t its_put(uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3);
/* Writes GITS_CWRITER and waits: as its_command(). */
bool its_run(uint64_t writer);

/* What names the redistributor of a CPU in commands: RDbase. */
uint64_t its_target(unsigned cpu);

/* Devices have numbers below ITS_DEVICES, and a table of up to 64 events each. */
#define ITS_DEVICES    32
#define ITS_EVENT_BITS 6
uint64_t its_event_table(uint32_t device);
bool its_mapd(uint32_t device, bool valid);
bool its_mapc(uint32_t icid, unsigned cpu, bool valid);
bool its_mapti(uint32_t device, uint32_t event, uint32_t intid, uint32_t icid);
bool its_movi(uint32_t device, uint32_t event, uint32_t icid);
bool its_movall(unsigned from, unsigned to);
bool its_invall(uint32_t icid);
bool its_sync(unsigned cpu);
/* INT, CLEAR, DISCARD or INV of one event. */
bool its_event(unsigned command, uint32_t device, uint32_t event);

/* The register of the ITS at `offset`. */
static inline uintptr_t its_register(uint32_t offset)
{
    return machine.gits.base + offset;
}

#endif
