/* SPDX-License-Identifier: Apache-2.0 */
/* What Non-secure accesses see of the distributor and the redistributor. */
#include "env.h"
#include "secure.h"

#define SUBJECT(intid, what) ((uint32_t)(what) << 16 | (intid))
#define INTID(subject)       ((subject)&0xffff)
#define WHAT(subject)        ((subject) >> 16)

#define NS       NONSECURE_EL1
#define ALL      UINT64_C(0xffffffff)
#define PRIORITY 0xb0 /* what the interrupt gets: in the Non-secure half */
#define NS_VIEW  0x60 /* of it (4.8.1) */

static const struct {
    const char *name;
    uint32_t set, clear;
} states[] = {
    {"enabled", GICD_ISENABLER, GICD_ICENABLER},
    {"pending", GICD_ISPENDR, GICD_ICPENDR},
    {"active", GICD_ISACTIVER, GICD_ICACTIVER},
};

static uint64_t bit_of(uint32_t intid)
{
    return BIT32(intid % 32);
}

static uint64_t ns_bit(uint32_t reg, uint32_t intid)
{
    return read_at(NS, word_address(reg, intid)) & bit_of(intid);
}

/* Enabled, pending and active at once, by Secure software. */
static void set_all(uint32_t intid)
{
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++)
        set_bit(states[i].set, intid);
}

static struct verdict state_hidden(uint32_t subject)
{
    uint32_t intid = INTID(subject);

    set_group(intid, (enum gic_group)WHAT(subject));
    set_all(intid);
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
        EXPECT(states[i].name, ns_bit(states[i].set, intid), 0);
        EXPECT(states[i].name, ns_bit(states[i].clear, intid), 0);
    }
    return PASSED;
}

static struct verdict state_not_cleared(uint32_t subject)
{
    uint32_t intid = INTID(subject);

    set_group(intid, (enum gic_group)WHAT(subject));
    set_all(intid);
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
        write_at(NS, word_address(states[i].clear, intid), ALL);
        EXPECT(states[i].name, get_bit(states[i].set, intid), 1);
    }
    return PASSED;
}

static struct verdict state_not_set(uint32_t subject)
{
    uint32_t intid = INTID(subject);

    set_group(intid, (enum gic_group)WHAT(subject));
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
        write_at(NS, word_address(states[i].set, intid), ALL);
        EXPECT(states[i].name, get_bit(states[i].set, intid), 0);
    }
    return PASSED;
}

/* Of Non-secure Group 1: both states see and change the same. */
static struct verdict state_shared(uint32_t intid)
{
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
        write_at(NS, word_address(states[i].set, intid), bit_of(intid));
        EXPECT(states[i].name, get_bit(states[i].set, intid), 1);
        EXPECT(states[i].name, ns_bit(states[i].clear, intid), bit_of(intid));
        write_at(NS, word_address(states[i].clear, intid), bit_of(intid));
        EXPECT(states[i].name, get_bit(states[i].set, intid), 0);
    }
    return PASSED;
}

/* A register that is for Secure software only, of any interrupt. */
static struct verdict secure_register(uintptr_t address, uint32_t value)
{
    mmio_write32(address, value);
    EXPECT("Non-secure read", read_at(NS, address), 0);
    write_at(NS, address, ~value & ALL);
    EXPECT("after a Non-secure write", mmio_read32(address), value);
    return PASSED;
}

static struct verdict secure_word(uint32_t subject)
{
    return secure_register(word_address(WHAT(subject), INTID(subject)), UINT32_C(0x5a5a0ff0));
}

static struct verdict secure_nsacr(uint32_t intid)
{
    return secure_register(nsacr_address(intid), UINT32_C(0x12121212));
}

static struct verdict waker(uint32_t subject)
{
    (void)subject;
    write_at(NS, waker_address(), GICR_WAKER_PROCESSORSLEEP);
    EXPECT("ProcessorSleep after a Non-secure write", mmio_read32(waker_address()) & GICR_WAKER_PROCESSORSLEEP, 0);
    mmio_write32(waker_address(), GICR_WAKER_PROCESSORSLEEP);
    EXPECT("Non-secure read", read_at(NS, waker_address()), 0);
    return PASSED;
}

