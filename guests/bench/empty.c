/* SPDX-License-Identifier: Apache-2.0 */
/* empty: the instrument alone, two counter reads around nothing. */
#include "bench.h"

static uint64_t run(unsigned iteration)
{
    (void)iteration;
    return ROUNDTRIP("");
}

const struct bench bench_empty = {"empty", "roundtrip_ticks", 1, prepare_nothing, run, finish_nothing};
