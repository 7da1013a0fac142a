/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: SPIs routed to other CPUs, and routed anew in every state (IHI 0069H 2.3, 12.9 GICD_IROUTER<n>). */
#include "cpus.h"

static struct verdict to_other(uint32_t intid)
{
    NEED_CPUS(2);
    set_route(intid, route_of(1));
    raise(intid, 0x80);
    EXPECT("signalled here", signalled(), 0);
    EXPECT("HPPIR here", highest_pending(GROUP1), INTID_SPURIOUS);
    EXPECT("IAR here", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    EXPECT("HPPIR there", highest_pending_on(1, GROUP1), intid);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR there", get_rpr_on(1), 0x80);
    EXPECT("RPR here", get_rpr(), 0xff);
    end_on(1, GROUP1, intid);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

static struct verdict as_fiq(uint32_t intid)
{
    NEED_CPUS(2);
    set_route(intid, route_of(1));
    set_group(intid, GROUP0);
    raise(intid, 0x80);
    EXPECT("signalled here", signalled(), 0);
    EXPECT("signalled there", signalled_on(1), SIGNAL_FIQ);
    EXPECT("taken", take_on(1, SIGNAL_FIQ | SIGNAL_IRQ), 1);
    EXPECT("group of the vector", taken.arrival[0].group, GROUP0);
    return PASSED;
}

static struct verdict to_each(uint32_t intid)
{
    NEED_CPUS(8);
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 16; i++) {
        unsigned cpu = i * 3 % 8;

        set_route(intid, route_of(cpu));
        pend(intid);
        EXPECT("IAR", acknowledge_on(cpu, GROUP1), intid);
        end_on(cpu, GROUP1, intid);
        EXPECT("active", active(intid), 0);
    }
    return PASSED;
}

/* Pending moves along: there, back, there again. */
static struct verdict pending_moves(uint32_t intid)
{
    NEED_CPUS(2);
    raise(intid, 0x80);
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    set_route(intid, route_of(1));
    EXPECT("signalled here, routed away", signalled(), 0);
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    set_route(intid, route_of(0));
    EXPECT("signalled there, routed away", signalled_on(1), 0);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    EXPECT("signalled here again", signalled(), SIGNAL_IRQ);
    set_route(intid, route_of(1));
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR there at last", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static uint64_t route_here(uint64_t intid, uint64_t b)
{
    (void)b;
    set_route((uint32_t)intid, own_route());
    return signalled();
}

/* The CPU that it goes to takes it from the one that has it. */
static struct verdict pulled(uint32_t intid)
{
    NEED_CPUS(2);
    raise(intid, 0x80);
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    EXPECT("signalled there", call_on(1, route_here, intid, 0), SIGNAL_IRQ);
    EXPECT("signalled here afterwards", signalled(), 0);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* Routed elsewhere while active: it is ended where it was acknowledged, and comes again where the route leads. */
static struct verdict active_stays(uint32_t intid)
{
    NEED_CPUS(2);
    set_route(intid, route_of(1));
    raise(intid, 0x80);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), intid);
    set_route(intid, route_of(0));
    EXPECT("active", active(intid), 1);
    pend(intid);
    EXPECT("signalled here while active", signalled(), 0);
    EXPECT("signalled there while active", signalled_on(1), 0);
    end_on(1, GROUP1, intid);
    EXPECT("RPR there", get_rpr_on(1), 0xff);
    EXPECT("signalled there", signalled_on(1), 0);
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    EXPECT("active after its end", active(intid), 0);
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    return PASSED;
}

/* Active here, made pending, routed away, ended. */
static struct verdict active_pending_moves(uint32_t intid)
{
    NEED_CPUS(2);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    pend(intid);
    set_route(intid, route_of(1));
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    EXPECT("signalled there", signalled_on(1), 0);
    end(GROUP1, intid);
    EXPECT("signalled here after its end", signalled(), 0);
    EXPECT("signalled there after its end", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* One word makes eight SPIs pending, each of another CPU. */
static struct verdict row(uint32_t mask)
{
    NEED_CPUS(8);
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        set_route(SPI_ROW + i, route_of(i));
        enable(SPI_ROW + i);
    }
    mmio_write32(word_address(GICD_ISPENDR, SPI_ROW), ROW_BITS(mask));
    for (unsigned cpu = 0; cpu < ROW_COUNT; cpu++) {
        uint32_t want = (mask >> cpu & 1) != 0 ? SPI_ROW + cpu : INTID_SPURIOUS;

        EXPECT("IAR", acknowledge_on(cpu, GROUP1), want);
    }
    EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), ROW_BITS(mask));
    EXPECT("pending", read_word(GICD_ISPENDR, SPI_ROW), 0);
    return PASSED;
}

/* More than any CPU has list registers for, half of them routed away again. */
static struct verdict half_moves(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        set_route(SPI_ROW + i, route_of(1));
        raise(SPI_ROW + i, (uint8_t)(0xf0 - 0x10 * i));
    }
    EXPECT("HPPIR there", highest_pending_on(1, GROUP1), SPI_ROW + ROW_COUNT - 1);
    for (unsigned i = 0; i < ROW_COUNT; i += 2)
        set_route(SPI_ROW + i, route_of(0));
    for (unsigned i = ROW_COUNT; i-- > 0;) {
        EXPECT("IAR", acknowledge_on(i % 2, GROUP1), SPI_ROW + i);
        end_on(i % 2, GROUP1, SPI_ROW + i);
    }
    EXPECT("IAR here afterwards", acknowledge(GROUP1), INTID_SPURIOUS);
    EXPECT("IAR there afterwards", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static const struct rule table[] = {
    {737, "route_smp.to_other.edge", "2.3", to_other, SPI_EDGE},
    {738, "route_smp.to_other.level", "2.3", to_other, SPI_LEVEL},
    {739, "route_smp.as_fiq", "2.3, 4.6.2", as_fiq, SPI_EDGE},
    {740, "route_smp.to_each", "2.3", to_each, SPI_EDGE},
    {741, "route_smp.pending_moves.edge", "12.9 GICD_IROUTER<n>", pending_moves, SPI_EDGE},
    {742, "route_smp.pending_moves.level", "12.9 GICD_IROUTER<n>", pending_moves, SPI_LEVEL},
    {743, "route_smp.pulled.edge", "12.9 GICD_IROUTER<n>", pulled, SPI_EDGE},
    {744, "route_smp.pulled.level", "12.9 GICD_IROUTER<n>", pulled, SPI_LEVEL},
    {745, "route_smp.active_stays.edge", "12.9 GICD_IROUTER<n>", active_stays, SPI_EDGE},
    {746, "route_smp.active_stays.level", "12.9 GICD_IROUTER<n>", active_stays, SPI_LEVEL},
    {747, "route_smp.active_pending_moves", "12.9 GICD_IROUTER<n>", active_pending_moves, SPI_EDGE},
    {748, "route_smp.row.all", "2.3, 12.9 GICD_ISPENDR<n>", row, 0xff},
    {749, "route_smp.row.some", "2.3, 12.9 GICD_ISPENDR<n>", row, 0x6a},
    {750, "route_smp.half_moves", "12.9 GICD_IROUTER<n>", half_moves, 0},
};

const struct rules rules_route_smp = {table, ARRAY_SIZE(table)};
