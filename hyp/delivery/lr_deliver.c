/* SPDX-License-Identifier: Apache-2.0 */
#include "lr_deliver.h"

#include "cpu.h"
#include "gic.h"
#include "linked.h"
#include "lr_state.h"
#include "model.h"
#include "timer.h"

/*
 * What holds whatever is in the list registers. Any CPU may deactivate an SPI by DIR, wherever it was acknowledged (IHI
 * 0069H 4.1.1): with several of them DIR, which guests use with EOImode = 1 only, traps. A vCPU whose redistributor
 * sleeps is signalled nothing and acknowledges nothing: what is in its list registers is as good as pending elsewhere.
 */
static uint32_t always(struct vgic_cpu *cpu)
{
    uint32_t hcr = cpu->vm->cpus > 1 ? ICH_HCR_TDIR : 0;

    if (!cpu->asleep)
        hcr |= ICH_HCR_EN;
    return cpu->vm->one_of_n != 0 ? hcr | lr_watch_groups(cpu) : hcr;
}

void lr_reset(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.used = 0;
    cpu->delivery.lr.all = (uint32_t)(BIT(cpu->vm->limits.list_registers) - 1);
    cpu->delivery.lr.hw = 0;
    cpu->delivery.lr.attend = true;
    cpu->delivery.lr.watching = false;
    cpu->delivery.lr.watching_groups = false;
    cpu->delivery.lr.outside = true; /* what was active when the vCPU was turned off */
    cpu->delivery.lr.interface = (struct virtual_interface){0};
    cpu->cpuif.group_enabled[0] = cpu->cpuif.group_enabled[1] = false; /* as lr_watch_groups() found them */
}

/* What a core's list registers hold when nothing has been loaded there yet, nobody knows. */
static void clear_once(void)
{
    static bool cleared[CPUS_MAX];

    if (!cleared[cpu_index()])
        vif->reset();
    cleared[cpu_index()] = true;
}

void lr_load(struct vgic_cpu *cpu)
{
    clear_once();
    vif->restore(&cpu->delivery.lr.interface);
    cpu->delivery.lr.hcr = 0;
    vif->write_hcr(0);
    if (cpu->delivery.lr.watching)
        timer_trap();
    cpu->dirty = true;
}

/* Its timers' interrupts wait on, so its accesses to them trap when it is loaded again. */
static void watch_no_more(struct vgic_cpu *cpu)
{
    if (cpu->delivery.lr.watching)
        timer_open();
    if (cpu->delivery.lr.watching_groups)
        (void)vif->trap_groups(false);
    cpu->delivery.lr.watching_groups = false;
}

/* Which groups are to be watched when the vCPU runs again is found when its list registers are filled. */
void lr_put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)why;
    lr_count_eois(cpu);
    if (cpu->delivery.lr.used != 0) {
        lr_take_out_all(cpu);
        lr_sample_saved(cpu);
    }
    watch_no_more(cpu);
    vif->save(&cpu->delivery.lr.interface);
    cpu->delivery.lr.hcr = 0;
    vif->write_hcr(0);
}

/* The virtual interface asks for the group's enable and the priority mask (IHI 0069H 4.8.5). */
static bool passes(const struct vgic_cpu *cpu, unsigned group, uint32_t enable)
{
    uint32_t vmcr = cpu->delivery.lr.interface.vmcr;
    const struct virq *irq = cpu->ready[group].front;

    return irq != NULL && (vmcr & enable) != 0 && irq->priority < (int)FIELD_GET(ICH_VMCR_VPMR, vmcr);
}

bool lr_signalled(const struct vgic_cpu *cpu)
{
    return !cpu->asleep && (passes(cpu, 0, ICH_VMCR_VENG0) || passes(cpu, 1, ICH_VMCR_VENG1));
}

static void pend_in_model(struct virq *irq)
{
    lr_take_out(irq->holder, irq);
    irq->bank->latch |= irq->mask;
    virq_update_one(irq);
}

/* An SGI of a GICv2 guest: only an empty list register serves once more, and for the CPU that it held one of. */
static __attribute__((noinline)) void raise_sgi(struct virq *irq, bool empty)
{
    struct virq_bank *bank = irq->bank;

    if (lr_waiting(irq->holder) || (bank->forwarded & irq->mask) == 0 || !lr_take_source(irq, empty)) {
        pend_in_model(irq);
        return;
    }
    bank->latch |= irq->mask;
    lr_reuse(irq->holder, irq);
}

/*
 * Active becomes active and pending, unless it is to be pending elsewhere; pending stays. An empty list register serves
 * once more. Where others wait for a list register priority decides: it leaves its own. In another core's list register
 * only that core can do so, when it flushes.
 */
static void raise_here(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;
    uint64_t value = vif->read(irq->lr);
    bool empty = (value & (vif->pending | vif->active)) == 0;

    if (lr_has_sources(irq)) {
        raise_sgi(irq, empty);
        return;
    }
    if (((bank->hw | ~bank->forwarded) & bit) != 0 || lr_waiting(irq->holder) ||
        (!empty && !lr_may_pend(irq, vif->priority(value)))) {
        pend_in_model(irq);
        return;
    }
    bank->latch |= bit;
    if (empty || irq->intid >= INTID_LPI_FIRST) /* on QEMU an LPI is active until its EOI (lr_take_out) */
        lr_reuse(irq->holder, irq);
    else
        vif->write(irq->lr, value | vif->pending);
}

