/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual interrupt controller of one VM: per-VM and per-vCPU state, and what the rest of the hypervisor calls. */
#ifndef VGIC_VGIC_H
#define VGIC_VGIC_H

#include <stddef.h>

#include "delivery.h"
#include "guest_memory.h"
#include "regs/intid.h"
#include "regs/sgi.h"
#include "vcpuif.h"
#include "virq.h"
#include "vits.h"
#include "vlpi.h"

#define VGIC_CPUS_MAX   8
#define VGIC_SPI_BANKS  31 /* INTIDs 32 to 1019 */
#define VGIC_ESPI_BANKS (INTID_ESPI_COUNT / 32)
#define VGIC_EPPI_BANKS (INTID_EPPI_COUNT / 32)
#define VGIC_INTIDS     INTID_SPI_END    /* without the extended ranges */
#define VGIC_SGIS       UINT32_C(0xffff) /* the SGIs in the first bank */

/*
 * The guest's registers come first: an exit stores x0 to x30 at the address of its vCPU (arch/vectors.S). What every
 * exit touches follows, within the reach of short address offsets; tables come last.
 */
struct vgic_cpu {
    uint64_t x[32]; /* x[31], XZR, is always zero */
    struct vgic *vm;
    const struct delivery *strategy; /* the VM's */
    uint64_t core;                   /* MPIDR of the core it runs on */
    unsigned index;                  /* its affinity is 0.0.0.index */
    unsigned core_index;             /* number of the core it runs on (arch/cpu.h) */
    bool dirty;                      /* what the strategy holds in hardware is older than the model */
    bool asleep;                     /* GICR_WAKER.ProcessorSleep */
    bool loaded;                     /* its core's registers are its own: between the strategy's load() and put() */
    struct vcpuif cpuif;
    union delivery_state delivery;
    struct virq_queue ready[GIC_GROUPS];        /* by group */
    struct virq_bank local;                     /* SGIs and PPIs */
    uint8_t sgi_sources[INTID_SGI_COUNT];       /* GICv2: which CPUs made the SGI pending */
    bool opted_out[GIC_GROUPS];                 /* GICR_CTLR.DPG0, DPG1NS, DPG1S: no interrupts of 1 of N */
    struct virq_lists lists[GIC_GROUPS];        /* of the ready queues */
    struct virq_bank extended[VGIC_EPPI_BANKS]; /* extended PPIs, where there are any (vgic_limits.extended) */
    struct vlpi lpi;                            /* where the VM has LPIs */
};

struct vgic {
    struct vgic_cpu *owner; /* whose core works on the model: seam/model.h */
    const struct delivery *delivery;
    struct vgic_limits limits;
    unsigned version;               /* what the guest sees: GICv2 or GICv3 */
    bool group_enabled[GIC_GROUPS]; /* GICD_CTLR.EnableGrp0, EnableGrp1; of two security states EnableGrp1S, too */
    unsigned cpus;
    uint32_t present;            /* a bit for each of them */
    uint32_t kick;               /* others whose ready queues it changed: they have to flush */
    struct vgic_cpu *fetch_from; /* whose hardware state it waits for, by surrender() on that core */
    struct vgic_cpu *cpu[VGIC_CPUS_MAX];
    struct virq_bank spi[VGIC_SPI_BANKS + VGIC_ESPI_BANKS]; /* vgic_spi_banks() of them: SPIs, then extended ones */
    unsigned one_of_n;                                      /* SPIs that are routed to any of them */
    uint64_t misuse;   /* guest accesses that the architecture leaves RES0, RAZ/WI or UNPREDICTABLE */
    unsigned lpi_bits; /* of INTIDs with LPIs; 0: there are none */
    struct vits its;
    struct guest_memory memory; /* where LPIs and the ITS have their tables */
};

/* NULL, or why this machine cannot serve a VM with this strategy and GIC `version` (2 or 3). */
const char *vgic_init(struct vgic *vm, const struct delivery *delivery, unsigned version);
void vgic_cpu_init(struct vgic *vm, struct vgic_cpu *cpu);

/* What `cpu` has in hardware is older than the model: its core flushes, this one now, another after a kick. */
static inline void vgic_touch(struct vgic_cpu *cpu)
{
    cpu->dirty = true;
    if (cpu != cpu->vm->owner)
        cpu->vm->kick |= BIT32(cpu->index);
}

static inline unsigned vgic_spi_banks(const struct vgic *vm)
{
    return vm->limits.extended ? VGIC_SPI_BANKS + VGIC_ESPI_BANKS : VGIC_SPI_BANKS;
}

