/* SPDX-License-Identifier: Apache-2.0 */
#include "cpuif.h"

#include "mmio.h"
#include "regs/gicd.h"

/* On real machines a change of the GIC takes time to reach the PE (IHI 0069H 4.1): so many reads of it are enough. */
#define SETTLE_READS 8

const struct cpuif *cpuif = &cpuif_v3;

void cpuif_find(void)
{
    cpuif = gic->version == 2 ? &cpuif_v2 : &cpuif_v3;
}

uint64_t signalled(void)
{
    dsb(sy);
    for (unsigned i = 0; i < SETTLE_READS; i++)
        (void)mmio_read32(machine.gicd.base + GICD_TYPER);
    isb();
    return read_sysreg(isr_el1) & (SIGNAL_IRQ | SIGNAL_FIQ);
}
