/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: several CPUs at work at once; whatever the order in time, the outcome is one (IHI 0069H 2.3, 4.1, 12.9). */
#include "cpus.h"

#define ROUNDS 50

static uint64_t now(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}

/* Acknowledges and ends `intid` as soon as it comes; false: another one came, or nothing for a tenth of a second. */
static bool await(uint32_t intid)
{
    uint64_t begin = now();
    uint32_t found;

    while ((found = acknowledge(GROUP1)) == INTID_SPURIOUS) {
        if (now() - begin > read_sysreg(cntfrq_el0) / 10)
            return false;
        smp_relax();
    }
    end(GROUP1, found);
    return found == intid;
}

/* Makes an interrupt of its own pending and takes it, again and again: how often that went well. */
static uint64_t own_rounds(uint64_t intid, uint64_t rounds)
{
    uint64_t round = 0;

    for (; round < rounds; round++) {
        pend((uint32_t)intid);
        if (!await((uint32_t)intid))
            break;
    }
    return round;
}

static struct verdict side_by_side(uint32_t cpus)
{
    NEED_CPUS(cpus);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        set_route(SPI_ROW + cpu, route_of(cpu));
        enable(SPI_ROW + cpu);
    }
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        post_on(cpu, own_rounds, SPI_ROW + cpu, ROUNDS);
    EXPECT("rounds of CPU 0", own_rounds(SPI_ROW, ROUNDS), ROUNDS);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT("rounds of another", result_of(cpu), ROUNDS);
    EXPECT("active", read_word(GICD_ISACTIVER, SPI_ROW), 0);
    EXPECT("pending", read_word(GICD_ISPENDR, SPI_ROW), 0);
    return PASSED;
}

/* Waits for `intid` and answers by making the other one of the pair pending. */
static uint64_t answer_spi(uint64_t intid, uint64_t other)
{
    uint64_t round = 0;

    for (; round < ROUNDS && await((uint32_t)intid); round++)
        pend((uint32_t)other);
    return round;
}

static struct verdict ping_pong_spi(uint32_t intid)
{
    NEED_CPUS(2);
    set_route(SPI_OTHER, route_of(1));
    enable(SPI_OTHER);
    enable(intid);
    post_on(1, answer_spi, SPI_OTHER, intid);
    for (unsigned i = 0; i < ROUNDS; i++) {
        pend(SPI_OTHER);
        EXPECT("answered", await(intid), true);
    }
    EXPECT("rounds there", result_of(1), ROUNDS);
    return PASSED;
}

static uint64_t answer_sgi(uint64_t intid, uint64_t value)
{
    uint64_t round = 0;

    for (; round < ROUNDS && await((uint32_t)intid); round++)
        send_sgi(GROUP1, value);
    return round;
}

static struct verdict ping_pong_sgi(uint32_t intid)
{
    NEED_CPUS(2);
    enable(intid);
    look_at(1);
    enable(intid);
    post_on(1, answer_sgi, intid, gic_sgi_to(intid, 0));
    for (unsigned i = 0; i < ROUNDS; i++) {
        send_sgi(GROUP1, gic_sgi_to(intid, 1));
        EXPECT("answered", await(intid), true);
    }
    EXPECT("rounds there", result_of(1), ROUNDS);
    return PASSED;
}

/* Sets and clears bits of the row, those of `mask` one after the other, and leaves them set. */
static uint64_t toggle(uint64_t mask, uint64_t reg)
{
    uint32_t clear = (uint32_t)reg + (GICD_ICENABLER - GICD_ISENABLER);

    for (unsigned round = 0; round <= ROUNDS; round++) {
        for (unsigned i = 0; i < ROW_COUNT; i++)
            if ((mask >> i & 1) != 0)
                mmio_write32(word_address(round % 2 == 0 ? (uint32_t)reg : clear, SPI_ROW), ROW_BITS(1U << i));
        smp_relax();
    }
    return 0;
}

/* Two CPUs change different bits of a word. */
static struct verdict one_word(uint32_t reg)
{
    NEED_CPUS(2);
    post_on(1, toggle, 0xaa, reg);
    toggle(0x55, reg);
    EXPECT("the other CPU", result_of(1), 0);
    EXPECT("bits", read_word(reg, SPI_ROW), ROW_BITS(0xff));
    return PASSED;
}

