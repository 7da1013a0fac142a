/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backlog: with `pending` SPIs of random INTIDs and priorities waiting, one more is made pending and the highest one is
 * acknowledged; the sample is the time of those two accesses. Then the acknowledged one is completed and the number of
 * waiting ones is as before. Interrupts stay masked in PSTATE: nothing is delivered, only the order is kept. Extended
 * SPIs are among them where the distributor has some: SPIs alone are 988 at most.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

#define PRIORITY_END 224 /* a multiple of every step */

static uint64_t random_state;
static uint32_t priority_step; /* between two of the priorities that are implemented */
static unsigned spis;          /* that this distributor has, from INTID 32 on ... */
static unsigned espis;         /* ... and from 4096 on */
static bool waiting[INTID_ESPI_FIRST + INTID_ESPI_COUNT];

/* xorshift64* (Vigna 2016): the same sequence everywhere. */
static uint32_t next_random(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % bound);
}

/* The n-th of them. */
static uint32_t intid_of(uint32_t n)
{
    return n < spis ? INTID_SPI_FIRST + n : INTID_ESPI_FIRST + n - spis;
}

static uint32_t pick_idle(void)
{
    uint32_t intid;

    do
        intid = intid_of(next_random(spis + espis));
    while (waiting[intid]);
    return intid;
}

/* The word that holds `bits` of an interrupt, in the array of registers `reg` or of `extended` ones. */
static uintptr_t word_of(uint32_t reg, uint32_t extended, unsigned bits, uint32_t intid)
{
    uint32_t n = intid < INTID_ESPI_FIRST ? intid : intid - INTID_ESPI_FIRST;

    return machine.gicd.base + (intid < INTID_ESPI_FIRST ? reg : extended) + 4 * (uintptr_t)(n * bits / 32);
}

#define WORD_OF(reg, intid) word_of((reg), reg##_E, 1, (intid))

static void set_bits(uintptr_t word, uint32_t bits)
{
    mmio_write32(word, mmio_read32(word) | bits);
}

static void configure(uint32_t intid)
{
    uintptr_t priorities = word_of(GICD_IPRIORITYR, GICD_IPRIORITYR_E, 8, intid);

    mmio_write8(priorities + intid % 4, (uint8_t)(next_random(PRIORITY_END / priority_step) * priority_step));
    set_bits(word_of(GICD_ICFGR, GICD_ICFGR_E, 2, intid), BIT32(2 * (intid % 16) + 1)); /* edge-triggered */
    if (gic->group1)
        set_bits(WORD_OF(GICD_IGROUPR, intid), BIT32(intid % 32));
    gic->route(intid, smp_self());
    mmio_write32(WORD_OF(GICD_ISENABLER, intid), BIT32(intid % 32));
}

static void count_spis(void)
{
    uint32_t typer = mmio_read32(machine.gicd.base + GICD_TYPER);
    unsigned most = INTID_SPI_END - INTID_SPI_FIRST;

    spis = 32 * (unsigned)FIELD_GET(GICD_TYPER_ITLINES, typer);
    spis = spis < most ? spis : most;
    if (gic->version == 3 && (typer & GICD_TYPER_ESPI) != 0)
        espis = 32 * ((unsigned)FIELD_GET(GICD_TYPER_ESPI_RANGE, typer) + 1);
}

/* Bits that are not implemented are RAZ/WI (IHI 0069H 4.8.1). */
static void find_priorities(void)
{
    uintptr_t first = machine.gicd.base + GICD_IPRIORITYR + INTID_SPI_FIRST;
    uint32_t implemented;

    mmio_write8(first, 0xff);
    implemented = mmio_read8(first);
    priority_step = implemented & -implemented;
}

static const char *prepare(void)
{
    uint64_t pending = args_number(machine.bootargs, "pending", 1);

    gic_init();
    count_spis();
    find_priorities();
    if (pending == 0 || pending + 1 >= spis + espis)
        return "this distributor has not enough SPIs";
    random_state = 1;
    for (uint32_t n = 0; n < spis + espis; n++)
        configure(intid_of(n));
    for (uint64_t i = 0; i < pending; i++) {
        uint32_t intid = pick_idle();

        waiting[intid] = true;
        mmio_write32(WORD_OF(GICD_ISPENDR, intid), BIT32(intid % 32));
    }
    return NULL;
}

static void acknowledged(uint64_t intid)
{
    bench_expect(intid < ARRAY_SIZE(waiting) && waiting[intid], "acknowledged what was not pending");
    waiting[intid] = false;
}

static uint64_t run(unsigned iteration)
{
    uint32_t intid = pick_idle();
    uint32_t bit = BIT32(intid % 32);
    uint64_t taken = 0, ticks;

    (void)iteration;
    waiting[intid] = true;
    ticks = ROUNDTRIP("str %w1, [%2]\n mrs %0, icc_iar1_el1"
                      : "=&r"(taken)
                      : "r"(bit), "r"(WORD_OF(GICD_ISPENDR, intid))
                      : "memory");
    acknowledged(taken);
    write_sysreg(icc_eoir1_el1, taken);
    isb();
    return ticks;
}

static uint64_t run_v2(unsigned iteration)
{
    uint32_t intid = pick_idle();
    uint32_t bit = BIT32(intid % 32);
    uintptr_t ispendr = WORD_OF(GICD_ISPENDR, intid), iar = machine.gicc.base + GICC_IAR;
    uint64_t taken = 0, ticks;

    (void)iteration;
    waiting[intid] = true;
    IN_REGISTER(bit);
    IN_REGISTER(ispendr);
    IN_REGISTER(iar);
    ticks = ROUNDTRIP("str %w1, [%2]\n ldr %w0, [%3]" : "=&r"(taken) : "r"(bit), "r"(ispendr), "r"(iar) : "memory");
    acknowledged(taken);
    mmio_write32(machine.gicc.base + GICC_EOIR, (uint32_t)taken);
    return ticks;
}

static void finish(void)
{
    for (uint32_t n = 0; n < spis + espis; n++) {
        mmio_write32(WORD_OF(GICD_ICENABLER, intid_of(n)), UINT32_MAX);
        mmio_write32(WORD_OF(GICD_ICPENDR, intid_of(n)), UINT32_MAX);
    }
}

const struct bench bench_backlog = {"backlog", "roundtrip_ticks", 2, prepare, run, finish};
const struct bench bench_backlog_v2 = {"backlog", "roundtrip_ticks", 2, prepare, run_v2, finish};
