/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lr: list registers of the GICv3 virtual interface (IHI 0069H chapter 6). The guest acknowledges and completes without
 * a trap; an interrupt linked to hardware is deactivated by the guest's own EOI.
 */
#include "deliver.h"

#include <stddef.h>

#include "gic.h"
#include "linked.h"
#include "list_reg.h"
#include "lr_state.h"
#include "model.h"
#include "sysreg.h"
#include "vgic.h"

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    uint64_t vtr;
    unsigned priority_bits;

    if (version != 3)
        return "lr on GICv3 serves GICv3 guests only (ICC_SRE_EL1.SRE = 0 is not supported): run te";
    if (FIELD_GET(ID_AA64PFR0_GIC, read_sysreg(id_aa64pfr0_el1)) == 0)
        return "lr needs the GICv3 system registers (ID_AA64PFR0_EL1.GIC = 0): run te";
    vtr = read_sysreg(ich_vtr_el2);
    priority_bits = (unsigned)FIELD_GET(ICH_VTR_PRIBITS, vtr) + 1;
    *limits = (struct vgic_limits){
        .priority_bits = priority_bits,
        .priority_bits_least = priority_bits,
        .priority_bits_most = priority_bits,
        .id_bits = 16,
        .list_registers = (unsigned)FIELD_GET(ICH_VTR_LISTREGS, vtr) + 1,
    };
    return NULL;
}

/*
 * Any CPU may deactivate an SPI by DIR, wherever it was acknowledged (IHI 0069H 4.1.1): with several of them DIR, which
 * guests use with EOImode = 1 only, traps.
 */
static uint32_t always(const struct vgic *vm)
{
    return vm->cpus > 1 ? ICH_HCR_EN | ICH_HCR_TDIR : ICH_HCR_EN;
}

/* Reset values of the virtual CPU interface: everything disabled, minimum binary points; all list registers empty. */
static void load(struct vgic_cpu *cpu)
{
    for (unsigned n = 0; n <= FIELD_GET(ICH_VTR_LISTREGS, read_sysreg(ich_vtr_el2)); n++)
        list_reg_write(n, 0);
    cpu->delivery.lr.used = 0;
    cpu->delivery.lr.all = (uint32_t)(BIT(cpu->vm->limits.list_registers) - 1);
    cpu->delivery.lr.hw = 0;
    cpu->delivery.lr.merge = false;
    cpu->delivery.lr.outside = true; /* what was active when the vCPU was turned off */
    cpu->delivery.lr.hcr_always = always(cpu->vm);
    cpu->delivery.lr.hcr = cpu->delivery.lr.hcr_always;
    write_sysreg(ich_vmcr_el2, 0);
    lr_clear_active_priorities();
    write_sysreg(ich_hcr_el2, cpu->delivery.lr.hcr);
    cpu->dirty = true;
}

static void surrender(struct vgic_cpu *cpu)
{
    lr_take_out_all(cpu);
    cpu->dirty = true;
}

/* The other core exits, finds that the model is taken, surrenders, and then waits for the model (seam/model.h). */
static void fetch_from(struct vgic_cpu *cpu)
{
    struct vgic *vm = cpu->vm;

    __atomic_store_n(&vm->fetch_from, cpu, __ATOMIC_RELEASE);
    gic->send_sgi(cpu->core, GIC_KICK);
    __asm__ volatile("sev" ::: "memory"); /* it may sleep in model_wait(), where the kick is masked */
    while (__atomic_load_n(&vm->fetch_from, __ATOMIC_ACQUIRE) != NULL)
        __asm__ volatile("wfe" ::: "memory");
}

/*
 * The line of a linked interrupt, which changes without a trap. Nobody waits for one that dropped before the guest took
 * it: the physical interrupt is let go.
 */
static void sample(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    bank->line &= ~bit;
    if (linked_own_timer(irq) ? linked_own_timer_asserted(irq) : linked_asserted_elsewhere(irq)) {
        bank->line |= bit;
    } else if ((bank->held & ~bank->active & ~bank->latch & bit) != 0) {
        bank->held &= ~bit;
        linked_deactivate(irq);
    }
}

static void fetch(struct virq_bank *bank, uint32_t bits)
{
    uint32_t resident;

    while ((resident = bits & bank->resident) != 0) {
        struct virq *irq = &bank->irq[__builtin_ctz(resident)];

        if (irq->holder == bank->vm->owner)
            lr_take_out(irq->holder, irq);
        else
            fetch_from(irq->holder);
    }
    for (bits &= bank->hw; bits != 0; bits &= bits - 1)
        sample(&bank->irq[__builtin_ctz(bits)]);
    virq_update(bank);
}

