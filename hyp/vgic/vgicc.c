/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated CPU interface of a GICv2 guest: the same software CPU interface, by MMIO (IHI 0048B.b 4.4). */
#include "regs/gicv2.h"
#include "regs/intid.h"
#include "vregs.h"

static VREG_READER(read_ctlr)
{
    const struct vcpuif *cpuif = &cpu->cpuif;

    return (cpuif->group_enabled[0] ? GICC_CTLR_ENABLEGRP0 : 0) | (cpuif->group_enabled[1] ? GICC_CTLR_ENABLEGRP1 : 0) |
           (cpuif->ackctl ? GICC_CTLR_ACKCTL : 0) | (cpuif->fiqen ? GICC_CTLR_FIQEN : 0) |
           (cpuif->cbpr ? GICC_CTLR_CBPR : 0) | (cpuif->eoimode ? GICC_CTLR_EOIMODENS : 0);
}

static VREG_WRITER(write_ctlr)
{
    struct vcpuif *cpuif = &cpu->cpuif;

    cpuif->group_enabled[0] = (value & GICC_CTLR_ENABLEGRP0) != 0;
    cpuif->group_enabled[1] = (value & GICC_CTLR_ENABLEGRP1) != 0;
    cpuif->ackctl = (value & GICC_CTLR_ACKCTL) != 0;
    cpuif->fiqen = (value & GICC_CTLR_FIQEN) != 0;
    vcpuif_write_ctlr(cpu, (value & GICC_CTLR_EOIMODENS) != 0, (value & GICC_CTLR_CBPR) != 0);
}

static VREG_READER(read_pmr)
{
    return cpu->cpuif.pmr;
}

static VREG_WRITER(write_pmr)
{
    vcpuif_write_pmr(cpu, value);
}

static VREG_READER(read_bpr)
{
    return vcpuif_read_bpr(cpu, 0);
}

static VREG_WRITER(write_bpr)
{
    vcpuif_write_bpr(cpu, 0, value);
}

static VREG_READER(read_abpr)
{
    return vcpuif_read_bpr(cpu, 1);
}

static VREG_WRITER(write_abpr)
{
    vcpuif_write_bpr(cpu, 1, value);
}

/* The source CPU of an SGI goes with its INTID; the SGI stays pending for the sources that are left (3.2.2). */
static uint64_t acknowledged(struct vgic_cpu *cpu, uint32_t intid)
{
    unsigned source;

    if (intid >= INTID_SGI_COUNT)
        return intid;
    if (cpu->sgi_sources[intid] == 0) /* made pending by GICD_ISPENDR-like means: this CPU's own */
        return intid | FIELD_PREP(GICC_IAR_CPUID, cpu->index);
    source = (unsigned)__builtin_ctz(cpu->sgi_sources[intid]);
    cpu->sgi_sources[intid] &= (uint8_t)(cpu->sgi_sources[intid] - 1);
    if (cpu->sgi_sources[intid] != 0)
        vgic_raise(&cpu->local.irq[intid]);
    return intid | FIELD_PREP(GICC_IAR_CPUID, source);
}

/* GICC_IAR acknowledges Group 0, and Group 1 where AckCtl allows; else it says that there is one (4.4.4). */
static VREG_READER(read_iar)
{
    uint32_t intid = vcpuif_acknowledge(cpu, 0);

    if (intid == INTID_SPURIOUS && vcpuif_signalled_group(cpu) == 1) {
        if (!cpu->cpuif.ackctl)
            return INTID_OTHER_GROUP;
        intid = vcpuif_acknowledge(cpu, 1);
    }
    return acknowledged(cpu, intid);
}

static VREG_READER(read_aiar)
{
    return acknowledged(cpu, vcpuif_acknowledge(cpu, 1));
}

/* GICC_EOIR serves Group 0, and Group 1 where AckCtl let GICC_IAR acknowledge it (4.4.5). */
static VREG_WRITER(write_eoir)
{
    uint32_t intid = (uint32_t)FIELD_GET(GICC_IAR_INTID, value);

    vcpuif_end(cpu, cpu->cpuif.ackctl && vcpuif_running_group(cpu) == 1 ? 1 : 0, intid);
}

