/* SPDX-License-Identifier: Apache-2.0 */
#include "secure_ref.h"

#include <string.h>

#define IDLE 0x100

enum { ZERO, SECURE, NONSECURE, GROUPS }; /* groups, in the order in which they go before each other */

struct irq {
    bool enabled, edge, latch, line, active, group_bit, modifier;
    unsigned priority, nsacr;
    uint64_t route;
};

static struct {
    struct irq irq[REF_IRQS], other[16];
    unsigned priority_bits, pmr, bpr[GROUPS];
    bool distributor[GROUPS], interface[GROUPS];
    bool common[GROUPS], split_el3, split[GROUPS]; /* CBPR, EOImode */
    bool level[GROUPS][256];                       /* active priorities */
    uint32_t sgi_nsacr[2];
} ref;

static const uint32_t first_intid[REF_BANKS] = {0, 1056, 32, 992, 4096};

uint32_t ref_intid(unsigned irq)
{
    return first_intid[irq / 32] + irq % 32;
}

int ref_find(uint32_t intid)
{
    for (unsigned i = 0; i < REF_IRQS; i++)
        if (ref_intid(i) == intid && (intid < 1020 || intid > 1023))
            return (int)i;
    return -1;
}

bool ref_is_spi(unsigned irq)
{
    return irq / 32 >= REF_SPI;
}

static bool exists(unsigned irq)
{
    return ref_find(ref_intid(irq)) >= 0;
}

static unsigned group_of(const struct irq *irq)
{
    if (irq->group_bit)
        return NONSECURE;
    return irq->modifier ? SECURE : ZERO;
}

/* Whether an access may do to the interrupt what takes NSACR = `access` from the other state; 9: never. */
static bool may(const struct irq *irq, bool secure, unsigned access)
{
    return secure || group_of(irq) == NONSECURE || irq->nsacr >= access;
}

static bool pending(const struct irq *irq)
{
    return irq->latch || (irq->line && !irq->edge);
}

static unsigned implemented(unsigned priority)
{
    return priority - priority % (256u >> ref.priority_bits);
}

void ref_reset(unsigned priority_bits)
{
    memset(&ref, 0, sizeof(ref));
    ref.priority_bits = priority_bits;
    for (unsigned i = 0; i < 16; i++)
        ref.irq[i].edge = ref.other[i].edge = true;
    for (unsigned group = 0; group < GROUPS; group++)
        ref.bpr[group] = (priority_bits >= 7 ? 0 : 7 - priority_bits) + (group == NONSECURE);
}

uint32_t ref_read_bits(enum ref_bits reg, unsigned bank, bool secure)
{
    static const unsigned needs[REF_BITS] = {9, 9, 1, 2, 2, 2};
    uint32_t value = 0;

    for (unsigned i = 0; i < 32; i++) {
        const struct irq *irq = &ref.irq[32 * bank + i];
        bool state[] = {irq->enabled, pending(irq), irq->active};

        if (may(irq, secure, needs[reg]) && state[reg / 2])
            value |= UINT32_C(1) << i;
    }
    return value;
}

void ref_write_bits(enum ref_bits reg, unsigned bank, bool secure, uint32_t value)
{
    static const unsigned needs[REF_BITS] = {9, 9, 1, 2, 9, 9};

    for (unsigned i = 0; i < 32; i++) {
        struct irq *irq = &ref.irq[32 * bank + i];
        bool *state[] = {&irq->enabled, &irq->latch, &irq->active};

        if ((value >> i & 1) != 0 && exists(32 * bank + i) && may(irq, secure, needs[reg]))
            *state[reg / 2] = reg % 2 == 0;
    }
}

uint32_t ref_read_groups(bool modifier, unsigned bank, bool secure)
{
    uint32_t value = 0;

    for (unsigned i = 0; secure && i < 32; i++) {
        const struct irq *irq = &ref.irq[32 * bank + i];

        value |= (uint32_t)(modifier ? irq->modifier : irq->group_bit) << i;
    }
    return value;
}

void ref_write_groups(bool modifier, unsigned bank, bool secure, uint32_t value)
{
    for (unsigned i = 0; secure && i < 32; i++) {
        struct irq *irq = &ref.irq[32 * bank + i];

        if (exists(32 * bank + i))
            *(modifier ? &irq->modifier : &irq->group_bit) = value >> i & 1;
    }
}

unsigned ref_read_nsacr(unsigned irq, bool secure)
{
    return secure ? ref.irq[irq].nsacr : 0;
}

void ref_write_nsacr(unsigned irq, bool secure, unsigned access)
{
    if (secure && ref_is_spi(irq) && exists(irq))
        ref.irq[irq].nsacr = access;
}

