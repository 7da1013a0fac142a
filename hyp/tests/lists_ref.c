/* SPDX-License-Identifier: Apache-2.0 */
#include "lists_ref.h"

#include <string.h>

struct reference lists_ref[LISTS_REF_INTIDS];
struct lists_ref_interface lists_ref_interface;

static struct {
    int priority;
    unsigned group;
    uint32_t value;
} stack[LISTS_REF_INTIDS];
static unsigned depth;
static uint32_t acknowledged[LISTS_REF_INTIDS]; /* the value, of those that are active */

void lists_ref_reset(void)
{
    memset(lists_ref, 0, sizeof(lists_ref));
    lists_ref_interface = (struct lists_ref_interface){.forwarded = {true, true}};
    depth = 0;
}

bool lists_ref_pending(uint32_t intid)
{
    const struct reference *irq = &lists_ref[intid];

    return irq->latch || (irq->line && !irq->edge) || irq->sources != 0;
}

uint32_t lists_ref_pending_word(uint32_t first)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 32; i++)
        word |= (uint32_t)lists_ref_pending(first + i) << i;
    return word;
}

uint32_t lists_ref_active_word(uint32_t first)
{
    uint32_t word = 0;

    for (unsigned i = 0; i < 32; i++)
        word |= (uint32_t)lists_ref[first + i].active << i;
    return word;
}

bool lists_ref_nothing_active(void)
{
    return lists_ref_active_word(0) == 0 && lists_ref_active_word(32) == 0;
}

static bool deliverable(uint32_t intid)
{
    const struct reference *irq = &lists_ref[intid];

    return irq->enabled && !irq->active && lists_ref_pending(intid) && lists_ref_interface.group[irq->group] &&
           lists_ref_interface.forwarded[irq->group];
}

int lists_ref_priority(uint32_t intid)
{
    const struct reference *irq = &lists_ref[intid];

    return irq->nmi && irq->group == 1 ? LISTS_REF_NMI : (int)irq->priority;
}

int lists_ref_highest(unsigned *group)
{
    int best = LISTS_REF_IDLE;

    for (uint32_t intid = 0; intid < LISTS_REF_INTIDS; intid++) {
        if (!deliverable(intid))
            continue;
        if (lists_ref_priority(intid) < best ||
            (lists_ref_priority(intid) == best && lists_ref[intid].group < *group)) {
            best = lists_ref_priority(intid);
            *group = lists_ref[intid].group;
        }
    }
    return best;
}

int lists_ref_signalled(unsigned *group)
{
    int best = lists_ref_highest(group);

    return best < lists_ref_interface.pmr && (depth == 0 || best < stack[depth - 1].priority) ? best : LISTS_REF_IDLE;
}

static bool source_known(struct reference *irq, uint32_t value)
{
    unsigned bit = 1U << (value >> LISTS_REF_CPUID);

    if (irq->sources == 0)
        return value >> LISTS_REF_CPUID == 0;
    if ((irq->sources & bit) == 0)
        return false;
    irq->sources &= ~bit;
    return true;
}

bool lists_ref_acknowledge(uint32_t value, unsigned group)
{
    uint32_t intid = value & ((1U << LISTS_REF_CPUID) - 1);

    if (intid >= LISTS_REF_INTIDS || !deliverable(intid) || lists_ref[intid].group != group ||
        !source_known(&lists_ref[intid], value))
        return false;
    lists_ref[intid].latch = false;
    lists_ref[intid].active = true;
    acknowledged[intid] = value;
    stack[depth].priority = lists_ref_priority(intid);
    stack[depth].group = group;
    stack[depth++].value = value;
    return true;
}

bool lists_ref_end(uint32_t *value, unsigned *group)
{
    if (depth == 0)
        return false;
    depth--;
    *value = stack[depth].value;
    *group = stack[depth].group;
    if (!lists_ref_interface.eoimode)
        lists_ref[*value & ((1U << LISTS_REF_CPUID) - 1)].active = false;
    return true;
}

static bool runs(uint32_t intid)
{
    for (unsigned n = 0; n < depth; n++)
        if (stack[n].value == acknowledged[intid])
            return true;
    return false;
}

bool lists_ref_deactivate(uint32_t from, uint32_t *value)
{
    for (unsigned tries = 0; lists_ref_interface.eoimode && tries < LISTS_REF_INTIDS; tries++) {
        uint32_t intid = (from + tries) % LISTS_REF_INTIDS;

        if (!lists_ref[intid].active || runs(intid))
            continue;
        lists_ref[intid].active = false;
        *value = acknowledged[intid];
        return true;
    }
    return false;
}