static VREG_WRITER(write_aeoir)
{
    vcpuif_end(cpu, 1, (uint32_t)FIELD_GET(GICC_IAR_INTID, value));
}

static VREG_WRITER(write_dir)
{
    cpu->vm->delivery->deactivate(cpu, (uint32_t)FIELD_GET(GICC_IAR_INTID, value));
}

static VREG_READER(read_rpr)
{
    return vcpuif_read_rpr(cpu);
}

static uint64_t pending(const struct vgic_cpu *cpu, uint32_t intid)
{
    if (intid >= INTID_SGI_COUNT)
        return intid;
    return intid |
           FIELD_PREP(GICC_IAR_CPUID,
                      cpu->sgi_sources[intid] == 0 ? cpu->index : (unsigned)__builtin_ctz(cpu->sgi_sources[intid]));
}

static VREG_READER(read_hppir)
{
    uint32_t intid = vcpuif_highest_pending(cpu, 0);

    if (intid == INTID_SPURIOUS && vcpuif_highest_pending(cpu, 1) != INTID_SPURIOUS) {
        if (!cpu->cpuif.ackctl)
            return INTID_OTHER_GROUP;
        intid = vcpuif_highest_pending(cpu, 1);
    }
    return pending(cpu, intid);
}

static VREG_READER(read_ahppir)
{
    return pending(cpu, vcpuif_highest_pending(cpu, 1));
}

static VREG_READER(read_apr)
{
    return vcpuif_read_apr(cpu, 0, (offset - GICC_APR) / 4);
}

static VREG_WRITER(write_apr)
{
    vcpuif_write_apr(cpu, 0, (offset - GICC_APR) / 4, (uint32_t)value);
}

static VREG_READER(read_nsapr)
{
    return vcpuif_read_apr(cpu, 1, (offset - GICC_NSAPR) / 4);
}

static VREG_WRITER(write_nsapr)
{
    vcpuif_write_apr(cpu, 1, (offset - GICC_NSAPR) / 4, (uint32_t)value);
}

static VREG_READER(read_iidr)
{
    return GICC_IIDR_PRODUCT;
}

static const struct vreg registers[] = {
    {GICC_IAR, GICC_IAR + 4, 4, read_iar, vreg_ignore},
    {GICC_EOIR, GICC_EOIR + 4, 4, vreg_zero, write_eoir},
    {GICC_DIR, GICC_DIR + 4, 4, vreg_zero, write_dir},
    {GICC_PMR, GICC_PMR + 4, 4, read_pmr, write_pmr},
    {GICC_RPR, GICC_RPR + 4, 4, read_rpr, vreg_ignore},
    {GICC_HPPIR, GICC_HPPIR + 4, 4, read_hppir, vreg_ignore},
    {GICC_CTLR, GICC_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GICC_BPR, GICC_BPR + 4, 4, read_bpr, write_bpr},
    {GICC_ABPR, GICC_ABPR + 4, 4, read_abpr, write_abpr},
    {GICC_AIAR, GICC_AIAR + 4, 4, read_aiar, vreg_ignore},
    {GICC_AEOIR, GICC_AEOIR + 4, 4, vreg_zero, write_aeoir},
    {GICC_AHPPIR, GICC_AHPPIR + 4, 4, read_ahppir, vreg_ignore},
    {GICC_APR, GICC_APR + 16, 4, read_apr, write_apr},
    {GICC_NSAPR, GICC_NSAPR + 16, 4, read_nsapr, write_nsapr},
    {GICC_IIDR, GICC_IIDR + 4, 4, read_iidr, vreg_ignore},
};

uint64_t vgic_gicc_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    return vreg_read(registers, ARRAY_SIZE(registers), cpu, offset, size);
}

void vgic_gicc_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vreg_write(registers, ARRAY_SIZE(registers), cpu, offset, size, value);
}

const struct vgic_frame vgic_gicc_v2 = {vgic_gicc_read, vgic_gicc_write};
