/* SPDX-License-Identifier: Apache-2.0 */
/* A lock between cores; interrupts are masked at EL2 at all times, so it needs no variants. */
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct spinlock {
    uint32_t taken;
};

/* One attempt; false when another core has it: the monitor is then armed, for a WFE to follow. */
static inline bool spin_try(struct spinlock *lock)
{
    uint32_t value = 0;

    do {
        __asm__ volatile("ldaxr %w0, [%1]" : "=&r"(value) : "r"(&lock->taken) : "memory");
        if (value != 0)
            return false;
        __asm__ volatile("stxr %w0, %w2, [%1]" : "=&r"(value) : "r"(&lock->taken), "r"(1) : "memory");
    } while (value != 0);
    return true;
}

/*
 * A waiter sleeps in WFE: the store that frees the lock clears its exclusive monitor, which is an event (DDI 0487
 * B2.12, D1.6.1).
 */
static inline void spin_lock(struct spinlock *lock)
{
    while (!spin_try(lock))
        __asm__ volatile("wfe" ::: "memory");
}

static inline void spin_unlock(struct spinlock *lock)
{
    __asm__ volatile("stlr wzr, [%0]" ::"r"(&lock->taken) : "memory");
}

#endif
