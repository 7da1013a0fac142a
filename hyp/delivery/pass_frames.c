/* SPDX-License-Identifier: Apache-2.0 */
#include "pass_frames.h"

#include "dist.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "vregs.h"

static uintptr_t gicd(uint32_t offset)
{
    return gic_map.gicd.base + offset;
}

/* Own interrupts of the 32 that `intid` is one of; those of the first bank are the redistributors'. */
static uint32_t own_word(const struct vgic *vm, uint32_t intid)
{
    return intid >= INTID_SPI_FIRST && intid < VGIC_INTIDS ? vm->spi[intid / 32 - 1].hw : 0;
}

/* The bits of own interrupts in `size` bytes of a register with `width` bits for each, the first of them `intid`. */
static uint32_t own_fields(const struct vgic *vm, uint32_t intid, unsigned width, unsigned size)
{
    uint32_t own = own_word(vm, intid) >> intid % 32;
    uint32_t fields = 0;

    for (unsigned i = 0; i < 8 * size / width; i++)
        fields |= (own >> i & 1) * ((BIT32(width) - 1) << i * width);
    return fields;
}

static VREG_READER(read_forwarded)
{
    return mmio_read32(gicd(offset));
}

/*
 * GICD_CTLR: group enables; what else it has is the hypervisor's. Group 1 is that of its own interrupts and of other
 * VMs', which need it.
 */
static VREG_WRITER(write_ctlr)
{
    uint32_t groups = GICD_CTLR_ENABLEGRP0 | (cpu->vm->limits.shared ? 0 : GICD_CTLR_ENABLEGRP1);

    dist_update(gicd(offset), groups, (uint32_t)value);
}

static VREG_READER(read_typer)
{
    return (mmio_read32(gicd(offset)) & ~(GICD_TYPER_LPIS | GICD_TYPER_DVIS | GICD_TYPER_ESPI |
                                          FIELD_MASK(GICD_TYPER_ESPI_RANGE) | FIELD_MASK(GICD_TYPER_NUM_LPIS))) |
           GICD_TYPER_NO1N;
}

static VREG_WRITER(write_message)
{
    uint32_t intid = (uint32_t)FIELD_GET(GICD_SETSPI_INTID, value);

    if ((own_word(cpu->vm, intid) >> intid % 32 & 1) != 0)
        mmio_write32(gicd(offset), (uint32_t)value);
    else
        cpu->vm->misuse++;
}

static uint32_t own_bits(const struct vgic_cpu *cpu, uint32_t offset)
{
    return own_word(cpu->vm, 8 * (offset & 0x7f));
}

static VREG_READER(read_bits)
{
    return mmio_read32(gicd(offset)) & own_bits(cpu, offset);
}

/* Of registers where a 0 changes nothing. */
static VREG_WRITER(write_ones)
{
    mmio_write32(gicd(offset), (uint32_t)value & own_bits(cpu, offset));
}

static void merge(uint32_t offset, uint32_t own, uint64_t value)
{
    dist_update(gicd(offset), own, (uint32_t)value);
}

static VREG_WRITER(write_bits)
{
    merge(offset, own_bits(cpu, offset), value);
}

static uint32_t own_priorities(const struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    return own_fields(cpu->vm, offset - GICD_IPRIORITYR, 8, size);
}

static VREG_READER(read_ipriorityr)
{
    uint32_t value = size == 1 ? mmio_read8(gicd(offset)) : mmio_read32(gicd(offset));

    return value & own_priorities(cpu, offset, size);
}

static VREG_WRITER(write_ipriorityr)
{
    uint32_t own = own_priorities(cpu, offset, size);

    if (size == 4)
        merge(offset, own, value);
    else if (own != 0)
        mmio_write8(gicd(offset), (uint8_t)value);
}

static uint32_t own_config(const struct vgic_cpu *cpu, uint32_t offset)
{
    return own_fields(cpu->vm, (offset - GICD_ICFGR) * 4, 2, 4);
}

static VREG_READER(read_icfgr)
{
    return mmio_read32(gicd(offset)) & own_config(cpu, offset);
}

static VREG_WRITER(write_icfgr)
{
    merge(offset, own_config(cpu, offset), value);
}

static bool owns_route(const struct vgic_cpu *cpu, uint32_t offset)
{
    uint32_t intid = (offset - GICD_IROUTER) / 8;

    return (own_word(cpu->vm, intid) >> intid % 32 & 1) != 0;
}

/* 32-bit accesses see the half they address. */
static VREG_READER(read_irouter)
{
    return owns_route(cpu, offset) ? mmio_read64(gicd(offset & ~7U)) >> 8 * (offset & 4) : 0;
}

/* To one of the VM's cores, or to an affinity that no core has. */
static bool may_route(const struct vgic *vm, uint64_t affinity)
{
    for (unsigned i = 0; i < vm->cpus; i++)
        if (vm->cpu[i]->core == affinity)
            return true;
    return gic_v3_redistributor(affinity) == 0;
}

