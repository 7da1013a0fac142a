/* SPDX-License-Identifier: Apache-2.0 */
#include "consistent.h"

#include "check.h"

#define INTIDS_MAX (BIT32(VLPI_BITS_MOST) + INTID_ESPI_COUNT)

static void check_bank(const struct vgic *vm, const struct virq_bank *bank)
{
    uint32_t state = bank->enabled | bank->group1 | bank->edge | bank->latch | bank->line | bank->active | bank->queued;

    CHECK(bank->forwarded == (bank->enabled & bank->allowed));
    CHECK(((state | bank->nmi) & ~bank->implemented) == 0);
    CHECK(bank->nmi == 0 || vm->limits.nmi);
    CHECK(bank->resident == 0);
    for (unsigned i = 0; i < 32; i++) {
        const struct virq *irq = &bank->irq[i];
        bool ready = (virq_ready(bank) >> i & 1) != 0 && irq->target != NULL;

        bool nmi = (bank->nmi >> i & 1) != 0 && irq->group == GIC_GROUP1_NS;

        CHECK(irq->bank == bank && irq->mask == BIT32(i));
        CHECK((bank->queued >> i & 1) == ready);
        CHECK((irq->ipriority & (0xff >> vm->limits.priority_bits)) == 0);
        CHECK(irq->priority == (nmi ? PRIORITY_NMI : irq->ipriority));
        CHECK((irq->group == GIC_GROUP1_NS) == (bank->group1 >> i & 1));
        CHECK((bank->enabled >> i & 1) == 0 || (bank->allowed >> i & 1) == vm->group_enabled[irq->group]);
    }
}

/* An interrupt of 1 of N is aimed at the first vCPU that takes part; how many there are of them in the bank. */
static unsigned check_any(const struct vgic *vm, const struct virq_bank *bank)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 32; i++) {
        const struct vgic_cpu *first = NULL;
        unsigned group = virq_group(&bank->irq[i]);

        if ((bank->any >> i & 1) == 0)
            continue;
        for (unsigned n = vm->cpus; n-- > 0;)
            if (!vm->cpu[n]->asleep && !vm->cpu[n]->opted_out[group] && vm->cpu[n]->cpuif.group_enabled[group])
                first = vm->cpu[n];
        CHECK(bank->irq[i].target == first);
        count++;
    }
    CHECK((bank->any & ~bank->implemented) == 0);
    return count;
}

/* Interrupts of the bank that stand in the queue of `cpu` and `group`. */
static unsigned members(const struct virq_bank *bank, const struct vgic_cpu *cpu, unsigned group)
{
    unsigned count = 0;

    for (uint32_t queued = bank->queued; queued != 0; queued &= queued - 1) {
        const struct virq *irq = &bank->irq[__builtin_ctz(queued)];

        count += irq->target == cpu && virq_group(irq) == group;
    }
    return count;
}

static unsigned lpi_banks(const struct vgic *vm)
{
    return vm->lpi_bits != 0 ? vlpi_banks(vm->lpi_bits) : 0;
}

/* LPIs have no active state, and are pending only where they are enabled. */
static void check_lpis(const struct vgic_cpu *cpu)
{
    const struct vgic *vm = cpu->vm;

    CHECK(vm->lpi_bits != 0 || !cpu->lpi.enabled);
    CHECK(cpu->lpi.enabled || cpu->lpi.count == 0);
    for (unsigned n = 0; n < lpi_banks(vm); n++) {
        const struct virq_bank *bank = &cpu->lpi.bank[n];

        if ((bank->latch | bank->enabled | bank->queued | bank->resident) != 0) /* there are many */
            check_bank(vm, bank);
        CHECK(bank->active == 0 && bank->edge == UINT32_MAX && bank->group1 == UINT32_MAX);
        CHECK(bank->latch == 0 || 32 * n < cpu->lpi.count);
    }
}

static void check_queue(struct vgic_cpu *cpu, unsigned group)
{
    struct virq_queue *queue = &cpu->ready[group];
    unsigned expected = members(&cpu->local, cpu, group), found = queue->front != NULL;

    for (unsigned i = 0; i < VGIC_EPPI_BANKS; i++)
        expected += members(&cpu->extended[i], cpu, group);
    for (unsigned i = 0; i < lpi_banks(cpu->vm); i++)
        expected += members(&cpu->lpi.bank[i], cpu, group);
    for (unsigned i = 0; i < ARRAY_SIZE(cpu->vm->spi); i++)
        expected += members(&cpu->vm->spi[i], cpu, group);
    for (int priority = 0; priority < PRIORITIES; priority++) {
        const struct list *head = &queue->lists->head[priority];
        bool marked = (queue->members[priority / 8] & 0x80 >> priority % 8) != 0;

        bool plain = false; /* NMIs come before them */

        CHECK(marked == !list_empty(head));
        CHECK(!marked || (queue->groups & BIT32(31) >> priority / 8) != 0);
        for (const struct list *link = head->next; link != head; link = link->next) {
            const struct virq *irq = (const void *)link;

            CHECK(link->next->prev == link && found < INTIDS_MAX);
            CHECK(irq->priority == priority || (priority == 0 && irq->priority == PRIORITY_NMI && !plain));
            plain = irq->priority != PRIORITY_NMI;
            CHECK(irq->target == cpu && virq_group(irq) == group);
            CHECK(queue->front != NULL && queue->front->priority <= irq->priority);
            found++;
        }
    }
    CHECK(found == expected);
}

/* The active priorities are a stack: each above the one below, Group 0's above Group 1's of the same level. */
static void check_running(const struct vgic_cpu *cpu)
{
    const struct vcpuif *cpuif = &cpu->cpuif;

    CHECK(cpuif->running >= cpuif->active && cpuif->running < cpuif->active + ARRAY_SIZE(cpuif->active));
    CHECK(cpuif->active[0] == ACTIVE_PRIORITY(PRIORITY_IDLE, ACTIVE_NO_GROUP));
    for (const int *active = cpuif->running; active > cpuif->active; active--)
        CHECK(active[0] < active[-1] && ((unsigned)active[0] & ACTIVE_GROUP) <= 1);
}

void consistent(struct vgic *vm)
{
    unsigned any = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(vm->spi); i++) {
        check_bank(vm, &vm->spi[i]);
        any += check_any(vm, &vm->spi[i]);
    }
    CHECK(vm->one_of_n == any);
    for (unsigned i = 0; i < vm->cpus; i++) {
        CHECK(vm->cpu[i]->cpuif.mask == (vm->cpu[i]->asleep ? 0 : vm->cpu[i]->cpuif.pmr));
        CHECK(vm->cpu[i]->local.any == 0);
        check_bank(vm, &vm->cpu[i]->local);
        for (unsigned n = 0; n < VGIC_EPPI_BANKS; n++)
            check_bank(vm, &vm->cpu[i]->extended[n]);
        for (unsigned group = 0; group < GIC_GROUPS; group++)
            check_queue(vm->cpu[i], group);
        check_running(vm->cpu[i]);
        check_lpis(vm->cpu[i]);
    }
}
