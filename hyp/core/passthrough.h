/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_PASSTHROUGH_H
#define CORE_PASSTHROUGH_H

#include "vm.h"

/* Gives a VM, which has its vCPUs and memory, what it has of the machine itself. */
void passthrough_give(struct vm *vm);

/* The physical SPI `intid` becomes `vm`'s own of the same INTID. */
void passthrough_link(struct vm *vm, uint32_t intid);

/* The VM that has the physical SPI `intid`, NULL: none. */
struct vm *passthrough_owner(uint32_t intid);

/* What `vm`, which has ended, has of the machine's interrupts is silent. */
void passthrough_take_back(const struct vm *vm);

#endif
