/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmio_device: a load from an emulated device that is not the interrupt controller: the vendor and device ID in the
 * configuration space of the PCI function 00:03.0, which must be there.
 */
#include "bench.h"

#include "edu.h"
#include "mmio.h"

#define CONFIG (ECAM + (EDU_SLOT << 15))

static const char *prepare(void)
{
    return mmio_read32(CONFIG) == UINT32_MAX ? "no PCI function 00:03.0" : NULL;
}

static uint64_t run(unsigned iteration)
{
    uintptr_t config = CONFIG;
    uint64_t value;

    (void)iteration;
    IN_REGISTER(config);
    return ROUNDTRIP("ldr %w0, [%1]" : "=r"(value) : "r"(config) : "memory");
}

const struct bench bench_mmio_device = {"mmio_device", "roundtrip_ticks", 1, prepare, run, finish_nothing};
