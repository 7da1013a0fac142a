/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3, one core, Group 1 as the Non-secure side (or the only one) sees it. */
#include "gic.h"

#include <stddef.h>

#include "cpu.h"
#include "dist.h"
#include "its.h"
#include "lpi.h"
#include "mmio.h"
#include "mmu.h"
#include "poll.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "regs/sgi.h"
#include "sysreg.h"

static uintptr_t redistributors[CPUS_MAX];

/* As GICR_TYPER has it. */
static uint32_t packed(uint64_t mpidr)
{
    return (uint32_t)(mpidr >> 32 & 0xff) << 24 | (uint32_t)(mpidr & 0xffffff);
}

/* Its frames. */
static uint64_t size_of(uint64_t typer)
{
    return (typer & GICR_TYPER_VLPIS) != 0 ? GICR_SIZE_VLPI : GICR_SIZE;
}

/*
 * The redistributor after the one at `base`; 0 behind GICR_TYPER.Last: what lies there is none, and reading it an
 * external abort.
 */
static uintptr_t next_redistributor(uintptr_t base)
{
    uint64_t typer = mmio_read64(base + GICR_TYPER);
    uintptr_t next = base + size_of(typer);

    return (typer & GICR_TYPER_LAST) != 0 || next >= gic_map.gicr.base + gic_map.gicr.size ? 0 : next;
}

/* All at once by the boot core: the tables have no lock. */
static void map_redistributors(void)
{
    for (uintptr_t base = gic_map.gicr.base; base != 0; base = next_redistributor(base)) {
        mmu_map_device(base, GICR_SIZE);
        mmu_map_device(base, size_of(mmio_read64(base + GICR_TYPER)));
    }
}

uintptr_t gic_v3_redistributor(uint64_t mpidr)
{
    uintptr_t base = gic_map.gicr.base;

    while (base != 0 && FIELD_GET(GICR_TYPER_AFFINITY, mmio_read64(base + GICR_TYPER)) != packed(mpidr))
        base = next_redistributor(base);
    return base;
}

static void cpu_interface_init(void)
{
    write_sysreg(icc_sre_el2, ICC_SRE_EL2_EN | ICC_SRE_DIB | ICC_SRE_DFB | ICC_SRE_SRE);
    isb();
    write_sysreg(icc_pmr_el1, 0xff);
    write_sysreg(icc_bpr1_el1, 0);
    write_sysreg(icc_ctlr_el1, ICC_CTLR_EOIMODE);
    write_sysreg(icc_igrpen1_el1, 1);
    isb();
}

static bool redistributor_init(uintptr_t redistributor)
{
    uintptr_t sgi = redistributor + GICR_SGI;

    mmio_write32(redistributor + GICR_WAKER, 0);
    if (!poll_clear32(redistributor + GICR_WAKER, GICR_WAKER_CHILDRENASLEEP))
        return false;
    mmio_write32(sgi + GICR_ICENABLER0, UINT32_MAX);
    mmio_write32(sgi + GICR_IGROUPR0, UINT32_MAX);
    for (unsigned i = 0; i < INTID_SPI_FIRST; i += 4)
        mmio_write32(sgi + GICR_IPRIORITYR + i, PRIORITY_HOST * UINT32_C(0x01010101));
    mmio_write32(sgi + GICR_ICPENDR0, UINT32_MAX);
    mmio_write32(sgi + GICR_ICACTIVER0, UINT32_MAX);
    return poll_clear32(redistributor + GICR_CTLR, GICR_CTLR_RWP);
}

static bool set_ctlr(uint32_t value)
{
    mmio_write32(gic_map.gicd.base + GICD_CTLR, value);
    return poll_clear32(gic_map.gicd.base + GICD_CTLR, GICD_CTLR_RWP);
}

static const char *init(const void *fdt)
{
    if (!devtree_reg(fdt, gic_v3.compatible[0], 0, &gic_map.gicd) ||
        !devtree_reg(fdt, gic_v3.compatible[0], 1, &gic_map.gicr))
        return "the device tree gives the GIC no frames";
    mmu_map_device(gic_map.gicd.base, GICD_SIZE);
    map_redistributors();
    /* affinity routing changes only while the groups are disabled (IHI 0069H 12.9.4) */
    if (!set_ctlr(0) || !set_ctlr(GICD_CTLR_ARE_NS))
        return "GICD_CTLR.RWP stays set";
    dist_reset(UINT32_MAX);
    return set_ctlr(GICD_CTLR_ARE_NS | GICD_CTLR_ENABLEGRP1A) ? NULL : "GICD_CTLR.RWP stays set";
}

