/* SPDX-License-Identifier: Apache-2.0 */
#include "vlpi.h"

#include "regs/gicr.h"
#include "regs/gits.h"
#include "vgic.h"
#include "vits_direct.h"

size_t vlpi_size(unsigned bits, unsigned cpus)
{
    return (size_t)vlpi_banks(bits) * cpus * sizeof(struct virq_bank);
}

/* `pintid`: an LPI's acknowledge and end are not those of the plain ones that fast paths know (virq.h). */
static void init_bank(struct virq_bank *bank, struct vgic_cpu *cpu, uint32_t first_intid)
{
    virq_bank_init(bank, cpu->vm, first_intid, cpu);
    bank->edge = bank->group1 = UINT32_MAX;
    for (unsigned i = 0; i < 32; i++) {
        bank->irq[i].group = GIC_GROUP1_NS;
        bank->irq[i].pintid = bank->irq[i].intid;
    }
}

void vlpi_give(struct vgic *vm, unsigned bits, void *memory)
{
    struct virq_bank *bank = memory;

    vm->lpi_bits = bits;
    vm->limits.id_bits = bits;
    for (unsigned i = 0; i < vm->cpus; i++) {
        vm->cpu[i]->lpi.bank = bank;
        for (unsigned n = 0; n < vlpi_banks(bits); n++)
            init_bank(bank++, vm->cpu[i], INTID_LPI_FIRST + 32 * n);
        vlpi_update_allowed(vm->cpu[i]);
    }
}

void vlpi_update_allowed(struct vgic_cpu *cpu)
{
    uint32_t allowed = cpu->vm->group_enabled[GIC_GROUP1_NS] ? UINT32_MAX : 0;

    if (cpu->vm->lpi_bits == 0 || cpu->lpi.bank[0].allowed == allowed)
        return;
    for (unsigned n = 0; n < vlpi_banks(cpu->vm->lpi_bits); n++)
        virq_set_allowed(&cpu->lpi.bank[n], allowed);
}

struct virq *vlpi_irq(struct vgic_cpu *cpu, uint32_t intid)
{
    uint32_t n = intid - INTID_LPI_FIRST;

    return n < cpu->lpi.count ? &cpu->lpi.bank[n / 32].irq[n % 32] : NULL;
}

/* Memory that is none reads as zero: the LPI is disabled. Its byte stands at its INTID minus 8192 (IHI 0069H 5.1.1). */
uint8_t vlpi_configuration(const struct vgic_cpu *cpu, uint32_t intid)
{
    uint64_t table = cpu->lpi.propbaser & FIELD_MASK(GICR_PROPBASER_ADDRESS);
    const uint8_t *at = guest_memory_at(&cpu->vm->memory, table + intid - INTID_LPI_FIRST, 1);

    return at != NULL ? __atomic_load_n(at, __ATOMIC_RELAXED) : 0;
}

static void configure(struct vgic_cpu *cpu, struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    uint8_t config = vlpi_configuration(cpu, irq->intid);
    uint8_t implemented = (uint8_t)(0xff00 >> cpu->vm->limits.priority_bits);
    uint8_t priority = config & FIELD_MASK(LPI_CONFIG_PRIORITY) & implemented;
    uint32_t enabled = (config & LPI_CONFIG_ENABLE) != 0 ? bank->enabled | irq->mask : bank->enabled & ~irq->mask;

    if (priority == irq->priority && enabled == bank->enabled)
        return;
    if ((bank->resident & irq->mask) != 0)
        cpu->vm->delivery->fetch(bank, irq->mask);
    virq_set_priority(irq, priority);
    virq_set_enabled(bank, enabled);
}

/* One that is pending already keeps its configuration until the guest invalidates it. */
void vlpi_raise(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vlpi_irq(cpu, intid);

    if (irq == NULL) {
        cpu->vm->misuse++;
        return;
    }
    if (((irq->bank->latch | irq->bank->resident) & irq->mask) == 0)
        configure(cpu, irq);
    vgic_raise(irq);
}

static bool clear(struct virq *irq)
{
    struct virq_bank *bank = irq->bank;
    bool pending;

    if ((bank->resident & irq->mask) != 0)
        bank->vm->delivery->fetch(bank, irq->mask);
    pending = (bank->latch & irq->mask) != 0;
    bank->latch &= ~irq->mask;
    virq_update_one(irq);
    return pending;
}

bool vlpi_clear(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vlpi_irq(cpu, intid);

    if (irq != NULL)
        return clear(irq);
    cpu->vm->misuse++;
    return false;
}

void vlpi_invalidate(struct vgic_cpu *cpu, uint32_t intid)
{
    struct virq *irq = vlpi_irq(cpu, intid);

    if (irq != NULL)
        configure(cpu, irq);
    else
        cpu->vm->misuse++;
}

void vlpi_invalidate_all(struct vgic_cpu *cpu)
{
    for (uint32_t n = 0; n < cpu->lpi.count / 32; n++) {
        struct virq_bank *bank = &cpu->lpi.bank[n];

        for (uint32_t bits = bank->latch | bank->resident; bits != 0; bits &= bits - 1)
            configure(cpu, &bank->irq[__builtin_ctz(bits)]);
    }
}

