/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated registers as tables of regions, and the registers that distributor and redistributor have in common: one
 * bit, one byte or two bits per interrupt (IHI 0069H 12.9, 12.11).
 */
#ifndef VGIC_VREGS_H
#define VGIC_VREGS_H

#include "vgic.h"

struct vreg_access {
    struct vgic_cpu *cpu;   /* who accesses */
    struct vgic_cpu *owner; /* whose redistributor it is; the accessing vCPU for the distributor */
    uint32_t offset;        /* in the frame */
    unsigned size;          /* bytes */
};

/* A run of registers; `sizes`: access sizes it answers, as a sum of 1, 2, 4, 8. Others are RAZ/WI and counted. */
struct vreg {
    uint32_t first, end;
    unsigned sizes;
    uint64_t (*read)(const struct vreg_access *access);
    void (*write)(const struct vreg_access *access, uint64_t value);
};

uint64_t vreg_read(const struct vreg *table, unsigned count, const struct vreg_access *access);
void vreg_write(const struct vreg *table, unsigned count, const struct vreg_access *access, uint64_t value);

/* The bank that a one-bit-per-interrupt register of the frame stands for; NULL when the VM has no such interrupts. */
typedef struct virq_bank *vreg_bank(const struct vreg_access *access, unsigned number);

uint64_t vreg_zero(const struct vreg_access *access);
void vreg_ignore(const struct vreg_access *access, uint64_t value);

/* Registers by bank; the frames wrap them with how they find it. */
uint64_t vreg_group(const struct virq_bank *bank);
uint64_t vreg_enable(const struct virq_bank *bank);
uint64_t vreg_pending(struct virq_bank *bank);
uint64_t vreg_active(struct virq_bank *bank);
void vreg_set_group(struct virq_bank *bank, uint32_t value);
void vreg_set_enable(struct virq_bank *bank, uint32_t bits);
void vreg_clear_enable(struct virq_bank *bank, uint32_t bits);
void vreg_set_pending(struct virq_bank *bank, uint32_t bits);
void vreg_clear_pending(struct virq_bank *bank, uint32_t bits);
void vreg_set_active(struct virq_bank *bank, uint32_t bits);
void vreg_clear_active(struct virq_bank *bank, uint32_t bits);
/* `first`: interrupt of the bank that the lowest byte of the access stands for. */
uint64_t vreg_priorities(const struct virq_bank *bank, unsigned first, unsigned size);
void vreg_set_priorities(struct virq_bank *bank, unsigned first, unsigned size, uint64_t value);
/* `half`: 0 for the lower 16 interrupts of the bank. SGIs keep their configuration. */
uint64_t vreg_config(const struct virq_bank *bank, unsigned half);
void vreg_set_config(struct virq_bank *bank, unsigned half, uint32_t value);

#endif
