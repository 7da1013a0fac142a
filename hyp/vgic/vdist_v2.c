/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated distributor of a GICv2 guest (IHI 0048B.b 4.3): registers of SGIs and PPIs are banked by CPU, targets
 * are a bit for each CPU, an SGI remembers who sent it.
 */
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"
#include "route.h"
#include "vregs.h"

#define GICD_IIDR_VALUE UINT64_C(0x0000043b) /* implementer Arm, product and revision 0 */

static struct virq_bank *bank_of(struct vgic_cpu *cpu, unsigned number)
{
    if (number == 0)
        return &cpu->local;
    return number <= VGIC_SPI_BANKS ? &cpu->vm->spi[number - 1] : NULL;
}

static VREG_READER(read_ctlr)
{
    const struct vgic *vm = cpu->vm;

    return (vm->group_enabled[0] ? GICD_CTLR_ENABLEGRP0 : 0) | (vm->group_enabled[1] ? GICD_CTLR_ENABLEGRP1 : 0);
}

static VREG_WRITER(write_ctlr)
{
    vgic_enable_groups(cpu->vm, (value & GICD_CTLR_ENABLEGRP0) != 0, (value & GICD_CTLR_ENABLEGRP1) != 0);
}

static VREG_READER(read_typer)
{
    return FIELD_PREP(GICD_TYPER_ITLINES, VGIC_SPI_BANKS) | FIELD_PREP(GICD_TYPER_CPUNUMBER, cpu->vm->cpus - 1);
}

static VREG_READER(read_iidr)
{
    return GICD_IIDR_VALUE;
}

static VREG_READER(read_icpidr2)
{
    return FIELD_PREP(PIDR2_ARCHREV, PIDR2_ARCHREV_GICV2);
}

#define BIT_REGISTER(name, reader, writer)                                                                             \
    static VREG_READER(read_##name)                                                                                    \
    {                                                                                                                  \
        struct virq_bank *bank = bank_of(cpu, (offset & 0x7f) / 4);                                                    \
        return bank != NULL ? reader(bank) : 0;                                                                        \
    }                                                                                                                  \
    static VREG_WRITER(write_##name)                                                                                   \
    {                                                                                                                  \
        struct virq_bank *bank = bank_of(cpu, (offset & 0x7f) / 4);                                                    \
        if (bank != NULL)                                                                                              \
            writer(bank, (uint32_t)value);                                                                             \
    }

static uint32_t without_sgis(const struct virq_bank *bank, uint32_t bits)
{
    return bank->irq[0].intid == 0 ? bits & ~VGIC_SGIS : bits;
}

/* Whether SGIs can be disabled is IMPLEMENTATION DEFINED (4.3.5, 4.3.6): they cannot, as with Arm's GIC-400. */
static void clear_enable(struct virq_bank *bank, uint32_t bits)
{
    vreg_clear_enable(bank, without_sgis(bank, bits));
}

/* SGIs are made pending and cleared by their sources, GICD_SPENDSGIR and CPENDSGIR (4.3.7, 4.3.8). */
static void set_pending(struct virq_bank *bank, uint32_t bits)
{
    vreg_set_pending(bank, without_sgis(bank, bits));
}

static void clear_pending(struct virq_bank *bank, uint32_t bits)
{
    vreg_clear_pending(bank, without_sgis(bank, bits));
}

BIT_REGISTER(igroupr, vreg_group, vreg_set_group)
BIT_REGISTER(isenabler, vreg_enable, vreg_set_enable)
BIT_REGISTER(icenabler, vreg_enable, clear_enable)
BIT_REGISTER(ispendr, vreg_pending, set_pending)
BIT_REGISTER(icpendr, vreg_pending, clear_pending)
BIT_REGISTER(isactiver, vreg_active, vreg_set_active)
BIT_REGISTER(icactiver, vreg_active, vreg_clear_active)

static VREG_READER(read_ipriorityr)
{
    unsigned intid = offset - GICD_IPRIORITYR;
    const struct virq_bank *bank = bank_of(cpu, intid / 32);

    return bank != NULL ? vreg_priorities(bank, intid % 32, size) : 0;
}

static VREG_WRITER(write_ipriorityr)
{
    unsigned intid = offset - GICD_IPRIORITYR;
    struct virq_bank *bank = bank_of(cpu, intid / 32);

    if (bank != NULL)
        vreg_set_priorities(bank, intid % 32, size, value);
}

/* Those of SGIs and PPIs read as the reading CPU itself; with one CPU all are RAZ/WI (4.3.12). */
static VREG_READER(read_itargetsr)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size && cpu->vm->cpus > 1; i++) {
        uint32_t intid = offset - GICD_ITARGETSR + i;
        const struct virq *irq = vgic_irq(cpu, intid);
        uint64_t targets = intid < INTID_SPI_FIRST ? BIT(cpu->index) : irq != NULL ? irq->route : 0;

        value |= targets << 8 * i;
    }
    return value;
}

/* An interrupt with several targets is taken by the lowest-numbered: the choice is the distributor's (3.2.3, 1-of-N).
 */
static VREG_WRITER(write_itargetsr)
{
    for (unsigned i = 0; i < size && cpu->vm->cpus > 1; i++) {
        uint32_t intid = offset - GICD_ITARGETSR + i;
        struct virq *irq = intid >= INTID_SPI_FIRST ? vgic_irq(cpu, intid) : NULL;
        uint32_t targets = (uint32_t)(value >> 8 * i) & cpu->vm->present;

        if (irq == NULL)
            continue;
        route_set(irq, targets != 0 ? (uint32_t)__builtin_ctz(targets) : UINT32_MAX, false);
        irq->route = targets;
    }
}

