/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of GICv2 alone with several CPUs (IHI 0048B.b): SGIs are pending once for each source, targets are lists. */
#include "cpus.h"

#include "regs/gicv2.h"

#define FIRST 1049

#define SPEC_IAR "IHI 0048B.b 4.4.4"

static uint64_t read8(uint64_t address, uint64_t unused)
{
    (void)unused;
    return mmio_read8(address);
}

static uint64_t read32(uint64_t address, uint64_t unused)
{
    (void)unused;
    return mmio_read32(address);
}

static uint64_t write8(uint64_t address, uint64_t value)
{
    mmio_write8(address, (uint8_t)value);
    return 0;
}

static uint64_t write32(uint64_t address, uint64_t value)
{
    mmio_write32(address, (uint32_t)value);
    return 0;
}

/* Which CPUs made an SGI pending at `cpu`, as that CPU reads it; and making and clearing that there. */
static uint64_t sources_at(unsigned cpu, uint32_t intid)
{
    return call_on(cpu, read8, machine.gicd.base + GICD_SPENDSGIR + intid, 0);
}

static void set_sources_at(unsigned cpu, uint32_t intid, uint64_t sources)
{
    call_on(cpu, write8, machine.gicd.base + GICD_SPENDSGIR + intid, sources);
}

static void clear_sources_at(unsigned cpu, uint32_t intid, uint64_t sources)
{
    call_on(cpu, write8, machine.gicd.base + GICD_CPENDSGIR + intid, sources);
}

/* GICC_IAR of a CPU as it is, and GICC_EOIR. Of Group 0: no AckCtl stands between. */
static uint64_t read_iar(unsigned cpu)
{
    (void)signalled_on(cpu);
    return call_on(cpu, read32, machine.gicc.base + GICC_IAR, 0);
}

static void write_eoir(unsigned cpu, uint64_t value)
{
    call_on(cpu, write32, machine.gicc.base + GICC_EOIR, value);
}

static void group0_at(unsigned cpu, uint32_t intid)
{
    look_at(cpu);
    set_group(intid, GROUP0);
    enable(intid);
}

/* What GICC_IAR reads of an SGI that CPU `from` sent. */
static uint64_t sgi_from(unsigned from, uint32_t intid)
{
    return FIELD_PREP(GICC_IAR_CPUID, (unsigned)__builtin_ctzll(route_of(from))) | intid;
}

static void send_to(unsigned to, unsigned from, uint32_t intid)
{
    send_sgi_on(from, GROUP0, gic_sgi_to(intid, to));
}

static struct verdict source(uint32_t from)
{
    NEED_CPUS(8);
    group0_at(1, SGI);
    send_to(1, from, SGI);
    EXPECT("GICD_SPENDSGIR", sources_at(1, SGI), route_of(from));
    EXPECT("GICD_SPENDSGIR here", sources_at(0, SGI), 0);
    EXPECT("signalled", signalled_on(1), SIGNAL_FIQ);
    EXPECT("GICC_IAR", read_iar(1), sgi_from(from, SGI));
    EXPECT("GICD_SPENDSGIR, acknowledged", sources_at(1, SGI), 0);
    EXPECT("active", active(SGI), 1);
    write_eoir(1, sgi_from(from, SGI));
    EXPECT("active, ended", active(SGI), 0);
    EXPECT("GICC_IAR afterwards", read_iar(1), INTID_SPURIOUS);
    return PASSED;
}

/* From all CPUs, the target included: it comes once from each, in whatever order. */
static struct verdict each_source(uint32_t intid)
{
    uint64_t left = 0;

    NEED_CPUS(8);
    group0_at(1, intid);
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        send_to(1, cpu, intid);
        left |= route_of(cpu);
        EXPECT("GICD_SPENDSGIR", sources_at(1, intid), left);
    }
    while (left != 0) {
        uint64_t taken_now = read_iar(1);

        EXPECT("INTID", FIELD_GET(GICC_IAR_INTID, taken_now), intid);
        EXPECT("a source that was left", left >> FIELD_GET(GICC_IAR_CPUID, taken_now) & 1, 1);
        left &= ~BIT(FIELD_GET(GICC_IAR_CPUID, taken_now));
        EXPECT("GICD_SPENDSGIR, acknowledged", sources_at(1, intid), left);
        EXPECT("pending", pending(intid), left != 0);
        EXPECT("signalled while active", signalled_on(1), 0);
        write_eoir(1, taken_now);
    }
    EXPECT("GICC_IAR afterwards", read_iar(1), INTID_SPURIOUS);
    return PASSED;
}

