/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of two security states (IHI 0069H 12.9 to 12.11): a Secure access is one to the frames of one state, but
 * for a few registers; so is a Non-secure access, after what concerns Secure interrupts was taken out of it.
 */
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "vregs.h"
#include "vsecure_filter.h"

/* GICD_CTLR: DS and E1NWF are not supported (RAZ/WI), ARE_S and ARE_NS are RAO/WI, RWP is never set. */
static VREG_READER(read_ctlr)
{
    const bool *enabled = cpu->vm->group_enabled;

    return GICD_CTLR_ARE_S | GICD_CTLR_S_ARE_NS | (enabled[GIC_GROUP0] ? GICD_CTLR_ENABLEGRP0 : 0) |
           (enabled[GIC_GROUP1_NS] ? GICD_CTLR_ENABLEGRP1NS : 0) | (enabled[GIC_GROUP1_S] ? GICD_CTLR_ENABLEGRP1S : 0);
}

static VREG_WRITER(write_ctlr)
{
    const bool enabled[GIC_GROUPS] = {
        [GIC_GROUP0] = (value & GICD_CTLR_ENABLEGRP0) != 0,
        [GIC_GROUP1_NS] = (value & GICD_CTLR_ENABLEGRP1NS) != 0,
        [GIC_GROUP1_S] = (value & GICD_CTLR_ENABLEGRP1S) != 0,
    };

    vsecure_enable_groups(vsecure_of_vm(cpu->vm), enabled);
}

static VREG_READER(read_ctlr_ns)
{
    return GICD_CTLR_ARE_NS | (cpu->vm->group_enabled[GIC_GROUP1_NS] ? GICD_CTLR_ENABLEGRP1A : 0);
}

static VREG_WRITER(write_ctlr_ns)
{
    const bool *now = cpu->vm->group_enabled;
    const bool enabled[GIC_GROUPS] = {
        [GIC_GROUP0] = now[GIC_GROUP0],
        [GIC_GROUP1_NS] = (value & GICD_CTLR_ENABLEGRP1A) != 0,
        [GIC_GROUP1_S] = now[GIC_GROUP1_S],
    };

    vsecure_enable_groups(vsecure_of_vm(cpu->vm), enabled);
}

static VREG_READER(read_typer)
{
    return vgic_gicd_read(cpu, offset, size) | GICD_TYPER_SECURITYEXTN;
}

