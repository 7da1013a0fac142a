/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: routing of SPIs by affinity (IHI 0069H 2.3, 12.9 GICD_IROUTER<n>). */
#include "env.h"

/* An affinity that no PE has here. */
#define NOBODY UINT64_C(0xfe)

static struct verdict reads(uint32_t intid)
{
    uintptr_t address = route_address(intid);
    uint64_t route = UINT64_C(0x0000002100030405);

    set_route(intid, route);
    EXPECT("64-bit read", mmio_read64(address), route);
    EXPECT("lower half", mmio_read32(address), route & 0xffffffff);
    EXPECT("upper half", mmio_read32(address + 4), route >> 32);
    return PASSED;
}

static struct verdict halves(uint32_t intid)
{
    uintptr_t address = route_address(intid);

    set_route(intid, 0);
    mmio_write32(address, 0x00010203);
    EXPECT("lower half", mmio_read64(address), 0x00010203);
    mmio_write32(address + 4, 0x7f);
    EXPECT("upper half", mmio_read64(address), UINT64_C(0x0000007f00010203));
    return PASSED;
}

static struct verdict to_self(uint32_t intid)
{
    set_route(intid, own_route());
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict to_nobody(uint32_t intid)
{
    set_route(intid, NOBODY);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), 0);
    EXPECT("HPPIR", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    return PASSED;
}

static struct verdict rerouted_here(uint32_t intid)
{
    set_route(intid, NOBODY);
    raise(intid, 0x80);
    set_route(intid, own_route());
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict rerouted_away(uint32_t intid)
{
    raise(intid, 0x80);
    set_route(intid, NOBODY);
    EXPECT("signalled", signalled(), 0);
    EXPECT("IAR", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    return PASSED;
}

/* The others stay where they are. */
static struct verdict one_rerouted(uint32_t intid)
{
    raise(intid, 0x40);
    raise(SPI_OTHER, 0x80);
    set_route(intid, NOBODY);
    EXPECT("IAR", acknowledge(GROUP1), SPI_OTHER);
    return PASSED;
}

/* Routed elsewhere while it is active: it can be ended here. */
static struct verdict rerouted_active(uint32_t intid)
{
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    set_route(intid, NOBODY);
    EXPECT("active", active(intid), 1);
    EXPECT("RPR", get_rpr(), 0x80);
    end(GROUP1, intid);
    EXPECT("active after its end", active(intid), 0);
    EXPECT("RPR after its end", get_rpr(), 0xff);
    return PASSED;
}

static struct verdict enabled_elsewhere(uint32_t intid)
{
    set_route(intid, NOBODY);
    pend(intid);
    enable(intid);
    EXPECT("signalled", signalled(), 0);
    disable(intid);
    set_route(intid, own_route());
    EXPECT("signalled while disabled", signalled(), 0);
    enable(intid);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    return PASSED;
}

/* An SPI of every 32 that there are, the last one too. */
static struct verdict every_bank(uint32_t offset)
{
    unsigned banks = (unsigned)FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(machine.gicd.base + GICD_TYPER)) + 1;

    for (unsigned bank = 1; bank < banks; bank++) {
        uint32_t intid = 32 * bank + offset;

        if (intid >= INTID_SPI_END)
            break;
        raise(intid, 0x80);
        EXPECT("IAR", acknowledge(GROUP1), intid);
        end(GROUP1, intid);
        EXPECT("active", active(intid), 0);
    }
    return PASSED;
}

static const struct rule table[] = {
    {362, "route.reads", "12.9 GICD_IROUTER<n>", reads, SPI_EDGE},
    {363, "route.reads_other", "12.9 GICD_IROUTER<n>", reads, SPI_OTHER},
    {364, "route.halves", "12.9 GICD_IROUTER<n>", halves, SPI_EDGE},
    {365, "route.to_self.edge", "2.3", to_self, SPI_EDGE},
    {366, "route.to_self.level", "2.3", to_self, SPI_LEVEL},
    {367, "route.to_nobody.edge", "2.3", to_nobody, SPI_EDGE},
    {368, "route.to_nobody.level", "2.3", to_nobody, SPI_LEVEL},
    {369, "route.rerouted_here.edge", "12.9 GICD_IROUTER<n>", rerouted_here, SPI_EDGE},
    {370, "route.rerouted_here.level", "12.9 GICD_IROUTER<n>", rerouted_here, SPI_LEVEL},
    {371, "route.rerouted_away.edge", "12.9 GICD_IROUTER<n>", rerouted_away, SPI_EDGE},
    {372, "route.rerouted_away.level", "12.9 GICD_IROUTER<n>", rerouted_away, SPI_LEVEL},
    {373, "route.one_rerouted", "12.9 GICD_IROUTER<n>", one_rerouted, SPI_EDGE},
    {374, "route.rerouted_active", "12.9 GICD_IROUTER<n>", rerouted_active, SPI_EDGE},
    {375, "route.enabled_elsewhere", "12.9 GICD_IROUTER<n>", enabled_elsewhere, SPI_EDGE},
    {376, "route.first_of_every_bank", "12.9 GICD_TYPER", every_bank, 0},
    {377, "route.last_of_every_bank", "12.9 GICD_TYPER", every_bank, 31},
};

const struct rules rules_route = {table, ARRAY_SIZE(table)};
