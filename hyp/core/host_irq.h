/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts that reach a core whose loaded vCPU, if it has any, they do not concern. */
#ifndef CORE_HOST_IRQ_H
#define CORE_HOST_IRQ_H

#include <stdint.h>

/*
 * `host.irq=INTID`: an SPI, edge-triggered, that the hypervisor takes on this core, for nobody, so that what a guest
 * sees of such an interrupt can be measured. Refuses what is no SPI or a VM's own, and a core whose GIC a VM has:
 * after vm_create_all().
 */
void host_irq_init(void);

/* `pintid` was taken; an SGI, PPI, SPI, LPI or special INTID. Whoever it is for gets it, and it is let go. */
void host_irq(uint32_t pintid);

#endif