static struct verdict priority_hidden(uint32_t subject)
{
    uint32_t intid = INTID(subject);
    uintptr_t address = priority_address(intid);

    set_group(intid, (enum gic_group)WHAT(subject));
    set_priority(intid, PRIORITY);
    EXPECT("byte", read_byte_at(NS, address), 0);
    EXPECT("word", read_at(NS, address & ~UINT64_C(3)) >> 8 * (intid % 4) & 0xff, 0);
    write_byte_at(NS, address, 0x10);
    EXPECT("after a byte", mmio_read8(address), PRIORITY);
    write_at(NS, address & ~UINT64_C(3), 0x10101010);
    EXPECT("after a word", mmio_read8(address), PRIORITY);
    return PASSED;
}

/* Non-secure software reads a priority shifted left; those that it writes land in the lower half. */
static struct verdict priority_view(uint32_t intid)
{
    uintptr_t address = priority_address(intid);

    set_priority(intid, PRIORITY);
    EXPECT("byte", read_byte_at(NS, address), NS_VIEW);
    EXPECT("word", read_at(NS, address & ~UINT64_C(3)) >> 8 * (intid % 4) & 0xff, NS_VIEW);
    write_byte_at(NS, address, 0x20);
    EXPECT("after 0x20", mmio_read8(address), 0x90);
    write_byte_at(NS, address, 0);
    EXPECT("after 0", mmio_read8(address), 0x80);
    write_at(NS, address & ~UINT64_C(3), 0xf0f0f0f0);
    EXPECT("after a word of 0xf0", mmio_read8(address), 0xf8);
    return PASSED;
}

/* A word of priorities: only those of Non-secure Group 1 change. */
static struct verdict priority_word(uint32_t subject)
{
    uintptr_t address = priority_address(SPI & ~UINT32_C(3));
    unsigned shift = 8 * (SPI % 4);

    (void)subject;
    set_group(SPI, GIC_GROUP0);
    write_at(NS, address, 0x20202020);
    EXPECT("word", mmio_read32(address),
           (UINT32_C(0x90909090) & ~(UINT32_C(0xff) << shift)) | UINT32_C(PRIORITY_DEFAULT) << shift);
    return PASSED;
}

/* A Secure priority that Non-secure software sees when the interrupt becomes its own: without the highest bit. */
static struct verdict priority_of_secure_half(uint32_t subject)
{
    (void)subject;
    set_priority(SPI, 0x30);
    EXPECT("byte", read_byte_at(NS, priority_address(SPI)), 0x60);
    return PASSED;
}

static uint64_t config_of(enum place place, uint32_t intid)
{
    return read_at(place, config_address(intid)) >> 2 * (intid % 16) & 3;
}

static struct verdict config_hidden(uint32_t subject)
{
    uint32_t intid = INTID(subject);

    set_group(intid, (enum gic_group)WHAT(subject));
    EXPECT("Non-secure read", config_of(NS, intid), 0);
    write_at(NS, config_address(intid), 0);
    EXPECT("after a Non-secure write", config_of(EL3, intid), 2);
    return PASSED;
}

static struct verdict config_shared(uint32_t intid)
{
    EXPECT("Non-secure read", config_of(NS, intid), 2);
    write_at(NS, config_address(intid), 0);
    EXPECT("after a Non-secure write", config_of(EL3, intid), 0);
    return PASSED;
}

static struct verdict route(uint32_t subject)
{
    uintptr_t address = machine.gicd.base + GICD_IROUTER + UINT64_C(8) * SPI;
    bool permitted = WHAT(subject) == 3; /* NSACR */

    set_group(SPI, (enum gic_group)INTID(subject));
    set_nsacr(SPI, WHAT(subject));
    mmio_write64(address, 1);
    EXPECT("Non-secure read", read_double_at(NS, address), permitted ? 1 : 0);
    write_double_at(NS, address, 2);
    EXPECT("after a Non-secure write", mmio_read64(address), permitted ? 2 : 1);
    return PASSED;
}

static struct verdict route_shared(uint32_t subject)
{
    uintptr_t address = machine.gicd.base + GICD_IROUTER + UINT64_C(8) * SPI;

