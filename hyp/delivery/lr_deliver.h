/* SPDX-License-Identifier: Apache-2.0 */
/* What strategies on list registers have in common, whatever the registers look like: members of struct delivery. */
#ifndef DELIVERY_LR_DELIVER_H
#define DELIVERY_LR_DELIVER_H

#include "linked.h"
#include "vgic.h"

void lr_reset(struct vgic_cpu *cpu);
void lr_load(struct vgic_cpu *cpu);
void lr_put(struct vgic_cpu *cpu, enum delivery_put why);
bool lr_signalled(const struct vgic_cpu *cpu);
void lr_flush(struct vgic_cpu *cpu);
void lr_fetch(struct virq_bank *bank, uint32_t bits);
void lr_surrender(struct vgic_cpu *cpu);
void lr_raise_resident(struct virq *irq);
void lr_activated(struct virq_bank *bank, uint32_t bits);
void lr_deactivated(struct virq *irq);
void lr_arrived(struct vgic_cpu *cpu, struct virq *irq);
void lr_resample(struct virq *irq);
void lr_maintenance(struct vgic_cpu *cpu);
void lr_rearm(struct vgic_cpu *cpu);

#define LR_TIMERS (BIT32(INTID_VTIMER) | BIT32(INTID_PTIMER)) /* of vgic_cpu.local */

/* What the lines of its timers are at put(): their registers are saved. */
void lr_sample_saved(struct vgic_cpu *cpu);

/* Trapped system registers of a GICv3 (deliver_lr.c); */
void lr_sysreg_v3(struct vgic_cpu *cpu, uint64_t esr);

/* ... but DIR. */
void lr_sysreg(struct vgic_cpu *cpu, uint64_t esr);

/* A trapped ICC_DIR_EL1 or GICC_DIR. */
void lr_deactivate(struct vgic_cpu *cpu, uint32_t intid);

/* Those that are the same for all of them. */
#define LR_DELIVER                                                                                                     \
    .reset = lr_reset, .flush = lr_flush, .fetch = lr_fetch, .surrender = lr_surrender, .activated = lr_activated,     \
    .enabled = linked_enabled, .deactivate = lr_deactivate, .deactivated = lr_deactivated, .arrived = lr_arrived,      \
    .resample = lr_resample, .maintenance = lr_maintenance, .rearm = lr_rearm

#endif
