/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other CPUs of a rule. A rule runs on CPU 0 and gives the others tasks; each waits for one, runs it with
 * interrupts masked and says when it is done. A CPU that does not within a second is lost: the rule fails, whatever it
 * finds.
 */
#ifndef GUESTS_CONFORM_CPUS_H
#define GUESTS_CONFORM_CPUS_H

#include "env.h"

typedef uint64_t task(uint64_t a, uint64_t b);

/*
 * Begins a rule that needs `n` CPUs: those are on, in the state of env_reset(), and wait for tasks; the others are off.
 */
#define NEED_CPUS(n)                                                                                                   \
    do {                                                                                                               \
        SKIP_UNLESS(machine.cpus >= (n), "needs more CPUs");                                                           \
        EXPECT("CPUs that wait for tasks", cpus_ready(n), (n));                                                        \
    } while (0)

/* Turns CPUs on and off until 0 to `cpus` - 1 are on, and resets them. How many of them are ready. */
unsigned cpus_ready(unsigned cpus);
/* One CPU. False: it did not come, or go, in time. */
bool cpu_bring(unsigned cpu);
bool cpu_remove(unsigned cpu);
/* A bit for each CPU that is lost. */
unsigned cpus_lost(void);

/* What work(a, b) returns on a CPU, the caller's included; of a lost one, all ones. */
uint64_t call_on(unsigned cpu, task *work, uint64_t a, uint64_t b);
/* The same in two steps, on another CPU, to let CPUs work at once; and whether the first one has ended. */
void post_on(unsigned cpu, task *work, uint64_t a, uint64_t b);
uint64_t result_of(unsigned cpu);
bool done_on(unsigned cpu);

/* The CPU interface as a CPU found it when it was turned on. */
struct cpu_interface {
    uint64_t pmr, igrpen0, igrpen1, rpr;
};
struct cpu_interface found_at_start(unsigned cpu);

/* env.h's functions on a CPU; those that look at what is pending first let changes arrive there (signalled()). */
uint64_t signalled_on(unsigned cpu);
uint32_t acknowledge_on(unsigned cpu, unsigned group);
uint32_t highest_pending_on(unsigned cpu, unsigned group);
void end_on(unsigned cpu, unsigned group, uint32_t intid);
void deactivate_on(unsigned cpu, uint32_t intid);
uint64_t get_rpr_on(unsigned cpu);
void set_pmr_on(unsigned cpu, uint64_t value);
void set_ctlr_on(unsigned cpu, bool eoimode);
void set_igrpen_on(unsigned cpu, unsigned group, bool enabled);
void send_sgi_on(unsigned cpu, unsigned group, uint64_t value);
/* Into the log that all CPUs have in common. */
unsigned take_on(unsigned cpu, uint64_t mask);

#endif
