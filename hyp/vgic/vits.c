/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of the virtual ITS: control and translation frame (IHI 0069H 12.18, 12.19). */
#include "vits.h"

#include "regs/gicd.h"
#include "vits_direct.h"
#include "vits_tables.h"
#include "vregs.h"

#define GITS_IIDR_VALUE UINT64_C(0x0000043b) /* implementer Arm, product and revision 0 */

/* A device without an identity of its own, a vCPU: its stores to GITS_TRANSLATER come as this one's. */
#define DEVICE_OF_CPUS 0

/* What tables are accessed with, whatever is written: as vlpi.c says. */
static uint64_t cbaser_attributes(void)
{
    return FIELD_PREP(GITS_CBASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GITS_CBASER_INNER, GIC_RAWAWB);
}

/* What GITS_BASER<n> says of its table, beside that. */
static uint64_t baser_fixed(unsigned n)
{
    uint64_t type = n == VITS_DEVICES ? GITS_BASER_TYPE_DEVICE : GITS_BASER_TYPE_COLLECTION;

    return FIELD_PREP(GITS_BASER_TYPE, type) | FIELD_PREP(GITS_BASER_ENTRY_SIZE, VITS_ENTRY_SIZE - 1) |
           FIELD_PREP(GITS_BASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GITS_BASER_INNER, GIC_RAWAWB);
}

void vits_give(struct vgic *vm)
{
    vm->its = (struct vits){.present = true, .cbaser = cbaser_attributes()};
    for (unsigned i = 0; i < VITS_TABLES; i++)
        vm->its.baser[i] = baser_fixed(i);
    for (unsigned i = 0; i < VITS_COLLECTIONS; i++)
        vm->its.collection[i] = VITS_UNMAPPED;
}

/* A register of 64 bits: the half that a 32-bit access reads, and what it has after a write. */
static uint64_t half(uint64_t reg, uint32_t offset)
{
    return reg >> 8 * (offset & 4);
}