void vlpi_move_all(struct vgic_cpu *from, struct vgic_cpu *to)
{
    for (uint32_t n = 0; n < from->lpi.count / 32; n++) {
        struct virq_bank *bank = &from->lpi.bank[n];

        for (uint32_t bits = bank->latch | bank->resident; bits != 0; bits &= bits - 1) {
            struct virq *irq = &bank->irq[__builtin_ctz(bits)];

            if (clear(irq))
                vlpi_raise(to, irq->intid);
        }
    }
}

/* The words of a pending table, a bit an INTID from 0 on; what stands for INTIDs below 8192 is not ours. */
static uint64_t pending_word(const struct vgic_cpu *cpu, uint32_t bank)
{
    uint64_t table = cpu->lpi.pendbaser & FIELD_MASK(GICR_PENDBASER_ADDRESS);

    return table + INTID_LPI_FIRST / 8 + UINT64_C(4) * bank;
}

/* Two banks are a doubleword. */
static void load_pending(struct vgic_cpu *cpu)
{
    uint64_t word;

    for (uint32_t n = 0; n < cpu->lpi.count / 32; n += 2) {
        if (!guest_memory_read(&cpu->vm->memory, pending_word(cpu, n), &word)) {
            cpu->vm->misuse++;
            return;
        }
        for (; word != 0; word &= word - 1)
            vlpi_raise(cpu, INTID_LPI_FIRST + 32 * n + (uint32_t)__builtin_ctzll(word));
    }
}

static uint32_t take_all(struct virq_bank *bank)
{
    uint32_t pending;

    if (bank->resident != 0)
        bank->vm->delivery->fetch(bank, bank->resident);
    pending = bank->latch;
    bank->latch = 0;
    virq_update(bank);
    return pending;
}

static void store_pending(struct vgic_cpu *cpu)
{
    for (uint32_t n = 0; n < cpu->lpi.count / 32; n += 2) {
        uint64_t word = take_all(&cpu->lpi.bank[n]);

        word |= (uint64_t)take_all(&cpu->lpi.bank[n + 1]) << 32;
        if (!guest_memory_write(&cpu->vm->memory, pending_word(cpu, n), word))
            cpu->vm->misuse++;
    }
}

/* As many as both tables and the VM have: fewer than 14 bits are none (IHI 0069H 12.11 GICR_PROPBASER). */
static uint32_t count(const struct vgic_cpu *cpu)
{
    unsigned bits = (unsigned)FIELD_GET(GICR_PROPBASER_IDBITS, cpu->lpi.propbaser) + 1;

    if (bits < VLPI_BITS_LEAST)
        return 0;
    return BIT32(bits < cpu->vm->lpi_bits ? bits : cpu->vm->lpi_bits) - INTID_LPI_FIRST;
}

/* GICR_PENDBASER.PTZ says that the table is zero, which saves reading it. */
void vlpi_enable(struct vgic_cpu *cpu, bool enabled)
{
    const struct vits_direct *direct = cpu->vm->delivery->direct;

    if (enabled == cpu->lpi.enabled)
        return;
    cpu->lpi.enabled = enabled;
    if (enabled) {
        cpu->lpi.count = count(cpu);
        if ((cpu->lpi.pendbaser & GICR_PENDBASER_PTZ) == 0)
            load_pending(cpu);
        cpu->lpi.pendbaser &= ~GICR_PENDBASER_PTZ;
    } else {
        if (direct != NULL)
            direct->surrender(cpu);
        store_pending(cpu);
        cpu->lpi.count = 0;
    }
    if (direct != NULL)
        direct->changed_all(cpu->vm);
}

/*
 * The hypervisor reads and writes the tables through its caches, coherently with the guest's cores: that is what the
 * registers say whatever is written (IHI 0069H 12.11: the fields may be fixed; Outer is as Inner). A guest that writes
 * its tables past the caches must have cleaned them before.
 */
static uint64_t propbaser_attributes(void)
{
    return FIELD_PREP(GICR_PROPBASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GICR_PROPBASER_INNER, GIC_RAWAWB);
}

static uint64_t pendbaser_attributes(void)
{
    return FIELD_PREP(GICR_PENDBASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GICR_PENDBASER_INNER, GIC_RAWAWB);
}

void vlpi_set_propbaser(struct vgic_cpu *cpu, uint64_t value)
{
    if (cpu->lpi.enabled)
        cpu->vm->misuse++;
    else
        cpu->lpi.propbaser =
            (value & (FIELD_MASK(GICR_PROPBASER_ADDRESS) | FIELD_MASK(GICR_PROPBASER_IDBITS))) | propbaser_attributes();
}

void vlpi_set_pendbaser(struct vgic_cpu *cpu, uint64_t value)
{
    if (cpu->lpi.enabled)
        cpu->vm->misuse++;
    else
        cpu->lpi.pendbaser =
            (value & (FIELD_MASK(GICR_PENDBASER_ADDRESS) | GICR_PENDBASER_PTZ)) | pendbaser_attributes();
}
