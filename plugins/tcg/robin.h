/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several vCPUs in round robin (-icount, or -accel tcg,thread=single): they share one thread and what it translates.
 * QEMU 10.0 binds instrumentation to the vCPU that translates, unless it generates code for vCPUs that run in parallel
 * (CF_PARALLEL): so it is told to. YIELD and WFE, which in such code do not end a vCPU's turn, are made to do so here.
 */
#ifndef VIRQLAB_ROBIN_H
#define VIRQLAB_ROBIN_H

#include <stdbool.h>
#include <stdint.h>

#include "vcpu.h"

/* In each vCPU's init, on its thread. `api`: QEMU's plugin interface. NULL, or why several vCPUs cannot be traced. */
const char *robin_join(struct vcpu *vcpu, unsigned int index, int api);

/* vCPUs take turns: while one runs, all others stand at the start of an instruction. */
bool robin_active(void);

/*
 * Self-test, in a callback that QEMU made for `vcpu`: it is the one that runs, and what it counts was counted for it.
 * Ends QEMU with one line, and the trace without END, when not. `site`: an instruction behind its block's head.
 */
void robin_check(const struct vcpu *vcpu, const struct site *site);

/* The turn of the vCPU that runs ends with the block. */
void robin_end_turn(const struct vcpu *vcpu);

/*
 * Ends turns at least every `ns` of virtual time, which all vCPUs share: else a turn may last until the next timer, and
 * so long takes whatever one vCPU does to another one. NULL, or why that cannot be.
 */
const char *robin_slice(uint64_t ns);

#endif
