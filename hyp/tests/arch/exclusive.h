/* SPDX-License-Identifier: Apache-2.0 */
/* arch/exclusive.h for one core: what it claims is free. */
#ifndef TESTS_ARCH_EXCLUSIVE_H
#define TESTS_ARCH_EXCLUSIVE_H

#include <stdbool.h>
#include <stddef.h>

static inline bool exclusive_claim(void *word, const void *self)
{
    const void **holder = word;

    if (*holder != NULL)
        return false;
    *holder = self;
    return true;
}

/* Nobody would wake it up. */
static inline void exclusive_sleep(const void *word)
{
    (void)word;
    __builtin_trap();
}

static inline void exclusive_take(void *word, const void *self)
{
    if (!exclusive_claim(word, self))
        exclusive_sleep(word);
}

static inline void exclusive_release(void *word)
{
    *(const void **)word = NULL;
}

#endif
