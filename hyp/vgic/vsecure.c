/* SPDX-License-Identifier: Apache-2.0 */
#include "vsecure.h"

#include "check.h"
#include "regs/sgi.h"

const char *vsecure_init(struct vsecure *vm, const struct delivery *delivery)
{
    const char *reason;

    *vm = (struct vsecure){.spi = {{0}}};
    reason = vgic_init(&vm->vm, delivery, 3);
    vm->vm.limits.nmi = false;
    return reason;
}

void vsecure_cpu_init(struct vsecure *vm, struct vsecure_cpu *cpu)
{
    *cpu = (struct vsecure_cpu){.sgi_nsacr = 0};
    vgic_cpu_init(&vm->vm, &cpu->cpu);
    vsecure_cpuif_reset(cpu);
}

/* Which interrupts of a bank are of a group that is enabled in the distributor. */
static uint32_t allowed(const struct vgic *vm, uint32_t group1, uint32_t grpmod)
{
    const bool *enabled = vm->group_enabled;

    return (enabled[GIC_GROUP1_NS] ? group1 : 0) | (enabled[GIC_GROUP1_S] ? grpmod & ~group1 : 0) |
           (enabled[GIC_GROUP0] ? ~(grpmod | group1) : 0);
}

static void update_allowed(struct virq_bank *bank, const struct vsecure_bank *more)
{
    virq_set_allowed(bank, allowed(bank->vm, bank->group1, more->grpmod));
}

void vsecure_enable_groups(struct vsecure *vm, const bool enabled[GIC_GROUPS])
{
    for (unsigned group = 0; group < GIC_GROUPS; group++)
        vm->vm.group_enabled[group] = enabled[group];
    for (unsigned i = 0; i < vm->vm.cpus; i++) {
        struct vsecure_cpu *cpu = vsecure_of_cpu(vm->vm.cpu[i]);

        update_allowed(&cpu->cpu.local, &cpu->bank[0]);
        for (unsigned n = 0; n < VGIC_EPPI_BANKS; n++)
            update_allowed(&cpu->cpu.extended[n], &cpu->bank[1 + n]);
    }
    for (unsigned i = 0; i < vgic_spi_banks(&vm->vm); i++)
        update_allowed(&vm->vm.spi[i], &vm->spi[i]);
}

void vsecure_set_groups(struct virq_bank *bank, struct vsecure_bank *more, uint32_t group1, uint32_t grpmod)
{
    CHECK(bank->resident == 0);
    more->grpmod = grpmod & bank->implemented;
    group1 &= bank->implemented;
    virq_set_groups(bank, group1, more->grpmod, allowed(bank->vm, group1, more->grpmod));
}

/*
 * Whether a write of `reg` generates an SGI that is of `group` at its target (12.1.10): SGI0R one of Group 0; SGI1R one
 * of Group 1 of the writer's state, ASGI1R of the other state. Where that is Secure Group 1, one of Group 0, too. What
 * Non-secure software may generate of those, GICR_NSACR of the target says: `access`.
 */
static bool generates(bool secure, enum vsecure_icc reg, enum gic_group group, unsigned access)
{
    bool to_secure1 = reg != ICC_SGI0R && secure == (reg == ICC_SGI1R);

    if (group == GIC_GROUP1_NS)
        return reg != ICC_SGI0R && !to_secure1;
    if (group == GIC_GROUP1_S)
        return to_secure1 && (secure || access >= 2);
    return (reg == ICC_SGI0R || to_secure1) && (secure || access >= 1);
}

void vsecure_sgi(struct vsecure_cpu *from, bool secure, enum vsecure_icc reg, uint64_t value)
{
    struct vgic *vm = from->cpu.vm;
    unsigned intid = (unsigned)FIELD_GET(ICC_SGI_INTID, value);

    for (uint32_t targets = vgic_sgi_targets(&from->cpu, value); targets != 0; targets &= targets - 1) {
        struct vsecure_cpu *to = vsecure_of_cpu(vm->cpu[__builtin_ctz(targets)]);
        struct virq *irq = &to->cpu.local.irq[intid];

        if (generates(secure, reg, (enum gic_group)irq->group, to->sgi_nsacr >> 2 * intid & 3))
            vgic_raise(irq);
    }
}
