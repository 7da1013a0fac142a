/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses to devices and writes of PSTATE.DAIF at EL2 are watched from the first entry to a guest on, where that is
 * asked for: a host that boots at EL2 (KVM with VHE) makes a million of them before, and watching them costs as much
 * as its boot.
 */
#ifndef VIRQLAB_WAKE_H
#define VIRQLAB_WAKE_H

#include <stdbool.h>

/* Before the machine starts. The name of a function that this QEMU does not export, or NULL. */
const char *wake_by_guest(void);

/* Whether to watch them, in what is translated now. */
bool wake_watched(void);

/* vCPU `index` enters a guest: what is translated already is translated again. */
void wake_guest_runs(unsigned int index);

#endif
