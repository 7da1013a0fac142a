/* SPDX-License-Identifier: Apache-2.0 */
/* What the drivers of the interrupt controller and guests/lib share; programs use guest.h. */
#ifndef GUESTS_LIB_GIC_H
#define GUESTS_LIB_GIC_H

#include "guest.h"
#include "regs/intid.h"

extern const struct gic gic_v2, gic_v3;

/* By INTID, of all CPUs. Hidden: its address is then a constant, not a load in the measured path. */
extern irq_handler *gic_handlers[INTID_SPI_END] __attribute__((visibility("hidden")));

/* Sets `gic` and the frames of `machine` by the device tree. Without that they are GICv3 where QEMU's virt has it. */
void gic_find(const void *fdt);

#endif
