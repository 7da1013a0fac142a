/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance guest: numbered rules of the GICv3 architecture (IHI 0069H) as a guest with one security state sees
 * it. A rule is a row of a table; a file holds the rules of one subject. A rule claims what the architecture promises,
 * nothing that it leaves IMPLEMENTATION DEFINED or UNPREDICTABLE.
 */
#ifndef GUESTS_CONFORM_CONFORM_H
#define GUESTS_CONFORM_CONFORM_H

#include "guest.h"

enum outcome { PASS, FAIL, SKIP };

/* FAIL: `what` was `got` instead of `expected`; SKIP: `what` is the reason. */
struct verdict {
    enum outcome outcome;
    const char *what;
    uint64_t got, expected;
};

/* One rule. Every check begins with the state that env_reset() makes. `subject`: what the check is applied to. */
struct rule {
    unsigned number; /* unique and without gaps over all subjects: skips.txt refers to it */
    const char *name;
    const char *spec; /* section of IHI 0069H, unless it names another document */
    struct verdict (*check)(uint32_t subject);
    uint32_t subject;
};

struct rules {
    const struct rule *rule;
    unsigned count;
};

extern const struct rules rules_ident, rules_reserved, rules_bits, rules_lifecycle, rules_mask, rules_preempt,
    rules_bpr, rules_eoi, rules_group, rules_route, rules_sgi, rules_arrive, rules_timer, rules_line, rules_undefined,
    rules_message;

#define PASSED                                                                                                         \
    (struct verdict)                                                                                                   \
    {                                                                                                                  \
        .outcome = PASS                                                                                                \
    }

/* Ends the rule with FAIL unless `got` is `expected`. */
#define EXPECT(name, actual, wanted)                                                                                   \
    do {                                                                                                               \
        uint64_t got_ = (actual), wanted_ = (wanted);                                                                  \
        if (got_ != wanted_)                                                                                           \
            return (struct verdict){FAIL, (name), got_, wanted_};                                                      \
    } while (0)

#define SKIP_UNLESS(condition, reason)                                                                                 \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return (struct verdict){.outcome = SKIP, .what = (reason)};                                                \
    } while (0)

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