static uint64_t merged(uint64_t reg, uint32_t offset, unsigned size, uint64_t value)
{
    unsigned shift = 8 * (offset & 4);

    return size == 8 ? value : (reg & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
}

static VREG_READER(read_ctlr)
{
    return cpu->vm->its.enabled ? GITS_CTLR_ENABLED : GITS_CTLR_QUIESCENT;
}

static VREG_WRITER(write_ctlr)
{
    cpu->vm->its.enabled = (value & GITS_CTLR_ENABLED) != 0;
    if (cpu->vm->delivery->direct != NULL)
        cpu->vm->delivery->direct->changed_all(cpu->vm);
}

static VREG_READER(read_iidr)
{
    return GITS_IIDR_VALUE;
}

static VREG_READER(read_typer)
{
    return half(GITS_TYPER_PHYSICAL | FIELD_PREP(GITS_TYPER_ITT_SIZE, VITS_ENTRY_SIZE - 1) |
                    FIELD_PREP(GITS_TYPER_IDBITS, VITS_ID_BITS - 1) | FIELD_PREP(GITS_TYPER_DEVBITS, VITS_ID_BITS - 1) |
                    FIELD_PREP(GITS_TYPER_HCC, VITS_COLLECTIONS),
                offset);
}

static VREG_READER(read_cbaser)
{
    return half(cpu->vm->its.cbaser, offset);
}

/* The queue and the tables change while the ITS is disabled only: else it is UNPREDICTABLE, and ignored here. */
static VREG_WRITER(write_cbaser)
{
    struct vits *its = &cpu->vm->its;
    uint64_t kept = GITS_CBASER_VALID | FIELD_MASK(GITS_CBASER_ADDRESS) | FIELD_MASK(GITS_CBASER_SIZE);

    if (its->enabled) {
        cpu->vm->misuse++;
        return;
    }
    its->cbaser = (merged(its->cbaser, offset, size, value) & kept) | cbaser_attributes();
    its->creadr = 0;
    its->stalled = false;
}

static VREG_READER(read_cwriter)
{
    return half(cpu->vm->its.cwriter, offset);
}

static VREG_WRITER(write_cwriter)
{
    struct vits *its = &cpu->vm->its;

    value = merged(its->cwriter, offset, size, value);
    its->cwriter = (uint32_t)(value & FIELD_MASK(GITS_CWRITER_OFFSET));
    if ((value & GITS_CWRITER_RETRY) != 0)
        its->stalled = false;
}

static VREG_READER(read_creadr)
{
    return half(cpu->vm->its.creadr | (cpu->vm->its.stalled ? GITS_CREADR_STALLED : 0), offset);
}

/* The registers of tables that there are; the others have Type = 0 and are RAZ/WI. */
static VREG_READER(read_baser)
{
    unsigned n = (offset - GITS_BASER) / 8;

    return n < VITS_TABLES ? half(cpu->vm->its.baser[n], offset) : 0;
}

static VREG_WRITER(write_baser)
{
    struct vits *its = &cpu->vm->its;
    unsigned n = (offset - GITS_BASER) / 8;
    uint64_t kept = GITS_BASER_VALID | GITS_BASER_INDIRECT | FIELD_MASK(GITS_BASER_ADDRESS) |
                    FIELD_MASK(GITS_BASER_PAGE_SIZE) | FIELD_MASK(GITS_BASER_SIZE);

    if (n >= VITS_TABLES)
        return;
    if (its->enabled) {
        cpu->vm->misuse++;
        return;
    }
    value = merged(its->baser[n], offset, size, value) & kept;
    if (FIELD_GET(GITS_BASER_PAGE_SIZE, value) > GITS_BASER_PAGE_64K) /* reserved: taken as 64 KiB */
        value &= ~FIELD_MASK(GITS_BASER_PAGE_SIZE) | FIELD_PREP(GITS_BASER_PAGE_SIZE, GITS_BASER_PAGE_64K);
    its->baser[n] = value | baser_fixed(n);
}

static VREG_WRITER(write_translater)
{
    vits_message(cpu->vm, DEVICE_OF_CPUS, (uint32_t)value);
}

static const struct vreg control_registers[] = {
    {GITS_CWRITER, GITS_CWRITER + 8, 4 | 8, read_cwriter, write_cwriter},
    {GITS_CREADR, GITS_CREADR + 8, 4 | 8, read_creadr, vreg_ignore},
    {GITS_CTLR, GITS_CTLR + 4, 4, read_ctlr, write_ctlr},
    {GITS_TYPER, GITS_TYPER + 8, 4 | 8, read_typer, vreg_ignore},
    {GITS_CBASER, GITS_CBASER + 8, 4 | 8, read_cbaser, write_cbaser},
    {GITS_BASER, GITS_BASER + 8 * GITS_BASERS, 4 | 8, read_baser, write_baser},
    {GITS_IIDR, GITS_IIDR + 4, 4, read_iidr, vreg_ignore},
    {GITS_ID, GITS_FRAME_SIZE, 4, vreg_id, vreg_ignore},
};

static const struct vreg translation_registers[] = {
    {GITS_TRANSLATER, GITS_TRANSLATER + 4, 2 | 4, vreg_zero, write_translater},
};

uint64_t vgic_gits_read(struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    uint32_t in_frame = offset % GITS_FRAME_SIZE;

    return offset < GITS_TRANSLATION
               ? vreg_read(control_registers, ARRAY_SIZE(control_registers), cpu, in_frame, size)
               : vreg_read(translation_registers, ARRAY_SIZE(translation_registers), cpu, in_frame, size);
}

bool vgic_gits_write(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value)
{
    if (offset >= GITS_TRANSLATION) {
        vreg_write(translation_registers, ARRAY_SIZE(translation_registers), cpu, offset % GITS_FRAME_SIZE, size,
                   value);
        return true;
    }
    vreg_write(control_registers, ARRAY_SIZE(control_registers), cpu, offset, size, value);
    return (offset & ~UINT32_C(4)) == GITS_CWRITER || offset == GITS_CTLR ? vits_run(cpu->vm) : true;
}
