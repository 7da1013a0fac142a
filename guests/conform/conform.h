/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance guest: rules of the GICv3 architecture (IHI 0069H) as a guest with one security state sees it. On a
 * GICv2 those of them that it has too, with the same sections, and its own (IHI 0048B.b).
 */
#ifndef GUESTS_CONFORM_CONFORM_H
#define GUESTS_CONFORM_CONFORM_H

#include "rules.h"

extern const struct rules rules_ident, rules_reserved, rules_bits, rules_lifecycle, rules_mask, rules_preempt,
    rules_bpr, rules_eoi, rules_group, rules_route, rules_sgi, rules_arrive, rules_timer, rules_line, rules_undefined,
    rules_message, rules_extended, rules_cpus, rules_power, rules_sgi_smp, rules_route_smp, rules_banked, rules_remote,
    rules_many, rules_once, rules_wake, rules_timer_smp, rules_priority, rules_sgi_v2, rules_cpuif_v2, rules_any,
    rules_sleep, rules_lpi, rules_its, rules_its_smp, rules_smp_v2, rules_nmi, rules_nmi_taken;

/* Interrupts that no device of the machines we know drives; the rules about lines use the timers. */
#define SGI       3
#define SGI2      9
#define PPI       20
#define PPI2      22
#define SPI_EDGE  42
#define SPI_LEVEL 43
#define SPI_OTHER 74
/* Eight SPIs in one word of the registers; ROW_BITS: there, a bit for each. */
#define SPI_ROW        208
#define ROW_COUNT      8
#define ROW_BITS(bits) ((uint32_t)(bits) << SPI_ROW % 32)

/* A rule for each kind of interrupt: four numbers from `first` on. */
#define EACH_KIND(first, name, spec, check)                                                                            \
    {(first), name ".sgi", spec, check, SGI}, {(first) + 1, name ".ppi", spec, check, PPI},                            \
        {(first) + 2, name ".spi_edge", spec, check, SPI_EDGE},                                                        \
    {                                                                                                                  \
        (first) + 3, name ".spi_level", spec, check, SPI_LEVEL                                                         \
    }

/* Of the extended ranges (GICv3.1). */
#define EPPI       1100
#define ESPI_EDGE  4099
#define ESPI_LEVEL 5118

/*
 * ditto for extended interrupts, skipped where there are none: three of the numbers from EXTENDED_FIRST on, those of
 * extended PPIs before those of extended SPIs. `place`: which one of the subjects, 0 to EXTENDED_SUBJECTS - 1.
 */
#define EXTENDED_FIRST    505
#define EXTENDED_SUBJECTS 48
#define EXTENDED_COUNT    (3 * EXTENDED_SUBJECTS)
#define EACH_EXTENDED(place, name, spec, check)                                                                        \
    {EXTENDED_FIRST + (place), name ".eppi", spec, check, EPPI},                                                       \
        {EXTENDED_FIRST + EXTENDED_SUBJECTS + (place), name ".espi_edge", spec, check, ESPI_EDGE},                     \
    {                                                                                                                  \
        EXTENDED_FIRST + 2 * EXTENDED_SUBJECTS + (place), name ".espi_level", spec, check, ESPI_LEVEL                  \
    }

#endif