/* IGROUPR and IGRPMODR, for Secure accesses. */
#define GROUP_REGISTERS(suffix, igroupr, igrpmodr, find)                                                               \
    static VREG_READER(read_igroupr##suffix)                                                                           \
    {                                                                                                                  \
        struct vsecure_place place = find(cpu, (offset - (igroupr)) / 4);                                              \
        return place.bank != NULL ? place.bank->group1 : 0;                                                            \
    }                                                                                                                  \
    static VREG_WRITER(write_igroupr##suffix)                                                                          \
    {                                                                                                                  \
        struct vsecure_place place = find(cpu, (offset - (igroupr)) / 4);                                              \
        if (place.bank != NULL)                                                                                        \
            vsecure_set_groups(place.bank, place.more, (uint32_t)value, place.more->grpmod);                           \
    }                                                                                                                  \
    static VREG_READER(read_igrpmodr##suffix)                                                                          \
    {                                                                                                                  \
        struct vsecure_place place = find(cpu, (offset - (igrpmodr)) / 4);                                             \
        return place.bank != NULL ? place.more->grpmod : 0;                                                            \
    }                                                                                                                  \
    static VREG_WRITER(write_igrpmodr##suffix)                                                                         \
    {                                                                                                                  \
        struct vsecure_place place = find(cpu, (offset - (igrpmodr)) / 4);                                             \
        if (place.bank != NULL)                                                                                        \
            vsecure_set_groups(place.bank, place.more, place.bank->group1, (uint32_t)value);                           \
    }

GROUP_REGISTERS(, GICD_IGROUPR, GICD_IGRPMODR, vsecure_spis)
GROUP_REGISTERS(_e, GICD_IGROUPR_E, GICD_IGRPMODR_E, vsecure_extended_spis)
GROUP_REGISTERS(_private, GICR_SGI + GICR_IGROUPR0, GICR_SGI + GICR_IGRPMODR0, vsecure_private)

static struct vsecure_place nsacr_place(struct vgic_cpu *cpu, uint32_t offset)
{
    return offset < GICD_NSACR_E ? vsecure_spis(cpu, (offset - GICD_NSACR) / 8)
                                 : vsecure_extended_spis(cpu, (offset - GICD_NSACR_E) / 8);
}

static VREG_READER(read_nsacr)
{
    struct vsecure_place place = nsacr_place(cpu, offset);

    return place.bank != NULL ? place.more->nsacr[offset / 4 % 2] : 0;
}

/* Fields of INTIDs that do not exist (1020 to 1023) are RAZ/WI. */
static VREG_WRITER(write_nsacr)
{
    struct vsecure_place place = nsacr_place(cpu, offset);
    unsigned half = offset / 4 % 2;
    uint32_t fields = 0;

    if (place.bank == NULL)
        return;
    for (unsigned i = 0; i < 16; i++)
        fields |= (place.bank->implemented >> (16 * half + i) & 1) * (UINT32_C(3) << 2 * i);
    place.more->nsacr[half] = (uint32_t)value & fields;
}

static VREG_READER(read_sgi_nsacr)
{
    return vsecure_of_cpu(cpu)->sgi_nsacr;
}

static VREG_WRITER(write_sgi_nsacr)
{
    vsecure_of_cpu(cpu)->sgi_nsacr = (uint32_t)value;
}

/* Messages: GICD_SETSPI_SR and CLRSPI_SR are for Secure software alone, the NSR ones for both states. */
static VREG_WRITER(write_setspi_sr)
{
    vgic_gicd_write(cpu, GICD_SETSPI_NSR, size, value);
}

static VREG_WRITER(write_clrspi_sr)
{
    vgic_gicd_write(cpu, GICD_CLRSPI_NSR, size, value);
}

static void message(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value, unsigned access)
{
    const struct virq *irq = vgic_spi(cpu->vm, (uint32_t)FIELD_GET(GICD_SETSPI_INTID, value));

    if (irq != NULL) {
        struct vsecure_place place = vsecure_spi_place(irq);

        if (!vsecure_permitted(&place, (unsigned)__builtin_ctz(irq->mask), access))
            return;
    }
    vgic_gicd_write(cpu, offset, size, value);
}

static VREG_WRITER(write_setspi_ns)
{
    message(cpu, offset, size, value, 1);
}

static VREG_WRITER(write_clrspi_ns)
{
    message(cpu, offset, size, value, 2);
}

static const struct vreg gicd_secure[] = {
    {GICD_CTLR, GICD_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GICD_TYPER, GICD_TYPER + 4, 4, read_typer, vreg_ignore},
    {GICD_SETSPI_SR, GICD_SETSPI_SR + 4, 2 | 4, vreg_zero, write_setspi_sr},
    {GICD_CLRSPI_SR, GICD_CLRSPI_SR + 4, 2 | 4, vreg_zero, write_clrspi_sr},
    {GICD_IGROUPR, GICD_IGROUPR + 0x80, 4, read_igroupr, write_igroupr},
    {GICD_IGROUPR_E, GICD_IGROUPR_E + 0x80, 4, read_igroupr_e, write_igroupr_e},
    {GICD_IGRPMODR, GICD_IGRPMODR + 0x80, 4, read_igrpmodr, write_igrpmodr},
    {GICD_IGRPMODR_E, GICD_IGRPMODR_E + 0x80, 4, read_igrpmodr_e, write_igrpmodr_e},
    {GICD_NSACR, GICD_NSACR + 0x100, 4, read_nsacr, write_nsacr},
    {GICD_NSACR_E, GICD_NSACR_E + 0x100, 4, read_nsacr, write_nsacr},
};

static const struct vreg gicd_nonsecure[] = {
    {GICD_CTLR, GICD_CTLR + 4, 4, read_ctlr_ns, write_ctlr_ns},
    {GICD_TYPER, GICD_TYPER + 4, 4, read_typer, vreg_ignore},
    {GICD_SETSPI_NSR, GICD_SETSPI_NSR + 4, 2 | 4, vreg_zero, write_setspi_ns},
    {GICD_CLRSPI_NSR, GICD_CLRSPI_NSR + 4, 2 | 4, vreg_zero, write_clrspi_ns},
    /* RAZ/WI to Non-secure accesses */
    {GICD_SETSPI_SR, GICD_SETSPI_SR + 4, 2 | 4, vreg_zero, vreg_ignore},
    {GICD_CLRSPI_SR, GICD_CLRSPI_SR + 4, 2 | 4, vreg_zero, vreg_ignore},
    {GICD_IGROUPR, GICD_IGROUPR + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_IGROUPR_E, GICD_IGROUPR_E + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_IGRPMODR, GICD_IGRPMODR + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_IGRPMODR_E, GICD_IGRPMODR_E + 0x80, 4, vreg_zero, vreg_ignore},
    {GICD_NSACR, GICD_NSACR + 0x100, 4, vreg_zero, vreg_ignore},
    {GICD_NSACR_E, GICD_NSACR_E + 0x100, 4, vreg_zero, vreg_ignore},
};

/* Offsets of a redistributor count from RD_base on; SGI_base follows. */
#define SGI(reg, bytes) GICR_SGI + (reg), GICR_SGI + (reg) + (bytes), 4

static const struct vreg gicr_secure[] = {
    {SGI(GICR_IGROUPR0, 12), read_igroupr_private, write_igroupr_private},
    {SGI(GICR_IGRPMODR0, 12), read_igrpmodr_private, write_igrpmodr_private},
    {SGI(GICR_NSACR, 4), read_sgi_nsacr, write_sgi_nsacr},
};

static const struct vreg gicr_nonsecure[] = {
    {GICR_WAKER, GICR_WAKER + 4, 4, vreg_zero, vreg_ignore},
    {SGI(GICR_IGROUPR0, 12), vreg_zero, vreg_ignore},
    {SGI(GICR_IGRPMODR0, 12), vreg_zero, vreg_ignore},
    {SGI(GICR_NSACR, 4), vreg_zero, vreg_ignore},
};

uint64_t vsecure_gicd_read(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size)
{
    const struct vreg *reg = secure ? vreg_find(gicd_secure, ARRAY_SIZE(gicd_secure), offset, size)
                                    : vreg_find(gicd_nonsecure, ARRAY_SIZE(gicd_nonsecure), offset, size);
    uint64_t value;

    if (reg != NULL)
        return reg->read(&cpu->cpu, offset, size);
    value = vgic_gicd_read(&cpu->cpu, offset, size);
    return secure ? value : vsecure_filter_read(&vsecure_gicd_runs, &cpu->cpu, offset, size, value);
}

void vsecure_gicd_write(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size, uint64_t value)
{
    const struct vreg *reg = secure ? vreg_find(gicd_secure, ARRAY_SIZE(gicd_secure), offset, size)
                                    : vreg_find(gicd_nonsecure, ARRAY_SIZE(gicd_nonsecure), offset, size);

    if (reg != NULL)
        reg->write(&cpu->cpu, offset, size, value);
    else if (secure || vsecure_filter_write(&vsecure_gicd_runs, &cpu->cpu, offset, size, &value))
        vgic_gicd_write(&cpu->cpu, offset, size, value);
}

uint64_t vsecure_gicr_read(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size)
{
    struct vgic_cpu *owner = cpu->cpu.vm->cpu[offset / GICR_SIZE];
    uint32_t at = offset % GICR_SIZE;
    const struct vreg *reg = secure ? vreg_find(gicr_secure, ARRAY_SIZE(gicr_secure), at, size)
                                    : vreg_find(gicr_nonsecure, ARRAY_SIZE(gicr_nonsecure), at, size);
    uint64_t value;

    if (reg != NULL)
        return reg->read(owner, at, size);
    value = vgic_gicr_read(owner, offset, size);
    return secure ? value : vsecure_filter_read(&vsecure_gicr_runs, owner, at, size, value);
}

void vsecure_gicr_write(struct vsecure_cpu *cpu, bool secure, uint32_t offset, unsigned size, uint64_t value)
{
    struct vgic_cpu *owner = cpu->cpu.vm->cpu[offset / GICR_SIZE];
    uint32_t at = offset % GICR_SIZE;
    const struct vreg *reg = secure ? vreg_find(gicr_secure, ARRAY_SIZE(gicr_secure), at, size)
                                    : vreg_find(gicr_nonsecure, ARRAY_SIZE(gicr_nonsecure), at, size);

    if (reg != NULL)
        reg->write(owner, at, size, value);
    else if (secure || vsecure_filter_write(&vsecure_gicr_runs, owner, at, size, &value))
        vgic_gicr_write(owner, offset, size, value);
}
