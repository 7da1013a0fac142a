/* SPDX-License-Identifier: Apache-2.0 */
#include "lr_state.h"

#include "check.h"
#include "linked.h"
#include "route.h"

const struct vif *vif;

/*
 * Linked and physically active: the guest's EOI deactivates both (HW). That leaves no room for active and pending at
 * once (IHI 0069H 12.4.12); then, and for a level-sensitive input of the model's own, the EOI is reported instead.
 * `report` and the VM's lr.hw=0 ask for that too.
 */
static struct list_reg describe(const struct virq *irq, uint64_t state, bool report)
{
    const struct virq_bank *bank = irq->bank;
    bool held = (bank->held & irq->mask) != 0;
    bool ended_in_hw = held && !report && state != (vif->pending | vif->active) && !bank->vm->limits.eois_reported;

    return (struct list_reg){
        .intid = irq->intid,
        .pintid = irq->pintid,
        .priority = (int16_t)((state & vif->active) != 0 ? irq->running : irq->priority),
        .group1 = (bank->group1 & irq->mask) != 0,
        .hw = ended_in_hw,
        .eoi = held || report || (bank->line & ~bank->edge & irq->mask) != 0,
        .cpu = irq->source,
    };
}

/*
 * A list register holds an SGI of one source CPU. The lowest-numbered of those that wait becomes pending; true if there
 * are more, which are pending once this one is completed (IHI 0048B.b 3.2.2).
 */
static bool more_sources(struct vgic_cpu *cpu, struct virq *irq, uint64_t state)
{
    uint8_t *sources = &cpu->sgi_sources[irq->intid];

    if (state == vif->pending) {
        CHECK(*sources != 0);
        irq->source = (uint8_t)__builtin_ctz(*sources);
        *sources &= (uint8_t)(*sources - 1);
    }
    if (*sources == 0)
        return false;
    irq->bank->again |= irq->mask;
    return true;
}

static void fill(struct vgic_cpu *cpu, struct virq *irq, uint64_t state, bool report)
{
    unsigned n = (unsigned)__builtin_ctz(~cpu->delivery.lr.used);
    struct list_reg reg;

    if (lr_has_sources(irq))
        report |= more_sources(cpu, irq, state);
    reg = describe(irq, state, report);
    cpu->delivery.lr.used |= BIT32(n);
    cpu->delivery.lr.hw = reg.hw ? cpu->delivery.lr.hw | BIT32(n) : cpu->delivery.lr.hw & ~BIT32(n);
    cpu->delivery.lr.written[n] = vif->pack(&reg);
    cpu->delivery.lr.held[n] = irq;
    irq->lr = (uint8_t)n;
    irq->holder = cpu;
    irq->bank->resident |= irq->mask;
    vif->write(n, cpu->delivery.lr.written[n] | state);
    if ((irq->bank->held & irq->mask) != 0 && state == vif->pending)
        lr_watch(cpu, irq);
}

/*
 * The guest completed `irq`, which had list register `n`. A linked one's line is sampled anew: still asserted, the
 * physical interrupt arrives again.
 */
static void completed(const struct vgic_cpu *cpu, struct virq *irq, unsigned n)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;

    bank->resident &= ~bit;
    bank->latch = (bank->latch & ~bit) | (bank->again & bit);
    bank->again &= ~bit;
    if ((bank->hw & bit) == 0)
        return;
    bank->line &= ~bit;
    if ((bank->held & bit) != 0 && (cpu->delivery.lr.hw >> n & 1) == 0)
        linked_deactivate(irq);
    bank->held &= ~bit;
}

static void fold(struct vgic_cpu *cpu, uint32_t done)
{
    cpu->delivery.lr.used &= ~done;
    for (; done != 0; done &= done - 1) {
        unsigned n = (unsigned)__builtin_ctz(done);

        if ((cpu->delivery.lr.hw >> n & 1) == 0)
            vif->write(n, 0); /* an EOI that it reports is reported until then */
        completed(cpu, cpu->delivery.lr.held[n], n);
        virq_update_one(cpu->delivery.lr.held[n]);
    }
    if (lr_waiting(cpu) || cpu->delivery.lr.outside)
        cpu->dirty = true;
}

void lr_fold(struct vgic_cpu *cpu)
{
    uint32_t used = cpu->delivery.lr.used;
    uint32_t done = used == 0 ? 0 : used & vif->empty();

    if (done != 0)
        fold(cpu, done);
}

/* A register that reports an EOI counts as empty only once that is cleared: it is in ICH_EISR_EL2 instead. */
void lr_fold_reported(struct vgic_cpu *cpu)
{
    fold(cpu, cpu->delivery.lr.used & (vif->empty() | vif->ended()));
}

