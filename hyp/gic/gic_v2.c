/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (IHI 0048B.b). All interrupts are of the group that GICC_CTLR bit 0 enables and that is signalled as IRQ: Group
 * 0 where there is one security state, Group 1 where EL2 is Non-secure. What the registers of SGIs and PPIs are about
 * is the core that accesses them: no other core's can be reached.
 */
#include "gic.h"

#include <stddef.h>

#include "check.h"
#include "cpu.h"
#include "dist.h"
#include "mmio.h"
#include "mmu.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

static uint64_t affinities[CPUS_MAX]; /* by core, of those that the device tree has */
static uint32_t sgi_taken[CPUS_MAX];  /* GICC_IAR of the last SGI: GICC_DIR wants back who sent it (4.4.15) */

static uintptr_t gicc(void)
{
    return gic_map.gicc.base;
}

/* The core with that affinity; there is one. */
static unsigned core_of(uint64_t mpidr)
{
    unsigned core = 0;

    while (affinities[core] != mpidr) {
        core++;
        CHECK(core < CPUS_MAX);
    }
    return core;
}

static bool map_frames(const void *fdt)
{
    struct range *const frames[] = {&gic_map.gicd, &gic_map.gicc, &gic_map.gich, &gic_map.gicv};

    for (int i = 0; i < (int)ARRAY_SIZE(frames); i++) {
        bool found = false;

        for (unsigned n = 0; !found && gic_v2.compatible[n] != NULL; n++)
            found = devtree_reg(fdt, gic_v2.compatible[n], i, frames[i]);
        if (found)
            mmu_map_device(frames[i]->base, frames[i]->size);
        else if (i < 2)
            return false;
    }
    return gic_map.gicc.size >= GICC_SIZE;
}

static const char *init(const void *fdt)
{
    if (!map_frames(fdt))
        return "the device tree gives the GIC no frames for distributor and CPU interface";
    for (unsigned i = 0; i < CPUS_MAX; i++)
        devtree_cpu(fdt, i, &affinities[i]);
    mmio_write32(gic_map.gicd.base + GICD_CTLR, 0);
    dist_reset(0);
    mmio_write32(gic_map.gicd.base + GICD_CTLR, GICD_CTLR_ENABLEGRP0);
    return NULL;
}

static void reset_banked(uintptr_t gicd)
{
    mmio_write32(gicd + GICD_ICENABLER, UINT32_MAX);
    mmio_write32(gicd + GICD_IGROUPR, 0);
    for (unsigned i = 0; i < INTID_SPI_FIRST; i += 4)
        mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY_HOST * UINT32_C(0x01010101));
    mmio_write32(gicd + GICD_ICPENDR, UINT32_MAX);
    for (unsigned i = 0; i < INTID_SGI_COUNT; i += 4)
        mmio_write32(gicd + GICD_CPENDSGIR + i, UINT32_MAX);
    mmio_write32(gicd + GICD_ICACTIVER, UINT32_MAX);
}

/*
 * Targets of SPIs and SGIs are CPU interfaces, and which is a core's own only that core can tell (4.3.12; RAZ where
 * there is but one). Before it has, it is taken to have the number of its place in the device tree.
 */
static const char *cpu_init(void)
{
    uint32_t target = mmio_read32(gic_map.gicd.base + GICD_ITARGETSR) & 0xff;

    if (target != 0 && target != BIT32(cpu_index()))
        return "its CPU interface does not have the number of its place in the device tree (GICD_ITARGETSR0)";
    reset_banked(gic_map.gicd.base);
    mmio_write32(gicc() + GICC_PMR, 0xff);
    mmio_write32(gicc() + GICC_BPR, 0);
    mmio_write32(gicc() + GICC_CTLR, GICC_CTLR_ENABLEGRP0 | GICC_CTLR_EOIMODENS);
    return NULL;
}

static uint32_t take(void)
{
    uint32_t taken = mmio_read32(gicc() + GICC_IAR);
    uint32_t intid = (uint32_t)FIELD_GET(GICC_IAR_INTID, taken);

    if (intid < INTID_SGI_COUNT)
        sgi_taken[cpu_index()] = taken;
    if (intid < INTID_SPECIAL)
        mmio_write32(gicc() + GICC_EOIR, taken);
    return intid;
}

static void deactivate(uint32_t intid)
{
    mmio_write32(gicc() + GICC_DIR, intid < INTID_SGI_COUNT ? sgi_taken[cpu_index()] : intid);
}

static void enable(unsigned cpu, uint32_t intid, bool on)
{
    CHECK(cpu == cpu_index());
    mmio_write32(gic_map.gicd.base + (on ? GICD_ISENABLER : GICD_ICENABLER), BIT32(intid));
}

static void deactivate_ppi(unsigned cpu, uint32_t intid)
{
    CHECK(cpu == cpu_index());
    mmio_write32(gic_map.gicd.base + GICD_ICACTIVER, BIT32(intid));
}

static void activate(uint32_t intid)
{
    mmio_write32(dist_word(GICD_ISACTIVER, intid), BIT32(intid % 32));
    (void)mmio_read32(dist_word(GICD_ISACTIVER, intid));
}

static void enable_spi(uint32_t intid, uint64_t mpidr, bool edge)
{
    dist_set_edge(intid, edge);
    mmio_write8(gic_map.gicd.base + GICD_ITARGETSR + intid, (uint8_t)BIT32(core_of(mpidr)));
    mmio_write32(dist_word(GICD_ISENABLER, intid), BIT32(intid % 32));
}

static void disable_spi(uint32_t intid)
{
    mmio_write32(dist_word(GICD_ICENABLER, intid), BIT32(intid % 32));
    (void)mmio_read32(gic_map.gicd.base + GICD_CTLR); /* there is no RWP: the read is ordered behind the write */
}

static bool asserted(unsigned cpu, uint32_t intid)
{
    CHECK(intid >= INTID_SPI_FIRST || cpu == cpu_index());
    return dist_asserted(intid);
}

static void send_sgi(uint64_t mpidr, uint32_t intid)
{
    dsb(ishst); /* what the other core is to find is visible to it before the interrupt is */
    mmio_write32(gic_map.gicd.base + GICD_SGIR, (uint32_t)FIELD_PREP(GICD_SGIR_TARGETLIST, BIT32(core_of(mpidr))) |
                                                    (uint32_t)FIELD_PREP(GICD_SGIR_INTID, intid));
}

const struct gic_ops gic_v2 = {
    .version = 2,
    .compatible = {"arm,gic-400", "arm,cortex-a15-gic"},
    .init = init,
    .cpu_init = cpu_init,
    .take = take,
    .deactivate = deactivate,
    .enable = enable,
    .deactivate_ppi = deactivate_ppi,
    .activate = activate,
    .enable_spi = enable_spi,
    .disable_spi = disable_spi,
    .asserted = asserted,
    .send_sgi = send_sgi,
};
