/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tracer needs of QEMU beyond its plugin interface: a timer on the virtual clock and a shutdown request. Both
 * are functions that QEMU's executable exports for its own modules, found by name at run time.
 */
#ifndef VIRQLAB_MACHINE_H
#define VIRQLAB_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the name of a function that this QEMU does not export, or NULL. */
const char *machine_find(void);

/* Calls `expired` at `ns` of virtual time, while no vCPU runs if QEMU counts instructions (-icount). */
bool machine_arm_deadline(uint64_t ns, void (*expired)(void *));

/* QEMU counts instructions (-icount): all vCPUs share one thread and their translated code. From a vCPU's init on. */
bool machine_counts_insns(void);

/* Asks QEMU to exit with `code`; does nothing where QEMU does not export it. */
void machine_stop(int code);

#endif