    (void)subject;
    mmio_write64(address, 1);
    EXPECT("Non-secure read", read_double_at(NS, address), 1);
    write_double_at(NS, address, 2);
    EXPECT("after a Non-secure write", mmio_read64(address), 2);
    return PASSED;
}

/*
 * GICD_NSACR of a Secure SPI: 1 lets Non-secure software make it pending, 2 also clear that and read the active state,
 * never enable it.
 */
static struct verdict nsacr(uint32_t subject)
{
    unsigned access = WHAT(subject);
    uint64_t bit = bit_of(SPI);

    set_group(SPI, (enum gic_group)INTID(subject));
    set_nsacr(SPI, access);
    write_at(NS, word_address(GICD_ISPENDR, SPI), bit);
    EXPECT("pending", get_bit(GICD_ISPENDR, SPI), access >= 1);
    set_all(SPI);
    EXPECT("Non-secure ISPENDR", ns_bit(GICD_ISPENDR, SPI), access >= 1 ? bit : 0);
    EXPECT("Non-secure ISACTIVER", ns_bit(GICD_ISACTIVER, SPI), access >= 2 ? bit : 0);
    EXPECT("Non-secure ISENABLER", ns_bit(GICD_ISENABLER, SPI), 0);
    write_at(NS, word_address(GICD_ICPENDR, SPI), bit);
    EXPECT("pending at the end", get_bit(GICD_ISPENDR, SPI), access < 2);
    write_at(NS, word_address(GICD_ICENABLER, SPI), bit);
    EXPECT("enabled", get_bit(GICD_ISENABLER, SPI), 1);
    return PASSED;
}

static struct verdict ctlr_view(uint32_t subject)
{
    uint32_t groups = subject;

    set_distributor(groups);
    EXPECT("Non-secure GICD_CTLR", read_at(NS, machine.gicd.base + GICD_CTLR),
           GICD_CTLR_ARE_NS | ((groups & GICD_CTLR_ENABLEGRP1NS) != 0 ? GICD_CTLR_ENABLEGRP1A : 0));
    return PASSED;
}

/* A Non-secure write changes EnableGrp1NS and nothing else: not DS, not another group. */
static struct verdict ctlr_write(uint32_t subject)
{
    uintptr_t address = machine.gicd.base + GICD_CTLR;
    uint32_t before = mmio_read32(address) & ~(uint32_t)GICD_CTLR_ENABLEGRP1NS;

    (void)subject;
    write_at(NS, address, 0);
    EXPECT("after 0", mmio_read32(address) & ~GICD_CTLR_RWP, before);
    write_at(NS, address, ALL & ~(uint64_t)GICD_CTLR_RWP);
    EXPECT("after all ones", mmio_read32(address) & ~GICD_CTLR_RWP, before | GICD_CTLR_ENABLEGRP1NS);
    return PASSED;
}

#define EACH_SECURE(first, name, spec, check, kind, intid)                                                             \
    {(first), "frames." name "." kind ".group0", spec, check, SUBJECT(intid, GIC_GROUP0)},                             \
    {                                                                                                                  \
        (first) + 1, "frames." name "." kind ".group1_s", spec, check, SUBJECT(intid, GIC_GROUP1_S)                    \
    }
#define EACH_KIND(first, name, spec, check)                                                                            \
    EACH_SECURE(first, name, spec, check, "sgi", SGI), EACH_SECURE((first) + 2, name, spec, check, "ppi", PPI),        \
        EACH_SECURE((first) + 4, name, spec, check, "spi", SPI)

#define STATE "4.6, 12.9 GICD_ISENABLER ... GICD_ICACTIVER"
#define VIEW  "4.8.1, 12.9 GICD_IPRIORITYR"
#define NSAC  "12.9 GICD_NSACR"
#define CTLR  "12.9 GICD_CTLR"

