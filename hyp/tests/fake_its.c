/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_its.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devtree.h"
#include "gic.h"
#include "mmio.h"
#include "cache.h"
#include "mmu.h"

#define VALID           ((uint64_t)1 << 63)
#define NEVER           UINT32_MAX
#define PAGE_AS_WRITTEN 3

struct fake_its fake_its;
struct gic_map gic_map = {.gicd = {FAKE_GICD, 0x10000}};

void fake_its_reset(void)
{
    /* GITS_TYPER and GICR_TYPER of QEMU's virt, gic-version=4; GICD_TYPER.IDbits = 15, LPIS */
    fake_its = (struct fake_its){.typer = UINT64_C(0x3f0001efb3),
                                 .gicd_typer = 0x007a0000,
                                 .gicr_typer = 0x3,
                                 .shareable = true,
                                 .fixed_page = PAGE_AS_WRITTEN,
                                 .indirect = true,
                                 .answers_till = NEVER,
                                 .stalls_at = NEVER,
                                 .ctlr = 0x80000000};
    fake_its.baser[0] = UINT64_C(0x0107000000000000); /* devices of 8 bytes */
    fake_its.baser[1] = UINT64_C(0x0407000000000000); /* collections */
    fake_its.baser[2] = UINT64_C(0x0207000000000000); /* vPEs */
}

void fake_its_wrong(const char *why)
{
    fake_its.wrong++;
    fake_its.why = why;
}

void cache_clean(uint64_t base, uint64_t size)
{
    unsigned n = fake_its.cleans++ % 64;

    fake_its.cleaned[n].base = base;
    fake_its.cleaned[n].size = size;
}

/* What past the caches is in memory is seen from here on. */
void cache_forget(uint64_t base, uint64_t size)
{
    (void)size;
    for (unsigned vpe = 0; vpe < FAKE_VPES; vpe++)
        if (!fake_its.shareable && fake_its.vpes[vpe].mapped && fake_its.vpes[vpe].pending == base)
            fake_its_write_pending(vpe);
}

static bool holds(unsigned i, uint64_t base, uint64_t size)
{
    return fake_its.cleaned[i].size != 0 && fake_its.cleaned[i].base <= base &&
           base + size <= fake_its.cleaned[i].base + fake_its.cleaned[i].size;
}

bool fake_its_cleaned(uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < 64; i++)
        if (holds(i, base, size))
            return true;
    return false;
}

void fake_its_forget(void)
{
    memset(fake_its.cleaned, 0, sizeof(fake_its.cleaned));
}

/* What is written there next is dirty again. */
static void forget_place(uint64_t address)
{
    for (unsigned i = 0; i < 64; i++)
        if (holds(i, address, 32))
            fake_its.cleaned[i].size = 0;
}

/* Reads one command, unless there is none, or it would rather not. */
static void step(void)
{
    uint64_t size = (BITS(fake_its.cbaser, 7, 0) + 1) * 0x1000;
    uint64_t address = (BITS(fake_its.cbaser, 51, 12) << 12) + fake_its.creadr;
    const uint64_t *c = (const uint64_t *)(uintptr_t)address;

    if ((fake_its.ctlr & 1) == 0 || (fake_its.creadr & 1) != 0 || fake_its.creadr == fake_its.cwriter ||
        fake_its.count == fake_its.answers_till)
        return;
    if (fake_its.count == fake_its.stalls_at) {
        fake_its.creadr |= 1;
        return;
    }
    if (BITS(fake_its.cbaser, 11, 10) == 0 && !fake_its_cleaned(address, 32))
        fake_its.uncleaned++;
    forget_place(address);
    for (unsigned i = 0; i < 4 && fake_its.count < FAKE_COMMANDS; i++)
        fake_its.log[fake_its.count][i] = c[i];
    fake_its_execute(c);
    fake_its.count++;
    fake_its.creadr = (fake_its.creadr + 32) % size;
    fake_its.wraps += fake_its.creadr == 0;
}

static void run(void)
{
    for (unsigned i = 0; i < 0x10000 / 32; i++)
        step();
}

/* Attributes that are not implemented: Shareability at 11, 10 in all of these registers. */
static uint64_t implemented(uint64_t value)
{
    return fake_its.shareable ? value : value & ~((uint64_t)3 << 10);
}

static void write_baser(unsigned n, uint64_t value)
{
    uint64_t fixed = UINT64_C(0x071f) << 48; /* Type, Entry_Size */

    if ((fake_its.ctlr & 1) != 0)
        fake_its_wrong("GITS_BASER<n> of an enabled ITS");
    value = implemented((value & ~fixed) | (fake_its.baser[n] & fixed));
    if (fake_its.fixed_page != PAGE_AS_WRITTEN)
        value = (value & ~((uint64_t)3 << 8)) | fake_its.fixed_page << 8;
    if (!fake_its.indirect)
        value &= ~((uint64_t)1 << 62);
    fake_its.baser[n] = value;
}

