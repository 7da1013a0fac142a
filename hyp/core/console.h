/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PL011 (DDI 0183G chapter 3) for each of several VMs: what one writes is printed a line at a time, behind the VM's
 * name. Nothing is ever received. The model is the caller's but in console_flush().
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include "vcpu.h"

/* Where it is, guest physical; size 0: VMs have none, or a lone one has the machine's. */
const struct range *console_frame(void);

uint32_t console_read(const struct vm *vm, uint32_t offset);
void console_write(struct vm *vm, uint32_t offset, uint32_t value);

/* Prints what stands in a line that has no end yet. */
void console_flush(struct vm *vm);

#endif
