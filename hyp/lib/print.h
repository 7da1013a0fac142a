/* SPDX-License-Identifier: Apache-2.0 */
/* Formatted output without a C library: %c %s %d %u %x %p, with l (64-bit), zero padding and a width. */
#ifndef LIB_PRINT_H
#define LIB_PRINT_H

#include <stdarg.h>

typedef void print_sink(char c);

void vprint(print_sink *sink, const char *format, va_list args);

/* Writes to the program's console; whoever links the library provides it. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
