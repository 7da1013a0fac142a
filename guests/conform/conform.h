/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance guest: rules of the GICv3 architecture (IHI 0069H) as a guest with one security state sees it. */
#ifndef GUESTS_CONFORM_CONFORM_H
#define GUESTS_CONFORM_CONFORM_H

#include "rules.h"

extern const struct rules rules_ident, rules_reserved, rules_bits, rules_lifecycle, rules_mask, rules_preempt,
    rules_bpr, rules_eoi, rules_group, rules_route, rules_sgi, rules_arrive, rules_timer, rules_line, rules_undefined,
    rules_message;

/* Interrupts that no device of the machines we know drives; the rules about lines use the timers. */
#define SGI       3
#define SGI2      9
#define PPI       20
#define PPI2      22
#define SPI_EDGE  42
#define SPI_LEVEL 43
#define SPI_OTHER 74

/* A rule for each kind of interrupt: four numbers from `first` on. */
#define EACH_KIND(first, name, spec, check)                                                                            \
    {(first), name ".sgi", spec, check, SGI}, {(first) + 1, name ".ppi", spec, check, PPI},                            \
        {(first) + 2, name ".spi_edge", spec, check, SPI_EDGE},                                                        \
    {                                                                                                                  \
        (first) + 3, name ".spi_level", spec, check, SPI_LEVEL                                                         \
    }

#endif