unsigned ref_read_priority(unsigned irq, bool secure)
{
    unsigned priority = ref.irq[irq].priority;

    if (secure)
        return priority;
    return may(&ref.irq[irq], false, 9) ? priority * 2 % 256 : 0;
}

void ref_write_priority(unsigned irq, bool secure, unsigned priority)
{
    if (exists(irq) && may(&ref.irq[irq], secure, 9))
        ref.irq[irq].priority = implemented(secure ? priority : 128 + priority / 2);
}

unsigned ref_read_config(unsigned irq, bool secure)
{
    return may(&ref.irq[irq], secure, 9) && ref.irq[irq].edge ? 2 : 0;
}

void ref_write_config(unsigned irq, bool secure, unsigned config)
{
    bool sgi = irq / 16 == 0;

    if (!sgi && exists(irq) && may(&ref.irq[irq], secure, 9))
        ref.irq[irq].edge = config >= 2;
}

uint64_t ref_read_route(unsigned irq, bool secure)
{
    return may(&ref.irq[irq], secure, 3) ? ref.irq[irq].route : 0;
}

void ref_write_route(unsigned irq, bool secure, uint64_t route)
{
    if (ref_is_spi(irq) && exists(irq) && may(&ref.irq[irq], secure, 3))
        ref.irq[irq].route = route;
}

void ref_line(unsigned number, bool asserted)
{
    struct irq *irq = &ref.irq[number];

    if (irq->edge && asserted && !irq->line)
        irq->latch = true;
    irq->line = asserted;
}

void ref_message(unsigned number, bool secure, bool secure_register, bool set)
{
    struct irq *irq = &ref.irq[number];

    if (!ref_is_spi(number) || !exists(number) || (secure_register && !secure) || !may(irq, secure, set ? 1 : 2))
        return;
    if (irq->edge)
        irq->latch = set;
    else
        irq->line = set;
}

uint32_t ref_read_ctlr(bool secure)
{
    if (!secure)
        return 0x10 | (uint32_t)ref.distributor[NONSECURE] << 1;
    return 0x30 | ref.distributor[ZERO] | (uint32_t)ref.distributor[NONSECURE] << 1 |
           (uint32_t)ref.distributor[SECURE] << 2;
}

void ref_write_ctlr(bool secure, uint32_t value)
{
    ref.distributor[NONSECURE] = value >> 1 & 1;
    if (!secure)
        return;
    ref.distributor[ZERO] = value & 1;
    ref.distributor[SECURE] = value >> 2 & 1;
}

void ref_write_sgi_nsacr(unsigned cpu, bool secure, uint32_t value)
{
    if (secure)
        ref.sgi_nsacr[cpu] = value;
}

uint32_t ref_read_sgi_nsacr(unsigned cpu, bool secure)
{
    return secure ? ref.sgi_nsacr[cpu] : 0;
}

void ref_other_groups(uint32_t group1, uint32_t grpmod)
{
    for (unsigned i = 0; i < 16; i++) {
        ref.other[i].group_bit = group1 >> i & 1;
        ref.other[i].modifier = grpmod >> i & 1;
    }
}

uint32_t ref_other_pending(void)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 16; i++)
        value |= (uint32_t)ref.other[i].latch << i;
    return value;
}

/* SGI0R is for Group 0. Of the others one is for Secure Group 1, and takes Group 0 with it, the other for Non-secure.
 */
static bool generated(const struct ref_pe *pe, unsigned reg, unsigned group, unsigned nsacr)
{
    bool secure = pe->el3 || !pe->ns;
    bool for_secure = secure ? reg == 1 : reg == 2;

    switch (group) {
    case NONSECURE:
        return reg != 0 && !for_secure;
    case SECURE:
        return for_secure && (secure || nsacr >= 2);
    default:
        return (reg == 0 || for_secure) && (secure || nsacr >= 1);
    }
}

void ref_sgi(const struct ref_pe *pe, unsigned reg, unsigned intid, uint32_t targets)
{
    struct irq *sgi[2] = {&ref.irq[intid], &ref.other[intid]};

    for (unsigned cpu = 0; cpu < 2; cpu++)
        if ((targets >> cpu & 1) != 0 && generated(pe, reg, group_of(sgi[cpu]), ref.sgi_nsacr[cpu] >> 2 * intid & 3))
            sgi[cpu]->latch = true;
}

/* The CPU interface. */
static unsigned running(void)
{
    for (unsigned priority = 0; priority < 256; priority++)
        for (unsigned group = 0; group < GROUPS; group++)
            if (ref.level[group][priority])
                return priority;
    return IDLE;
}

static unsigned running_group(void)
{
    for (unsigned group = 0; group < GROUPS; group++)
        if (running() != IDLE && ref.level[group][running()])
            return group;
    return GROUPS;
}

