/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs, INTIDs from 8192 on (IHI 0069H chapter 5): messages without a line and without an active state, always of
 * Non-secure Group 1. Each redistributor has its own that are pending; whether one is enabled and its priority are a
 * byte of a table in the guest's memory, read when the LPI becomes pending and when the guest says that it changed it.
 */
#ifndef VGIC_VLPI_H
#define VGIC_VLPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vgic;
struct vgic_cpu;
struct virq;
struct virq_bank;

/* Bits of an INTID with LPIs: 8192 of them, or more. */
#define VLPI_BITS_LEAST 14
#define VLPI_BITS_MOST  16

/* A redistributor's. */
struct vlpi {
    struct virq_bank *bank; /* of vlpi_banks() */
    uint32_t count;         /* LPIs from 8192 on that there are: 0 while GICR_CTLR.EnableLPIs = 0 */
    bool enabled;           /* GICR_CTLR.EnableLPIs */
    uint64_t propbaser, pendbaser;
};

static inline unsigned vlpi_banks(unsigned bits)
{
    return ((1U << bits) - 8192) / 32;
}

/* Memory that the LPIs of `cpus` vCPUs take, in bytes. */
size_t vlpi_size(unsigned bits, unsigned cpus);

/*
 * Gives the VM LPIs, INTIDs of `bits` bits, after all of its vCPUs: `memory` has vlpi_size() bytes, zero, aligned to a
 * bank.
 */
void vlpi_give(struct vgic *vm, unsigned bits, void *memory);

/* GICD_CTLR.EnableGrp1 changed. */
void vlpi_update_allowed(struct vgic_cpu *cpu);

/* As the redistributor of `cpu` has it; NULL where LPIs are off or there is none with that INTID. */
struct virq *vlpi_irq(struct vgic_cpu *cpu, uint32_t intid);

/* The rest is for INTIDs of any value: one that the redistributor does not have is ignored and counted. */
void vlpi_raise(struct vgic_cpu *cpu, uint32_t intid);
/* No longer pending there; whether it was. */
bool vlpi_clear(struct vgic_cpu *cpu, uint32_t intid);
/* Its configuration changed. */
void vlpi_invalidate(struct vgic_cpu *cpu, uint32_t intid);

/* That of any of them changed; all that are pending move. A word for each 32 LPIs, more for those that are pending. */
void vlpi_invalidate_all(struct vgic_cpu *cpu);
void vlpi_move_all(struct vgic_cpu *from, struct vgic_cpu *to);

/* GICR_CTLR.EnableLPIs: what is pending comes from the table that GICR_PENDBASER names, and goes there. */
void vlpi_enable(struct vgic_cpu *cpu, bool enabled);

/* GICR_PROPBASER and GICR_PENDBASER as written (IHI 0069H 12.11): not while LPIs are enabled. */
void vlpi_set_propbaser(struct vgic_cpu *cpu, uint64_t value);
void vlpi_set_pendbaser(struct vgic_cpu *cpu, uint64_t value);

#endif