void lr_take_out(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;
    uint64_t value = vif->read(irq->lr);

    vif->write(irq->lr, 0);
    cpu->delivery.lr.used &= ~BIT32(irq->lr);
    if ((value & (vif->pending | vif->active)) == 0) {
        completed(cpu, irq, irq->lr);
        return;
    }
    bank->resident &= ~bit;
    if ((value & vif->pending) != 0 && lr_has_sources(irq))
        cpu->sgi_sources[irq->intid] |= (uint8_t)BIT32(irq->source);
    if ((value & vif->pending) == 0)
        bank->latch &= ~bit;
    else if ((virq_pending(bank) & bit) == 0)
        bank->latch |= bit;
    bank->latch |= bank->again & bit;
    bank->again &= ~bit;
    if ((value & vif->active) != 0 && irq->intid < INTID_LPI_FIRST) { /* QEMU's LPIs are active until their EOI */
        bank->active |= bit;
        irq->running = vif->priority(value);
        cpu->delivery.lr.outside = true;
        cpu->dirty = true;
    }
}

/*
 * Of equal priorities the one in the first list register is signalled, and the guest may be about to acknowledge it, in
 * its group: it is to be the first one again. Where they are too few for all that are pending Group 0 comes first.
 */
static void remember_first(struct vgic_cpu *cpu)
{
    const struct virq *first = NULL;

    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        const struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        if ((vif->read(irq->lr) & (vif->pending | vif->active)) == vif->pending &&
            (first == NULL || irq->priority < first->priority))
            first = irq;
    }
    cpu->delivery.lr.group1_first = first != NULL && virq_group(first) != 0;
}

void lr_take_out_all(struct vgic_cpu *cpu)
{
    remember_first(cpu);
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        lr_take_out(cpu, irq);
        virq_update_one(irq);
    }
}

static bool full(const struct vgic_cpu *cpu)
{
    return cpu->delivery.lr.used == cpu->delivery.lr.all;
}

/* The bank at place `i` of those that may hold interrupts of `cpu`; NULL behind the last. */
static struct virq_bank *bank_at(struct vgic_cpu *cpu, unsigned i)
{
    if (i == 0)
        return &cpu->local;
    return i <= VGIC_SPI_BANKS ? &cpu->vm->spi[i - 1] : NULL;
}

/* The highest-priority active interrupt of `cpu` that has no list register; NULL when all have one. */
static struct virq *highest_outside(struct vgic_cpu *cpu)
{
    struct virq *best = NULL;
    struct virq_bank *bank;

    for (unsigned i = 0; (bank = bank_at(cpu, i)) != NULL; i++) {
        for (uint32_t bits = bank->active & ~bank->resident; bits != 0; bits &= bits - 1) {
            struct virq *irq = &bank->irq[__builtin_ctz(bits)];

            if (irq->holder == cpu && (best == NULL || irq->running < best->running))
                best = irq;
        }
    }
    return best;
}

/*
 * Active, and pending too if software or an edge made it so again and it is not disabled. When it is routed elsewhere
 * by now, or has another priority, it has to leave this list register before it is pending: its EOI is reported. So
 * does an SGI with sources, of which a list register holds one.
 */
static void fill_active(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    bool here = lr_may_pend(irq, irq->running);

    bank->active &= ~irq->mask;
    if (here && !lr_has_sources(irq) && (bank->latch & bank->forwarded & irq->mask) != 0) {
        fill(cpu, irq, vif->active | vif->pending, false);
        return;
    }
    bank->again |= bank->latch & irq->mask;
    bank->latch &= ~irq->mask;
    fill(cpu, irq, vif->active, !here);
}

static void place_active(struct vgic_cpu *cpu)
{
    while (cpu->delivery.lr.outside && !full(cpu)) {
        struct virq *irq = highest_outside(cpu);

        if (irq == NULL) {
            cpu->delivery.lr.outside = false;
            return;
        }
        fill_active(cpu, irq);
    }
    if (cpu->delivery.lr.outside && highest_outside(cpu) == NULL)
        cpu->delivery.lr.outside = false;
}

/* The first of the queues whose groups are in `groups`, a bit each. */
static struct virq *highest_waiting(const struct vgic_cpu *cpu, unsigned groups)
{
    struct virq *group0 = (groups & 1) != 0 ? cpu->ready[0].front : NULL;
    struct virq *group1 = (groups & 2) != 0 ? cpu->ready[1].front : NULL;

    if (group0 == NULL || (group1 != NULL && group1->priority < group0->priority + cpu->delivery.lr.group1_first))
        return group1;
    return group0;
}

static void place_pending(struct vgic_cpu *cpu, unsigned groups)
{
    struct virq *irq;

    while (!full(cpu) && (irq = highest_waiting(cpu, groups)) != NULL) {
        fill(cpu, irq, vif->pending, false);
        virq_update_one(irq);
    }
}

#define GROUPS_ALL 3U

/* The groups that the guest has enabled at its CPU interface, a bit each. */
static unsigned enabled_groups(void)
{
    uint32_t vmcr = vif->read_vmcr();

    return ((vmcr & ICH_VMCR_VENG0) != 0 ? 1U : 0) | ((vmcr & ICH_VMCR_VENG1) != 0 ? 2U : 0);
}