/* An interrupt of the extended ranges, NULL when it is none. */
static inline struct virq *vgic_extended_irq(struct vgic_cpu *cpu, uint32_t intid)
{
    uint32_t ppi = intid - INTID_EPPI_FIRST, spi = intid - INTID_ESPI_FIRST;

    if (!cpu->vm->limits.extended)
        return NULL;
    if (ppi < INTID_EPPI_COUNT)
        return &cpu->extended[ppi / 32].irq[ppi % 32];
    return spi < INTID_ESPI_COUNT ? &cpu->vm->spi[VGIC_SPI_BANKS + spi / 32].irq[spi % 32] : NULL;
}

/* The interrupt with `intid` as `cpu` sees it; NULL when the VM has none. */
static inline struct virq *vgic_irq(struct vgic_cpu *cpu, uint32_t intid)
{
    if (intid < INTID_SPI_FIRST)
        return &cpu->local.irq[intid];
    if (intid < VGIC_INTIDS)
        return &cpu->vm->spi[intid / 32 - 1].irq[intid % 32];
    return vgic_extended_irq(cpu, intid);
}

/* ditto, an SPI of either range; NULL when it is none. */
struct virq *vgic_spi(struct vgic *vm, uint32_t intid);

/*
 * Links a PPI of `cpu`, or an SPI, to the physical one `pintid`: a line that the physical controller samples. A
 * physical SPI comes to the core of the vCPU that the guest routes its own to.
 */
void vgic_link(struct vgic_cpu *cpu, uint32_t intid, uint32_t pintid);

/* The edge of an interrupt that software raises: SGIs, ISPENDR. */
void vgic_raise(struct virq *irq);

/* The input of a level-sensitive or edge-triggered interrupt; a rising edge sets the latch of the latter. */
void vgic_set_line(struct virq *irq, bool asserted);

/*
 * The physical interrupt that `irq` is linked to was acknowledged and dropped, is still active, and its target is not
 * loaded: pending in the model, as strategies have it when it is.
 */
void vgic_arrived(struct virq *irq);

/* Those of a bank with `group1` (IGROUPR) whose group is enabled in the distributor, with one security state. */
static inline uint32_t vgic_allowed(const struct vgic *vm, uint32_t group1)
{
    return (vm->group_enabled[1] ? group1 : 0) | (vm->group_enabled[0] ? ~group1 : 0);
}

/* GICD_CTLR.EnableGrp0 and EnableGrp1. */
void vgic_enable_groups(struct vgic *vm, bool group0, bool group1);

/*
 * GICR_WAKER.ProcessorSleep: while it is set nothing reaches the vCPU's CPU interface; what is pending stays so and
 * comes when it wakes, what is active stays active (IHI 0069H 11.1, 12.11 GICR_WAKER).
 */
void vgic_set_asleep(struct vgic_cpu *cpu, bool asleep);

/* A general-purpose register of the guest gets `value`; 31 is XZR. */
static inline void vgic_set_x(struct vgic_cpu *cpu, unsigned rt, uint64_t value)
{
    cpu->x[rt] = value;
    cpu->x[31] = 0;
}

/* Active to inactive, by EOI or DIR or ICACTIVER, the linked physical interrupt with it. */
void vgic_deactivate(struct virq *irq);

/*
 * The vCPUs, a bit each, that a write of ICC_SGI1R_EL1 and the like by `from` names. vCPU n has affinity 0.0.0.n and
 * there are at most 16: only cluster 0.0.0 and range 0 have targets.
 */
static inline uint32_t vgic_sgi_targets(const struct vgic_cpu *from, uint64_t value)
{
    if ((value & ICC_SGI_IRM) != 0)
        return from->vm->present & ~BIT32(from->index);
    if ((value & (FIELD_MASK(ICC_SGI_AFF1) | FIELD_MASK(ICC_SGI_AFF2) | FIELD_MASK(ICC_SGI_AFF3) |
                  FIELD_MASK(ICC_SGI_RS))) != 0)
        return 0;
    return from->vm->present & (uint32_t)FIELD_GET(ICC_SGI_TARGETLIST, value);
}

/*
 * ICC_SGI1R_EL1, ICC_ASGI1R_EL1 and ICC_SGI0R_EL1 written by `from` (IHI 0069H 12.2.24): `group` is the group that
 * the register generates; a target whose SGI belongs to the other group ignores it.
 */
void vgic_sgi(struct vgic_cpu *from, uint64_t value, unsigned group);

/* Access to an emulated frame; `cpu`: the vCPU that accesses it. `size` in bytes: 1, 2, 4, 8. */
uint64_t vgic_gicd_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
void vgic_gicd_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
uint64_t vgic_gicr_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
void vgic_gicr_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
uint64_t vgic_gicd_v2_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
void vgic_gicd_v2_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
uint64_t vgic_gicc_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
void vgic_gicc_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
extern const struct vgic_frame vgic_gicd_v3, vgic_gicr_v3, vgic_gicd_v2, vgic_gicc_v2;
/* The ITS: control and translation frame. The write returns false when it has to be repeated (vits.h). */
uint64_t vgic_gits_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
bool vgic_gits_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);

#endif
