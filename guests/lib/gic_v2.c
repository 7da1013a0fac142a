/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's GICv2 driver (IHI 0048B.b chapters 3, 4): Group 0, signalled as IRQ (GICC_CTLR.FIQEn = 0), which
 * GICC_IAR acknowledges whatever GICC_CTLR.AckCtl is.
 */
#include "gic.h"

#include "check.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"

static uint8_t targets[CPUS_MAX]; /* the bit of each CPU interface, 0 before its init() */
static bool deactivate_apart;

extern const char vectors_v2[];
void irq_entry_v2(uint64_t stamp);

/* Banked, and RAZ where there is but one CPU (4.3.12). */
static uint8_t own_target(void)
{
    uint32_t own = mmio_read32(machine.gicd.base + GICD_ITARGETSR);

    return own != 0 ? (uint8_t)own : 1;
}

static void init(void)
{
    uintptr_t gicd = machine.gicd.base, gicc = machine.gicc.base;

    targets[smp_self()] = own_target();
    mmio_write32(gicd + GICD_CTLR, mmio_read32(gicd + GICD_CTLR) | GICD_CTLR_ENABLEGRP0);
    mmio_write32(gicc + GICC_PMR, 0xff);
    mmio_write32(gicc + GICC_BPR, 0);
    mmio_write32(gicc + GICC_CTLR, GICC_CTLR_ENABLEGRP0);
}

static uintptr_t banked(void)
{
    return machine.gicd.base;
}

/* A read of the distributor is ordered behind the writes to it. */
static void settle(void)
{
    (void)mmio_read32(machine.gicd.base + GICD_CTLR);
}

static void route(uint32_t intid, unsigned cpu)
{
    mmio_write8(machine.gicd.base + GICD_ITARGETSR + intid, targets[cpu]);
}

static void set_eoimode(bool apart)
{
    deactivate_apart = apart;
    mmio_write32(machine.gicc.base + GICC_CTLR, GICC_CTLR_ENABLEGRP0 | (apart ? GICC_CTLR_EOIMODENS : 0));
}

static uint64_t sgi_to(unsigned intid, unsigned cpu)
{
    CHECK(targets[cpu] != 0);
    return FIELD_PREP(GICD_SGIR_TARGETLIST, targets[cpu]) | FIELD_PREP(GICD_SGIR_INTID, intid);
}

void irq_entry_v2(uint64_t stamp)
{
    uint32_t acknowledged = mmio_read32(machine.gicc.base + GICC_IAR);
    uint32_t intid = (uint32_t)FIELD_GET(GICC_IAR_INTID, acknowledged);

    if (intid >= INTID_SPECIAL) {
        gic_spurious++;
        return;
    }
    CHECK(gic_handlers[intid] != NULL);
    gic_handlers[intid](intid, stamp);
    mmio_write32(machine.gicc.base + GICC_EOIR, acknowledged);
    if (deactivate_apart)
        mmio_write32(machine.gicc.base + GICC_DIR, acknowledged);
}

const struct gic gic_v2 = {
    .version = 2,
    .vectors = vectors_v2,
    .init = init,
    .banked = banked,
    .settle = settle,
    .route = route,
    .set_eoimode = set_eoimode,
    .sgi_to = sgi_to,
};