/* One that is active too: it becomes pending at its EOI, without an exit, and may then not be the highest. */
static void take_out_all_pending(struct vgic_cpu *cpu)
{
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        if ((vif->read(irq->lr) & (vif->active | vif->pending)) == vif->active)
            continue;
        lr_take_out(cpu, irq);
        virq_update_one(irq);
    }
}

/*
 * Exit when one of `groups`, which are enabled, is disabled. QEMU's VGrp0D condition looks at VENG1: it is asked for
 * only while VENG1 is set, so that it cannot hold at once.
 */
static uint32_t report_disabled(unsigned groups)
{
    return (groups & 2) == 0 ? 0 : ICH_HCR_VGRP1DIE | ((groups & 1) != 0 ? ICH_HCR_VGRP0DIE : 0);
}

uint32_t lr_watch_groups(struct vgic_cpu *cpu)
{
    unsigned groups = enabled_groups();

    cpu->cpuif.group_enabled[0] = (groups & 1) != 0;
    cpu->cpuif.group_enabled[1] = (groups & 2) != 0;
    route_choose_anew(cpu->vm);
    return report_disabled(groups) | ((groups & 1) != 0 ? 0 : ICH_HCR_VGRP0EIE) |
           ((groups & 2) != 0 ? 0 : ICH_HCR_VGRP1EIE);
}

/*
 * Maintenance conditions that tell of group enables, for machines where those do not trap: exit when a group is enabled
 * whose interrupts wait, or one disabled whose interrupts are in the way.
 */
static uint32_t group_conditions(const struct vgic_cpu *cpu, unsigned groups)
{
    uint32_t hcr = 0;

    if (cpu->ready[0].front != NULL && (groups & 1) == 0)
        hcr |= ICH_HCR_VGRP0EIE;
    if (cpu->ready[1].front != NULL && (groups & 2) == 0)
        hcr |= ICH_HCR_VGRP1EIE;
    return hcr | report_disabled(groups);
}

/*
 * More need a list register than there are. Active ones keep theirs while another is left for a pending one: outside,
 * each costs an exit at its EOI, more than it would save at the next refill. Exit when no pending one is left in them
 * (NPIE), if one waits that could be signalled: else that would be so at once, for ever. And when the guest enables or
 * disables a group.
 */
static uint32_t place_by_rank(struct vgic_cpu *cpu)
{
    unsigned groups = enabled_groups();
    uint32_t hcr;

    take_out_all_pending(cpu);
    if (full(cpu))
        lr_take_out_all(cpu);
    cpu->delivery.lr.group1_first = false;
    place_pending(cpu, groups);
    place_active(cpu);
    place_pending(cpu, GROUPS_ALL);
    if (!lr_waiting(cpu))
        return 0;
    hcr = highest_waiting(cpu, groups) != NULL ? ICH_HCR_NPIE : 0;
    if (!cpu->delivery.lr.watching_groups)
        cpu->delivery.lr.watching_groups = vif->trap_groups(true);
    return cpu->delivery.lr.watching_groups ? hcr : hcr | group_conditions(cpu, groups);
}

static void watch_groups_no_more(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.watching_groups = false;
    (void)vif->trap_groups(false);
}

void lr_place(struct vgic_cpu *cpu)
{
    uint32_t hcr = cpu->delivery.lr.hcr_always;
    bool too_many = (cpu->delivery.lr.hcr & ICH_HCR_NPIE) != 0 && lr_waiting(cpu);

    if (lr_waiting(cpu) && !too_many) /* as far as is known */
        place_pending(cpu, GROUPS_ALL);
    if (cpu->delivery.lr.outside && !too_many)
        place_active(cpu);
    if (lr_waiting(cpu))
        hcr |= place_by_rank(cpu);
    else if (cpu->delivery.lr.watching_groups)
        watch_groups_no_more(cpu);
    if (cpu->delivery.lr.outside)
        hcr |= ICH_HCR_LRENPIE | ICH_HCR_TDIR;
    cpu->dirty = false;
    if (hcr != cpu->delivery.lr.hcr) {
        cpu->delivery.lr.hcr = hcr;
        vif->write_hcr(hcr);
    }
}

/*
 * With EOImode = 1 an EOI only drops the priority; what deactivates is DIR, which traps while something is outside.
 * QEMU counts those EOIs too. An EOI that did not drop the priority of the highest one outside was for another one,
 * which software had made inactive meanwhile.
 */
void lr_count_eois(struct vgic_cpu *cpu)
{
    uint64_t count;

    if ((cpu->delivery.lr.hcr & ICH_HCR_LRENPIE) == 0)
        return;
    count = FIELD_GET(ICH_HCR_EOICOUNT, vif->read_hcr());
    if (count == 0)
        return;
    vif->write_hcr(cpu->delivery.lr.hcr);
    if ((vif->read_vmcr() & ICH_VMCR_VEOIM) != 0)
        return;
    for (; count > 0; count--) {
        struct virq *irq = highest_outside(cpu);

        if (irq == NULL || irq->running == RUNNING_NOWHERE || vif->running_priority() <= irq->running)
            break;
        vgic_deactivate(irq);
    }
    cpu->dirty = true;
}
