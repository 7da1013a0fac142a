/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of virtual interrupts (IHI 0069H 4.1.2). State lives here, once: 32 interrupts to a bank, one word per
 * property, so that a register of the distributor is a word of the bank. What a strategy puts into hardware is a cache
 * of it, marked `resident`.
 */
#ifndef VGIC_VIRQ_H
#define VGIC_VIRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "field.h"
#include "list.h"
#include "regs/groups.h"

struct vgic;
struct vgic_cpu;
struct virq_bank;

struct virq {
    struct list link; /* in its target's ready queue while queued */
    struct virq_bank *bank;
    struct vgic_cpu *holder; /* resident, or active outside its list registers: whose */
    struct vgic_cpu *target; /* NULL: routed to a CPU that does not exist, or none takes part in 1 of N */
    uint32_t route;          /* IROUTER's affinity, a byte a level */
    uint32_t intid;
    uint32_t pintid;   /* of the physical interrupt it is linked to, 0 without one; an LPI's is its own INTID */
    uint32_t mask;     /* its bit in the words of its bank */
    int16_t priority;  /* what decides: `ipriority`, or PRIORITY_NMI */
    int16_t running;   /* while active outside list registers: the priority that its EOI drops, or RUNNING_NOWHERE */
    uint8_t ipriority; /* IPRIORITYR */
    uint8_t lr;        /* while resident */
    uint8_t group;     /* enum gic_group: the ready queue that it belongs into */
    uint8_t source;    /* GICv2, an SGI while resident or active: the CPU that sent it */
};

/*
 * Of an interrupt with the non-maskable property: above priority 0, whatever its own says (IHI 0069H 4.6.3). Every
 * binary point leaves it as it is; its lowest eight bits are those of priority 0, in whose list it waits; its lowest
 * twelve are what ICH_LR<n>_EL2 has for one from NMI down to Priority.
 */
#define PRIORITY_NMI (-0x800)

/* Made active by software: no EOI of the guest ends it. PMR masks this priority always. */
#define RUNNING_NOWHERE 0xff

/* Words that are used together stand in pairs, for one load or store. */
struct virq_bank {
    struct vgic *vm;
    uint32_t forwarded;   /* derived: enabled and allowed */
    uint32_t edge;        /* ICFGR: edge-triggered; clear: level-sensitive */
    uint32_t latch;       /* pending by an edge or by software */
    uint32_t active;      /* ISACTIVER */
    uint32_t line;        /* the interrupt's input is asserted */
    uint32_t held;        /* linked, and where the strategy says so: the physical one is active */
    uint32_t resident;    /* state is in hardware until fetched or synced */
    uint32_t queued;      /* in a ready queue */
    uint32_t group1;      /* IGROUPR; clear: Group 0 */
    uint32_t enabled;     /* ISENABLER */
    uint32_t allowed;     /* derived: of a group that is enabled in the distributor */
    uint32_t hw;          /* linked to a physical interrupt, deactivated together with it */
    uint32_t again;       /* resident, and to be pending again: raised by another core, or not to be taken from there */
    uint32_t implemented; /* the others are RAZ/WI: INTIDs 1020 to 1023 are special */
    struct virq irq[32];
    uint32_t any; /* IROUTER.Interrupt_Routing_Mode: to one of the vCPUs */
    uint32_t nmi; /* INMIR: non-maskable, those of Group 1 */
};

#define PRIORITIES 256

/*
 * Deliverable interrupts of one group for one vCPU, by priority; first come, first served among equals. The first of
 * them stands apart from the others, so that a lone one, the common case, costs no more than a pointer; all operations
 * take constant time however many wait. Non-maskable ones stand in the list of priority 0, before its own: the last
 * that came is the next.
 */
struct virq_queue {
    struct virq *front; /* NULL when empty */
    struct virq_lists *lists;
    uint32_t groups;            /* of the lists: bit 31 - n: priorities 8n .. 8n + 7 are not empty */
    uint8_t members[32];        /* bit 7 - m: priority 8n + m is not empty */
} __attribute__((aligned(64))); /* there is an array of them: an index is a shift */

struct virq_lists {
    struct list head[PRIORITIES];
};

void virq_bank_init(struct virq_bank *bank, struct vgic *vm, uint32_t first_intid, struct vgic_cpu *target);
void virq_queue_init(struct virq_queue *queue, struct virq_lists *lists);

/* Pending is derived: the latch, or the line of a level-sensitive interrupt (IHI 0069H 4.1.2, 4.3). */
static inline uint32_t virq_pending(const struct virq_bank *bank)
{
    return bank->latch | (bank->line & ~bank->edge);
}

static inline unsigned virq_group(const struct virq *irq)
{
    return irq->group;
}

static inline bool virq_is_nmi(const struct virq *irq)
{
    return irq->priority < 0;
}

/*
 * Which interrupts of the bank belong into a ready queue: enabled, pending, not active, not resident, their group
 * enabled in the distributor.
 */
static inline uint32_t virq_ready(const struct virq_bank *bank)
{
    return bank->forwarded & virq_pending(bank) & ~(bank->active | bank->resident);
}

/*
 * Bring the ready queues in line with the bank, for all its interrupts or for one. An interrupt that is routed nowhere
 * is in none. Call after any change of the words above. virq_requeue() is the second half of virq_update_one().
 */
void virq_update(struct virq_bank *bank);
void virq_requeue(struct virq *irq);

static inline void virq_update_one(struct virq *irq)
{
    if (((virq_ready(irq->bank) ^ irq->bank->queued) & irq->mask) != 0)
        virq_requeue(irq);
}

/* Changes of what decides about a queue, and about the place in it; the queues follow. */
void virq_set_enabled(struct virq_bank *bank, uint32_t enabled);
void virq_set_allowed(struct virq_bank *bank, uint32_t allowed);
/* `secure1`: those without a bit of `group1` that are of Secure Group 1; `allowed` of the new groups. */
void virq_set_groups(struct virq_bank *bank, uint32_t group1, uint32_t secure1, uint32_t allowed);
void virq_set_priority(struct virq *irq, uint8_t priority);
void virq_set_nmi(struct virq_bank *bank, uint32_t nmi);
void virq_set_target(struct virq *irq, struct vgic_cpu *target);

#endif
