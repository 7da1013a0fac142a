/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random workload of interrupts, and an oracle that knows at each acknowledge what it must be. Everything that raises
 * an interrupt is an instruction of this program, so the oracle's state is exact: but for one whose raise the program
 * is in the middle of while interrupts are unmasked.
 */
#ifndef GUESTS_WORKLOAD_WORKLOAD_H
#define GUESTS_WORKLOAD_WORKLOAD_H

#include "cpuif.h"

#define SOURCES_MAX 64

/* One interrupt: its configuration, its state in the architecture's terms, what became of it so far. */
struct source {
    uint32_t intid;
    uint8_t priority;
    uint8_t group;
    bool timer; /* a level, asserted until the handler turns it off; all others are edges by software */
    bool nmi;   /* the non-maskable property, of Group 1 only: its bit is RES0 of Group 0 */
    bool enabled;
    bool pending, active;
    bool raising; /* its store has begun: it may be pending */
    uint64_t raised, acknowledged, coalesced, withdrawn;
};

struct oracle {
    struct source source[SOURCES_MAX];
    unsigned count;
    bool group_enabled[2];
    bool groups_stay; /* none is disabled at the CPU interface */
    uint8_t pmr, bpr[2];
    bool eoimode;
    int running[34]; /* group priorities of what is running, the last one is on top */
    unsigned depth;
    unsigned deepest;
    uint64_t acknowledged;
};
extern struct oracle oracle;

/* Ends the run as failed, with what was found and where in the run. */
_Noreturn void workload_failed(void);
#define workload_fail(...)                                                                                             \
    do {                                                                                                               \
        mask();                                                                                                        \
        print("workload: failed: ");                                                                                   \
        print(__VA_ARGS__);                                                                                            \
        workload_failed();                                                                                             \
    } while (0)

/* The same sequence everywhere for one seed; below `bound`. */
uint32_t random_below(uint32_t bound);

/* The guest read `intid` from the IAR of `group`: fails unless it is what the architecture says. */
struct source *oracle_acknowledge(uint32_t intid, unsigned group);
/* EOIR of `source`, of which the priority drops; with EOImode = 0 it is deactivated. */
void oracle_end(struct source *source);
/* Interrupts are unmasked: fails when one that must be taken is not, after a while. */
void oracle_settled(void);
/* Compares state that registers tell with the oracle's; interrupts masked. */
void oracle_compare(void);
/* raised = acknowledged + coalesced + withdrawn + outstanding for each, and nothing is left over. */
void oracle_account(void);

/* Chooses sources; gives them and the CPU interface random configurations, when nothing is active. */
void configure_sources(void);
void configure_epoch(void);
/* Makes everything deliverable: all enabled, nothing masked by priority or group. */
void configure_open(void);

/* Random actions. The first two while interrupts are masked. */
void act_masked(void);
void act_raise(void);
/* Raises one that is not pending, while interrupts are unmasked. */
void act_raise_unmasked(void);
/* Deactivates what was left active (EOImode = 1); all of it, or a random part. */
void act_deactivate(bool all);

void timer_set(const struct source *source, bool on);

static inline void mask(void)
{
    __asm__ volatile("msr daifset, #3" ::: "memory");
}

static inline void unmask(void)
{
    __asm__ volatile("msr daifclr, #3\n isb" ::: "memory");
}

#endif
