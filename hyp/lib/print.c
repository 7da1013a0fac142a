/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static void put_number(print_sink *sink, uint64_t value, unsigned base, unsigned width, char pad)
{
    char digits[20];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    for (; width > n; width--)
        sink(pad);
    while (n > 0)
        sink(digits[--n]);
}

static void put_string(print_sink *sink, const char *s)
{
    for (s = s != NULL ? s : "(null)"; *s != '\0'; s++)
        sink(*s);
}

static void put_decimal(print_sink *sink, int64_t value, unsigned width, char pad)
{
    if (value < 0)
        sink('-');
    put_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width, pad);
}

void vprint(print_sink *sink, const char *format, va_list args)
{
    for (; *format != '\0'; format++) {
        unsigned width = 0;
        char pad = ' ';
        bool is_long = false;

        if (*format != '%') {
            sink(*format);
            continue;
        }
        format++;
        if (*format == '0')
            pad = *format++;
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (unsigned)(*format - '0');
        for (; *format == 'l'; format++)
            is_long = true;
        switch (*format) {
        case 'c':
            sink((char)va_arg(args, int));
            break;
        case 's':
            put_string(sink, va_arg(args, const char *));
            break;
        case 'd':
            put_decimal(sink, is_long ? va_arg(args, long) : va_arg(args, int), width, pad);
            break;
        case 'u':
            put_number(sink, is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned), 10, width, pad);
            break;
        case 'x':
            put_number(sink, is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned), 16, width, pad);
            break;
        case 'p':
            put_string(sink, "0x");
            put_number(sink, (uintptr_t)va_arg(args, void *), 16, 0, pad);
            break;
        case '\0':
            return;
        default:
            sink(*format);
        }
    }
}