static VREG_READER(read_icfgr)
{
    unsigned number = (offset - GICD_ICFGR) / 4;
    const struct virq_bank *bank = bank_of(cpu, number / 2);

    return bank != NULL ? vreg_config(bank, number % 2) : 0;
}

static VREG_WRITER(write_icfgr)
{
    unsigned number = (offset - GICD_ICFGR) / 4;
    struct virq_bank *bank = bank_of(cpu, number / 2);

    if (bank != NULL && number != 0)
        vreg_set_config(bank, number % 2, (uint32_t)value);
}

static void raise_from(struct vgic_cpu *to, unsigned intid, unsigned source)
{
    to->sgi_sources[intid] |= (uint8_t)BIT32(source);
    vgic_raise(&to->local.irq[intid]);
}

static VREG_WRITER(write_sgir)
{
    unsigned intid = (unsigned)FIELD_GET(GICD_SGIR_INTID, value);
    uint32_t targets;

    switch (FIELD_GET(GICD_SGIR_FILTER, value)) {
    case GICD_SGIR_FILTER_LIST:
        targets = (uint32_t)FIELD_GET(GICD_SGIR_TARGETLIST, value);
        break;
    case GICD_SGIR_FILTER_OTHER:
        targets = ~BIT32(cpu->index);
        break;
    case GICD_SGIR_FILTER_SELF:
        targets = BIT32(cpu->index);
        break;
    default:
        cpu->vm->misuse++;
        return;
    }
    for (targets &= cpu->vm->present; targets != 0; targets &= targets - 1)
        raise_from(cpu->vm->cpu[__builtin_ctz(targets)], intid, cpu->index);
}

static void fetch_sgis(struct vgic_cpu *cpu)
{
    if ((cpu->local.resident & VGIC_SGIS) != 0)
        cpu->vm->delivery->fetch(&cpu->local, VGIC_SGIS);
}

/* A byte for each SGI, a bit for each source (4.3.16, 4.3.17). */
static VREG_READER(read_sgi_sources)
{
    uint64_t value = 0;

    fetch_sgis(cpu);
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)cpu->sgi_sources[(offset + i) % INTID_SGI_COUNT] << 8 * i;
    return value;
}

static VREG_WRITER(write_spendsgir)
{
    for (unsigned i = 0; i < size; i++) {
        uint32_t sources = (uint32_t)(value >> 8 * i) & cpu->vm->present;

        for (; sources != 0; sources &= sources - 1)
            raise_from(cpu, (offset + i) % INTID_SGI_COUNT, (unsigned)__builtin_ctz(sources));
    }
}

static VREG_WRITER(write_cpendsgir)
{
    fetch_sgis(cpu);
    for (unsigned i = 0; i < size; i++) {
        unsigned intid = (offset + i) % INTID_SGI_COUNT;

        cpu->sgi_sources[intid] &= (uint8_t) ~(value >> 8 * i);
        if (cpu->sgi_sources[intid] == 0)
            vreg_clear_pending(&cpu->local, BIT32(intid));
    }
}

static const struct vreg registers[] = {
    {GICD_SGIR, GICD_SGIR + 4, 4, vreg_zero, write_sgir},
    {GICD_CTLR, GICD_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GICD_TYPER, GICD_TYPER + 4, 4, read_typer, vreg_ignore},
    {GICD_ISENABLER, GICD_ISENABLER + 0x80, 4, read_isenabler, write_isenabler},
    {GICD_ICENABLER, GICD_ICENABLER + 0x80, 4, read_icenabler, write_icenabler},
    {GICD_ISPENDR, GICD_ISPENDR + 0x80, 4, read_ispendr, write_ispendr},
    {GICD_ICPENDR, GICD_ICPENDR + 0x80, 4, read_icpendr, write_icpendr},
    {GICD_ISACTIVER, GICD_ISACTIVER + 0x80, 4, read_isactiver, write_isactiver},
    {GICD_ICACTIVER, GICD_ICACTIVER + 0x80, 4, read_icactiver, write_icactiver},
    {GICD_IPRIORITYR, GICD_IPRIORITYR + 0x400, 1 | 4, read_ipriorityr, write_ipriorityr},
    {GICD_ITARGETSR, GICD_ITARGETSR + 0x400, 1 | 4, read_itargetsr, write_itargetsr},
    {GICD_IGROUPR, GICD_IGROUPR + 0x80, 4, read_igroupr, write_igroupr},
    {GICD_ICFGR, GICD_ICFGR + 0x100, 4, read_icfgr, write_icfgr},
    {GICD_CPENDSGIR, GICD_CPENDSGIR + 16, 1 | 4, read_sgi_sources, write_cpendsgir},
    {GICD_SPENDSGIR, GICD_SPENDSGIR + 16, 1 | 4, read_sgi_sources, write_spendsgir},
    {GICD_IIDR, GICD_IIDR + 4, 4, read_iidr, vreg_ignore},
    {GICD_ICPIDR2, GICD_ICPIDR2 + 4, 4, read_icpidr2, vreg_ignore},
};

uint64_t vgic_gicd_v2_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    return vreg_read(registers, ARRAY_SIZE(registers), cpu, offset, size);
}

void vgic_gicd_v2_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vreg_write(registers, ARRAY_SIZE(registers), cpu, offset, size, value);
}

const struct vgic_frame vgic_gicd_v2 = {vgic_gicd_v2_read, vgic_gicd_v2_write};
