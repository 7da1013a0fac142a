/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include "pl011.h"
#include "platform.h"
#include "print.h"
#include "vm.h"

const struct range *console_frame(void)
{
    static const struct range none = {0, 0};

    return vm_count() > 1 ? &platform.uart : &none;
}

void console_flush(struct vm *vm)
{
    struct console *console = &vm->console;

    if (console->length == 0)
        return;
    console->line[console->length] = '\0';
    console->length = 0;
    print("vm%u: %s\n", vm->id, console->line);
}

static void put(struct vm *vm, char c)
{
    struct console *console = &vm->console;

    if (c == '\n' && console->length == 0)
        print("vm%u:\n", vm->id);
    else if (c == '\n' || console->length == sizeof(console->line) - 1)
        console_flush(vm);
    if (c != '\n' && c != '\r')
        console->line[console->length++] = c;
}

/* UARTPeriphID0 to 3, UARTPCellID0 to 3 */
static const uint8_t identification[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

/* Those from PL011_KEPT to PL011_IMSC are what was written. */
static uint32_t kept(const struct vm *vm, uint32_t offset)
{
    return vm->console.registers[(offset - PL011_KEPT) / 4];
}

/* The line of its interrupt: what is raised and not masked. */
static void update_line(struct vm *vm)
{
    bool asserted = (vm->console.raised & kept(vm, PL011_IMSC)) != 0;

    if (platform.uart_intid != 0)
        vgic_set_line(vgic_spi(&vm->vgic, platform.uart_intid), asserted);
}

uint32_t console_read(const struct vm *vm, uint32_t offset)
{
    if (offset - PL011_PERIPHID < sizeof(identification) / sizeof(identification[0]) * 4)
        return identification[(offset - PL011_PERIPHID) / 4];
    if (offset >= PL011_KEPT && offset <= PL011_IMSC)
        return kept(vm, offset);
    switch (offset) {
    case PL011_FR:
        return PL011_FR_TXFE | PL011_FR_RXFE;
    case PL011_RIS:
        return vm->console.raised;
    case PL011_MIS:
        return vm->console.raised & kept(vm, PL011_IMSC);
    default:
        return 0;
    }
}

/* Written is sent: the transmit FIFO has room again at once. */
void console_write(struct vm *vm, uint32_t offset, uint32_t value)
{
    if (offset == PL011_DR) {
        put(vm, (char)value);
        vm->console.raised |= PL011_INT_TX;
    } else if (offset == PL011_ICR) {
        vm->console.raised &= ~value;
    } else if (offset >= PL011_KEPT && offset <= PL011_IMSC) {
        vm->console.registers[(offset - PL011_KEPT) / 4] = value;
    }
    update_line(vm);
}
