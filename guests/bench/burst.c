/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst: k SPIs of one priority are made pending while interrupts are masked, by one store to GICD_ISPENDR, of which
 * more than 32 need two; then they are unmasked. The sample is the time from there until the handler of the last one
 * has returned, which is when it has been deactivated.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/intid.h"

#define FIRST    64 /* the bits of its words of GICD_ISPENDR begin here */
#define K_MAX    64
#define PRIORITY 0x80

static uint64_t k;
static volatile uint32_t handled;

static void on_spi(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    handled++;
}

static const char *prepare(void)
{
    k = args_number(machine.bootargs, "k", 1);
    gic_init();
    if (k == 0 || k > K_MAX)
        return "k: 1 to 64";
    for (uint32_t i = 0; i < k; i++)
        gic_enable_spi(FIRST + i, true, PRIORITY, on_spi);
    return NULL;
}

static void raise(void)
{
    uintptr_t ispendr = machine.gicd.base + GICD_ISPENDR + FIRST / 8;

    mmio_write32(ispendr, k < 32 ? BIT32(k) - 1 : UINT32_MAX);
    if (k > 32)
        mmio_write32(ispendr + 4, k < 64 ? BIT32(k - 32) - 1 : UINT32_MAX);
}

/* The mark tells how many there are (analysis/metrics.py, source "burst"). */
static uint64_t take_all(void)
{
    register uint64_t x0 __asm__("x0") = k;
    uint64_t begin, end;
    uint32_t seen;

    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %3\n msr daifclr, #2\n"
                     "1: ldr %w2, [%4]\n cmp %w2, %w5\n b.ne 1b\n"
                     "movz xzr, %6\n isb\n mrs %1, cntvct_el0"
                     : "=&r"(begin), "=&r"(end), "=&r"(seen)
                     : "i"(MARK_BEGIN), "r"(&handled), "r"(x0), "i"(MARK_END)
                     : "cc", "memory");
    return end - begin;
}

static uint64_t run(unsigned iteration)
{
    uint64_t ticks;

    (void)iteration;
    handled = 0;
    raise();
    ticks = take_all();
    irq_mask();
    return ticks;
}

static void finish(void)
{
    for (uint32_t i = 0; i < k; i++)
        gic_disable(FIRST + i);
}

const struct bench bench_burst = {"burst", "roundtrip_ticks", 1, prepare, run, finish};
