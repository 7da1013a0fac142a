/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_GUEST_FDT_H
#define CORE_GUEST_FDT_H

#include "vcpu.h"

/* Writes the device tree of a VM into `buffer`, with `bootargs`. Returns libfdt's error, 0 when all is well. */
int guest_fdt(const struct vm *vm, const char *bootargs, void *buffer, int size);

/*
 * A device tree of the user's own instead: copied as it is but for /chosen, which gets `bootargs` unless they are
 * empty, and the place of the initial RAM disk if there is one.
 */
int guest_fdt_adopt(const struct vm *vm, const struct range *from, const char *bootargs, void *buffer, int size);

#endif
