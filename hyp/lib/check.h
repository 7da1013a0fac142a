/* SPDX-License-Identifier: Apache-2.0 */
/* CHECK: what only a bug of our own can make false. Never used on anything a guest supplies. */
#ifndef LIB_CHECK_H
#define LIB_CHECK_H

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0))                                                                         \
            check_failed(__FILE__, __LINE__, #condition);                                                              \
    } while (0)

/* Reports file:line and stops; whoever links the library provides it (the machine stops, a host test aborts). */
_Noreturn void check_failed(const char *file, int line, const char *condition);

#endif
