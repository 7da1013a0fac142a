/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's arguments:
 * -plugin virqlab.so,out=DIR[,deadline=NS][,count=fast|insn][,mmio=el2|emulated|all][,profile=FILE,region=MARK:MARK]
 *                   [,stimulus=FILE][,slice=NS][,begin=reset|guest]
 */
#ifndef VIRQLAB_OPTIONS_H
#define VIRQLAB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum options_mmio {
    OPTIONS_MMIO_EL2,      /* accesses to devices at EL2 */
    OPTIONS_MMIO_EMULATED, /* and those of guests that EL2 emulates */
    OPTIONS_MMIO_ALL,      /* and every level's: slow */
};

struct options {
    const char *out;   /* directory of the trace */
    uint64_t deadline; /* virtual time in ns at which the machine is stopped; 0: never */
    bool count_insn;   /* count at every instruction rather than per segment: slow, for verification */
    enum options_mmio mmio;
    const char *profile; /* file of the profile between the marks of the region; NULL: none */
    uint16_t region_begin;
    uint16_t region_end;
    const char *stimulus; /* file of stores to make, by virtual time; NULL: none */
    uint64_t slice;       /* virtual time in ns after which vCPUs that share a thread take turns; 0: QEMU decides */
    bool begin_by_guest;  /* devices and PSTATE.DAIF at EL2 are watched from the first entry to a guest on (wake.h) */
};

/* Returns false with one line in `error`. The strings of argv are kept. */
bool options_parse(struct options *options, int argc, char **argv, char *error, unsigned int size);

#endif
