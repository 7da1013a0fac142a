/* SPDX-License-Identifier: Apache-2.0 */
/* What Non-secure software sees and changes of the registers that have a field for each interrupt (IHI 0069H 12.9). */
#ifndef VGIC_VSECURE_FILTER_H
#define VGIC_VSECURE_FILTER_H

#include "vsecure.h"

/* A bank and what two security states have of it in addition; no bank: there are no such interrupts. */
struct vsecure_place {
    struct virq_bank *bank;
    struct vsecure_bank *more;
};

/*
 * By number of the word of a register with one bit for each interrupt: the distributor's (word 0 is the
 * redistributor's), that of extended SPIs, the redistributor's (SGIs and PPIs, then extended PPIs).
 */
struct vsecure_place vsecure_spis(struct vgic_cpu *cpu, unsigned number);
struct vsecure_place vsecure_extended_spis(struct vgic_cpu *cpu, unsigned number);
struct vsecure_place vsecure_private(struct vgic_cpu *cpu, unsigned number);
struct vsecure_place vsecure_spi_place(const struct virq *spi);

/* Whether Non-secure software may do what needs that value of NSACR where the interrupt is Secure. */
bool vsecure_permitted(const struct vsecure_place *place, unsigned bit, unsigned access);

/* A frame, by its runs of such registers. */
struct vsecure_run;
struct vsecure_runs {
    const struct vsecure_run *run;
    unsigned count;
};
extern const struct vsecure_runs vsecure_gicd_runs, vsecure_gicr_runs;

/*
 * Accesses of `size` bytes at `offset`, from RD_base on in a redistributor: what a Non-secure read returns of `value`,
 * which a Secure one does; and *value becomes what a Secure write would write to change what a Non-secure one of it
 * may. False: that is nothing. Registers of other kinds pass.
 */
uint64_t vsecure_filter_read(const struct vsecure_runs *runs, struct vgic_cpu *cpu, uint32_t offset, unsigned size,
                             uint64_t value);
bool vsecure_filter_write(const struct vsecure_runs *runs, struct vgic_cpu *cpu, uint32_t offset, unsigned size,
                          uint64_t *value);

#endif