/*
 * Active becomes active and pending, unless it is to be pending elsewhere; pending stays. An empty list register serves
 * once more, unless others wait for one: then priority decides. In another core's list register only that core can do
 * so, when it flushes.
 */
static void raise_here(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);
    uint64_t value = list_reg_read(irq->lr);
    bool empty = (value & FIELD_MASK(ICH_LR_STATE)) == 0;

    if ((bank->hw & bit) != 0 || (empty && (lr_waiting(irq->holder) || (bank->forwarded & bit) == 0)) ||
        (!empty && !lr_may_pend(irq, (unsigned)FIELD_GET(ICH_LR_PRIORITY, value)))) {
        lr_take_out(irq->holder, irq);
        bank->latch |= bit;
        virq_update_one(irq);
        return;
    }
    bank->latch |= bit;
    if (empty)
        lr_reuse(irq);
    else
        list_reg_write(irq->lr, value | ICH_LR_PENDING);
}

static void raise_resident(struct virq *irq)
{
    struct vgic_cpu *holder = irq->holder;

    if (holder == holder->vm->owner) {
        raise_here(irq);
        return;
    }
    irq->bank->again |= BIT32(irq->bit);
    holder->delivery.lr.merge = true;
    vgic_touch(holder);
}

/* They need list registers like those that the guest acknowledged. */
static void activated(struct virq_bank *bank, uint32_t bits)
{
    for (; bits != 0; bits &= bits - 1) {
        struct virq *irq = &bank->irq[__builtin_ctz(bits)];

        irq->holder = irq->target;
        irq->running = RUNNING_NOWHERE;
        if (irq->target == NULL)
            continue;
        irq->target->delivery.lr.outside = true;
        vgic_touch(irq->target);
    }
}

/* What other cores raised while it was in this core's list registers. */
static void merge(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.merge = false;
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        if ((irq->bank->again & irq->bank->forwarded) >> irq->bit & 1) {
            irq->bank->again &= ~BIT32(irq->bit);
            raise_here(irq);
        }
    }
}

static void flush(struct vgic_cpu *cpu)
{
    if (cpu->delivery.lr.merge)
        merge(cpu);
    lr_place(cpu);
}

/* The guest cleared the active state in the model: no list register will deactivate the physical interrupt. */
static void deactivated(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    bank->line &= ~bit;
    if ((bank->held & bit) == 0)
        return;
    bank->held &= ~bit;
    linked_deactivate(irq);
}

/*
 * A linked interrupt arrives again only after it was deactivated. If the guest did that through a list register, it is
 * empty and serves once more. Otherwise the model hears of it, and it waits in the queue, by priority.
 */
static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = BIT32(irq->bit);

    if ((bank->resident & bank->forwarded & bank->held & bit) != 0 && !lr_waiting(cpu)) {
        lr_reuse(irq);
        model_release(cpu);
        return;
    }
    lr_fold(cpu);
    if ((bank->resident & bit) != 0)
        lr_take_out(irq->holder, irq);
    bank->held |= bit;
    bank->line |= bit;
    bank->latch |= bank->edge & bit;
    virq_update_one(irq);
    model_release(cpu);
}

/* The guest acknowledges in hardware. */
static void resample(struct virq *irq)
{
    (void)irq;
}

static void maintenance(struct vgic_cpu *cpu)
{
    lr_count_eois(cpu);
    lr_fold_reported(cpu);
    cpu->dirty = true;
}

/* With EOImode = 0 it does nothing. */
static void write_dir(struct vgic_cpu *cpu, uint32_t intid)
{
    if (intid < VGIC_INTIDS && (read_sysreg(ich_vmcr_el2) & ICH_VMCR_VEOIM) != 0) {
        struct virq *irq = vgic_irq(cpu, intid);

        fetch(irq->bank, BIT32(irq->bit));
        vgic_deactivate(irq);
        cpu->dirty = true;
    }
}

/* DIR traps while an active interrupt is outside the list registers, or there are several CPUs. */
static void sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    if (sysreg_access(esr) != ISS_ICC_DIR_EL1) {
        sysreg_other(cpu, esr);
        return;
    }
    model_take(cpu);
    write_dir(cpu, (uint32_t)cpu->x[sysreg_rt(esr)] & ICC_INTID);
    model_release(cpu);
    skip_instruction();
}

const struct delivery deliver_lr = {
    .tag = "lr",
    .version = 3,
    .limits = limits,
    .load = load,
    .flush = flush,
    .fetch = fetch,
    .surrender = surrender,
    .raise_resident = raise_resident,
    .activated = activated,
    .enabled = linked_enabled,
    .deactivated = deactivated,
    .arrived = arrived,
    .resample = resample,
    .maintenance = maintenance,
    .sysreg = sysreg,
};
