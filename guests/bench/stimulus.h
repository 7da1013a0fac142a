/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot arguments say of the tracer's stores to GICD_ISPENDR (bench/suite.toml, stimulus). */
#ifndef GUESTS_BENCH_STIMULUS_H
#define GUESTS_BENCH_STIMULUS_H

#include <stdint.h>

/* In ticks of the counter. */
struct stimulus {
    uint32_t intid; /* that they make pending, an SPI's; 0: there is no stimulus */
    uint64_t first, period;
    uint64_t end; /* 0: not told */
};

struct stimulus stimulus_told(void);

/* The moment, or the time, that an argument of that name tells in ns; 0 without it. */
uint64_t stimulus_ticks(const char *argument);

#endif
