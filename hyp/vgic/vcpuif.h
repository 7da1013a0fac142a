/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU interface in software (IHI 0069H 4.8, 12.2): what a guest under trap-and-emulate acknowledges and completes
 * interrupts with. Pure state: who calls decides how the vCPU is signalled.
 */
#ifndef VGIC_VCPUIF_H
#define VGIC_VCPUIF_H

#include <stdbool.h>
#include <stdint.h>

struct vgic_cpu;

#define PRIORITY_IDLE 0x100 /* of nothing: lower than every priority */

struct vcpuif {
    uint8_t pmr;
    uint8_t bpr[2];
    uint8_t group_mask[2]; /* derived: the bits of a priority that preempt, by group */
    uint8_t level_shift;   /* of a group priority to its bit of apr */
    uint8_t level_words;   /* words of apr in use */
    bool group_enabled[2]; /* IGRPEN0, IGRPEN1 */
    bool eoimode, cbpr;
    bool fiqen;         /* Group 0 as FIQ: always with GICv3, GICC_CTLR.FIQEn with GICv2 */
    bool ackctl;        /* GICC_CTLR.AckCtl */
    uint16_t running;   /* group priority of the highest active priority, PRIORITY_IDLE when none */
    uint32_t apr[2][4]; /* active priorities by group; bit 0 of word 0 is the highest */
};

/* What the interface signals to the vCPU: IRQ for Group 1, FIQ for Group 0 (one security state, IHI 0069H 4.6.1). */
enum vcpuif_signal { VCPUIF_NONE, VCPUIF_IRQ, VCPUIF_FIQ };

void vcpuif_reset(struct vgic_cpu *cpu);
enum vcpuif_signal vcpuif_signal(const struct vgic_cpu *cpu);

/* The group of what the interface signals, and of the running priority; -1 when there is none. */
int vcpuif_signalled_group(const struct vgic_cpu *cpu);
int vcpuif_running_group(const struct vgic_cpu *cpu);

/* ICC_IARn: acknowledges; INTID or 1023. */
uint32_t vcpuif_acknowledge(struct vgic_cpu *cpu, unsigned group);
/* ICC_HPPIRn: the same without effect, and without the priority mask. */
uint32_t vcpuif_highest_pending(struct vgic_cpu *cpu, unsigned group);
/* ICC_EOIRn: priority drop, and deactivation where EOImode = 0. */
void vcpuif_end(struct vgic_cpu *cpu, unsigned group, uint32_t intid);
/* ICC_DIR: deactivation where EOImode = 1. */
void vcpuif_deactivate(struct vgic_cpu *cpu, uint32_t intid);

uint8_t vcpuif_read_bpr(const struct vgic_cpu *cpu, unsigned group);
void vcpuif_write_bpr(struct vgic_cpu *cpu, unsigned group, uint64_t value);
void vcpuif_write_ctlr(struct vgic_cpu *cpu, bool eoimode, bool cbpr);
void vcpuif_write_pmr(struct vgic_cpu *cpu, uint64_t value);
uint8_t vcpuif_read_rpr(const struct vgic_cpu *cpu);
uint32_t vcpuif_read_apr(const struct vgic_cpu *cpu, unsigned group, unsigned word);
void vcpuif_write_apr(struct vgic_cpu *cpu, unsigned group, unsigned word, uint32_t value);

#endif
