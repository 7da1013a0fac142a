/* SPDX-License-Identifier: Apache-2.0 */
/* The PE: code that runs at any Exception level of either security state, and the exceptions that it takes. */
#ifndef GUESTS_SECURE_PE_H
#define GUESTS_SECURE_PE_H

#include "guest.h"
#include "regs/groups.h"

enum place { EL3, SECURE_EL0, SECURE_EL1, SECURE_EL2, NONSECURE_EL0, NONSECURE_EL1, NONSECURE_EL2, PLACES };

unsigned place_el(enum place place);
bool place_secure(enum place place);
enum gic_pe place_pe(enum place place); /* the row of the table of signals */

#define PSTATE_F BIT(6)
#define PSTATE_I BIT(7)

/* How an excursion ended. */
struct trip {
    uint64_t value; /* what the code returned */
    uint64_t where; /* 0: it returned; else TRIP_EL and TRIP_VECTOR of the exception */
    uint64_t esr;   /* of that Exception level */
};

#define TRIP_EL     9, 8
#define TRIP_VECTOR 3, 0
#define TRIP_KIND   1, 0 /* of the vector: TRIP_SYNC, IRQ, FIQ */
#define TRIP_SYNC   0
#define TRIP_IRQ    1
#define TRIP_FIQ    2

/* An exception that was taken at `el`, without the vector's origin; 0 when the code returned. */
#define TAKEN(el, kind) ((uint64_t)(el) << 4 | (kind))
uint64_t trip_taken(const struct trip *trip);

/* IRQs and FIQs that excursions took so far, by the Exception level that took them: [el - 1][fiq]. */
extern unsigned pe_interrupts[3][2];

typedef uint64_t pe_code(uint64_t a, uint64_t b);

/*
 * SCR_EL3 and HCR_EL2 of excursions, beside what the place itself asks for (NS, EEL2 for Secure EL2, RW), and which of
 * them is written first: SCR_EL3, unless `pe_hcr_first`. All 0 at the beginning of a rule.
 */
extern uint64_t pe_scr, pe_hcr;
extern bool pe_hcr_first;

void pe_init(void);

/* Runs code(a, b) at `place` with `masked` (PSTATE_*) until it returns or takes the first exception. */
struct trip pe_run(enum place place, uint64_t masked, pe_code *code, uint64_t a, uint64_t b);
/* ditto, with all masked: what it returns. An exception is a mistake of the rule, and ends this image. */
uint64_t pe_call(enum place place, pe_code *code, uint64_t a, uint64_t b);
/* Waits at `place` with `masked`: TAKEN(), 0 when nothing is. */
uint64_t pe_wait(enum place place, uint64_t masked);

#endif
