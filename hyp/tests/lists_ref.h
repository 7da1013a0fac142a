/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GIC's CPU interface signals and acknowledges, for test_lists: shares no code with the model. One array by
 * INTID, linear scans.
 */
#ifndef TESTS_LISTS_REF_H
#define TESTS_LISTS_REF_H

#include <stdbool.h>
#include <stdint.h>

#define LISTS_REF_INTIDS 64
#define LISTS_REF_SGIS   16
#define LISTS_REF_IDLE   0x100
#define LISTS_REF_NMI    (-1) /* the priority of a non-maskable interrupt (GICv3) */
#define LISTS_REF_CPUID  10   /* shift of an SGI's source in what is acknowledged (GICv2) */

struct reference {
    bool enabled, edge, latch, line, active;
    bool nmi;         /* INMIR: of Group 1 only */
    unsigned sources; /* an SGI of GICv2: the CPUs that sent it, a bit each */
    unsigned group, priority;
};
extern struct reference lists_ref[LISTS_REF_INTIDS];

/* The CPU interface, and the groups that the distributor forwards. */
extern struct lists_ref_interface {
    int pmr;
    bool group[2], forwarded[2], eoimode;
} lists_ref_interface;

void lists_ref_reset(void);

bool lists_ref_pending(uint32_t intid);
/* Bits of the word that begins with `first`. */
uint32_t lists_ref_pending_word(uint32_t first);
uint32_t lists_ref_active_word(uint32_t first);
bool lists_ref_nothing_active(void);

/* What decides. */
int lists_ref_priority(uint32_t intid);
/* The group of the highest pending interrupt, and its priority; LISTS_REF_IDLE when there is none. */
int lists_ref_highest(unsigned *group);
/* ditto, if it is signalled; LISTS_REF_IDLE when nothing is. */
int lists_ref_signalled(unsigned *group);

/* `value` was acknowledged for `group`. False: that cannot be. */
bool lists_ref_acknowledge(uint32_t value, unsigned group);
/* The one that ran last ends: what is written for it, with its group. False: nothing runs. */
bool lists_ref_end(uint32_t *value, unsigned *group);
/* With EOImode = 1: one that has ended and waits for its deactivation, the next from `from` on. False: there is none.
 */
bool lists_ref_deactivate(uint32_t from, uint32_t *value);

#endif
