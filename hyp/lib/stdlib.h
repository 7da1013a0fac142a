/* SPDX-License-Identifier: Apache-2.0 */
/* The part of <stdlib.h> that libfdt.h needs in a freestanding environment. */
#ifndef LIB_STDLIB_H
#define LIB_STDLIB_H

/* Unsigned numbers without a sign or leading blanks; base 0, 10 or 16. */
unsigned long strtoul(const char *restrict s, char **restrict end, int base);

#endif
