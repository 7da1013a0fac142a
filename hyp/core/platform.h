/* SPDX-License-Identifier: Apache-2.0 */
/* This machine, as its device tree describes it, and the run's parameters. */
#ifndef CORE_PLATFORM_H
#define CORE_PLATFORM_H

#include "devtree.h"

struct platform {
    const void *fdt;
    const char *args; /* /chosen/bootargs, never NULL */
    struct range uart;
    uint32_t uart_intid; /* of the console's interrupt, 0 when it has none */
    struct range image;  /* the initial RAM disk; size 0: none */
};

extern struct platform platform;

/* Reads the device tree, maps memory and the console. */
void platform_init(const void *fdt);

/* Whether all, or any, of `range` is memory that the device tree describes. */
bool platform_in_memory(const struct range *range);
bool platform_has_memory(const struct range *range);

/* Never given away. */
void platform_reserve(const struct range *range);

/* Free memory, `size` bytes aligned to `align`, mapped; never given back. 0 when there is none. */
uint64_t platform_alloc(uint64_t size, uint64_t align);

/* One line for the user, then power off: the run cannot go on, and the hypervisor is not to blame. */
_Noreturn void platform_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
