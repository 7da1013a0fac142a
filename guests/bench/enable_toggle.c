/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_toggle: an SPI that is pending is disabled and enabled again, GICD_ICENABLER and GICD_ISENABLER, there and
 * back. Interrupts are masked in PSTATE, so that it is where the hypervisor delivers it from; it comes at the end.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"

#define SPI 45

static volatile unsigned handled;

static void on_spi(uint32_t intid, uint64_t stamp)
{
    (void)stamp;
    bench_expect(intid == SPI, "another interrupt came");
    handled++;
}

static const char *prepare(void)
{
    gic_init();
    gic_enable_spi(SPI, true, 0x80, on_spi);
    mmio_write32(machine.gicd.base + GICD_ISPENDR + SPI / 32 * UINT64_C(4), BIT32(SPI % 32));
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uintptr_t clear = machine.gicd.base + GICD_ICENABLER + SPI / 32 * UINT64_C(4),
              set = clear - (GICD_ICENABLER - GICD_ISENABLER);
    uint32_t bit = BIT32(SPI % 32);

    (void)iteration;
    IN_REGISTER(clear);
    IN_REGISTER(set);
    IN_REGISTER(bit);
    return ROUNDTRIP("str %w0, [%1]\n str %w0, [%2]" ::"r"(bit), "r"(clear), "r"(set) : "memory");
}

static void finish(void)
{
    irq_unmask();
    gic_disable(SPI); /* long enough for it to come */
    irq_mask();
    bench_expect(handled == 1, "the interrupt that stayed pending did not come once");
}

const struct bench bench_enable_toggle = {"enable_toggle", "roundtrip_ticks", 1, prepare, run, finish};