/* As exceptions, one after the other. */
static struct verdict each_source_taken(uint32_t intid)
{
    NEED_CPUS(8);
    group0_at(0, intid);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned cpu = 1; cpu < 8; cpu++)
            send_to(0, cpu, intid);
        EXPECT("taken", take(SIGNAL_FIQ), 7);
        EXPECT("spurious", taken.spurious, 0);
        for (unsigned i = 0; i < 7; i++)
            EXPECT("INTID", taken.arrival[i].intid, intid);
        EXPECT("pending", pending(intid), 0);
        EXPECT("active", active(intid), 0);
    }
    return PASSED;
}

/* One source: before it is acknowledged once, afterwards again. */
static struct verdict same_source(uint32_t from)
{
    NEED_CPUS(3);
    group0_at(1, SGI);
    send_to(1, from, SGI);
    send_to(1, from, SGI);
    EXPECT("GICC_IAR", read_iar(1), sgi_from(from, SGI));
    send_to(1, from, SGI);
    EXPECT("pending while active", pending(SGI), 1);
    EXPECT("signalled while active", signalled_on(1), 0);
    write_eoir(1, sgi_from(from, SGI));
    EXPECT("GICC_IAR again", read_iar(1), sgi_from(from, SGI));
    write_eoir(1, sgi_from(from, SGI));
    EXPECT("GICC_IAR afterwards", read_iar(1), INTID_SPURIOUS);
    return PASSED;
}

/* Sent by another CPU while it is active from one, again and again. */
static struct verdict while_active(uint32_t intid)
{
    NEED_CPUS(4);
    group0_at(1, intid);
    send_to(1, 2, intid);
    for (unsigned i = 0; i < 6; i++) {
        unsigned from = 2 + i % 2, other = 3 - i % 2;

        EXPECT("GICC_IAR", read_iar(1), sgi_from(from, intid));
        send_to(1, other, intid);
        EXPECT("GICD_SPENDSGIR", sources_at(1, intid), route_of(other));
        EXPECT("active", active(intid), 1);
        EXPECT("pending", pending(intid), 1);
        EXPECT("signalled while active", signalled_on(1), 0);
        write_eoir(1, sgi_from(from, intid));
        EXPECT("active, ended", active(intid), 0);
        EXPECT("signalled", signalled_on(1), SIGNAL_FIQ);
    }
    return PASSED;
}

/* One preempts the other: each is ended with its own source. */
static struct verdict nested(uint32_t subject)
{
    NEED_CPUS(4);
    (void)subject;
    group0_at(1, SGI);
    group0_at(1, SGI2);
    set_priority(SGI, 0x80);
    set_priority(SGI2, 0x40);
    send_to(1, 2, SGI);
    EXPECT("GICC_IAR", read_iar(1), sgi_from(2, SGI));
    send_to(1, 3, SGI2);
    send_to(1, 0, SGI);
    EXPECT("GICC_IAR of the higher", read_iar(1), sgi_from(3, SGI2));
    write_eoir(1, sgi_from(3, SGI2));
    EXPECT("active", read_word(GICD_ISACTIVER, 0), BIT32(SGI));
    EXPECT("signalled", signalled_on(1), 0);
    write_eoir(1, sgi_from(2, SGI));
    EXPECT("GICC_IAR of the other source", read_iar(1), sgi_from(0, SGI));
    write_eoir(1, sgi_from(0, SGI));
    EXPECT("RPR", get_rpr_on(1), 0xff);
    return PASSED;
}

/* EOImode = 1: the next source waits for GICC_DIR. */
static struct verdict dir(uint32_t intid)
{
    NEED_CPUS(4);
    set_ctlr_on(1, true);
    group0_at(1, intid);
    send_to(1, 3, intid);
    EXPECT("GICC_IAR", read_iar(1), sgi_from(3, intid));
    send_to(1, 2, intid);
    write_eoir(1, sgi_from(3, intid));
    EXPECT("RPR", get_rpr_on(1), 0xff);
    EXPECT("active", active(intid), 1);
    EXPECT("GICC_IAR while active", read_iar(1), INTID_SPURIOUS);
    call_on(1, write32, machine.gicc.base + GICC_DIR, sgi_from(3, intid));
    EXPECT("active after GICC_DIR", active(intid), 0);
    EXPECT("GICC_IAR of the other source", read_iar(1), sgi_from(2, intid));
    return PASSED;
}