void lr_raise_resident(struct virq *irq)
{
    struct vgic_cpu *holder = irq->holder;

    if (holder == holder->vm->owner) {
        raise_here(irq);
        return;
    }
    irq->bank->again |= irq->mask;
    holder->delivery.lr.attend = true;
    vgic_touch(holder);
}

/* They need list registers like those that the guest acknowledged. */
void lr_activated(struct virq_bank *bank, uint32_t bits)
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
    for (uint32_t used = cpu->delivery.lr.used; used != 0; used &= used - 1) {
        struct virq *irq = cpu->delivery.lr.held[__builtin_ctz(used)];

        if ((irq->bank->again & irq->bank->forwarded & irq->mask) != 0) {
            irq->bank->again &= ~irq->mask;
            raise_here(irq);
        }
    }
}

static void attend(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.attend = false;
    cpu->delivery.lr.hcr_always = always(cpu);
    merge(cpu);
}

void lr_flush(struct vgic_cpu *cpu)
{
    if (cpu->delivery.lr.attend)
        attend(cpu);
    lr_place(cpu);
}

/* The guest cleared the active state in the model: no list register will deactivate the physical interrupt. */
void lr_deactivated(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;

    bank->line &= ~bit;
    if ((bank->held & bit) == 0)
        return;
    bank->held &= ~bit;
    linked_deactivate(irq);
}

/* This core's registers are its own: the model need not be kept until they are written. */
static __attribute__((noinline)) void arrived_again(struct vgic_cpu *cpu, const struct virq *irq)
{
    lr_watch(cpu, irq);
    model_leave(cpu->vm);
    lr_reuse(cpu, irq);
}

/* The model hears of it: the interrupt waits in the queue, by priority. */
static __attribute__((noinline)) void arrived_anew(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;

    lr_fold(cpu);
    if ((bank->resident & irq->mask) != 0)
        lr_take_out(irq->holder, irq);
    bank->held |= irq->mask;
    bank->line |= irq->mask;
    bank->latch |= bank->edge & irq->mask;
    virq_update_one(irq);
    model_release(cpu);
}

/*
 * A linked interrupt arrives again only after it was deactivated. If the guest did that through a list register, it is
 * empty and serves once more, unless others wait for one. What other cores changed of this vCPU comes with their kick.
 */
void lr_arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    const struct virq_bank *bank = irq->bank;

    if ((bank->resident & bank->forwarded & bank->held & irq->mask) != 0 && !lr_waiting(cpu))
        arrived_again(cpu, irq);
    else
        arrived_anew(cpu, irq);
}

/* The guest acknowledges in hardware. */
void lr_resample(struct virq *irq)
{
    (void)irq;
}

void lr_maintenance(struct vgic_cpu *cpu)
{
    lr_count_eois(cpu);
    lr_fold_reported(cpu);
    cpu->delivery.lr.attend |= cpu->vm->one_of_n != 0;
    cpu->dirty = true;
}

void lr_rearm(struct vgic_cpu *cpu)
{
    cpu->delivery.lr.attend = true;
    vgic_touch(cpu);
}

/* The line is what the access made of it: the model looks, and places the interrupt anew if it is still pending. */
static void access_timer(struct vgic_cpu *cpu, uint64_t esr, uint64_t value)
{
    model_take(cpu);
    cpu->delivery.lr.watching = false;
    timer_open();
    lr_fetch(&cpu->local, LR_TIMERS);
    model_release(cpu);
    if ((esr & ISS_SYSREG_READ) != 0)
        vgic_set_x(cpu, sysreg_rt(esr), value);
    skip_instruction();
}

static void write_group_enable(struct vgic_cpu *cpu, uint32_t enable, bool on)
{
    uint32_t vmcr;

    model_take(cpu);
    vmcr = vif->read_vmcr() & ~enable;
    vif->write_vmcr(on ? vmcr | enable : vmcr);
    cpu->delivery.lr.attend |= cpu->vm->one_of_n != 0;
    cpu->dirty = true;
    model_release(cpu);
    skip_instruction();
}

/* What traps only for a while. */
static __attribute__((noinline)) void sysreg_watched(struct vgic_cpu *cpu, uint64_t esr)
{
    uint64_t value = cpu->x[sysreg_rt(esr)];

    if (sysreg_access(esr) == ISS_ICC_IGRPEN0_EL1)
        write_group_enable(cpu, ICH_VMCR_VENG0, (value & 1) != 0);
    else if (sysreg_access(esr) == ISS_ICC_IGRPEN1_EL1)
        write_group_enable(cpu, ICH_VMCR_VENG1, (value & 1) != 0);
    else if (timer_access(esr, &value))
        access_timer(cpu, esr, value);
    else
        sysreg_other(cpu, esr);
}

void lr_sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    if (cpu->delivery.lr.watching || cpu->delivery.lr.watching_groups)
        sysreg_watched(cpu, esr);
    else
        sysreg_other(cpu, esr);
}

/* What the guest names is deactivated wherever it is; with EOImode = 0 nothing is. */
void lr_deactivate(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq;

    if (intid >= VGIC_INTIDS || (vif->read_vmcr() & ICH_VMCR_VEOIM) == 0)
        return;
    irq = vgic_irq(cpu, intid);
    lr_fetch(irq->bank, irq->mask);
    vgic_deactivate(irq);
    cpu->dirty = true;
}
