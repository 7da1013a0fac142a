/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated redistributors, two frames for each vCPU, one after the other (IHI 0069H 12.10, 12.11). */
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "route.h"
#include "vredist_lpi.h"
#include "vregs.h"

#define GICR_IIDR_VALUE UINT64_C(0x0000043b) /* implementer Arm, product and revision 0 */

static VREG_READER(read_typer)
{
    const struct vgic_cpu *owner = cpu;
    uint64_t typer = FIELD_PREP(GICR_TYPER_AFFINITY, cpu->index) | FIELD_PREP(GICR_TYPER_PROCESSOR, owner->index) |
                     (owner->index == owner->vm->cpus - 1 ? GICR_TYPER_LAST : 0) | GICR_TYPER_DPGS |
                     (owner->vm->limits.extended ? FIELD_PREP(GICR_TYPER_PPINUM, VGIC_EPPI_BANKS) : 0) |
                     (owner->vm->lpi_bits != 0 ? GICR_TYPER_PLPIS : 0) |
                     (vredist_direct(owner->vm) ? GICR_TYPER_DIRECTLPI : 0);

    return typer >> 8 * (offset & 4);
}

static struct virq_bank *extended_bank(struct vgic_cpu *cpu, unsigned number)
{
    return cpu->vm->limits.extended ? &cpu->extended[number] : NULL;
}

static VREG_READER(read_iidr)
{
    return GICR_IIDR_VALUE;
}

/*
 * DPG1S is RAZ/WI with one security state (12.11 GICR_CTLR). EnableLPIs can be cleared again (CES), and LPIs be
 * invalidated without an ITS (IR) where they come without one.
 */
static VREG_READER(read_ctlr)
{
    return (cpu->lpi.enabled ? GICR_CTLR_ENABLELPIS : 0) | (cpu->vm->lpi_bits != 0 ? GICR_CTLR_CES : 0) |
           (vredist_direct(cpu->vm) ? GICR_CTLR_IR : 0) | (cpu->opted_out[GIC_GROUP0] ? GICR_CTLR_DPG0 : 0) |
           (cpu->opted_out[GIC_GROUP1_NS] ? GICR_CTLR_DPG1NS : 0);
}

static VREG_WRITER(write_ctlr)
{
    cpu->opted_out[GIC_GROUP0] = (value & GICR_CTLR_DPG0) != 0;
    cpu->opted_out[GIC_GROUP1_NS] = (value & GICR_CTLR_DPG1NS) != 0;
    route_choose_anew(cpu->vm);
    if (cpu->vm->lpi_bits != 0)
        vlpi_enable(cpu, (value & GICR_CTLR_ENABLELPIS) != 0);
}

static VREG_READER(read_waker)
{
    return cpu->asleep ? GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP : 0;
}

static VREG_WRITER(write_waker)
{
    bool asleep = (value & GICR_WAKER_PROCESSORSLEEP) != 0;

    if (asleep != cpu->asleep)
        vgic_set_asleep(cpu, asleep);
}

