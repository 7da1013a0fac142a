/* SPDX-License-Identifier: Apache-2.0 */
/* mmio_vgic*: one access to an emulated register of the interrupt controller, there and back. */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"

#define SPARE_SGI 8 /* enabled and disabled by mmio_vgic_write; never raised */

static const char *prepare(void)
{
    gic_init();
    return NULL;
}

static uint64_t read_register(uint64_t address)
{
    uint64_t value;

    return ROUNDTRIP("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
}

static uint64_t run_typer(unsigned iteration)
{
    (void)iteration;
    return read_register(machine.gicd.base + GICD_TYPER);
}

static uint64_t run_isenabler(unsigned iteration)
{
    (void)iteration;
    return read_register(machine.gicd.base + GICD_ISENABLER + 4);
}

/* Each sample changes the state: the interrupt is disabled before it, outside the measured part. */
static uint64_t run_write(unsigned iteration)
{
    uintptr_t sgi = gic_redistributor() + GICR_SGI;

    (void)iteration;
    mmio_write32(sgi + GICR_ICENABLER0, BIT32(SPARE_SGI));
    return ROUNDTRIP("str %w0, [%1]" ::"r"(BIT32(SPARE_SGI)), "r"(sgi + GICR_ISENABLER0) : "memory");
}

const struct bench bench_mmio_vgic = {"mmio_vgic", "roundtrip_ticks", 1, prepare, run_typer, finish_nothing};
const struct bench bench_mmio_vgic_isenabler = {"mmio_vgic_isenabler", "roundtrip_ticks", 1, prepare,
                                                run_isenabler,         finish_nothing};
const struct bench bench_mmio_vgic_write = {"mmio_vgic_write", "roundtrip_ticks", 1,
                                            prepare,           run_write,         finish_nothing};
