/* SPDX-License-Identifier: Apache-2.0 */
/* The console, and the machine that it is a part of. */
#include "guest.h"

#include "check.h"
#include "pl011.h"

/* As QEMU's virt machine has them, for what the device tree does not say. */
struct machine machine = {
    .bootargs = "",
    .uart = {0x09000000, 0x1000},
    .gicd = {0x08000000, 0x10000},
    .gicr = {0x080a0000, 0xf60000},
    .cpus = 1,
};

static void putc_console(char c)
{
    if (c == '\n')
        pl011_putc(machine.uart.base, '\r');
    pl011_putc(machine.uart.base, c);
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprint(putc_console, format, args);
    va_end(args);
}

void check_failed(const char *file, int line, const char *condition)
{
    print("Bail out! %s:%d: %s\n", file, line, condition);
    power_off();
}
