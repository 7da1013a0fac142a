/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_GUEST_FDT_H
#define CORE_GUEST_FDT_H

#include "vcpu.h"

/* Writes the device tree of a VM into `buffer`, with `bootargs`. Returns libfdt's error, 0 when all is well. */
int guest_fdt(const struct vm *vm, const char *bootargs, void *buffer, int size);

#endif
