/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts that reach a core whose loaded vCPU, if it has any, they do not concern. */
#ifndef CORE_HOST_IRQ_H
#define CORE_HOST_IRQ_H

#include <stdint.h>

/* `pintid` was taken; an SGI, PPI, SPI, LPI or special INTID. Whoever it is for gets it, and it is let go. */
void host_irq(uint32_t pintid);

#endif
