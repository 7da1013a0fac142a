/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUESTS_BENCH_SGI_H
#define GUESTS_BENCH_SGI_H

#include "guest.h"
#include "mmio.h"
#include "regs/gicv2.h"

/* Sends an SGI to the CPU itself, where how it is sent is not what is measured. */
static inline void sgi_to_self(uint32_t intid)
{
    uint64_t value = gic_sgi_to_self(intid);

    if (gic->version == 2)
        mmio_write32(machine.gicd.base + GICD_SGIR, (uint32_t)value);
    else
        write_sysreg(icc_sgi1r_el1, value);
    isb();
}

#endif
