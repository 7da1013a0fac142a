/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated registers as tables of regions, and the registers that distributor and redistributor have in common: one
 * bit, one byte or two bits per interrupt (IHI 0069H 12.9, 12.11).
 */
#ifndef VGIC_VREGS_H
#define VGIC_VREGS_H

#include "vgic.h"

/*
 * A run of registers. `cpu`: the vCPU whose redistributor it is, or who accesses the distributor; `offset`: in the
 * frame; `size`: of the access in bytes, one of `sizes`, a sum of 1, 2, 4, 8. Others are RAZ/WI and counted.
 */
struct vreg {
    uint32_t first, end;
    unsigned sizes;
    uint64_t (*read)(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
    void (*write)(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
};

/* A function for such an entry; most need only some of the parameters. */
#define VREG_UNUSED __attribute__((unused))
#define VREG_READER(name)                                                                                              \
    uint64_t name(struct vgic_cpu *cpu VREG_UNUSED, uint32_t offset VREG_UNUSED, unsigned size VREG_UNUSED)
#define VREG_WRITER(name)                                                                                              \
    void name(struct vgic_cpu *cpu VREG_UNUSED, uint32_t offset VREG_UNUSED, unsigned size VREG_UNUSED,                \
              uint64_t value VREG_UNUSED)

/* The entry of `table` that answers the access, NULL when none does. */
static inline const struct vreg *vreg_find(const struct vreg *table, unsigned count, uint32_t offset, unsigned size)
{
    for (const struct vreg *reg = table; reg < table + count; reg++) {
        if (offset - reg->first < reg->end - reg->first)
            return (size & reg->sizes) != 0 && (offset & (size - 1)) == 0 ? reg : NULL;
    }
    return NULL;
}

/* An access to the frame that `table` describes. */
static inline uint64_t vreg_read(const struct vreg *table, unsigned count, struct vgic_cpu *cpu, uint32_t offset,
                                 unsigned size)
{
    const struct vreg *reg = vreg_find(table, count, offset, size);

    if (reg != NULL)
        return reg->read(cpu, offset, size);
    cpu->vm->misuse++;
    return 0;
}

static inline void vreg_write(const struct vreg *table, unsigned count, struct vgic_cpu *cpu, uint32_t offset,
                              unsigned size, uint64_t value)
{
    const struct vreg *reg = vreg_find(table, count, offset, size);

    if (reg != NULL)
        reg->write(cpu, offset, size, value);
    else
        cpu->vm->misuse++;
}

VREG_READER(vreg_zero);
VREG_WRITER(vreg_ignore);

/* GICD_PIDR*, GICD_CIDR* and GICR's: both frames have them at the same offsets. */
VREG_READER(vreg_id);

/* Registers by bank; the frames wrap them with how they find it. */
uint64_t vreg_group(const struct virq_bank *bank);
uint64_t vreg_enable(const struct virq_bank *bank);
uint64_t vreg_pending(struct virq_bank *bank);
uint64_t vreg_active(struct virq_bank *bank);
uint64_t vreg_nmi(const struct virq_bank *bank);
void vreg_set_group(struct virq_bank *bank, uint32_t value);
void vreg_set_enable(struct virq_bank *bank, uint32_t bits);
void vreg_clear_enable(struct virq_bank *bank, uint32_t bits);
void vreg_set_pending(struct virq_bank *bank, uint32_t bits);
void vreg_clear_pending(struct virq_bank *bank, uint32_t bits);
void vreg_set_active(struct virq_bank *bank, uint32_t bits);
void vreg_clear_active(struct virq_bank *bank, uint32_t bits);
void vreg_set_nmi(struct virq_bank *bank, uint32_t value);
/* `first`: interrupt of the bank that the lowest byte of the access stands for. */
uint64_t vreg_priorities(const struct virq_bank *bank, unsigned first, unsigned size);
void vreg_set_priorities(struct virq_bank *bank, unsigned first, unsigned size, uint64_t value);
/* `half`: 0 for the lower 16 interrupts of the bank. SGIs keep their configuration. */
uint64_t vreg_config(const struct virq_bank *bank, unsigned half);
void vreg_set_config(struct virq_bank *bank, unsigned half, uint32_t value);

#endif
