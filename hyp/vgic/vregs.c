/* SPDX-License-Identifier: Apache-2.0 */
#include "vregs.h"

#include "regs/gicd.h"
#include "route.h"

VREG_READER(vreg_zero)
{
    return 0;
}

VREG_WRITER(vreg_ignore)
{
}

/* Architecture GICv3, designer Arm (JEP106 0x43b); the rest as the architecture recommends (IHI 0069H 12.1.4). */
VREG_READER(vreg_id)
{
    static const uint8_t ids[(GICD_ID_END - GICD_ID) / 4] = {
        0x44, 0, 0, 0, 0x92, 0xb4, PIDR2_ARCHREV_GICV3 << 4 | 0xb, 0, 0x0d, 0xf0, 0x05, 0xb1};

    return ids[(offset - GICD_ID) / 4];
}

/*
 * Before pending or active state is read or anything of a resident interrupt changes, the model must have it. The lines
 * of linked interrupts change unseen.
 */
static void fetch(struct virq_bank *bank, uint32_t bits)
{
    if (((bank->resident | bank->hw) & bits) != 0)
        bank->vm->delivery->fetch(bank, bits);
}

uint64_t vreg_group(const struct virq_bank *bank)
{
    return bank->group1;
}

void vreg_set_group(struct virq_bank *bank, uint32_t value)
{
    value &= bank->implemented;
    fetch(bank, bank->group1 ^ value);
    virq_set_groups(bank, value, 0, vgic_allowed(bank->vm, value));
    if (bank->any != 0)
        route_choose_anew(bank->vm);
}

uint64_t vreg_enable(const struct virq_bank *bank)
{
    return bank->enabled;
}

static void change_enable(struct virq_bank *bank, uint32_t enabled)
{
    uint32_t changed = bank->enabled ^ enabled;

    fetch(bank, changed);
    virq_set_enabled(bank, enabled);
    if ((changed & bank->hw) != 0)
        bank->vm->delivery->enabled(bank, changed & bank->hw);
}

void vreg_set_enable(struct virq_bank *bank, uint32_t bits)
{
    change_enable(bank, bank->enabled | (bits & bank->implemented));
}

void vreg_clear_enable(struct virq_bank *bank, uint32_t bits)
{
    change_enable(bank, bank->enabled & ~bits);
}

uint64_t vreg_pending(struct virq_bank *bank)
{
    fetch(bank, UINT32_MAX);
    return virq_pending(bank);
}

/* An interrupt that is pending already stays as it is (IHI 0069H 12.9.33: writing 1 to a pending one has no effect). */
void vreg_set_pending(struct virq_bank *bank, uint32_t bits)
{
    bits &= bank->implemented;
    fetch(bank, bits);
    bank->latch |= bits;
    virq_update(bank);
}

/* Clears what software or an edge latched; the line of a level-sensitive interrupt keeps it pending. */
void vreg_clear_pending(struct virq_bank *bank, uint32_t bits)
{
    fetch(bank, bits);
    bank->latch &= ~bits;
    virq_update(bank);
}

uint64_t vreg_active(struct virq_bank *bank)
{
    fetch(bank, UINT32_MAX);
    return bank->active;
}

void vreg_set_active(struct virq_bank *bank, uint32_t bits)
{
    bits &= bank->implemented;
    fetch(bank, bits);
    bits &= ~bank->active;
    bank->active |= bits;
    if (bits != 0)
        bank->vm->delivery->activated(bank, bits);
    virq_update(bank);
}

void vreg_clear_active(struct virq_bank *bank, uint32_t bits)
{
    fetch(bank, bits);
    for (bits &= bank->active; bits != 0; bits &= bits - 1)
        vgic_deactivate(&bank->irq[__builtin_ctz(bits)]);
}

uint64_t vreg_priorities(const struct virq_bank *bank, unsigned first, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bank->irq[first + i].ipriority << 8 * i;
    return value;
}

void vreg_set_priorities(struct virq_bank *bank, unsigned first, unsigned size, uint64_t value)
{
    uint8_t implemented = (uint8_t)(0xff00 >> bank->vm->limits.priority_bits);

    for (unsigned i = 0; i < size && (bank->implemented >> (first + i) & 1) != 0; i++) {
        fetch(bank, BIT32(first + i));
        virq_set_priority(&bank->irq[first + i], (uint8_t)(value >> 8 * i) & implemented);
    }
}

uint64_t vreg_nmi(const struct virq_bank *bank)
{
    return bank->nmi;
}

/* RES0 where GICD_TYPER.NMI is 0. */
void vreg_set_nmi(struct virq_bank *bank, uint32_t value)
{
    if (!bank->vm->limits.nmi) {
        bank->vm->misuse++;
        return;
    }
    value &= bank->implemented;
    fetch(bank, bank->nmi ^ value);
    virq_set_nmi(bank, value);
}

uint64_t vreg_config(const struct virq_bank *bank, unsigned half)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 16; i++)
        value |= (uint64_t)(bank->edge >> (half * 16 + i) & 1) << (2 * i + 1);
    return value;
}

void vreg_set_config(struct virq_bank *bank, unsigned half, uint32_t value)
{
    uint32_t edge = bank->edge;

    for (unsigned i = 0; i < 16; i++) {
        uint32_t bit = BIT32(half * 16 + i);

        edge = (value >> (2 * i + 1) & 1) != 0 ? edge | bit : edge & ~bit;
    }
    edge &= bank->implemented;
    fetch(bank, bank->edge ^ edge);
    bank->edge = edge;
    virq_update(bank);
}
