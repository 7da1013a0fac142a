/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word that one core at a time claims, and one that cores leave bits in; interrupts are masked at EL2 at all times,
 * so it needs no variants.
 */
#ifndef ARCH_EXCLUSIVE_H
#define ARCH_EXCLUSIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes `*word` `self`, not NULL, if it is NULL, and acquires what it guards; false when another core has it. */
static inline bool exclusive_claim(void *word, const void *self)
{
    __asm__ goto("1: ldaxr x16, [%0]\n"
                 "   cbnz  x16, %l[taken]\n"
                 "   stxr  w17, %1, [%0]\n"
                 "   cbnz  w17, 1b"
                 :
                 : "r"(word), "r"(self)
                 : "x16", "x17", "memory"
                 : taken);
    return true;
taken:
    return false;
}

/* Gives it back: who sleeps in exclusive_sleep() wakes up. */
static inline void exclusive_release(void *word)
{
    __asm__ volatile("stlr xzr, [%0]" ::"r"(word) : "memory");
}

/*
 * Sleeps while the word is claimed, or until another event: the load arms the monitor, whose loss is an event (DDI 0487
 * B2.12, D1.6.1).
 */
static inline void exclusive_sleep(const void *word)
{
    const void *holder;

    __asm__ volatile("ldxr %0, [%1]" : "=r"(holder) : "r"(word) : "memory");
    if (holder != NULL)
        __asm__ volatile("wfe" ::: "memory");
}

/* Claims a word that is held for a short time only. */
static inline void exclusive_take(void *word, const void *self)
{
    while (!exclusive_claim(word, self))
        exclusive_sleep(word);
}

/* Sets bits of `*word`, after all that was written before. */
static inline void exclusive_set_bits(uint64_t *word, uint64_t bits)
{
    __asm__ volatile("1: ldxr x16, [%0]\n"
                     "   orr   x16, x16, %1\n"
                     "   stlxr w17, x16, [%0]\n"
                     "   cbnz  w17, 1b" ::"r"(word),
                     "r"(bits)
                     : "x16", "x17", "memory");
}

/* Takes them all, before anything that is read after; the word is 0 then. */
static inline uint64_t exclusive_take_bits(uint64_t *word)
{
    uint64_t bits;

    __asm__ volatile("1: ldaxr %0, [%1]\n"
                     "   stxr  w17, xzr, [%1]\n"
                     "   cbnz  w17, 1b"
                     : "=&r"(bits)
                     : "r"(word)
                     : "x17", "memory");
    return bits;
}

#endif
