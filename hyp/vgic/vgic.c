/* SPDX-License-Identifier: Apache-2.0 */
#include "vgic.h"

#include <stddef.h>

#include "check.h"
#include "regs/intid.h"
#include "regs/sgi.h"
#include "route.h"
#include "vits_direct.h"

const char *vgic_init(struct vgic *vm, const struct delivery *delivery, unsigned version)
{
    *vm = (struct vgic){.delivery = delivery, .version = version};
    for (unsigned i = 0; i < VGIC_SPI_BANKS; i++)
        virq_bank_init(&vm->spi[i], vm, INTID_SPI_FIRST + 32 * i, NULL);
    for (unsigned i = 0; i < VGIC_ESPI_BANKS; i++)
        virq_bank_init(&vm->spi[VGIC_SPI_BANKS + i], vm, INTID_ESPI_FIRST + 32 * i, NULL);
    return delivery->limits(&vm->limits, version);
}

/* IROUTER resets to 0.0.0.0 here, ITARGETSR to no target; with one CPU there is no choice. */
static void set_all_targets(struct vgic *vm, struct vgic_cpu *cpu)
{
    for (unsigned i = 0; i < ARRAY_SIZE(vm->spi) * 32; i++)
        vm->spi[i / 32].irq[i % 32].target = cpu;
}

void vgic_cpu_init(struct vgic *vm, struct vgic_cpu *cpu)
{
    CHECK(vm->cpus < VGIC_CPUS_MAX);
    *cpu = (struct vgic_cpu){.vm = vm, .strategy = vm->delivery, .index = vm->cpus, .asleep = true};
    vm->present |= BIT32(vm->cpus);
    vm->cpu[vm->cpus++] = cpu;
    virq_bank_init(&cpu->local, vm, 0, cpu);
    for (unsigned i = 0; i < VGIC_EPPI_BANKS; i++)
        virq_bank_init(&cpu->extended[i], vm, INTID_EPPI_FIRST + 32 * i, cpu);
    cpu->local.edge = VGIC_SGIS; /* IHI 0069H 12.11.7 */
    cpu->local.enabled = vm->version == 2 ? VGIC_SGIS : 0;
    for (unsigned group = 0; group < GIC_GROUPS; group++)
        virq_queue_init(&cpu->ready[group], &cpu->lists[group]);
    vcpuif_reset(cpu);
    if (cpu->index == 0)
        set_all_targets(vm, cpu);
    else if (vm->version == 2)
        set_all_targets(vm, NULL);
}

struct virq *vgic_spi(struct vgic *vm, uint32_t intid)
{
    bool private = intid < INTID_SPI_FIRST || intid - INTID_EPPI_FIRST < INTID_EPPI_COUNT;

    return private ? NULL : vgic_irq(vm->cpu[0], intid);
}

void vgic_link(struct vgic_cpu *cpu, uint32_t intid, uint32_t pintid)
{
    struct virq *irq = vgic_irq(cpu, intid);

    CHECK(intid >= INTID_PPI_FIRST && irq != NULL);
    irq->bank->hw |= irq->mask;
    irq->pintid = pintid;
}

static void update_allowed(struct virq_bank *bank)
{
    virq_set_allowed(bank, vgic_allowed(bank->vm, bank->group1));
}

void vgic_enable_groups(struct vgic *vm, bool group0, bool group1)
{
    bool changes = vm->group_enabled[1] != group1;

    vm->group_enabled[0] = group0;
    vm->group_enabled[1] = group1;
    for (unsigned i = 0; i < vm->cpus; i++) {
        update_allowed(&vm->cpu[i]->local);
        for (unsigned n = 0; n < VGIC_EPPI_BANKS; n++)
            update_allowed(&vm->cpu[i]->extended[n]);
        vlpi_update_allowed(vm->cpu[i]);
    }
    for (unsigned i = 0; i < vgic_spi_banks(vm); i++)
        update_allowed(&vm->spi[i]);
    if (changes && vm->delivery->direct != NULL)
        vm->delivery->direct->changed_all(vm);
}

void vgic_set_asleep(struct vgic_cpu *cpu, bool asleep)
{
    cpu->asleep = asleep;
    vcpuif_update_mask(cpu);
    vgic_touch(cpu);
    cpu->vm->delivery->rearm(cpu);
    route_choose_anew(cpu->vm);
}

void vgic_raise(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;

    if ((bank->resident & irq->mask) != 0) {
        bank->vm->delivery->raise_resident(irq);
    } else {
        bank->latch |= irq->mask;
        virq_update_one(irq);
    }
}

void vgic_set_line(struct virq *irq, bool asserted)
{
    struct virq_bank *bank = irq->bank;
    uint32_t bit = irq->mask;

    if ((bank->resident & bit) != 0)
        bank->vm->delivery->fetch(bank, bit);
    if (asserted)
        bank->latch |= bit & bank->edge & ~bank->line;
    bank->line = asserted ? bank->line | bit : bank->line & ~bit;
    virq_update_one(irq);
}

void vgic_arrived(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;

    bank->held |= irq->mask;
    bank->line |= irq->mask;
    bank->latch |= bank->edge & irq->mask;
    virq_update_one(irq);
}

void vgic_deactivate(struct virq *irq)
{
    if ((irq->bank->active & irq->mask) == 0)
        return;
    irq->bank->active &= ~irq->mask;
    if (irq->pintid != 0)
        irq->bank->vm->delivery->deactivated(irq);
    virq_update_one(irq);
}

static void raise_sgi(struct vgic_cpu *to, unsigned intid, unsigned group)
{
    struct virq *irq = &to->local.irq[intid];

    if (virq_group(irq) == group)
        vgic_raise(irq);
}

void vgic_sgi(struct vgic_cpu *from, uint64_t value, unsigned group)
{
    unsigned intid = (unsigned)FIELD_GET(ICC_SGI_INTID, value);

    for (uint32_t targets = vgic_sgi_targets(from, value); targets != 0; targets &= targets - 1)
        raise_sgi(from->vm->cpu[__builtin_ctz(targets)], intid, group);
}