/* CPU 3 sends with a filter, and a list that counts only without one. */
static struct verdict filter(uint32_t filter)
{
    uint32_t list = 0xa5, reached = filter == GICD_SGIR_FILTER_LIST    ? list
                                    : filter == GICD_SGIR_FILTER_OTHER ? 0xff & ~BIT32(3)
                                                                       : BIT32(3);
    uint64_t value = FIELD_PREP(GICD_SGIR_FILTER, filter) | SGI;

    NEED_CPUS(8);
    for (unsigned cpu = 0; cpu < 8; cpu++)
        if ((list >> cpu & 1) != 0)
            value |= gic_sgi_to(SGI, cpu);
    send_sgi_on(3, GROUP1, value);
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        uint64_t expected = (reached >> cpu & 1) != 0 ? route_of(3) : 0;

        EXPECT("GICD_SPENDSGIR", cpu << 8 | sources_at(cpu, SGI), cpu << 8 | expected);
    }
    return PASSED;
}

/* A CPU makes an SGI pending for itself in the name of another one. */
static struct verdict forged(uint32_t from)
{
    NEED_CPUS(8);
    group0_at(1, SGI);
    set_sources_at(1, SGI, route_of(from));
    EXPECT("GICD_SPENDSGIR", sources_at(1, SGI), route_of(from));
    EXPECT("GICD_SPENDSGIR here", sources_at(0, SGI), 0);
    EXPECT("GICD_SPENDSGIR of the other", sources_at(from, SGI), 0);
    EXPECT("GICC_IAR", read_iar(1), sgi_from(from, SGI));
    return PASSED;
}

/* One of three sources is cleared, and what the others clear is their own. */
static struct verdict cleared(uint32_t intid)
{
    NEED_CPUS(4);
    group0_at(1, intid);
    for (unsigned from = 0; from < 4; from++)
        send_to(1, from, intid);
    clear_sources_at(0, intid, 0xff);
    clear_sources_at(1, intid, route_of(1) | route_of(2));
    EXPECT("GICD_SPENDSGIR", sources_at(1, intid), route_of(0) | route_of(3));
    EXPECT("signalled", signalled_on(1), SIGNAL_FIQ);
    clear_sources_at(1, intid, route_of(0));
    EXPECT("GICC_IAR", read_iar(1), sgi_from(3, intid));
    send_to(1, 0, intid);
    clear_sources_at(1, intid, route_of(0));
    EXPECT("pending while active, cleared", pending(intid), 0);
    write_eoir(1, sgi_from(3, intid));
    EXPECT("GICC_IAR afterwards", read_iar(1), INTID_SPURIOUS);
    return PASSED;
}

/* It is on again: there from both. */
static struct verdict while_off(uint32_t intid)
{
    NEED_CPUS(3);
    group0_at(1, intid);
    EXPECT("turned off", cpu_remove(1), true);
    send_to(1, 0, intid);
    send_to(1, 2, intid);
    EXPECT("turned on", cpu_bring(1), true);
    EXPECT("GICD_SPENDSGIR", sources_at(1, intid), route_of(0) | route_of(2));
    EXPECT("signalled", signalled_on(1), SIGNAL_FIQ);
    return PASSED;
}

/* ITARGETSR of SGIs and PPIs: each reads itself, and no two are the same. */
static struct verdict own_targets(uint32_t intid)
{
    uint64_t seen = 0;

    NEED_CPUS(8);
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        uintptr_t word = route_address(intid & ~3U);
        uint64_t target = call_on(cpu, read32, word, 0) & 0xff;

        EXPECT("a CPU", target != 0, true);
        EXPECT("no other one", target & (target - 1), 0);
        EXPECT("seen before", seen & target, 0);
        EXPECT("all bytes", call_on(cpu, read32, word, 0), target * 0x01010101);
        call_on(cpu, write32, word, 0xffffffff);
        EXPECT("after a write", call_on(cpu, read32, word, 0), target * 0x01010101);
        seen |= target;
    }
    return PASSED;
}

/* Acknowledged and ended at `cpu`; 1 if it was there. */
static unsigned came_to(unsigned cpu, uint32_t intid)
{
    if (acknowledge_on(cpu, GROUP1) != intid)
        return 0;
    end_on(cpu, GROUP1, intid);
    return 1;
}

