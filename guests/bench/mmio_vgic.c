/* SPDX-License-Identifier: Apache-2.0 */
/* mmio_vgic*: one access to an emulated register of the interrupt controller, there and back. */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"

/* Enabled and disabled by mmio_vgic_write, never raised; with GICv2 no SGI: there may be no disabling them. */
#define SPARE_SGI 8
#define SPARE_PPI 20

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

static uint64_t run_write_v2(unsigned iteration)
{
    uintptr_t isenabler = machine.gicd.base + GICD_ISENABLER;
    uint32_t bit = BIT32(SPARE_PPI);

    (void)iteration;
    mmio_write32(machine.gicd.base + GICD_ICENABLER, bit);
    IN_REGISTER(bit);
    IN_REGISTER(isenabler);
    return ROUNDTRIP("str %w0, [%1]" ::"r"(bit), "r"(isenabler) : "memory");
}

const struct bench bench_mmio_vgic = {"mmio_vgic", "roundtrip_ticks", 1, prepare, run_typer, finish_nothing};
const struct bench bench_mmio_vgic_isenabler = {"mmio_vgic_isenabler", "roundtrip_ticks", 1, prepare,
                                                run_isenabler,         finish_nothing};
const struct bench bench_mmio_vgic_write = {"mmio_vgic_write", "roundtrip_ticks", 1,
                                            prepare,           run_write,         finish_nothing};
const struct bench bench_mmio_vgic_write_v2 = {"mmio_vgic_write", "roundtrip_ticks", 1,
                                               prepare,           run_write_v2,      finish_nothing};
