/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_hw.h"

#include "check.h"
#include "fake.h"

#define HELD_MAX 4

/* As the model described it when it was filled; neither pending nor active: ended, and not yet known to the model. */
static struct held {
    struct virq *irq; /* NULL: free */
    bool pending, active;
    int16_t priority;
    uint8_t group;
} hardware[VGIC_CPUS_MAX][HELD_MAX];

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    *limits = (struct vgic_limits){.priority_bits = fake_priority_bits,
                                   .id_bits = 16,
                                   .list_registers = HELD_MAX,
                                   .extended = fake_extended && version == 3,
                                   .nmi = fake_nmi && version == 3};
    return NULL;
}

static void load(struct vgic_cpu *cpu)
{
    for (unsigned n = 0; n < HELD_MAX; n++)
        hardware[cpu->index][n] = (struct held){.irq = NULL};
    cpu->dirty = true;
}

/* Back into the model, as lr does it. */
static void take_out(struct held *held)
{
    struct virq_bank *bank = held->irq->bank;
    uint32_t mask = held->irq->mask;

    bank->resident &= ~mask;
    if (!held->pending)
        bank->latch &= ~mask;
    else if ((virq_pending(bank) & mask) == 0)
        bank->latch |= mask;
    if (held->active)
        bank->active |= mask;
    held->irq = NULL;
}

static struct virq *highest(struct vgic_cpu *cpu)
{
    struct virq *best = NULL;

    for (unsigned group = 0; group < GIC_GROUPS; group++) {
        struct virq *front = cpu->ready[group].front;

        if (front != NULL && (best == NULL || front->priority < best->priority))
            best = front;
    }
    return best;
}

/* The group enables are the model's here. */
static void rearm(struct vgic_cpu *cpu)
{
    (void)cpu;
}

static void surrender(struct vgic_cpu *cpu)
{
    for (unsigned n = 0; n < HELD_MAX; n++) {
        struct virq *irq = hardware[cpu->index][n].irq;

        if (irq == NULL)
            continue;
        take_out(&hardware[cpu->index][n]);
        virq_update_one(irq);
    }
}

/* Registers that the guest emptied are free again. */
static void flush(struct vgic_cpu *cpu)
{
    cpu->dirty = false;
    for (unsigned n = 0; n < HELD_MAX; n++) {
        struct held *held = &hardware[cpu->index][n];
        struct virq *irq = held->irq;

        if (irq != NULL && !held->pending && !held->active) {
            take_out(held);
            virq_update_one(irq);
        }
        irq = highest(cpu);
        if (held->irq != NULL || irq == NULL)
            continue;
        *held = (struct held){irq, true, false, irq->priority, irq->group};
        irq->holder = cpu;
        irq->lr = (uint8_t)n;
        irq->bank->resident |= irq->mask;
        virq_update_one(irq);
    }
}

static void fetch(struct virq_bank *bank, uint32_t bits)
{
    for (bits &= bank->resident; bits != 0; bits &= bits - 1) {
        const struct virq *irq = &bank->irq[__builtin_ctz(bits)];

        take_out(&hardware[irq->holder->index][irq->lr]);
    }
    virq_update(bank);
}

static void raise_resident(struct virq *irq)
{
    irq->bank->latch |= irq->mask;
    hardware[irq->holder->index][irq->lr].pending = true;
}

static void nothing_for_bank(struct virq_bank *bank, uint32_t bits)
{
    (void)bank;
    (void)bits;
}

static void nothing_for_irq(struct virq *irq)
{
    (void)irq;
}

static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    vgic_set_line(irq, true);
    cpu->vm->owner = NULL;
}

static void nothing_for_cpu(struct vgic_cpu *cpu)
{
    (void)cpu;
}

static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)why;
    surrender(cpu);
}

static bool signalled(const struct vgic_cpu *cpu)
{
    return vcpuif_signal(cpu) != VCPUIF_NONE;
}

static void sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    (void)cpu;
    (void)esr;
}

void fake_hw_acknowledge(struct vgic_cpu *cpu)
{
    struct held *best = NULL;

    for (unsigned n = 0; n < HELD_MAX; n++) {
        struct held *held = &hardware[cpu->index][n];

        if (held->irq != NULL && held->pending && !held->active && (best == NULL || held->priority < best->priority))
            best = held;
    }
    if (best != NULL) {
        best->pending = false;
        best->active = best->irq->intid < INTID_LPI_FIRST;
    }
}

void fake_hw_end(struct vgic_cpu *cpu, unsigned n)
{
    hardware[cpu->index][n % HELD_MAX].active = false;
}

void fake_hw_check(const struct vgic_cpu *cpu)
{
    for (unsigned n = 0; n < HELD_MAX; n++) {
        const struct held *held = &hardware[cpu->index][n];
        const struct virq *irq = held->irq;

        if (irq == NULL)
            continue;
        CHECK((irq->bank->resident & irq->mask) != 0 && irq->holder == cpu && irq->lr == n);
        CHECK((irq->bank->forwarded & irq->mask) != 0 && (irq->bank->active & irq->mask) == 0);
        CHECK(irq->priority == held->priority && irq->group == held->group && irq->target == cpu);
        CHECK(!held->pending || (virq_pending(irq->bank) & irq->mask) != 0);
    }
}

const struct delivery fake_hw = {
    .tag = "fake_hw",
    .limits = limits,
    .reset = nothing_for_cpu,
    .load = load,
    .put = put,
    .signalled = signalled,
    .flush = flush,
    .fetch = fetch,
    .surrender = surrender,
    .raise_resident = raise_resident,
    .activated = nothing_for_bank,
    .enabled = nothing_for_bank,
    .deactivated = nothing_for_irq,
    .arrived = arrived,
    .resample = nothing_for_irq,
    .maintenance = nothing_for_cpu,
    .rearm = rearm,
    .sysreg = sysreg,
};