/* One of its targets takes it, which is the distributor's choice or that of who is first (1.4.3, 1-N model). */
static struct verdict one_of_n(uint32_t intid)
{
    NEED_CPUS(3);
    set_route(intid, route_of(1) | route_of(2));
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 4; i++) {
        unsigned first = 1 + i % 2, count;

        pend(intid);
        EXPECT("signalled here", signalled(), 0);
        count = came_to(first, intid) + came_to(3 - first, intid);
        EXPECT("acknowledged", count, 1);
        EXPECT("active", active(intid), 0);
        EXPECT("pending", pending(intid), 0);
    }
    EXPECT("GICC_IAR here", acknowledge(GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict one_of_all(uint32_t intid)
{
    unsigned count = 0;

    NEED_CPUS(8);
    set_route(intid, 0xff);
    EXPECT("GICD_ITARGETSR", mmio_read8(route_address(intid)), 0xff);
    raise(intid, 0x80);
    for (unsigned cpu = 8; cpu-- > 0;)
        count += came_to(cpu, intid);
    EXPECT("acknowledged", count, 1);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* A pending interrupt leaves a target that is taken from its list, and is pending at one that is added. */
static struct verdict targets_changed(uint32_t intid)
{
    NEED_CPUS(3);
    set_route(intid, route_of(1) | route_of(2));
    raise(intid, 0x80);
    set_route(intid, route_of(2));
    EXPECT("signalled to the one left", signalled_on(2), SIGNAL_IRQ);
    EXPECT("signalled to the one taken out", signalled_on(1), 0);
    set_route(intid, route_of(1) | route_of(2));
    set_route(intid, route_of(1));
    EXPECT("signalled to the one added", signalled_on(1), SIGNAL_IRQ);
    EXPECT("signalled to the other, taken out", signalled_on(2), 0);
    EXPECT("pending", pending(intid), 1);
    EXPECT("GICC_IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "v2.source.0", SPEC_IAR, source, 0},
    {FIRST + 1, "v2.source.self", SPEC_IAR, source, 1},
    {FIRST + 2, "v2.source.7", SPEC_IAR, source, 7},
    {FIRST + 3, "v2.each_source.0", SPEC_IAR, each_source, 0},
    {FIRST + 4, "v2.each_source.15", SPEC_IAR, each_source, 15},
    {FIRST + 5, "v2.each_source_taken", SPEC_IAR, each_source_taken, SGI},
    {FIRST + 6, "v2.same_source.self", SPEC_IAR, same_source, 1},
    {FIRST + 7, "v2.same_source.other", SPEC_IAR, same_source, 2},
    {FIRST + 8, "v2.sources_while_active", "IHI 0048B.b 3.2.2", while_active, SGI},
    {FIRST + 9, "v2.sources_nested", "IHI 0048B.b 4.4.5", nested, 0},
    {FIRST + 10, "v2.sources_dir", "IHI 0048B.b 4.4.15", dir, SGI},
    {FIRST + 11, "v2.filter.list", "IHI 0048B.b 4.3.15", filter, GICD_SGIR_FILTER_LIST},
    {FIRST + 12, "v2.filter.others", "IHI 0048B.b 4.3.15", filter, GICD_SGIR_FILTER_OTHER},
    {FIRST + 13, "v2.filter.self", "IHI 0048B.b 4.3.15", filter, GICD_SGIR_FILTER_SELF},
    {FIRST + 14, "v2.spendsgir_for_other", "IHI 0048B.b 4.3.17", forged, 7},
    {FIRST + 15, "v2.cpendsgir_of_three", "IHI 0048B.b 4.3.16", cleared, SGI},
    {FIRST + 16, "v2.sgi_while_off", "IHI 0048B.b 4.3.15", while_off, SGI},
    {FIRST + 17, "v2.itargetsr_own.sgi", "IHI 0048B.b 4.3.12", own_targets, SGI},
    {FIRST + 18, "v2.itargetsr_own.ppi", "IHI 0048B.b 4.3.12", own_targets, PPI},
    {FIRST + 19, "v2.one_of_n.edge", "IHI 0048B.b 1.4.3, 4.3.12", one_of_n, SPI_EDGE},
    {FIRST + 20, "v2.one_of_n.level", "IHI 0048B.b 1.4.3, 4.3.12", one_of_n, SPI_LEVEL},
    {FIRST + 21, "v2.one_of_all", "IHI 0048B.b 1.4.3, 4.3.12", one_of_all, SPI_EDGE},
    {FIRST + 22, "v2.targets_changed.edge", "IHI 0048B.b 4.3.12", targets_changed, SPI_EDGE},
    {FIRST + 23, "v2.targets_changed.level", "IHI 0048B.b 4.3.12", targets_changed, SPI_LEVEL},
};

const struct rules rules_smp_v2 = {table, ARRAY_SIZE(table)};
