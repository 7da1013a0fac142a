/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stimulus: stores to physical addresses at exact moments of virtual time, as a device would make them. No vCPU
 * executes an instruction for them. docs/trace-format.md describes the table and the record that each store leaves.
 */
#ifndef VIRQLAB_STIMULUS_H
#define VIRQLAB_STIMULUS_H

#include <stdbool.h>

/* Reads the table. Returns false with one line in `error`. */
bool stimulus_load(const char *path, char *error, unsigned int size);

/*
 * From the init of vCPU 0 on. Tests first that this QEMU stores as expected; returns NULL, or what it does not do. A
 * store that fails later, or comes at another time than asked for, ends the machine with one line on stderr.
 */
const char *stimulus_start(void);

#endif