static const struct rule table[] = {
    EACH_KIND(155, "state_hidden", STATE, state_hidden),
    EACH_KIND(161, "state_not_cleared", STATE, state_not_cleared),
    EACH_KIND(167, "state_not_set", STATE, state_not_set),
    {173, "frames.state_shared.sgi", STATE, state_shared, SGI},
    {174, "frames.state_shared.ppi", STATE, state_shared, PPI},
    {175, "frames.state_shared.spi", STATE, state_shared, SPI},
    {176, "frames.secure.igroupr.spi", "12.9 GICD_IGROUPR", secure_word, SUBJECT(SPI, GICD_IGROUPR)},
    {177, "frames.secure.igroupr.sgi", "12.11 GICR_IGROUPR0", secure_word, SUBJECT(SGI, GICD_IGROUPR)},
    {178, "frames.secure.igrpmodr.spi", "12.9 GICD_IGRPMODR", secure_word, SUBJECT(SPI, GICD_IGRPMODR)},
    {179, "frames.secure.igrpmodr.sgi", "12.11 GICR_IGRPMODR0", secure_word, SUBJECT(SGI, GICD_IGRPMODR)},
    {180, "frames.secure.nsacr.spi", NSAC, secure_nsacr, SPI},
    {181, "frames.secure.nsacr.sgi", "12.11 GICR_NSACR", secure_nsacr, SGI},
    {182, "frames.secure.waker", "12.11 GICR_WAKER", waker, 0},
    EACH_KIND(183, "priority_hidden", VIEW, priority_hidden),
    {189, "frames.priority_view.sgi", VIEW, priority_view, SGI},
    {190, "frames.priority_view.ppi", VIEW, priority_view, PPI},
    {191, "frames.priority_view.spi", VIEW, priority_view, SPI},
    {192, "frames.priority_word", VIEW, priority_word, 0},
    {193, "frames.priority_of_secure_half", VIEW, priority_of_secure_half, 0},
    EACH_SECURE(194, "config_hidden", "12.9 GICD_ICFGR", config_hidden, "ppi", PPI),
    EACH_SECURE(196, "config_hidden", "12.9 GICD_ICFGR", config_hidden, "spi", SPI),
    {198, "frames.config_shared.ppi", "12.9 GICD_ICFGR", config_shared, PPI},
    {199, "frames.config_shared.spi", "12.9 GICD_ICFGR", config_shared, SPI},
    {200, "frames.route.group0.nsacr0", "12.9 GICD_IROUTER", route, SUBJECT(GIC_GROUP0, 0)},
    {201, "frames.route.group0.nsacr2", "12.9 GICD_IROUTER", route, SUBJECT(GIC_GROUP0, 2)},
    {202, "frames.route.group0.nsacr3", "12.9 GICD_IROUTER", route, SUBJECT(GIC_GROUP0, 3)},
    {203, "frames.route.group1_s.nsacr0", "12.9 GICD_IROUTER", route, SUBJECT(GIC_GROUP1_S, 0)},
    {204, "frames.route.group1_s.nsacr3", "12.9 GICD_IROUTER", route, SUBJECT(GIC_GROUP1_S, 3)},
    {205, "frames.route_shared", "12.9 GICD_IROUTER", route_shared, 0},
    {206, "frames.nsacr0.group0", NSAC, nsacr, SUBJECT(GIC_GROUP0, 0)},
    {207, "frames.nsacr1.group0", NSAC, nsacr, SUBJECT(GIC_GROUP0, 1)},
    {208, "frames.nsacr2.group0", NSAC, nsacr, SUBJECT(GIC_GROUP0, 2)},
    {209, "frames.nsacr3.group0", NSAC, nsacr, SUBJECT(GIC_GROUP0, 3)},
    {210, "frames.nsacr1.group1_s", NSAC, nsacr, SUBJECT(GIC_GROUP1_S, 1)},
    {211, "frames.nsacr2.group1_s", NSAC, nsacr, SUBJECT(GIC_GROUP1_S, 2)},
    {212, "frames.ctlr_view.none", CTLR, ctlr_view, 0},
    {213, "frames.ctlr_view.group0", CTLR, ctlr_view, GICD_CTLR_ENABLEGRP0},
    {214, "frames.ctlr_view.group1_ns", CTLR, ctlr_view, GICD_CTLR_ENABLEGRP1NS},
    {215, "frames.ctlr_view.group1_s", CTLR, ctlr_view, GICD_CTLR_ENABLEGRP1S},
    {216, "frames.ctlr_write", CTLR, ctlr_write, 0},
};

const struct rules rules_frames = {table, ARRAY_SIZE(table)};
