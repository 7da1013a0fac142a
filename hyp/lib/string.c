/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that libfdt and the compilers expect of a freestanding environment (C11 7.24, 7.22.1). Debian's
 * freestanding C library copies through vector registers, which belong to the guest while it is loaded.
 */
#include <stddef.h>
#include <stdint.h>

#include "stdlib.h"
#include "string.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    for (; size >= 8 && (((uintptr_t)t | (uintptr_t)f) & 7) == 0; size -= 8, t += 8, f += 8)
        *(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
    for (; size > 0; size--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    if ((uintptr_t)t - (uintptr_t)f >= size)
        return memcpy(to, from, size);
    while (size-- > 0)
        t[size] = f[size];
    return to;
}

void *memset(void *to, int value, size_t size)
{
    unsigned char *t = to;

    while (size-- > 0)
        *t++ = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (; size > 0; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *s, int c, size_t size)
{
    const unsigned char *p = s;

    for (; size > 0; size--, p++)
        if (*p == (unsigned char)c)
            return (void *)(uintptr_t)p;
    return NULL;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0')
        n++;
    return n;
}

size_t strnlen(const char *s, size_t limit)
{
    size_t n = 0;

    while (n < limit && s[n] != '\0')
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a != '\0' && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t limit)
{
    for (; limit > 0; limit--, a++, b++)
        if (*a != *b || *a == '\0')
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)(uintptr_t)s;
        if (*s == '\0')
            return NULL;
    }
}

char *strrchr(const char *s, int c)
{
    char *last = NULL;

    for (;; s++) {
        if (*s == (char)c)
            last = (char *)(uintptr_t)s;
        if (*s == '\0')
            return last;
    }
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
    unsigned long value = 0;

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && (base == 0 || base == 16)) {
        s += 2;
        base = 16;
    }
    base = base != 0 ? base : 10;
    for (;; s++) {
        int digit = *s >= '0' && *s <= '9'   ? *s - '0'
                    : *s >= 'a' && *s <= 'z' ? *s - 'a' + 10
                    : *s >= 'A' && *s <= 'Z' ? *s - 'A' + 10
                                             : base;
        if (digit >= base)
            break;
        value = value * (unsigned long)base + (unsigned long)digit;
    }
    if (end != NULL)
        *end = (char *)(uintptr_t)s;
    return value;
}
