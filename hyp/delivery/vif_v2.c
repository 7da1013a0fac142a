/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual interface of GICv2: memory-mapped, GICH_* (IHI 0048B.b 5.3). */
#include "gic.h"
#include "mmio.h"
#include "regs/gich.h"
#include "sysreg.h"
#include "vgic.h"
#include "vif.h"

/* GICH_LR holds the bits of a priority from this one on; GICH_APR has a bit for each of them (5.3.8, 5.3.9). */
#define PRIORITY_SHIFT 3

static uint32_t gich_read(uint32_t offset)
{
    return mmio_read32(gic_map.gich.base + offset);
}

static void gich_write(uint32_t offset, uint32_t value)
{
    mmio_write32(gic_map.gich.base + offset, value);
}

/* GICH_VTR says up to 64: those of the first words of GICH_EISR and GICH_ELSR are used, and of these a few. */
static unsigned list_registers(void)
{
    unsigned count = (unsigned)FIELD_GET(GICH_VTR_LISTREGS, gich_read(GICH_VTR)) + 1;

    return count < LIST_REGISTERS_MAX ? count : LIST_REGISTERS_MAX;
}

void vif_v2_limits(struct vgic_limits *limits)
{
    unsigned priority_bits = (unsigned)FIELD_GET(GICH_VTR_PRIBITS, gich_read(GICH_VTR)) + 1;

    *limits = (struct vgic_limits){
        .priority_bits = priority_bits,
        .priority_bits_least = priority_bits,
        .priority_bits_most = priority_bits,
        .id_bits = 10,
        .list_registers = list_registers(),
        .gicv = true,
    };
}

static uint64_t pack(const struct list_reg *reg)
{
    uint64_t value = FIELD_PREP(GICH_LR_VIRTUALID, reg->intid) |
                     FIELD_PREP(GICH_LR_PRIORITY, (uint8_t)reg->priority >> PRIORITY_SHIFT);

    if (reg->group1)
        value |= GICH_LR_GRP1;
    if (reg->hw)
        return value | GICH_LR_HW | FIELD_PREP(GICH_LR_PHYSICALID, reg->pintid);
    value |= FIELD_PREP(GICH_LR_CPUID, reg->cpu);
    return reg->eoi ? value | GICH_LR_EOI : value;
}

static int16_t priority(uint64_t value)
{
    return (int16_t)(FIELD_GET(GICH_LR_PRIORITY, value) << PRIORITY_SHIFT);
}

static uint64_t read(unsigned n)
{
    return gich_read(GICH_LR + 4 * n);
}

static void write(unsigned n, uint64_t value)
{
    gich_write(GICH_LR + 4 * n, (uint32_t)value);
}

static uint32_t empty(void)
{
    return gich_read(GICH_ELSR0);
}

static uint32_t ended(void)
{
    return gich_read(GICH_EISR0);
}

static uint32_t read_hcr(void)
{
    return gich_read(GICH_HCR);
}

/* GICC_DIR traps always: the guest has the first page of GICV only (core/vm.c). */
static void write_hcr(uint32_t value)
{
    gich_write(GICH_HCR, value & GICH_HCR_FIELDS);
}

static uint32_t read_vmcr(void)
{
    return gich_read(GICH_VMCR);
}

static void write_vmcr(uint32_t value)
{
    gich_write(GICH_VMCR, value);
}

/* The group enables are in GICV_CTLR, among what the guest needs at every turn. */
static bool trap_groups(bool on)
{
    (void)on;
    return false;
}

/* Group 0 is signalled as FIQ if the guest wants that (GICV_CTLR.FIQEn). */
static uint64_t group0_mask(void)
{
    return (read_vmcr() & ICH_VMCR_VFIQEN) != 0 ? SPSR_F : SPSR_I;
}

static int running_priority(void)
{
    uint32_t levels = gich_read(GICH_APR);

    return levels == 0 ? PRIORITY_IDLE : __builtin_ctz(levels) << PRIORITY_SHIFT;
}

static void reset(void)
{
    for (unsigned n = 0; n <= FIELD_GET(GICH_VTR_LISTREGS, gich_read(GICH_VTR)); n++)
        write(n, 0);
}

static void save(struct virtual_interface *to)
{
    to->vmcr = read_vmcr();
    to->active[0][0] = gich_read(GICH_APR);
}

static void restore(const struct virtual_interface *from)
{
    write_vmcr(from->vmcr);
    gich_write(GICH_APR, (uint32_t)from->active[0][0]);
}

const struct vif vif_v2 = {
    .pending = GICH_LR_PENDING,
    .active = GICH_LR_ACTIVE,
    .pack = pack,
    .priority = priority,
    .read = read,
    .write = write,
    .empty = empty,
    .ended = ended,
    .read_hcr = read_hcr,
    .write_hcr = write_hcr,
    .read_vmcr = read_vmcr,
    .write_vmcr = write_vmcr,
    .trap_groups = trap_groups,
    .group0_mask = group0_mask,
    .running_priority = running_priority,
    .save = save,
    .restore = restore,
    .reset = reset,
};
