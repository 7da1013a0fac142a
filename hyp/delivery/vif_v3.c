/* SPDX-License-Identifier: Apache-2.0 */
#include "features.h"
#include "list_reg.h"
#include "sysreg.h"
#include "vgic.h"
#include "vif.h"

/*
 * Active priorities: a bit for each preemption level, those of 32 levels to a register; the registers of levels that
 * the machine lacks do not exist (IHI 0069H 12.4.1, 12.4.2).
 */
static unsigned preemption_bits, active_registers;

void vif_v3_limits(struct vgic_limits *limits)
{
    uint64_t vtr = read_sysreg(ich_vtr_el2);
    unsigned priority_bits = (unsigned)FIELD_GET(ICH_VTR_PRIBITS, vtr) + 1;

    preemption_bits = (unsigned)FIELD_GET(ICH_VTR_PREBITS, vtr) + 1;
    active_registers = preemption_bits < 6 ? 1 : preemption_bits == 6 ? 2 : 4;

    *limits = (struct vgic_limits){
        .priority_bits = priority_bits,
        .priority_bits_least = priority_bits,
        .priority_bits_most = priority_bits,
        .id_bits = 16,
        .nmi = features_nmi(),
        .list_registers = (unsigned)FIELD_GET(ICH_VTR_LISTREGS, vtr) + 1,
    };
}

/* Priority, and NMI where it has the bit that makes a field of both PRIORITY_NMI; what lies between them is RES0. */
#define LR_RANK 59, 48
_Static_assert(FIELD_PREP(LR_RANK, PRIORITY_NMI) == ICH_LR_NMI, "NMI is the sign of a priority");

static uint64_t pack(const struct list_reg *reg)
{
    uint64_t value =
        FIELD_PREP(ICH_LR_VINTID, reg->intid) | FIELD_PREP(LR_RANK, reg->priority) | reg->group1 * ICH_LR_GROUP1;

    if (reg->hw)
        return value | ICH_LR_HW | FIELD_PREP(ICH_LR_PINTID, reg->pintid);
    return value | reg->eoi * ICH_LR_EOI;
}

static int16_t priority(uint64_t value)
{
    if ((value & ICH_LR_NMI) != 0)
        return PRIORITY_NMI;
    return (int16_t)FIELD_GET(ICH_LR_PRIORITY, value);
}

static uint32_t empty(void)
{
    return (uint32_t)read_sysreg(ich_elrsr_el2);
}

static uint32_t ended(void)
{
    return (uint32_t)read_sysreg(ich_eisr_el2);
}

static uint32_t read_hcr(void)
{
    return (uint32_t)read_sysreg(ich_hcr_el2);
}

static void write_hcr(uint32_t value)
{
    write_sysreg(ich_hcr_el2, value);
}

static uint32_t read_vmcr(void)
{
    return (uint32_t)read_sysreg(ich_vmcr_el2);
}

/* 32 levels of both groups. */
static uint64_t active_levels(unsigned word)
{
    switch (word) {
    case 0:
        return read_sysreg(ich_ap0r0_el2) | read_sysreg(ich_ap1r0_el2);
    case 1:
        return read_sysreg(ich_ap0r1_el2) | read_sysreg(ich_ap1r1_el2);
    case 2:
        return read_sysreg(ich_ap0r2_el2) | read_sysreg(ich_ap1r2_el2);
    default:
        return read_sysreg(ich_ap0r3_el2) | read_sysreg(ich_ap1r3_el2);
    }
}

static int running_priority(void)
{
    if ((active_levels(0) & ICH_AP1R0_NMI) != 0)
        return PRIORITY_NMI;
    for (unsigned word = 0; word < active_registers; word++) {
        uint32_t levels = (uint32_t)active_levels(word);

        if (levels != 0)
            return (int)((32 * word + (unsigned)__builtin_ctz(levels)) << (8 - preemption_bits));
    }
    return PRIORITY_IDLE;
}

/* Group 0 is FIQ always (IHI 0069H 4.6.2). */
static uint64_t group0_mask(void)
{
    return SPSR_F;
}

static void write_vmcr(uint32_t value)
{
    write_sysreg(ich_vmcr_el2, value);
}

static void reset(void)
{
    for (unsigned n = 0; n <= FIELD_GET(ICH_VTR_LISTREGS, read_sysreg(ich_vtr_el2)); n++)
        list_reg_write(n, 0);
}

static void save(struct virtual_interface *to)
{
    to->vmcr = read_vmcr();
    to->active[0][0] = read_sysreg(ich_ap0r0_el2);
    to->active[1][0] = read_sysreg(ich_ap1r0_el2);
    if (active_registers > 1) {
        to->active[0][1] = read_sysreg(ich_ap0r1_el2);
        to->active[1][1] = read_sysreg(ich_ap1r1_el2);
    }
    if (active_registers > 2) {
        to->active[0][2] = read_sysreg(ich_ap0r2_el2);
        to->active[0][3] = read_sysreg(ich_ap0r3_el2);
        to->active[1][2] = read_sysreg(ich_ap1r2_el2);
        to->active[1][3] = read_sysreg(ich_ap1r3_el2);
    }
}

static void restore(const struct virtual_interface *from)
{
    write_vmcr(from->vmcr);
    write_sysreg(ich_ap0r0_el2, from->active[0][0]);
    write_sysreg(ich_ap1r0_el2, from->active[1][0]);
    if (active_registers > 1) {
        write_sysreg(ich_ap0r1_el2, from->active[0][1]);
        write_sysreg(ich_ap1r1_el2, from->active[1][1]);
    }
    if (active_registers > 2) {
        write_sysreg(ich_ap0r2_el2, from->active[0][2]);
        write_sysreg(ich_ap0r3_el2, from->active[0][3]);
        write_sysreg(ich_ap1r2_el2, from->active[1][2]);
        write_sysreg(ich_ap1r3_el2, from->active[1][3]);
    }
}

const struct vif vif_v3 = {
    .pending = ICH_LR_PENDING,
    .active = ICH_LR_ACTIVE,
    .pack = pack,
    .priority = priority,
    .read = list_reg_read,
    .write = list_reg_write,
    .empty = empty,
    .ended = ended,
    .read_hcr = read_hcr,
    .write_hcr = write_hcr,
    .read_vmcr = read_vmcr,
    .write_vmcr = write_vmcr,
    .trap_groups = features_trap_igrpen,
    .group0_mask = group0_mask,
    .running_priority = running_priority,
    .save = save,
    .restore = restore,
    .reset = reset,
};
