/* SPDX-License-Identifier: Apache-2.0 */
/* What the model asks of list registers and of the lines of linked interrupts, here and on other cores. */
#include "cpu.h"
#include "gic.h"
#include "linked.h"
#include "lr_deliver.h"
#include "lr_state.h"
#include "upcalls.h"

/* The other core exits, finds that the model is taken, surrenders, and then waits for the model (seam/model.h). */
static void fetch_from(struct vgic_cpu *cpu)
{
    struct vgic *vm = cpu->vm;

    __atomic_store_n(&vm->fetch_from, cpu, __ATOMIC_RELEASE);
    gic->send_sgi(cpu->core, GIC_KICK);
    sev(); /* it may sleep in model_wait(), where the kick is masked */
    while (__atomic_load_n(&vm->fetch_from, __ATOMIC_ACQUIRE) != NULL)
        wfe();
}

/* Nobody waits for one that dropped before the guest took it: the physical interrupt is let go. */
static void set_line(struct virq *irq, bool asserted)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;

    bank->line &= ~bit;
    if (asserted) {
        bank->line |= bit;
    } else if ((bank->held & ~bank->active & ~bank->latch & bit) != 0) {
        bank->held &= ~bit;
        linked_deactivate(irq);
    }
}

/* The line of a linked interrupt, which changes without a trap. */
static void sample(struct virq *irq)
{
    set_line(irq, linked_own_timer(irq) ? linked_own_timer_asserted(irq) : linked_asserted_elsewhere(irq));
}

static void sample_all(struct virq_bank *bank, uint32_t bits)
{
    for (bits &= bank->hw; bits != 0; bits &= bits - 1) {
        struct virq *irq = &bank->irq[__builtin_ctz(bits)];

        if (linked_in_reach(irq))
            sample(irq);
    }
    virq_update(bank);
}

/* The lines of PPIs, too: the core that waits may not reach them. */
void lr_surrender(struct vgic_cpu *cpu)
{
    uint32_t resident = cpu->local.resident;

    lr_take_out_all(cpu);
    sample_all(&cpu->local, resident);
    cpu->dirty = true;
}

void lr_fetch(struct virq_bank *bank, uint32_t bits)
{
    uint32_t resident;

    while ((resident = bits & bank->resident) != 0) {
        struct virq *irq = &bank->irq[__builtin_ctz(resident)];

        if (irq->holder == bank->vm->owner ||
            irq->holder->core_index == cpu_index()) /* who visits may find it loaded */
            lr_take_out(irq->holder, irq);
        else
            fetch_from(irq->holder);
    }
    sample_all(bank, bits);
}

void lr_sample_saved(struct vgic_cpu *cpu)
{
    for (uint32_t bits = cpu->local.line & cpu->local.hw & LR_TIMERS; bits != 0; bits &= bits - 1) {
        struct virq *irq = &cpu->local.irq[__builtin_ctz(bits)];

        set_line(irq, vcpu_timer_asserted(cpu, irq->intid));
        virq_update_one(irq);
    }
}
