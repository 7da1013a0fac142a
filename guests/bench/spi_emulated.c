/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spi_emulated: an SPI that no device drives, made pending by the guest's store to GICD_ISPENDR while it spins; the
 * sample is the handler's first counter read - the one before the store. With eoimode=1 it is completed by EOIR and
 * DIR.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"

#define SPI 45

static volatile unsigned handled;
static uint64_t handler_stamp;

static void on_spi(uint32_t intid, uint64_t stamp)
{
    bench_expect(intid == SPI, "another interrupt came");
    handler_stamp = stamp;
    handled++;
}

static const char *prepare(void)
{
    gic_init();
    gic_set_eoimode(args_number(machine.bootargs, "eoimode", 0) != 0);
    gic_enable_spi(SPI, true, 0x80, on_spi);
    irq_unmask();
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    register uint64_t x0 __asm__("x0") = SPI;
    uintptr_t ispendr = machine.gicd.base + GICD_ISPENDR + SPI / 32 * UINT64_C(4);
    uint64_t raised;

    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %1\n str %w2, [%3]"
                     : "=&r"(raised)
                     : "i"(MARK_SPI), "r"(BIT32(SPI % 32)), "r"(ispendr), "r"(x0)
                     : "memory");
    while (handled == iteration)
        ;
    bench_expect(handled == iteration + 1, "the interrupt came more than once");
    return handler_stamp - raised;
}

static void finish(void)
{
    irq_mask();
    gic_disable(SPI);
}

const struct bench bench_spi_emulated = {"spi_emulated", "handler_ticks", 1, prepare, run, finish};
