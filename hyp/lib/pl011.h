/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 UART: registers (Arm DDI 0183G, 3.2), and output by polling. */
#ifndef LIB_PL011_H
#define LIB_PL011_H

#include <stdint.h>

#include "field.h"

#define PL011_DR      0x000
#define PL011_FR      0x018
#define PL011_FR_RXFE BIT32(4)
#define PL011_FR_TXFF BIT32(5)
#define PL011_FR_TXFE BIT32(7)
/* Registers that read as they were written: UARTILPR, UARTIBRD, ..., UARTCR, UARTIFLS, UARTIMSC */
#define PL011_KEPT     0x020
#define PL011_IMSC     0x038
#define PL011_RIS      0x03c
#define PL011_MIS      0x040
#define PL011_ICR      0x044
#define PL011_INT_TX   BIT32(5)
#define PL011_PERIPHID 0xfe0

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
