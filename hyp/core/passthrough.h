/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_PASSTHROUGH_H
#define CORE_PASSTHROUGH_H

#include "vcpu.h"

/* Gives a VM, which has its vCPUs and memory, what it has of the machine itself. */
void passthrough_give(struct vm *vm);

#endif
