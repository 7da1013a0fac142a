/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lr: list registers of the GICv3 virtual interface (IHI 0069H chapter 6). The guest acknowledges and completes without
 * a trap; an interrupt linked to hardware is deactivated by the guest's own EOI.
 */
#include "deliver.h"

#include <stddef.h>

#include "check.h"
#include "gic.h"
#include "linked.h"
#include "list_reg.h"
#include "sysreg.h"
#include "vgic.h"

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    uint64_t vtr;

    if (version != 3)
        return "lr on GICv3 serves GICv3 guests only (ICC_SRE_EL1.SRE = 0 is not supported): run te";
    if (FIELD_GET(ID_AA64PFR0_GIC, read_sysreg(id_aa64pfr0_el1)) == 0)
        return "lr needs the GICv3 system registers (ID_AA64PFR0_EL1.GIC = 0): run te";
    vtr = read_sysreg(ich_vtr_el2);
    *limits = (struct vgic_limits){
        .priority_bits = (unsigned)FIELD_GET(ICH_VTR_PRIBITS, vtr) + 1,
        .id_bits = 16,
        .list_registers = (unsigned)FIELD_GET(ICH_VTR_LISTREGS, vtr) + 1,
    };
    return NULL;
}

/* Reset values of the virtual CPU interface: everything disabled, minimum binary points. */
static void load(struct vgic_cpu *cpu)
{
    for (unsigned n = 0; n < cpu->vm->limits.list_registers; n++)
        list_reg_write(n, 0);
    cpu->delivery.lr.used = 0;
    cpu->delivery.lr.all = (uint32_t)(BIT(cpu->vm->limits.list_registers) - 1);
    cpu->delivery.lr.evicted_count = 0;
    cpu->delivery.lr.merge = false;
    cpu->delivery.lr.hcr = ICH_HCR_EN;
    write_sysreg(ich_vmcr_el2, 0);
    write_sysreg(ich_ap0r0_el2, 0);
    write_sysreg(ich_ap1r0_el2, 0);
    write_sysreg(ich_hcr_el2, cpu->delivery.lr.hcr);
    cpu->dirty = true;
}

static bool waiting(const struct vgic_cpu *cpu)
{
    return cpu->ready[0].front != NULL || cpu->ready[1].front != NULL;
}

/* Folds what the guest has completed: ICH_ELRSR_EL2 says which registers are empty. */
static void sync(struct vgic_cpu *cpu)
{
    uint32_t used = cpu->delivery.lr.used;
    uint32_t done = used == 0 ? 0 : used & (uint32_t)read_sysreg(ich_elrsr_el2);

    if (done == 0)
        return;
    cpu->delivery.lr.used = used & ~done;
    for (; done != 0; done &= done - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(done)];
        struct virq_bank *bank = irq->bank;

        bank->resident &= ~BIT32(irq->bit);
        if ((virq_pending(bank) >> irq->bit & 1) != 0)
            virq_update_one(irq);
    }
    if (waiting(cpu))
        cpu->dirty = true;
}

/* State of one interrupt from its list register back into the model; the register is free afterwards. */
static void take_out(struct vgic_cpu *cpu, struct virq *irq)
{
    uint32_t bit = BIT32(irq->bit);
    uint64_t value = list_reg_read(irq->lr);

    list_reg_write(irq->lr, 0);
    cpu->delivery.lr.used &= ~BIT32(irq->lr);
    irq->bank->resident &= ~bit;
    if ((value & ICH_LR_PENDING) != 0)
        irq->bank->latch |= bit;
    if ((value & ICH_LR_ACTIVE) != 0) {
        irq->bank->active |= bit;
        CHECK(cpu->delivery.lr.evicted_count < LIST_REGISTERS_MAX);
        cpu->delivery.lr.evicted[cpu->delivery.lr.evicted_count++] = irq;
        cpu->dirty = true;
    }
}

static void surrender(struct vgic_cpu *cpu)
{
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        take_out(cpu, irq);
        virq_update_one(irq);
    }
    cpu->dirty = true;
}

/* The other core exits, finds that the model is taken, surrenders, and then waits for the model (core/model.h). */
static void fetch_from(struct vgic_cpu *cpu)
{
    struct vgic *vm = cpu->vm;

    __atomic_store_n(&vm->fetch_from, cpu, __ATOMIC_RELEASE);
    gic->send_sgi(cpu->core, GIC_KICK);
    __asm__ volatile("sev" ::: "memory"); /* it may sleep in model_wait(), where the kick is masked */
    while (__atomic_load_n(&vm->fetch_from, __ATOMIC_ACQUIRE) != NULL)
        __asm__ volatile("wfe" ::: "memory");
}

static void fetch(struct virq_bank *bank, uint32_t bits)
{
    for (bits &= bank->resident; bits != 0; bits &= bank->resident) {
        struct virq *irq = &bank->irq[__builtin_ctz(bits)];

        if (irq->target == bank->vm->owner)
            take_out(irq->target, irq);
        else
            fetch_from(irq->target);
    }
    virq_update(bank);
}

/* What a list register says of an interrupt, apart from its state. */
static uint64_t describe(const struct virq *irq)
{
    const struct virq_bank *bank = irq->bank;
    uint64_t value = FIELD_PREP(ICH_LR_VINTID, irq->intid) | FIELD_PREP(ICH_LR_PRIORITY, irq->priority) |
                     (uint64_t)(bank->group1 >> irq->bit & 1) << 60;

    if ((bank->hw >> irq->bit & 1) != 0)
        value |= ICH_LR_HW | FIELD_PREP(ICH_LR_PINTID, irq->pintid);
    else if (((bank->line & ~bank->edge) >> irq->bit & 1) != 0)
        value |= ICH_LR_EOI; /* the line is sampled again when the guest is done */
    return value;
}

