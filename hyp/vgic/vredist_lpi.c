/* SPDX-License-Identifier: Apache-2.0 */
#include "vredist_lpi.h"

#include "regs/gicr.h"

/* 64 bits, a 32-bit access sees the half that it addresses. */
static uint64_t read_base(struct vgic_cpu *cpu, uint64_t base, uint32_t offset)
{
    if (cpu->vm->lpi_bits != 0)
        return base >> 8 * (offset & 4);
    cpu->vm->misuse++;
    return 0;
}

static uint64_t merged(uint64_t base, uint32_t offset, unsigned size, uint64_t value)
{
    unsigned shift = 8 * (offset & 4);

    return size == 8 ? value : (base & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
}

VREG_READER(vredist_read_propbaser)
{
    return read_base(cpu, cpu->lpi.propbaser, offset);
}

VREG_WRITER(vredist_write_propbaser)
{
    if (cpu->vm->lpi_bits != 0)
        vlpi_set_propbaser(cpu, merged(cpu->lpi.propbaser, offset, size, value));
    else
        cpu->vm->misuse++;
}

/* PTZ is read as zero. */
VREG_READER(vredist_read_pendbaser)
{
    return read_base(cpu, cpu->lpi.pendbaser & ~GICR_PENDBASER_PTZ, offset);
}

VREG_WRITER(vredist_write_pendbaser)
{
    if (cpu->vm->lpi_bits != 0)
        vlpi_set_pendbaser(cpu, merged(cpu->lpi.pendbaser, offset, size, value));
    else
        cpu->vm->misuse++;
}

/* The lower half names the LPI, and acts; of the upper one nothing is used. */
static bool acts(struct vgic_cpu *cpu, uint32_t offset)
{
    if (vredist_direct(cpu->vm))
        return (offset & 4) == 0;
    cpu->vm->misuse++;
    return false;
}

VREG_WRITER(vredist_write_setlpir)
{
    if (acts(cpu, offset))
        vlpi_raise(cpu, (uint32_t)FIELD_GET(GICR_SETLPIR_INTID, value));
}

VREG_WRITER(vredist_write_clrlpir)
{
    if (acts(cpu, offset))
        (void)vlpi_clear(cpu, (uint32_t)FIELD_GET(GICR_SETLPIR_INTID, value));
}

VREG_WRITER(vredist_write_invlpir)
{
    if (acts(cpu, offset))
        vlpi_invalidate(cpu, (uint32_t)FIELD_GET(GICR_INVLPIR_INTID, value));
}

VREG_WRITER(vredist_write_invallr)
{
    if (acts(cpu, offset))
        vlpi_invalidate_all(cpu);
}

/* What a write does is done when it retires: never busy. */
VREG_READER(vredist_read_syncr)
{
    if (!vredist_direct(cpu->vm))
        cpu->vm->misuse++;
    return 0;
}