static void write_its(uintptr_t offset, uint64_t value)
{
    if (offset == 0x0) {
        bool enabled = (value & 1) != 0;

        fake_its.ctlr = (uint32_t)enabled | (enabled || fake_its.restless ? 0 : 0x80000000);
    } else if (offset == 0x80) {
        if ((fake_its.ctlr & 1) != 0)
            fake_its_wrong("GITS_CBASER of an enabled ITS");
        fake_its.cbaser = implemented(value);
        fake_its.creadr = 0;
    } else if (offset == 0x88) {
        fake_its.cwriter = value & 0xfffe0;
        if (fake_its.lag == 0)
            run();
    } else if (offset >= 0x100 && offset < 0x140) {
        write_baser((unsigned)(offset - 0x100) / 8, value);
    } else {
        fake_its_wrong("a write of a register of the ITS");
    }
}

static uint64_t read_its(uintptr_t offset)
{
    if (offset >= 0x100 && offset < 0x140)
        return fake_its.baser[(offset - 0x100) / 8];
    switch (offset) {
    case 0x0:
        return fake_its.ctlr;
    case 0x8:
        return fake_its.typer;
    case 0x80:
        return fake_its.cbaser;
    case 0x90:
        if (fake_its.lag != 0 && ++fake_its.looks % fake_its.lag == 0)
            step();
        return fake_its.creadr;
    default:
        fake_its_wrong("a read of a register of the ITS");
        return 0;
    }
}

static void write_vpendbaser(uint64_t value)
{
    bool was = (fake_its.vpendbaser & VALID) != 0, is = (value & VALID) != 0;

    if (fake_its.dirty != 0)
        fake_its_wrong("GICR_VPENDBASER while it is Dirty");
    if (was && is)
        fake_its_wrong("GICR_VPENDBASER of a resident vPE");
    fake_its.vpendbaser = implemented(value & ~((uint64_t)1 << 60));
    if (was && !is) {
        fake_its.dirty = fake_its.dirty_polls;
        if (fake_its.pending_last)
            fake_its.vpendbaser |= (uint64_t)1 << 61;
    }
}

static void write_gicr(uintptr_t offset, uint64_t value)
{
    bool lpis = (fake_its.gicr_ctlr & 1) != 0;

    switch (offset) {
    case 0x0:
        fake_its.gicr_ctlr = fake_its.lpis_stay && lpis ? 1 : (uint32_t)value & 1;
        break;
    case 0x70:
    case 0x78:
        if (lpis)
            fake_its_wrong("tables of a redistributor with LPIs enabled");
        *(offset == 0x70 ? &fake_its.propbaser : &fake_its.pendbaser) = implemented(value);
        break;
    case 0x20070:
        if ((fake_its.vpendbaser & VALID) != 0)
            fake_its_wrong("GICR_VPROPBASER while a vPE is resident");
        fake_its.vpropbaser = implemented(value);
        break;
    case 0x20078:
        write_vpendbaser(value);
        break;
    default:
        fake_its_wrong("a write of a register of the redistributor");
    }
}

static uint64_t read_gicr(uintptr_t offset)
{
    switch (offset) {
    case 0x0:
        return fake_its.gicr_ctlr;
    case 0x8:
        return fake_its.gicr_typer;
    case 0x70:
        return fake_its.propbaser;
    case 0x78:
        return fake_its.pendbaser & ~((uint64_t)1 << 62);
    case 0x20070:
        return fake_its.vpropbaser;
    case 0x20078:
        if (fake_its.dirty == 0)
            return fake_its.vpendbaser;
        fake_its.dirty--; /* PendingLast is UNKNOWN while Dirty is 1 */
        return (fake_its.vpendbaser ^ (uint64_t)1 << 61) | (uint64_t)1 << 60;
    default:
        fake_its_wrong("a read of a register of the redistributor");
        return 0;
    }
}

uint64_t mmio_read64(uintptr_t address)
{
    if (address - FAKE_ITS < 0x20000)
        return read_its(address - FAKE_ITS);
    if (address - FAKE_GICR < 0x40000)
        return read_gicr(address - FAKE_GICR);
    if (address == FAKE_GICD + 4)
        return fake_its.gicd_typer;
    fake_its_wrong("a read of nothing");
    return 0;
}

void mmio_write64(uintptr_t address, uint64_t value)
{
    if (address - FAKE_ITS < 0x20000)
        write_its(address - FAKE_ITS, value);
    else if (address - FAKE_GICR < 0x40000)
        write_gicr(address - FAKE_GICR, value);
    else
        fake_its_wrong("a write of nothing");
}

uint32_t mmio_read32(uintptr_t address)
{
    return (uint32_t)mmio_read64(address);
}

void mmio_write32(uintptr_t address, uint32_t value)
{
    mmio_write64(address, value);
}

/* Discovery is not what is tested here. */
bool devtree_reg(const void *fdt, const char *compatible, int index, struct range *out)
{
    (void)fdt;
    (void)compatible;
    (void)index;
    (void)out;
    return false;
}

void mmu_map_device(uint64_t base, uint64_t size)
{
    (void)base;
    (void)size;
}

/* TPIDR_EL2 is the core's number (arch/cpu.h). */
uint64_t *fake_sysreg(const char *name)
{
    static uint64_t tpidr_el2;

    if (strcmp(name, "tpidr_el2") != 0) {
        printf("Bail out! %s\n", name);
        abort();
    }
    return &tpidr_el2;
}