static bool candidate(const struct irq *irq)
{
    unsigned group = group_of(irq);

    return irq->enabled && pending(irq) && !irq->active && irq->route == 0 && ref.distributor[group] &&
           ref.interface[group];
}

/* Group and priority of the best candidate; GROUPS without one. */
static unsigned best(unsigned *priority)
{
    unsigned best_group = GROUPS;

    *priority = IDLE;
    for (unsigned i = 0; i < REF_IRQS; i++) {
        const struct irq *irq = &ref.irq[i];

        if (!candidate(irq))
            continue;
        if (irq->priority < *priority || (irq->priority == *priority && group_of(irq) < best_group)) {
            *priority = irq->priority;
            best_group = group_of(irq);
        }
    }
    return best_group;
}

bool ref_is_highest(int number)
{
    unsigned priority, group = best(&priority);

    return number >= 0 && candidate(&ref.irq[number]) && ref.irq[number].priority == priority &&
           group_of(&ref.irq[number]) == group;
}

/* The part of a priority that preempts: without its lowest bits, as many as the binary point of the group says. */
static unsigned preempting(unsigned priority, unsigned group)
{
    unsigned ignored = ref.common[group] ? ref.bpr[ZERO] + 1 : ref.bpr[group] + (group != NONSECURE);

    return priority >> ignored << ignored;
}

static bool passes(unsigned priority, unsigned group)
{
    return group != GROUPS && priority < ref.pmr &&
           (running() == IDLE || preempting(priority, group) < preempting(running(), group));
}

int ref_signal(const struct ref_pe *pe)
{
    unsigned priority, group = best(&priority);

    if (!passes(priority, group))
        return 0;
    if (pe->el3 || group == ZERO)
        return 'f';
    return (group == NONSECURE) == pe->ns ? 'i' : 'f';
}

bool ref_special(const struct ref_pe *pe, unsigned n, bool masked, uint32_t *special)
{
    unsigned priority, group = best(&priority);
    bool nonsecure = !pe->el3 && pe->ns;

    *special = 1023;
    if (group == GROUPS || (masked && !passes(priority, group)))
        return true;
    if (n == 1) /* those of Group 1 that the place may serve */
        return group == ZERO || (group == SECURE && nonsecure) || (group == NONSECURE && !pe->el3 && !pe->ns);
    if (group != ZERO && pe->el3)
        *special = group == SECURE ? 1020 : 1021;
    return group != ZERO || nonsecure;
}

void ref_acknowledged(unsigned number)
{
    struct irq *irq = &ref.irq[number];

    irq->latch = false;
    irq->active = true;
    ref.level[group_of(irq)][preempting(irq->priority, group_of(irq))] = true;
}

static bool splits(const struct ref_pe *pe)
{
    return pe->el3 ? ref.split_el3 : ref.split[pe->ns ? NONSECURE : SECURE];
}

void ref_end(const struct ref_pe *pe, unsigned n, uint32_t intid)
{
    unsigned group = running_group();
    int number = ref_find(intid);

    if ((intid >= 1020 && intid <= 1023) || group == GROUPS || (group == ZERO) != (n == 0))
        return;
    if (!pe->el3 && pe->ns != (group == NONSECURE))
        return;
    ref.level[group][running()] = false;
    if (number >= 0 && !splits(pe) && group_of(&ref.irq[number]) == group)
        ref.irq[number].active = false;
}

void ref_deactivate(const struct ref_pe *pe, uint32_t intid)
{
    int number = ref_find(intid);
    unsigned group;

    if (number < 0 || !splits(pe))
        return;
    group = group_of(&ref.irq[number]);
    if (pe->el3 || (group == ZERO && !pe->ns && !pe->fiq) || (group == SECURE && !pe->ns && !pe->irq) ||
        (group == NONSECURE && !pe->irq))
        ref.irq[number].active = false;
}

bool ref_traps_group(const struct ref_pe *pe, unsigned n)
{
    return !pe->el3 && (n == 0 ? pe->fiq : pe->irq);
}

static bool traps(const struct ref_pe *pe, enum ref_icc reg)
{
    switch (reg) {
    case REF_PMR:
    case REF_RPR:
    case REF_CTLR:
        return ref_traps_group(pe, 0) && ref_traps_group(pe, 1);
    case REF_BPR0:
    case REF_IGRPEN0:
    case REF_AP0R:
        return ref_traps_group(pe, 0);
    case REF_CTLR_EL3:
    case REF_IGRPEN1_EL3:
        return !pe->el3;
    default:
        return ref_traps_group(pe, 1);
    }
}

static unsigned preemption_bits(void)
{
    return ref.priority_bits > 7 ? 7 : ref.priority_bits;
}

