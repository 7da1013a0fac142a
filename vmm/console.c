/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's PL011: what it writes to UARTDR, line by line on a terminal of the host. */
#include "system.h"
#include "vmm.h"

#define UARTDR 0

/* struct termios of the kernel, and its ioctls (include/uapi/asm-generic/termbits.h). */
struct kernel_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line, control[19];
};
#define TCGETS 0x5401UL
#define TCSETS 0x5402UL
#define TCSBRK 0x5409UL

static int terminal;
static char buffer[4096];
static unsigned length;

/* Bytes go out as they are. */
void console_open(const char *path)
{
    struct kernel_termios termios;

    terminal = file_open(path);
    device_ioctl("TCGETS", terminal, TCGETS, (uintptr_t)&termios);
    termios.oflag = 0;
    termios.lflag = 0;
    device_ioctl("TCSETS", terminal, TCSETS, (uintptr_t)&termios);
}

/* What was written has left the UART when this returns: nothing of it is left to do while the guest is measured. */
void console_flush(void)
{
    file_write(terminal, buffer, length);
    device_ioctl("TCSBRK", terminal, TCSBRK, 1);
    length = 0;
}

void console_write(uint64_t offset, uint32_t value)
{
    char c = (char)value;

    if (offset != UARTDR)
        return;
    console_text(&c, 1);
    if (c == '\n')
        console_flush();
}

void console_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        buffer[length++] = text[i];
        if (length == sizeof(buffer))
            console_flush();
    }
}