static const char *cpu_init(void)
{
    uintptr_t redistributor = gic_v3_redistributor(cpu_affinity());
    const char *reason;

    if (redistributor == 0)
        return "no redistributor with this core's affinity";
    if (!redistributor_init(redistributor))
        return "the redistributor does not wake up (GICR_WAKER, GICR_CTLR.RWP)";
    redistributors[cpu_index()] = redistributor;
    cpu_interface_init();
    reason = lpi_cpu_init(cpu_index(), redistributor);
    return reason != NULL ? reason : its_cpu_init(cpu_index(), redistributor);
}

static uint32_t take(void)
{
    uint64_t intid = read_sysreg(icc_iar1_el1);

    if (intid - INTID_SPECIAL > INTID_SPURIOUS - INTID_SPECIAL)
        write_sysreg(icc_eoir1_el1, intid);
    return (uint32_t)intid;
}

static void deactivate(uint32_t intid)
{
    write_sysreg(icc_dir_el1, intid);
}

static void enable(unsigned cpu, uint32_t intid, bool on)
{
    if (redistributors[cpu] == 0)
        return;
    mmio_write32(redistributors[cpu] + GICR_SGI + (on ? GICR_ISENABLER0 : GICR_ICENABLER0), BIT32(intid));
    if (!on)
        (void)poll_clear32(redistributors[cpu] + GICR_CTLR, GICR_CTLR_RWP);
}

static void deactivate_ppi(unsigned cpu, uint32_t intid)
{
    if (redistributors[cpu] != 0)
        mmio_write32(redistributors[cpu] + GICR_SGI + GICR_ICACTIVER0, BIT32(intid));
}

static void activate(uint32_t intid)
{
    uintptr_t word = intid < INTID_SPI_FIRST ? redistributors[cpu_index()] + GICR_SGI + GICR_ISACTIVER0
                                             : dist_word(GICD_ISACTIVER, intid);

    mmio_write32(word, BIT32(intid % 32));
    (void)mmio_read32(word);
}

/* GICD_IROUTER has the affinity fields where MPIDR has them (IHI 0069H 12.9.22). */
static void enable_spi(uint32_t intid, uint64_t mpidr, bool edge)
{
    dist_set_edge(intid, edge);
    mmio_write64(gic_map.gicd.base + GICD_IROUTER + 8 * (uintptr_t)intid, mpidr);
    mmio_write32(dist_word(GICD_ISENABLER, intid), BIT32(intid % 32));
}

static void disable_spi(uint32_t intid)
{
    mmio_write32(dist_word(GICD_ICENABLER, intid), BIT32(intid % 32));
    (void)poll_clear32(gic_map.gicd.base + GICD_CTLR, GICD_CTLR_RWP);
}

static bool asserted(unsigned cpu, uint32_t intid)
{
    if (intid >= INTID_SPI_FIRST)
        return dist_asserted(intid);
    if (redistributors[cpu] == 0)
        return false;
    return (mmio_read32(redistributors[cpu] + GICR_SGI + GICR_ISPENDR0) >> intid & 1) != 0;
}

/* ICC_SGI1R_EL1 (IHI 0069H 12.2.24): 16 targets a range of Aff0. */
static void send_sgi(uint64_t mpidr, uint32_t intid)
{
    dsb(ishst); /* what the other core is to find is visible to it before the interrupt is */
    write_sysreg(icc_sgi1r_el1, FIELD_PREP(ICC_SGI_INTID, intid) | FIELD_PREP(ICC_SGI_AFF3, mpidr >> 32) |
                                    FIELD_PREP(ICC_SGI_AFF2, mpidr >> 16) | FIELD_PREP(ICC_SGI_AFF1, mpidr >> 8) |
                                    FIELD_PREP(ICC_SGI_RS, (mpidr & 0xff) / 16) | BIT(mpidr & 15));
    isb();
}

const struct gic_ops gic_v3 = {
    .version = 3,
    .compatible = {"arm,gic-v3"},
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
