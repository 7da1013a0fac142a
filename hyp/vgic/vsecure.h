/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual interrupt controller with two security states (GICD_CTLR.DS = 0, IHI 0069H 4.6): three groups, and accesses
 * that carry their security state. It is a filter before the frames of one security state (vdist.c, vredist.c) and a
 * CPU interface of its own. No strategy delivers it and no VM has it: a VM has one security state. Affinity routing is
 * always on in both states, disabling security (DS = 1) is not supported (ICC_CTLR_EL3.nDS), nor are non-maskable
 * interrupts.
 */
#ifndef VGIC_VSECURE_H
#define VGIC_VSECURE_H

#include "regs/groups.h"
#include "vgic.h"

/* What a bank has in addition: IGRPMODR, and of SPIs NSACR, a field of two bits for each interrupt. */
struct vsecure_bank {
    uint32_t grpmod;
    uint32_t nsacr[2];
};

/* The CPU interface of both states. Index of what EL3, Secure and Non-secure software have each: enum gic_pe. */
struct vsecure_cpuif {
    uint8_t pmr;
    uint8_t bpr[GIC_GROUPS];        /* ICC_BPR0_EL1, ICC_BPR1_EL1 Secure and Non-secure */
    bool group_enabled[GIC_GROUPS]; /* ICC_IGRPEN0_EL1, ICC_IGRPEN1_EL1 Secure and Non-secure */
    bool common_bpr[GIC_GROUPS];    /* ICC_CTLR_EL3.CBPR_EL1S, CBPR_EL1NS */
    bool eoimode[GIC_PES];          /* ICC_CTLR_EL3.EOImode_EL3, EOImode_EL1S, EOImode_EL1NS */
    uint32_t apr[GIC_GROUPS][4];    /* active priorities; bit 0 of word 0 is the highest */
};

struct vsecure_cpu {
    struct vgic_cpu cpu;
    struct vsecure_cpuif cpuif;
    uint32_t sgi_nsacr;                            /* GICR_NSACR */
    struct vsecure_bank bank[1 + VGIC_EPPI_BANKS]; /* of cpu.local, then of cpu.extended[] */
};

struct vsecure {
    struct vgic vm;
    struct vsecure_bank spi[VGIC_SPI_BANKS + VGIC_ESPI_BANKS];
};

/* NULL, or why the strategy cannot serve such a VM. Every group is disabled, every interrupt of Group 0. */
const char *vsecure_init(struct vsecure *vm, const struct delivery *delivery);
void vsecure_cpu_init(struct vsecure *vm, struct vsecure_cpu *cpu);

/* Accesses to the frames, as vgic_gicd_read() and the others; `secure`: the security state of the access. */
uint64_t vsecure_gicd_read(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size);
void vsecure_gicd_write(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size, uint64_t value);
uint64_t vsecure_gicr_read(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size);
void vsecure_gicr_write(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size, uint64_t value);

/* Where a PE is when it accesses the CPU interface, and what of SCR_EL3 matters there. */
struct vsecure_pe {
    enum gic_pe at;
    bool ns;       /* SCR_EL3.NS: at EL3, which of the banked registers is accessed */
    bool fiq, irq; /* SCR_EL3.FIQ, IRQ: the signal is taken to EL3 */
};

/* ICC_*_EL1 but for the two of EL3. */
enum vsecure_icc {
    ICC_PMR,
    ICC_RPR,
    ICC_CTLR,
    ICC_IAR0,
    ICC_IAR1,
    ICC_HPPIR0,
    ICC_HPPIR1,
    ICC_EOIR0,
    ICC_EOIR1,
    ICC_DIR,
    ICC_BPR0,
    ICC_BPR1,
    ICC_IGRPEN0,
    ICC_IGRPEN1,
    ICC_AP0R, /* word 0 to word 3 */
    ICC_AP1R = ICC_AP0R + 4,
    ICC_SGI0R = ICC_AP1R + 4,
    ICC_SGI1R,
    ICC_ASGI1R,
    ICC_CTLR_EL3,
    ICC_IGRPEN1_EL3,
    VSECURE_ICC_REGISTERS,
};

/* False: the access is UNDEFINED there, or taken to EL3 (4.6.3); nothing happens. */
bool vsecure_icc_read(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t *value);
bool vsecure_icc_write(struct vsecure_cpu *cpu, const struct vsecure_pe *pe, enum vsecure_icc reg, uint64_t value);

/* What is signalled to a PE that is at `at`. */
enum vcpuif_signal vsecure_signal(const struct vsecure_cpu *cpu, enum gic_pe at);

/* Of vsecure.c, for the other files: GICD_CTLR.Enable*, by group. */
void vsecure_enable_groups(struct vsecure *vm, const bool enabled[GIC_GROUPS]);
/* IGROUPR and IGRPMODR of a bank. */
void vsecure_set_groups(struct virq_bank *bank, struct vsecure_bank *more, uint32_t group1, uint32_t grpmod);
/* A write of ICC_SGI0R, ICC_SGI1R or ICC_ASGI1R. */
void vsecure_sgi(struct vsecure_cpu *from, bool secure, enum vsecure_icc reg, uint64_t value);
void vsecure_cpuif_reset(struct vsecure_cpu *cpu);

static inline struct vsecure_cpu *vsecure_of_cpu(struct vgic_cpu *cpu)
{
    return CONTAINER_OF(cpu, struct vsecure_cpu, cpu);
}

static inline struct vsecure *vsecure_of_vm(struct vgic *vm)
{
    return CONTAINER_OF(vm, struct vsecure, vm);
}

#endif
