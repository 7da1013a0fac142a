/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU interface in software (IHI 0069H 4.8, 12.2): what a guest under trap-and-emulate acknowledges and completes
 * interrupts with. Pure state: who calls decides how the vCPU is signalled.
 */
#ifndef VGIC_VCPUIF_H
#define VGIC_VCPUIF_H

#include <stdbool.h>
#include <stdint.h>

#include "field.h"

struct vgic_cpu;

#define PRIORITY_IDLE 0x100 /* of nothing: lower than every priority */

/* An active priority: the group priority and the group it is of. */
#define ACTIVE_PRIORITY(priority, group) ((priority)*4 | (int)(group))
#define ACTIVE_GROUP                     3U
#define ACTIVE_NO_GROUP                  3U /* of PRIORITY_IDLE */
#define ACTIVE_SHIFT                     2
#define ACTIVE_MAX                       (2 * 128 + 1) /* a bit of ICC_AP0R<n> and one of ICC_AP1R<n> a level; an NMI */

struct vcpuif {
    uint8_t mask; /* derived: PMR, or 0, which nothing passes, while the redistributor holds everything back */
    uint8_t bpr[2];
    int16_t group_mask[2]; /* derived: the bits of a priority that preempt, by group; PRIORITY_IDLE and PRIORITY_NMI
                              pass them */
    bool group_enabled[2]; /* IGRPEN0, IGRPEN1 */
    bool eoimode, cbpr;
    bool fiqen;  /* Group 0 as FIQ: always with GICv3, GICC_CTLR.FIQEn with GICv2 */
    bool ackctl; /* GICC_CTLR.AckCtl */
    uint8_t pmr;
    /*
     * The active priorities, ICC_AP0R<n> and ICC_AP1R<n>, as the stack they are: only a higher priority than the
     * running one preempts, and an EOI drops the highest. `running` is its top; PRIORITY_IDLE lies at the bottom.
     */
    int *running;
    int active[1 + ACTIVE_MAX];
};

/*
 * What the interface signals to the vCPU: IRQ for Group 1, FIQ for Group 0 (one security state, IHI 0069H 4.6.1); NMI:
 * an IRQ with superpriority (4.6.3).
 */
enum vcpuif_signal { VCPUIF_NONE, VCPUIF_IRQ, VCPUIF_FIQ, VCPUIF_NMI };

void vcpuif_reset(struct vgic_cpu *cpu);
/* After cpu->asleep changed. */
void vcpuif_update_mask(struct vgic_cpu *cpu);
enum vcpuif_signal vcpuif_signal(const struct vgic_cpu *cpu);

/* The group of what the interface signals, and of the running priority; -1 when there is none. */
int vcpuif_signalled_group(const struct vgic_cpu *cpu);
int vcpuif_running_group(const struct vgic_cpu *cpu);

/* ICC_IARn: acknowledges; INTID or 1023. */
uint32_t vcpuif_acknowledge(struct vgic_cpu *cpu, unsigned group);
/*
 * With non-maskable interrupts apart from the others (SCTLR_ELx.NMI = 1): ICC_IAR1 acknowledges the others, and is 1022
 * where ICC_NMIAR1 is to be read. That is 1023 for the others (IHI 0069H 12.2.14, ICC_NMIAR1_EL1).
 */
uint32_t vcpuif_acknowledge_maskable(struct vgic_cpu *cpu);
uint32_t vcpuif_acknowledge_nmi(struct vgic_cpu *cpu);
/* ICC_HPPIRn: the same without effect, and without the priority mask. */
uint32_t vcpuif_highest_pending(struct vgic_cpu *cpu, unsigned group);
/* ICC_EOIRn: priority drop, and deactivation where EOImode = 0. */
void vcpuif_end(struct vgic_cpu *cpu, unsigned group, uint32_t intid);
/* ICC_DIR: deactivation where EOImode = 1. */
void vcpuif_deactivate(struct vgic_cpu *cpu, uint32_t intid);

uint8_t vcpuif_read_bpr(const struct vgic_cpu *cpu, unsigned group);
void vcpuif_write_bpr(struct vgic_cpu *cpu, unsigned group, uint64_t value);
void vcpuif_write_ctlr(struct vgic_cpu *cpu, bool eoimode, bool cbpr);
void vcpuif_write_igrpen(struct vgic_cpu *cpu, unsigned group, bool enabled);
void vcpuif_write_pmr(struct vgic_cpu *cpu, uint64_t value);
uint64_t vcpuif_read_rpr(const struct vgic_cpu *cpu);
/* ICC_AP0R<n>, ICC_AP1R<n>: so many of each there are, 32 levels of priority that preempt to a word. */
unsigned vcpuif_apr_words(const struct vgic_cpu *cpu);
uint64_t vcpuif_read_apr(const struct vgic_cpu *cpu, unsigned group, unsigned word);
void vcpuif_write_apr(struct vgic_cpu *cpu, unsigned group, unsigned word, uint64_t value);

/* Of ICC_RPR, and of ICC_AP1R0: a non-maskable interrupt is running. */
#define VCPUIF_NMI_RUNS BIT(63)

#endif