static bool has_word(enum ref_icc reg, unsigned word)
{
    return (reg != REF_AP0R && reg != REF_AP1R) || 32 * word < 1u << preemption_bits();
}

/* Priorities as Non-secure software sees them that cannot access Group 0. */
static uint32_t view(const struct ref_pe *pe, unsigned priority)
{
    if (pe->el3 || !pe->ns || !pe->fiq || priority == 255)
        return priority;
    return priority < 128 ? 0 : (priority - 128) * 2;
}

static uint32_t levels(unsigned group, unsigned word)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 32; i++) {
        unsigned priority = (32 * word + i) << (8 - preemption_bits());

        if (priority < 256 && ref.level[group][priority])
            value |= UINT32_C(1) << i;
    }
    return value;
}

bool ref_read_icc(const struct ref_pe *pe, enum ref_icc reg, unsigned word, uint32_t *value)
{
    unsigned own = pe->ns ? NONSECURE : SECURE;

    if (traps(pe, reg) || !has_word(reg, word))
        return false;
    switch (reg) {
    case REF_PMR:
        *value = view(pe, ref.pmr);
        break;
    case REF_RPR:
        *value = view(pe, running() == IDLE ? 255 : running());
        break;
    case REF_CTLR:
        *value = ref.common[own] | (uint32_t)ref.split[own] << 1;
        break;
    case REF_BPR0:
        *value = ref.bpr[ZERO];
        break;
    case REF_BPR1:
        *value = ref.bpr[own];
        if (!pe->el3 && ref.common[own])
            *value = own == SECURE ? ref.bpr[ZERO] : ref.bpr[ZERO] + (ref.bpr[ZERO] < 7);
        break;
    case REF_IGRPEN0:
        *value = ref.interface[ZERO];
        break;
    case REF_IGRPEN1:
        *value = ref.interface[own];
        break;
    case REF_AP0R:
        *value = levels(ZERO, word);
        break;
    case REF_AP1R:
        *value = levels(own, word);
        break;
    case REF_CTLR_EL3:
        *value = ref.common[SECURE] | (uint32_t)ref.common[NONSECURE] << 1 | (uint32_t)ref.split_el3 << 2 |
                 (uint32_t)ref.split[SECURE] << 3 | (uint32_t)ref.split[NONSECURE] << 4;
        break;
    default:
        *value = ref.interface[NONSECURE] | (uint32_t)ref.interface[SECURE] << 1;
    }
    return true;
}

static void set_bpr(unsigned group, unsigned value)
{
    unsigned least = 7 - preemption_bits() + (group == NONSECURE);

    ref.bpr[group] = value % 8 < least ? least : value % 8;
}

static void set_levels(unsigned group, unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < 32; i++) {
        unsigned priority = (32 * word + i) << (8 - preemption_bits());

        if (priority < 256)
            ref.level[group][priority] = (value >> i & 1) != 0 && (group != NONSECURE || priority >= 128);
    }
}

static void write_pmr(const struct ref_pe *pe, uint32_t value)
{
    bool own_view = !pe->el3 && pe->ns && pe->fiq;

    if (own_view && ref.pmr < 128)
        return;
    ref.pmr = implemented(own_view ? 128 + value % 256 / 2 : value % 256);
}

bool ref_write_icc(const struct ref_pe *pe, enum ref_icc reg, unsigned word, uint32_t value)
{
    unsigned own = pe->ns ? NONSECURE : SECURE;

    if (traps(pe, reg) || reg == REF_RPR || !has_word(reg, word))
        return false;
    switch (reg) {
    case REF_PMR:
        write_pmr(pe, value);
        break;
    case REF_CTLR:
        ref.split[own] = value >> 1 & 1;
        break;
    case REF_BPR0:
        set_bpr(ZERO, value);
        break;
    case REF_BPR1:
        if (pe->el3 || !ref.common[own])
            set_bpr(own, value);
        else if (own == SECURE)
            set_bpr(ZERO, value);
        break;
    case REF_IGRPEN0:
        ref.interface[ZERO] = value & 1;
        break;
    case REF_IGRPEN1:
        ref.interface[own] = value & 1;
        break;
    case REF_AP0R:
        set_levels(ZERO, word, value);
        break;
    case REF_AP1R:
        set_levels(own, word, value);
        break;
    case REF_CTLR_EL3:
        ref.common[SECURE] = value & 1;
        ref.common[NONSECURE] = value >> 1 & 1;
        ref.split_el3 = value >> 2 & 1;
        ref.split[SECURE] = value >> 3 & 1;
        ref.split[NONSECURE] = value >> 4 & 1;
        break;
    default:
        ref.interface[NONSECURE] = value & 1;
        ref.interface[SECURE] = value >> 1 & 1;
    }
    return true;
}
