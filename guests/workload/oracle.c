/* SPDX-License-Identifier: Apache-2.0 */
/* What each acknowledge must be (IHI 0069H 4.1.2, 4.8). */
#include "workload.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/intid.h"

#define PRIORITY_IDLE 0x100
#define PRIORITY_NMI  (-1) /* with SCTLR_EL1.NMI = 0 that is all that it is: the first (4.6.3) */
#define SETTLE_TURNS  1000

struct oracle oracle;

/* The bits of a priority that preempt: BPR0 = n splits above bit n, BPR1 = n at bit n (4.8.3). */
static int group_priority(int priority, unsigned group)
{
    return priority < 0 ? priority : priority & (0xff << (oracle.bpr[group] + (group == 0 ? 1 : 0)));
}

static int priority_of(const struct source *source)
{
    return source->nmi ? PRIORITY_NMI : source->priority;
}

static int running(void)
{
    return oracle.depth == 0 ? PRIORITY_IDLE : oracle.running[oracle.depth - 1];
}

/* Pending and forwarded to the CPU interface, whatever is running and enabled there. */
static bool waiting(const struct source *source)
{
    return source->pending && !source->active && source->enabled;
}

static bool forwarded(const struct source *source)
{
    return waiting(source) && oracle.group_enabled[source->group];
}

/* Passes the priority mask and preempts what is running. */
static bool sufficient(const struct source *source)
{
    return priority_of(source) < oracle.pmr && group_priority(priority_of(source), source->group) < running();
}

static struct source *find(uint32_t intid)
{
    for (unsigned i = 0; i < oracle.count; i++)
        if (oracle.source[i].intid == intid)
            return &oracle.source[i];
    return NULL;
}

static void check_order(const struct source *source)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct source *other = &oracle.source[i];

        if (other != source && forwarded(other) && priority_of(other) < priority_of(source))
            workload_fail("priority inversion: %u (0x%x) acknowledged before %u (0x%x)", source->intid,
                          source->priority, other->intid, other->priority);
    }
}

struct source *oracle_acknowledge(uint32_t intid, unsigned group)
{
    struct source *source = find(intid);

    if (source == NULL)
        workload_fail("Group %u acknowledged %u, which nothing raised", group, intid);
    if (source->group != group)
        workload_fail("%u of Group %u acknowledged as Group %u", intid, source->group, group);
    if (source->active)
        workload_fail("%u acknowledged while it is active", intid);
    if (!source->pending && !source->raising)
        workload_fail("%u acknowledged once too often: raised %lu, acknowledged %lu", intid, source->raised,
                      source->acknowledged);
    source->pending = true;
    if (!forwarded(source) || !sufficient(source))
        workload_fail("%u acknowledged while it is masked: enabled %u, priority 0x%x, PMR 0x%x, running 0x%x", intid,
                      source->enabled, source->priority, oracle.pmr, running());
    check_order(source);
    source->pending = source->raising = false;
    source->active = true;
    source->acknowledged++;
    oracle.acknowledged++;
    oracle.running[oracle.depth++] = group_priority(priority_of(source), group);
    if (oracle.depth > oracle.deepest)
        oracle.deepest = oracle.depth;
    return source;
}

void oracle_end(struct source *source)
{
    oracle.depth--;
    if (!oracle.eoimode)
        source->active = false;
}

/*
 * What must be taken: the highest-priority pending interrupt, if it is sufficient; what is behind an insufficient one
 * waits, whatever it could preempt (4.8.2). Among equals the implementation chooses: all of them must be sufficient.
 * One of a group that the CPU interface has disabled hides what is behind it from QEMU's controller, not from others.
 */
static const struct source *due(void)
{
    const struct source *highest = NULL;

    for (unsigned i = 0; i < oracle.count; i++)
        if (waiting(&oracle.source[i]) && (highest == NULL || priority_of(&oracle.source[i]) < priority_of(highest)))
            highest = &oracle.source[i];
    for (unsigned i = 0; highest != NULL && i < oracle.count; i++)
        if (waiting(&oracle.source[i]) && priority_of(&oracle.source[i]) == priority_of(highest) &&
            !(forwarded(&oracle.source[i]) && sufficient(&oracle.source[i])))
            return NULL;
    return highest;
}

/* The architecture says "in finite time". */
void oracle_settled(void)
{
    const struct source *left = due();

    for (unsigned turn = 0; left != NULL && turn < SETTLE_TURNS; turn++) {
        isb();
        left = due();
    }
    if (left != NULL)
        workload_fail("lost: %u of Group %u (0x%x) is pending and not taken, running 0x%x", left->intid, left->group,
                      left->priority, running());
}

static bool read_bit(uint32_t reg, uint32_t intid)
{
    uintptr_t frame = intid < INTID_SPI_FIRST ? gic->banked() : machine.gicd.base;

    return (mmio_read32(frame + reg + 4 * (uintptr_t)(intid / 32)) >> intid % 32 & 1) != 0;
}

void oracle_compare(void)
{
    const struct source *source = &oracle.source[random_below(oracle.count)];
    int priority = (int)(get_rpr() & 0xff), expected = running() == PRIORITY_IDLE ? 0xff : running();

    if (source->raising)
        return;
    if (read_bit(GICD_ISPENDR, source->intid) != source->pending)
        workload_fail("ISPENDR of %u is not %u", source->intid, source->pending);
    if (read_bit(GICD_ISACTIVER, source->intid) != source->active)
        workload_fail("ISACTIVER of %u is not %u", source->intid, source->active);
    if (priority != (expected == PRIORITY_NMI ? 0 : expected))
        workload_fail("RPR 0x%x, running 0x%x", priority, running());
}

void oracle_account(void)
{
    for (unsigned i = 0; i < oracle.count; i++) {
        const struct source *source = &oracle.source[i];

        if (source->pending || source->active || source->raising)
            workload_fail("%u is left over: pending %u, active %u", source->intid, source->pending, source->active);
        if (read_bit(GICD_ISPENDR, source->intid) || read_bit(GICD_ISACTIVER, source->intid))
            workload_fail("%u is pending or active in the distributor at the end", source->intid);
        if (source->raised != source->acknowledged + source->coalesced + source->withdrawn)
            workload_fail("%u: raised %lu, acknowledged %lu, coalesced %lu, withdrawn %lu", source->intid,
                          source->raised, source->acknowledged, source->coalesced, source->withdrawn);
    }
}