/* Gives `irq` a free list register with `state`; its latch is consumed if that contains pending. */
static void fill(struct vgic_cpu *cpu, struct virq *irq, uint64_t state)
{
    unsigned n = (unsigned)__builtin_ctz(~cpu->delivery.lr.used);

    cpu->delivery.lr.used |= BIT32(n);
    cpu->delivery.lr.held[n] = irq;
    irq->lr = (uint8_t)n;
    irq->bank->resident |= BIT32(irq->bit);
    if ((state & ICH_LR_PENDING) != 0)
        irq->bank->latch &= ~BIT32(irq->bit);
    list_reg_write(n, describe(irq) | state);
}

/*
 * An interrupt that was fetched while active: the guest must be able to complete it. One that is linked to hardware
 * is never pending and active at once (IHI 0069H 12.4.12, HW): it becomes pending again by arriving again.
 */
static void put_back(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    if ((bank->active & ~bank->resident & bit) == 0)
        return;
    bank->active &= ~bit;
    fill(cpu, irq, ICH_LR_ACTIVE | ((bank->latch & bank->forwarded & ~bank->hw & bit) != 0 ? ICH_LR_PENDING : 0));
}

static struct virq *highest_waiting(const struct vgic_cpu *cpu)
{
    struct virq *group0 = cpu->ready[0].front;
    struct virq *group1 = cpu->ready[1].front;

    if (group0 == NULL || (group1 != NULL && group1->priority < group0->priority))
        return group1;
    return group0;
}

/*
 * Active becomes active and pending, pending stays. An empty list register serves once more, unless others wait for
 * one: then priority decides. In another core's list register only that core can do so, when it flushes.
 */
static void raise_here(struct virq *irq)
{
    uint64_t value = list_reg_read(irq->lr);

    if ((value & FIELD_MASK(ICH_LR_STATE)) != 0)
        list_reg_write(irq->lr, value | ICH_LR_PENDING);
    else if (!waiting(irq->target) && (irq->bank->forwarded >> irq->bit & 1) != 0)
        list_reg_write(irq->lr, describe(irq) | ICH_LR_PENDING);
    else {
        fetch(irq->bank, BIT32(irq->bit));
        vgic_raise(irq);
    }
}

static void raise_resident(struct virq *irq)
{
    struct vgic_cpu *target = irq->target;

    if (target == target->vm->owner) {
        raise_here(irq);
        return;
    }
    irq->bank->latch |= BIT32(irq->bit);
    target->delivery.lr.merge = true;
    vgic_touch(target);
}

static void merge(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.merge = false;
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        if ((irq->bank->latch >> irq->bit & 1) != 0) {
            irq->bank->latch &= ~BIT32(irq->bit);
            raise_here(irq);
        }
    }
}

static void flush(struct vgic_cpu *cpu)
{
    uint32_t hcr = ICH_HCR_EN;

    if (cpu->delivery.lr.merge)
        merge(cpu);
    while (cpu->delivery.lr.evicted_count > 0 && cpu->delivery.lr.used != cpu->delivery.lr.all)
        put_back(cpu, cpu->delivery.lr.evicted[--cpu->delivery.lr.evicted_count]);
    while (waiting(cpu) && cpu->delivery.lr.used != cpu->delivery.lr.all) {
        struct virq *irq = highest_waiting(cpu);

        fill(cpu, irq, ICH_LR_PENDING);
        virq_update_one(irq);
    }
    cpu->dirty = false;
    if (waiting(cpu))
        hcr |= ICH_HCR_NPIE; /* refill when none is left pending */
    if (hcr != cpu->delivery.lr.hcr) {
        cpu->delivery.lr.hcr = hcr;
        write_sysreg(ich_hcr_el2, hcr);
    }
}

/* The guest cleared the active state in the model: no list register will deactivate the physical interrupt. */
static void deactivated(struct virq *irq)
{
    linked_deactivate(irq);
}

/*
 * A linked interrupt arrives again only after it was deactivated, so the list register it may still be noted in is
 * empty and serves once more. Otherwise a free one is found, or it waits in the queue, by priority.
 */
static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;

    if (!waiting(cpu) && ((bank->resident & bank->forwarded) >> irq->bit & 1) != 0) {
        list_reg_write(irq->lr, describe(irq) | ICH_LR_PENDING);
        return;
    }
    sync(cpu);
    bank->latch |= BIT32(irq->bit);
    virq_update_one(irq);
}

/* The guest acknowledges in hardware. */
static void resample(struct virq *irq)
{
    (void)irq;
}

static void maintenance(struct vgic_cpu *cpu)
{
    sync(cpu);
    cpu->dirty = true;
}

/* Nothing but the SGI registers traps, and those are not the CPU interface's. */
static bool trap_read(struct vgic_cpu *cpu, uint32_t reg, uint64_t *value)
{
    (void)cpu;
    (void)reg;
    (void)value;
    return false;
}

static bool trap_write(struct vgic_cpu *cpu, uint32_t reg, uint64_t value)
{
    (void)cpu;
    (void)reg;
    (void)value;
    return false;
}

const struct delivery deliver_lr = {
    .tag = "lr",
    .limits = limits,
    .load = load,
    .flush = flush,
    .sync = sync,
    .fetch = fetch,
    .surrender = surrender,
    .raise_resident = raise_resident,
    .enabled = linked_enabled,
    .deactivated = deactivated,
    .arrived = arrived,
    .resample = resample,
    .maintenance = maintenance,
    .trap_read = trap_read,
    .trap_write = trap_write,
};
