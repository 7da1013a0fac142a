/* SPDX-License-Identifier: Apache-2.0 */
/* The generic timers as level-sensitive PPIs: registers by the INTID of the timer. */
#ifndef GUESTS_CONFORM_TIMER_H
#define GUESTS_CONFORM_TIMER_H

#include "env.h"

/* Long enough that nothing of a rule takes it. */
#define TICKS_FAR UINT64_C(1000000000)

/* A rule for either timer: two numbers from `first` on. */
#define BOTH_TIMERS(first, name, spec, check)                                                                          \
    {(first), name ".virtual", spec, check, INTID_VTIMER},                                                             \
    {                                                                                                                  \
        (first) + 1, name ".physical", spec, check, INTID_PTIMER                                                       \
    }

void timer_write_ctl(uint32_t intid, uint64_t value);
uint64_t timer_read_ctl(uint32_t intid);
void timer_write_cval(uint32_t intid, uint64_t value);
void timer_write_tval(uint32_t intid, uint64_t value);
uint64_t timer_count(uint32_t intid);

/* Enabled with a deadline in the past: its line is asserted. */
void timer_assert(uint32_t intid);
/* Turns it off: the line drops. */
void timer_drop(uint32_t intid);

#endif