static VREG_WRITER(write_irouter)
{
    unsigned shift = 8 * (offset & 4);
    uint64_t kept, route;

    if (!owns_route(cpu, offset))
        return;
    kept = size == 8 ? 0 : mmio_read64(gicd(offset & ~7U)) & ~(UINT64_C(0xffffffff) << shift);
    route = (kept | value << shift) & (FIELD_MASK(GICD_IROUTER_AFF3) | FIELD_MASK(GICD_IROUTER_AFF));
    if (may_route(cpu->vm, route))
        mmio_write64(gicd(offset & ~7U), route);
    else
        cpu->vm->misuse++;
}

static const struct vreg gicd_registers[] = {
    {GICD_CTLR, GICD_CTLR + 4, 4, read_forwarded, write_ctlr},
    {GICD_TYPER, GICD_TYPER + 4, 4, read_typer, vreg_ignore},
    {GICD_IIDR, GICD_IIDR + 4, 4, read_forwarded, vreg_ignore},
    {GICD_TYPER2, GICD_TYPER2 + 4, 4, vreg_zero, vreg_ignore},
    {GICD_STATUSR, GICD_STATUSR + 4, 4, vreg_zero, vreg_ignore},
    {GICD_SETSPI_NSR, GICD_SETSPI_NSR + 4, 4, vreg_zero, write_message},
    {GICD_CLRSPI_NSR, GICD_CLRSPI_NSR + 4, 4, vreg_zero, write_message},
    {GICD_IGROUPR, GICD_IGROUPR + 0x80, 4, read_bits, write_bits},
    {GICD_ISENABLER, GICD_ICACTIVER + 0x80, 4, read_bits, write_ones}, /* and the four between them */
    {GICD_IPRIORITYR, GICD_IPRIORITYR + 0x400, 1 | 4, read_ipriorityr, write_ipriorityr},
    {GICD_ITARGETSR, GICD_ITARGETSR + 0x400, 1 | 4, vreg_zero, vreg_ignore},
    {GICD_ICFGR, GICD_ICFGR + 0x100, 4, read_icfgr, write_icfgr},
    {GICD_IGRPMODR, GICD_IGRPMODR + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_NSACR, GICD_NSACR + 0x100, 4, vreg_zero, vreg_ignore},
    {GICD_INMIR, GICD_INMIR + 0x80, 4, read_bits, write_bits},
    {GICD_IROUTER, GICD_IROUTER + 0x2000, 4 | 8, read_irouter, write_irouter},
    {GICD_ID, GICD_ID_END, 4, read_forwarded, vreg_ignore},
};

static uintptr_t gicr(const struct vgic_cpu *owner, uint32_t offset)
{
    return owner->delivery.pass.redistributor + offset;
}

static VREG_READER(read_rd)
{
    return mmio_read32(gicr(cpu, offset));
}

static VREG_WRITER(write_rd)
{
    mmio_write32(gicr(cpu, offset), (uint32_t)value);
}

/* Not EnableLPIs. */
static VREG_WRITER(write_rd_ctlr)
{
    uint32_t own = GICR_CTLR_DPG0 | GICR_CTLR_DPG1NS | GICR_CTLR_DPG1S;

    mmio_write32(gicr(cpu, offset), (mmio_read32(gicr(cpu, offset)) & ~own) | ((uint32_t)value & own));
}

/* GICR_TYPER.Last: the VM's last one. */
static VREG_READER(read_rd_typer)
{
    uint64_t typer = mmio_read64(gicr(cpu, GICR_TYPER)) &
                     ~(GICR_TYPER_PLPIS | GICR_TYPER_VLPIS | GICR_TYPER_DIRTY | GICR_TYPER_DIRECTLPI | GICR_TYPER_LAST |
                       GICR_TYPER_RVPEID | GICR_TYPER_VSGI | FIELD_MASK(GICR_TYPER_PPINUM));

    return (typer | (cpu->index + 1 == cpu->vm->cpus ? GICR_TYPER_LAST : 0)) >> 8 * (offset & 4);
}

static VREG_READER(read_sgi)
{
    return size == 1 ? mmio_read8(gicr(cpu, GICR_SGI + offset)) : mmio_read32(gicr(cpu, GICR_SGI + offset));
}

static VREG_WRITER(write_sgi)
{
    if (size == 1)
        mmio_write8(gicr(cpu, GICR_SGI + offset), (uint8_t)value);
    else
        mmio_write32(gicr(cpu, GICR_SGI + offset), (uint32_t)value);
}

