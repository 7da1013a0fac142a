/* SPDX-License-Identifier: Apache-2.0 */
/* What rules are written with: the state before each of them, access to the GIC, interrupts taken and exceptions. */
#ifndef GUESTS_CONFORM_ENV_H
#define GUESTS_CONFORM_ENV_H

#include "conform.h"

#include "cpuif.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "regs/sgi.h"

#define PRIORITY_DEFAULT 0xa0

void env_init(void);

/* Why there is nothing to check for the rule with that name on this version of the GIC; NULL: there is (only.c). */
const char *lacks_version(const char *name);

/* Extended interrupts that there are, from INTID 1056 and 4096 on (IHI 0069H 12.9 GICD_TYPER, 12.11 GICR_TYPER). */
unsigned extended_ppis(void);
unsigned extended_spis(void);
#define NO_EXTENDED_PPIS "no extended PPIs (GICR_TYPER.PPInum = 0)"
#define NO_EXTENDED_SPIS "no extended SPIs (GICD_TYPER.ESPI = 0)"

/*
 * All interrupts disabled, inactive, of Group 1, priority 0xa0, SPIs edge-triggered but SPI_LEVEL, routed to CPU 0;
 * both groups enabled everywhere, PMR 0xff, BPRs minimal, EOImode 0, CBPR 0; timers off; PSTATE.DAIF masked.
 */
void env_reset(void);
/* What of that is the calling CPU's own; leaves it looked at. */
void env_reset_cpu(void);

/* An interrupt that was taken as an exception and acknowledged. */
struct arrival {
    uint32_t intid;
    unsigned group;  /* by the exception: FIQ is Group 0 */
    unsigned source; /* 0: EL1 with SP_EL0, 1: EL1 with SP_EL1, 2: EL0 */
    uint64_t elr, spsr;
    bool nmi; /* by ICC_NMIAR1_EL1 */
};

#define ARRIVALS_MAX 16

struct log {
    unsigned count, spurious;
    struct arrival arrival[ARRIVALS_MAX];
    unsigned faults; /* synchronous exceptions while `expect_fault` */
    uint64_t esr;    /* of the last of them */
};
extern struct log taken;

/* What the handler does between acknowledge and EOI; NULL: nothing. Reset with the environment. */
extern void (*on_interrupt)(uint32_t intid);
extern bool expect_fault; /* an exception of the next instructions is recorded and skipped */

/* Clears the log, lets the interrupts of `mask` (SIGNAL_*) in for a while, masks them again; how many were taken. */
unsigned take(uint64_t mask);
/* ditto at EL0, and with SP_EL0 selected at EL1. */
unsigned take_at_el0(uint64_t mask);
unsigned take_on_sp0(uint64_t mask);
/* Runs code of start_el0.S at EL0 with all interrupts masked. */
void run_at_el0(const void *code);

static inline bool is_spi(uint32_t intid)
{
    return (intid >= INTID_SPI_FIRST && intid < INTID_SPI_END) || intid >= INTID_ESPI_FIRST;
}

/*
 * Whose SGIs and PPIs the functions below are about: their registers are in its redistributor. With GICv2 that CPU has
 * to make the accesses, so it must not be at work. CPU 0 after a reset.
 */
void look_at(unsigned cpu);
/* Makes an interrupt one of CPU `cpu`, and looks at it there: an SPI is routed, of the others each CPU has its own. */
void give_to(unsigned cpu, uint32_t intid);

/* Registers of one bit, for an INTID of any kind: `reg` is the offset in the distributor, GICD_ISPENDR ... */
void write_bit(uint32_t reg, uint32_t intid);
uint64_t read_bit(uint32_t reg, uint32_t intid);
uint64_t read_word(uint32_t reg, uint32_t intid);
/* Addresses: of the word in question, of the priority byte, of the word of ICFGR, of IROUTER or ITARGETSR. */
uintptr_t word_address(uint32_t reg, uint32_t intid);
uintptr_t priority_address(uint32_t intid);
uintptr_t config_address(uint32_t intid);
uintptr_t route_address(uint32_t intid);

void set_group(uint32_t intid, unsigned group);
void set_edge(uint32_t intid, bool edge);
void set_priority(uint32_t intid, uint8_t priority);
uint8_t get_priority(uint32_t intid);
void set_route(uint32_t intid, uint64_t route);
uint64_t own_route(void); /* as IROUTER encodes affinity, or ITARGETSR targets */
uint64_t route_of(unsigned cpu);
void wait_distributor(void);
void wait_redistributor(void);

static inline void enable(uint32_t intid)
{
    write_bit(GICD_ISENABLER, intid);
}

void disable(uint32_t intid);

/*
 * By ISPENDR and ICPENDR; with GICv2 SGIs by GICD_SPENDSGIR from this CPU, at another CPU by GICD_SGIR; and by
 * GICD_CPENDSGIR from all.
 */
void pend(uint32_t intid);
void unpend(uint32_t intid);
/* What send_sgi() sends to all CPUs but the sender. */
uint64_t sgi_to_others(uint32_t intid);
/* Whether SGIs can be disabled at all, which is IMPLEMENTATION DEFINED with GICv2 (IHI 0048B.b 4.3.5). */
bool sgis_can_be_disabled(void);

static inline uint64_t pending(uint32_t intid)
{
    return read_bit(GICD_ISPENDR, intid);
}

static inline uint64_t active(uint32_t intid)
{
    return read_bit(GICD_ISACTIVER, intid);
}

/* Enabled at `priority`, then pending. */
void raise(uint32_t intid, uint8_t priority);

/* GICD_CTLR.EnableGrp0 and EnableGrp1. */
void set_distributor(bool group0, bool group1);

#endif
