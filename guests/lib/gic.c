/* SPDX-License-Identifier: Apache-2.0 */
/* What all versions of the interrupt controller have in common for the CPU that calls. */
#include "gic.h"

#include "check.h"
#include "mmio.h"
#include "regs/gicd.h"

const struct gic *gic = &gic_v3;
irq_handler *gic_handlers[INTID_SPI_END];
volatile unsigned gic_spurious;

static bool find_v2(const void *fdt)
{
    static const char *const compatible[] = {"arm,cortex-a15-gic", "arm,gic-400"};

    for (unsigned i = 0; i < ARRAY_SIZE(compatible); i++)
        if (devtree_reg(fdt, compatible[i], 0, &machine.gicd) && devtree_reg(fdt, compatible[i], 1, &machine.gicc))
            return true;
    return false;
}

void gic_find(const void *fdt)
{
    if (find_v2(fdt)) {
        gic = &gic_v2;
        return;
    }
    devtree_reg(fdt, "arm,gic-v3", 0, &machine.gicd);
    devtree_reg(fdt, "arm,gic-v3", 1, &machine.gicr);
    devtree_reg(fdt, "arm,gic-v3-its", 0, &machine.gits);
}

/* Where the registers of an interrupt are, at the distributor's offsets. */
static uintptr_t frame_of(uint32_t intid)
{
    return intid < INTID_SPI_FIRST ? gic->banked() : machine.gicd.base;
}

static void write_bit(uintptr_t address, uint32_t bit, bool set)
{
    mmio_write32(address, set ? mmio_read32(address) | bit : mmio_read32(address) & ~bit);
}

/* Priority and group, enabled at last. */
static void enable(uint32_t intid, uint8_t priority, irq_handler *handler)
{
    uintptr_t frame = frame_of(intid), word = 4 * (uintptr_t)(intid / 32);

    gic_handlers[intid] = handler;
    write_bit(frame + GICD_IGROUPR + word, BIT32(intid % 32), gic->group1);
    mmio_write8(frame + GICD_IPRIORITYR + intid, priority);
    mmio_write32(frame + GICD_ISENABLER + word, BIT32(intid % 32));
    gic->settle();
}

void gic_enable(uint32_t intid, uint8_t priority, irq_handler *handler)
{
    CHECK(intid < INTID_SPI_FIRST);
    enable(intid, priority, handler);
}

/* Its trigger changes while it is disabled (IHI 0069H 12.9.9). */
void gic_enable_spi(uint32_t intid, bool edge, uint8_t priority, irq_handler *handler)
{
    CHECK(intid >= INTID_SPI_FIRST && intid < INTID_SPI_END);
    gic_disable(intid);
    write_bit(machine.gicd.base + GICD_ICFGR + 4 * (uintptr_t)(intid / 16), BIT32(2 * (intid % 16) + 1), edge);
    gic->route(intid, smp_self());
    enable(intid, priority, handler);
}

void gic_disable(uint32_t intid)
{
    mmio_write32(frame_of(intid) + GICD_ICENABLER + 4 * (uintptr_t)(intid / 32), BIT32(intid % 32));
    gic->settle();
}

uint64_t gic_sgi_to_self(unsigned intid)
{
    return gic->sgi_to(intid, smp_self());
}