static const struct vreg rd_registers[] = {
    {GICR_CTLR, GICR_CTLR + 4, 4, read_rd, write_rd_ctlr},
    {GICR_IIDR, GICR_IIDR + 4, 4, read_rd, vreg_ignore},
    {GICR_TYPER, GICR_TYPER + 8, 4 | 8, read_rd_typer, vreg_ignore},
    {GICR_STATUSR, GICR_STATUSR + 4, 4, vreg_zero, vreg_ignore},
    {GICR_WAKER, GICR_WAKER + 4, 4, read_rd, write_rd},
    {GICR_PROPBASER, GICR_PENDBASER + 8, 4 | 8, vreg_zero, vreg_ignore},
    {GICD_ID, GICD_ID_END, 4, read_rd, vreg_ignore},
};

static const struct vreg sgi_registers[] = {
    {GICR_IGROUPR0, GICR_IGROUPR0 + 4, 4, read_sgi, write_sgi},
    {GICR_ISENABLER0, GICR_ISENABLER0 + 4, 4, read_sgi, write_sgi},
    {GICR_ICENABLER0, GICR_ICENABLER0 + 4, 4, read_sgi, write_sgi},
    {GICR_ISPENDR0, GICR_ISPENDR0 + 4, 4, read_sgi, write_sgi},
    {GICR_ICPENDR0, GICR_ICPENDR0 + 4, 4, read_sgi, write_sgi},
    {GICR_ISACTIVER0, GICR_ISACTIVER0 + 4, 4, read_sgi, write_sgi},
    {GICR_ICACTIVER0, GICR_ICACTIVER0 + 4, 4, read_sgi, write_sgi},
    {GICR_IPRIORITYR, GICR_IPRIORITYR + 32, 1 | 4, read_sgi, write_sgi},
    {GICR_ICFGR0, GICR_ICFGR0 + 8, 4, read_sgi, write_sgi},
    {GICR_IGRPMODR0, GICR_IGRPMODR0 + 12, 4, vreg_zero, vreg_ignore},
    {GICR_NSACR, GICR_NSACR + 4, 4, vreg_zero, vreg_ignore},
    {GICR_INMIR0, GICR_INMIR0 + 4, 4, read_sgi, write_sgi},
};

static uint64_t gicd_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    return vreg_read(gicd_registers, ARRAY_SIZE(gicd_registers), cpu, offset, size);
}

static void gicd_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vreg_write(gicd_registers, ARRAY_SIZE(gicd_registers), cpu, offset, size, value);
}

/* Offsets count from the first redistributor's RD_base; the frame's registers work on its owner. */
static uint64_t gicr_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    struct vgic_cpu *owner = cpu->vm->cpu[offset / GICR_SIZE];
    uint32_t in_frame = offset % GICR_FRAME_SIZE;

    return (offset & GICR_SGI) != 0 ? vreg_read(sgi_registers, ARRAY_SIZE(sgi_registers), owner, in_frame, size)
                                    : vreg_read(rd_registers, ARRAY_SIZE(rd_registers), owner, in_frame, size);
}

static void gicr_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    struct vgic_cpu *owner = cpu->vm->cpu[offset / GICR_SIZE];
    uint32_t in_frame = offset % GICR_FRAME_SIZE;

    if ((offset & GICR_SGI) != 0)
        vreg_write(sgi_registers, ARRAY_SIZE(sgi_registers), owner, in_frame, size, value);
    else
        vreg_write(rd_registers, ARRAY_SIZE(rd_registers), owner, in_frame, size, value);
}

const struct vgic_frame pass_gicd = {gicd_read, gicd_write};
const struct vgic_frame pass_gicr = {gicr_read, gicr_write};

void pass_reset_spis(struct vgic *vm)
{
    for (uint32_t intid = INTID_SPI_FIRST; intid < VGIC_INTIDS; intid++) {
        if ((own_word(vm, intid) >> intid % 32 & 1) == 0)
            continue;
        merge(GICD_IGROUPR + intid / 32 * 4, BIT32(intid % 32), 0);
        merge(GICD_INMIR + intid / 32 * 4, BIT32(intid % 32), 0);
        mmio_write8(gicd(GICD_IPRIORITYR + intid), 0);
    }
}

void pass_reset_private(const struct vgic_cpu *cpu)
{
    mmio_write32(gicr(cpu, GICR_SGI + GICR_ICENABLER0), UINT32_MAX);
    mmio_write32(gicr(cpu, GICR_SGI + GICR_ICPENDR0), UINT32_MAX);
    mmio_write32(gicr(cpu, GICR_SGI + GICR_ICACTIVER0), UINT32_MAX);
    mmio_write32(gicr(cpu, GICR_SGI + GICR_IGROUPR0), 0);
    mmio_write32(gicr(cpu, GICR_SGI + GICR_INMIR0), 0);
    for (uint32_t i = 0; i < INTID_SPI_FIRST; i += 4)
        mmio_write32(gicr(cpu, GICR_SGI + GICR_IPRIORITYR + i), 0);
}
