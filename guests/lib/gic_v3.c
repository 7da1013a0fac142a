/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's GICv3 driver: Group 1 (IHI 0069H chapters 4, 12). */
#include "gic.h"

#include "check.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "regs/sgi.h"

static uintptr_t redistributors[CPUS_MAX];
static bool deactivate_apart;

extern const char vectors_v3[];
void irq_entry_v3(uint64_t stamp);

/* As GICR_TYPER has it. */
static uint64_t affinity_of(unsigned cpu)
{
    return (machine.mpidr[cpu] >> 32 & 0xff) << 24 | (machine.mpidr[cpu] & 0xffffff);
}

/* Walks the redistributors up to GICR_TYPER.Last: beyond it lies nothing, and a read there is an external abort. */
uintptr_t gic_redistributor_of(unsigned cpu)
{
    for (uintptr_t base = machine.gicr.base; base < machine.gicr.base + machine.gicr.size;) {
        uint64_t typer = mmio_read64(base + GICR_TYPER);

        if (FIELD_GET(GICR_TYPER_AFFINITY, typer) == affinity_of(cpu))
            return base;
        CHECK((typer & GICR_TYPER_LAST) == 0);
        base += (typer & GICR_TYPER_VLPIS) != 0 ? 2 * GICR_SIZE : GICR_SIZE;
    }
    CHECK(false);
    return 0;
}

static void wait_clear(uintptr_t address, uint32_t bit)
{
    while ((mmio_read32(address) & bit) != 0)
        ;
}

static void init(void)
{
    uint32_t ctlr = mmio_read32(machine.gicd.base + GICD_CTLR);
    uintptr_t redistributor;

    mmio_write32(machine.gicd.base + GICD_CTLR, ctlr | GICD_CTLR_ARE | GICD_CTLR_ENABLEGRP1);
    wait_clear(machine.gicd.base + GICD_CTLR, GICD_CTLR_RWP);
    redistributor = gic_redistributor_of(smp_self());
    redistributors[smp_self()] = redistributor;
    mmio_write32(redistributor + GICR_WAKER, 0);
    wait_clear(redistributor + GICR_WAKER, GICR_WAKER_CHILDRENASLEEP);
    write_sysreg(icc_sre_el1, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
    isb();
    write_sysreg(icc_pmr_el1, 0xff);
    write_sysreg(icc_bpr1_el1, 0);
    write_sysreg(icc_ctlr_el1, 0);
    write_sysreg(icc_igrpen1_el1, 1);
    isb();
}

uintptr_t gic_redistributor(void)
{
    return redistributors[smp_self()];
}

static uintptr_t banked(void)
{
    return gic_redistributor() + GICR_SGI;
}

static void settle(void)
{
    wait_clear(gic_redistributor() + GICR_CTLR, GICR_CTLR_RWP);
    wait_clear(machine.gicd.base + GICD_CTLR, GICD_CTLR_RWP);
}

/* GICD_IROUTER has the affinity where MPIDR has it. */
static void route(uint32_t intid, unsigned cpu)
{
    uintptr_t irouter = intid < INTID_ESPI_FIRST ? GICD_IROUTER + 8 * (uintptr_t)intid
                                                 : GICD_IROUTER_E + 8 * (uintptr_t)(intid - INTID_ESPI_FIRST);

    mmio_write64(machine.gicd.base + irouter, machine.mpidr[cpu] & UINT64_C(0xff00ffffff));
}

static void set_eoimode(bool apart)
{
    deactivate_apart = apart;
    write_sysreg(icc_ctlr_el1, apart ? ICC_CTLR_EOIMODE : 0);
    isb();
}

static uint64_t sgi_to(unsigned intid, unsigned cpu)
{
    uint64_t affinity = affinity_of(cpu);

    return FIELD_PREP(ICC_SGI_INTID, intid) | FIELD_PREP(ICC_SGI_AFF3, affinity >> 24) |
           FIELD_PREP(ICC_SGI_AFF2, affinity >> 16 & 0xff) | FIELD_PREP(ICC_SGI_AFF1, affinity >> 8 & 0xff) |
           FIELD_PREP(ICC_SGI_RS, (affinity & 0xff) / 16) | BIT(affinity & 15);
}

static irq_handler *lpi_handler;

void gic_handle_lpis(irq_handler *handler)
{
    lpi_handler = handler;
}

void irq_entry_v3(uint64_t stamp)
{
    uint32_t intid = (uint32_t)read_sysreg(icc_iar1_el1);
    irq_handler *handler;

    if (intid >= INTID_SPECIAL && intid < INTID_LPI_FIRST) {
        gic_spurious++;
        return;
    }
    handler = intid < INTID_SPI_END ? gic_handlers[intid] : lpi_handler;
    CHECK(handler != NULL);
    handler(intid, stamp);
    write_sysreg(icc_eoir1_el1, intid);
    if (deactivate_apart)
        write_sysreg(icc_dir_el1, intid);
    isb();
}

const struct gic gic_v3 = {
    .version = 3,
    .vectors = vectors_v3,
    .group1 = true,
    .init = init,
    .banked = banked,
    .settle = settle,
    .route = route,
    .set_eoimode = set_eoimode,
    .sgi_to = sgi_to,
};