static uint64_t write_priorities(uint64_t first, uint64_t unused)
{
    (void)unused;
    for (unsigned round = 0; round <= ROUNDS; round++) {
        for (uint32_t i = (uint32_t)first; i < ROW_COUNT; i += 2)
            set_priority(SPI_ROW + i, (uint8_t)((round + i) << 4 & 0xf0));
        smp_relax();
    }
    return 0;
}

/* Two CPUs write the bytes of a word. */
static struct verdict one_priority_word(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    post_on(1, write_priorities, 1, 0);
    write_priorities(0, 0);
    EXPECT("the other CPU", result_of(1), 0);
    for (uint32_t i = 0; i < ROW_COUNT; i++)
        EXPECT("priority", get_priority(SPI_ROW + i), (ROUNDS + i) << 4 & 0xf0);
    return PASSED;
}

static unsigned acknowledged; /* by both CPUs, of SPI_EDGE */
static bool over;

/* Takes what comes until it is over; how much of it was not SPI_EDGE. */
static uint64_t take_all(uint64_t a, uint64_t b)
{
    uint64_t wrong = 0;

    (void)a;
    (void)b;
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        uint32_t intid = acknowledge(GROUP1);

        if (intid != INTID_SPURIOUS) {
            end(GROUP1, intid);
            wrong += intid != SPI_EDGE;
            __atomic_fetch_add(&acknowledged, 1, __ATOMIC_ACQ_REL);
        }
        smp_relax();
    }
    return wrong;
}

static bool taken_by_now(unsigned count)
{
    uint64_t begin = now();

    while (__atomic_load_n(&acknowledged, __ATOMIC_ACQUIRE) < count) {
        uint32_t intid = acknowledge(GROUP1);

        if (intid == SPI_EDGE) {
            end(GROUP1, intid);
            __atomic_fetch_add(&acknowledged, 1, __ATOMIC_ACQ_REL);
        }
        if (now() - begin > read_sysreg(cntfrq_el0) / 10)
            return false;
        smp_relax();
    }
    return true;
}

/* Made pending once and routed to and fro while both CPUs acknowledge: one of them gets it, once. */
static struct verdict routed_to_and_fro(uint32_t intid)
{
    NEED_CPUS(2);
    acknowledged = 0;
    over = false;
    enable(intid);
    post_on(1, take_all, 0, 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        bool came;

        pend(intid);
        for (unsigned turn = 0; turn < 4; turn++)
            set_route(intid, route_of(turn % 2));
        set_route(intid, route_of(i / 2 % 2));
        came = taken_by_now(i + 1);
        if (!came || acknowledged != i + 1) {
            __atomic_store_n(&over, true, __ATOMIC_RELEASE);
            EXPECT("acknowledged", acknowledged, i + 1);
        }
    }
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    EXPECT("other interrupts there", result_of(1), 0);
    EXPECT("acknowledged in all", acknowledged, ROUNDS);
    EXPECT("pending", pending(intid), 0);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

static const struct rule table[] = {
    {835, "once.side_by_side.2", "2.3, 4.1.2", side_by_side, 2},
    {836, "once.side_by_side.4", "2.3, 4.1.2", side_by_side, 4},
    {837, "once.side_by_side.8", "2.3, 4.1.2", side_by_side, 8},
    {838, "once.ping_pong.edge", "2.3, 4.1.2", ping_pong_spi, SPI_EDGE},
    {839, "once.ping_pong.level", "2.3, 4.1.2", ping_pong_spi, SPI_LEVEL},
    {840, "once.ping_pong.sgi", "4.4", ping_pong_sgi, SGI},
    {841, "once.one_word.enable", "12.9 GICD_ISENABLER<n>", one_word, GICD_ISENABLER},
    {842, "once.one_word.pending", "12.9 GICD_ISPENDR<n>", one_word, GICD_ISPENDR},
    {843, "once.one_word.active", "12.9 GICD_ISACTIVER<n>", one_word, GICD_ISACTIVER},
    {844, "once.one_word.priority", "12.9 GICD_IPRIORITYR<n>", one_priority_word, 0},
    {845, "once.routed_to_and_fro", "2.3, 4.1.2", routed_to_and_fro, SPI_EDGE},
};

const struct rules rules_once = {table, ARRAY_SIZE(table)};