#define BIT_REGISTER(name, reader, writer)                                                                             \
    static VREG_READER(read_##name)                                                                                    \
    {                                                                                                                  \
        return reader(&cpu->local);                                                                                    \
    }                                                                                                                  \
    static VREG_WRITER(write_##name)                                                                                   \
    {                                                                                                                  \
        writer(&cpu->local, (uint32_t)value);                                                                          \
    }                                                                                                                  \
    static VREG_READER(read_##name##_e)                                                                                \
    {                                                                                                                  \
        struct virq_bank *bank = extended_bank(cpu, (offset & 0x7f) / 4 - 1);                                          \
        return bank != NULL ? reader(bank) : 0;                                                                        \
    }                                                                                                                  \
    static VREG_WRITER(write_##name##_e)                                                                               \
    {                                                                                                                  \
        struct virq_bank *bank = extended_bank(cpu, (offset & 0x7f) / 4 - 1);                                          \
        if (bank != NULL)                                                                                              \
            writer(bank, (uint32_t)value);                                                                             \
    }

BIT_REGISTER(igroupr, vreg_group, vreg_set_group)
BIT_REGISTER(isenabler, vreg_enable, vreg_set_enable)
BIT_REGISTER(icenabler, vreg_enable, vreg_clear_enable)
BIT_REGISTER(ispendr, vreg_pending, vreg_set_pending)
BIT_REGISTER(icpendr, vreg_pending, vreg_clear_pending)
BIT_REGISTER(isactiver, vreg_active, vreg_set_active)
BIT_REGISTER(icactiver, vreg_active, vreg_clear_active)
BIT_REGISTER(inmir, vreg_nmi, vreg_set_nmi)

static VREG_READER(read_ipriorityr)
{
    return vreg_priorities(&cpu->local, offset - GICR_IPRIORITYR, size);
}

static VREG_WRITER(write_ipriorityr)
{
    vreg_set_priorities(&cpu->local, offset - GICR_IPRIORITYR, size, value);
}

static VREG_READER(read_ipriorityr_e)
{
    unsigned first = offset - GICR_IPRIORITYR_E;
    const struct virq_bank *bank = extended_bank(cpu, first / 32);

    return bank != NULL ? vreg_priorities(bank, first % 32, size) : 0;
}

static VREG_WRITER(write_ipriorityr_e)
{
    unsigned first = offset - GICR_IPRIORITYR_E;
    struct virq_bank *bank = extended_bank(cpu, first / 32);

    if (bank != NULL)
        vreg_set_priorities(bank, first % 32, size, value);
}

static VREG_READER(read_icfgr)
{
    return vreg_config(&cpu->local, (offset - GICR_ICFGR0) / 4);
}

/* ICFGR0 is read-only: SGIs are edge-triggered. */
static VREG_WRITER(write_icfgr)
{
    if (offset != GICR_ICFGR0)
        vreg_set_config(&cpu->local, 1, (uint32_t)value);
}

static VREG_READER(read_icfgr_e)
{
    unsigned number = (offset - GICR_ICFGR_E) / 4;
    const struct virq_bank *bank = extended_bank(cpu, number / 2);

    return bank != NULL ? vreg_config(bank, number % 2) : 0;
}

static VREG_WRITER(write_icfgr_e)
{
    unsigned number = (offset - GICR_ICFGR_E) / 4;
    struct virq_bank *bank = extended_bank(cpu, number / 2);

    if (bank != NULL)
        vreg_set_config(bank, number % 2, (uint32_t)value);
}

static const struct vreg rd_registers[] = {
    {GICR_CTLR, GICR_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GICR_TYPER, GICR_TYPER + 8, 4 | 8, read_typer, vreg_ignore},
    {GICR_WAKER, GICR_WAKER + 4, 4, read_waker, write_waker},
    {GICR_IIDR, GICR_IIDR + 4, 4, read_iidr, vreg_ignore},
    {GICD_ID, GICD_ID_END, 4, vreg_id, vreg_ignore},
    {GICR_STATUSR, GICR_STATUSR + 4, 4, vreg_zero, vreg_ignore}, /* no error reporting */
    {GICR_PROPBASER, GICR_PROPBASER + 8, 4 | 8, vredist_read_propbaser, vredist_write_propbaser},
    {GICR_PENDBASER, GICR_PENDBASER + 8, 4 | 8, vredist_read_pendbaser, vredist_write_pendbaser},
    {GICR_SETLPIR, GICR_SETLPIR + 8, 4 | 8, vreg_zero, vredist_write_setlpir},
    {GICR_CLRLPIR, GICR_CLRLPIR + 8, 4 | 8, vreg_zero, vredist_write_clrlpir},
    {GICR_INVLPIR, GICR_INVLPIR + 8, 4 | 8, vreg_zero, vredist_write_invlpir},
    {GICR_INVALLR, GICR_INVALLR + 8, 4 | 8, vreg_zero, vredist_write_invallr},
    {GICR_SYNCR, GICR_SYNCR + 4, 4, vredist_read_syncr, vreg_ignore},
};

static const struct vreg sgi_registers[] = {
    {GICR_ISENABLER0, GICR_ISENABLER0 + 4, 4, read_isenabler, write_isenabler},
    {GICR_ICENABLER0, GICR_ICENABLER0 + 4, 4, read_icenabler, write_icenabler},
    {GICR_ISPENDR0, GICR_ISPENDR0 + 4, 4, read_ispendr, write_ispendr},
    {GICR_ICPENDR0, GICR_ICPENDR0 + 4, 4, read_icpendr, write_icpendr},
    {GICR_ISACTIVER0, GICR_ISACTIVER0 + 4, 4, read_isactiver, write_isactiver},
    {GICR_ICACTIVER0, GICR_ICACTIVER0 + 4, 4, read_icactiver, write_icactiver},
    {GICR_IPRIORITYR, GICR_IPRIORITYR + 32, 1 | 4, read_ipriorityr, write_ipriorityr},
    {GICR_IGROUPR0, GICR_IGROUPR0 + 4, 4, read_igroupr, write_igroupr},
    {GICR_ICFGR0, GICR_ICFGR0 + 8, 4, read_icfgr, write_icfgr},
    {GICR_IGRPMODR0, GICR_IGRPMODR0 + 12, 4, vreg_zero, vreg_ignore}, /* one security state: RAZ/WI, like the next */
    {GICR_NSACR, GICR_NSACR + 4, 4, vreg_zero, vreg_ignore},
    {GICR_INMIR0, GICR_INMIR0 + 4, 4, read_inmir, write_inmir},
    {GICR_ISENABLER_E, GICR_ISENABLER_E + 8, 4, read_isenabler_e, write_isenabler_e},
    {GICR_ICENABLER_E, GICR_ICENABLER_E + 8, 4, read_icenabler_e, write_icenabler_e},
    {GICR_ISPENDR_E, GICR_ISPENDR_E + 8, 4, read_ispendr_e, write_ispendr_e},
    {GICR_ICPENDR_E, GICR_ICPENDR_E + 8, 4, read_icpendr_e, write_icpendr_e},
    {GICR_ISACTIVER_E, GICR_ISACTIVER_E + 8, 4, read_isactiver_e, write_isactiver_e},
    {GICR_ICACTIVER_E, GICR_ICACTIVER_E + 8, 4, read_icactiver_e, write_icactiver_e},
    {GICR_IPRIORITYR_E, GICR_IPRIORITYR_E + 64, 1 | 4, read_ipriorityr_e, write_ipriorityr_e},
    {GICR_IGROUPR_E, GICR_IGROUPR_E + 8, 4, read_igroupr_e, write_igroupr_e},
    {GICR_ICFGR_E, GICR_ICFGR_E + 16, 4, read_icfgr_e, write_icfgr_e},
    {GICR_INMIR_E, GICR_INMIR_E + 8, 4, read_inmir_e, write_inmir_e},
};

/* Offsets count from the first redistributor's RD_base; the frame's registers work on its owner. */
uint64_t vgic_gicr_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    struct vgic_cpu *owner = cpu->vm->cpu[offset / GICR_SIZE];
    uint32_t in_frame = offset % GICR_FRAME_SIZE;

    return (offset & GICR_SGI) != 0 ? vreg_read(sgi_registers, ARRAY_SIZE(sgi_registers), owner, in_frame, size)
                                    : vreg_read(rd_registers, ARRAY_SIZE(rd_registers), owner, in_frame, size);
}

void vgic_gicr_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    struct vgic_cpu *owner = cpu->vm->cpu[offset / GICR_SIZE];
    uint32_t in_frame = offset % GICR_FRAME_SIZE;

    if ((offset & GICR_SGI) != 0)
        vreg_write(sgi_registers, ARRAY_SIZE(sgi_registers), owner, in_frame, size, value);
    else
        vreg_write(rd_registers, ARRAY_SIZE(rd_registers), owner, in_frame, size, value);
}

const struct vgic_frame vgic_gicr_v3 = {vgic_gicr_read, vgic_gicr_write};
