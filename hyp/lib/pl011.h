/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 UART, output by polling (Arm DDI 0183G, 3.2: DR, FR). */
#ifndef LIB_PL011_H
#define LIB_PL011_H

#include <stdint.h>

#include "field.h"

#define PL011_DR      0x000
#define PL011_FR      0x018
#define PL011_FR_TXFF BIT32(5)

/* A UART that somebody disabled stays full: then the character is lost, the program is not. */
#define PL011_POLL_LIMIT 1000000

static inline void pl011_putc(uintptr_t base, char c)
{
    for (unsigned i = 0; i < PL011_POLL_LIMIT; i++)
        if ((*(volatile uint32_t *)(base + PL011_FR) & PL011_FR_TXFF) == 0)
            break;
    *(volatile uint32_t *)(base + PL011_DR) = (unsigned char)c;
}

#endif
