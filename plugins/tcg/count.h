/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event vector: which counters an A64 instruction advances. Pure: tested on the build host. */
#ifndef VIRQLAB_COUNT_H
#define VIRQLAB_COUNT_H

#include <stdint.h>

/* In the order of the fields of a COUNTS record. */
enum count_id {
    COUNT_LOAD,  /* instructions that read memory; a pair is one, an atomic is a load and a store, PRFM is none */
    COUNT_STORE, /* instructions that write memory, exclusives that fail included */
    COUNT_ISB,
    COUNT_DSB,
    COUNT_TLBI,
    COUNT_ICH,    /* MRS, MSR of ICH_*_EL2 */
    COUNT_ICC,    /* MRS, MSR of ICC_* and ICV_*, whether it traps or not */
    COUNT_SYSREG, /* every other MRS, MSR (register) */
    COUNT_IDS,
};

/* A set of 1 << count_id. */
unsigned int count_classes(uint32_t opcode);

#endif
