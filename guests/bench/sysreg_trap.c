/* SPDX-License-Identifier: Apache-2.0 */
/* sysreg_trap: a read of ACTLR_EL1, which hypervisors trap (HCR_EL2.TACR): what it is about is the core's alone. */
#include "bench.h"

static uint64_t run(unsigned iteration)
{
    uint64_t value;

    (void)iteration;
    return ROUNDTRIP("mrs %0, actlr_el1" : "=r"(value)::"memory");
}

const struct bench bench_sysreg_trap = {"sysreg_trap", "roundtrip_ticks", 1, prepare_nothing, run, finish_nothing};
