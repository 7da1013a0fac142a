/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backlog: with `pending` SPIs of random INTIDs and priorities waiting, one more is made pending and the highest one is
 * acknowledged; the sample is the time of those two accesses. Then the acknowledged one is completed and the number of
 * waiting ones is as before. Interrupts stay masked in PSTATE: nothing is delivered, only the order is kept.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

#define PRIORITY_STEP 8 /* five implemented bits */

static uint64_t random_state;
static unsigned spis; /* that this distributor has, from INTID 32 on */
static bool waiting[INTID_SPI_END];

/* xorshift64* (Vigna 2016): the same sequence everywhere. */
static uint32_t next_random(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % bound);
}

static uint32_t pick(bool is_waiting)
{
    uint32_t intid;

    do
        intid = INTID_SPI_FIRST + next_random(spis);
    while (waiting[intid] != is_waiting);
    return intid;
}

static uintptr_t word_of(uint32_t offset, uint32_t intid)
{
    return machine.gicd.base + offset + 4 * (uintptr_t)(intid / 32);
}

static void configure(uint32_t intid)
{
    uintptr_t icfgr = machine.gicd.base + GICD_ICFGR + 4 * (uintptr_t)(intid / 16);

    mmio_write8(machine.gicd.base + GICD_IPRIORITYR + intid, (uint8_t)(next_random(28) * PRIORITY_STEP));
    mmio_write32(icfgr, mmio_read32(icfgr) | BIT32(2 * (intid % 16) + 1)); /* edge-triggered */
    if (gic->group1)
        mmio_write32(word_of(GICD_IGROUPR, intid), mmio_read32(word_of(GICD_IGROUPR, intid)) | BIT32(intid % 32));
    gic->route(intid, smp_self());
    mmio_write32(word_of(GICD_ISENABLER, intid), BIT32(intid % 32));
}

static const char *prepare(void)
{
    uint64_t pending = args_number(machine.bootargs, "pending", 1);
    uint64_t lines;

    gic_init();
    lines = FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(machine.gicd.base + GICD_TYPER));
    spis =
        32 * (unsigned)lines < INTID_SPI_END - INTID_SPI_FIRST ? 32 * (unsigned)lines : INTID_SPI_END - INTID_SPI_FIRST;
    if (pending == 0 || pending + 1 >= spis)
        return "this distributor has not enough SPIs";
    random_state = 1;
    for (uint32_t intid = INTID_SPI_FIRST; intid < INTID_SPI_FIRST + spis; intid++)
        configure(intid);
    for (uint64_t i = 0; i < pending; i++) {
        uint32_t intid = pick(false);

        waiting[intid] = true;
        mmio_write32(word_of(GICD_ISPENDR, intid), BIT32(intid % 32));
    }
    return NULL;
}

static void acknowledged(uint64_t intid)
{
    bench_expect(intid < INTID_SPI_END && waiting[intid], "acknowledged what was not pending");
    waiting[intid] = false;
}

static uint64_t run(unsigned iteration)
{
    uint32_t intid = pick(false);
    uint32_t bit = BIT32(intid % 32);
    uint64_t taken = 0, ticks;

    (void)iteration;
    waiting[intid] = true;
    ticks = ROUNDTRIP("str %w1, [%2]\n mrs %0, icc_iar1_el1"
                      : "=&r"(taken)
                      : "r"(bit), "r"(word_of(GICD_ISPENDR, intid))
                      : "memory");
    acknowledged(taken);
    write_sysreg(icc_eoir1_el1, taken);
    isb();
    return ticks;
}

static uint64_t run_v2(unsigned iteration)
{
    uint32_t intid = pick(false);
    uint32_t bit = BIT32(intid % 32);
    uintptr_t ispendr = word_of(GICD_ISPENDR, intid), iar = machine.gicc.base + GICC_IAR;
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
    for (uint32_t intid = INTID_SPI_FIRST; intid < INTID_SPI_FIRST + spis; intid += 32) {
        mmio_write32(word_of(GICD_ICENABLER, intid), UINT32_MAX);
        mmio_write32(word_of(GICD_ICPENDR, intid), UINT32_MAX);
    }
}

const struct bench bench_backlog = {"backlog", "roundtrip_ticks", 1, prepare, run, finish};
const struct bench bench_backlog_v2 = {"backlog", "roundtrip_ticks", 1, prepare, run_v2, finish};
