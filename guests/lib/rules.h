/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered rules of an architecture, and their verdicts as KTAP on the console. A rule is a row of a table; a file
 * holds the rules of one subject. A rule claims what the architecture promises, nothing that it leaves IMPLEMENTATION
 * DEFINED or UNPREDICTABLE.
 */
#ifndef GUESTS_LIB_RULES_H
#define GUESTS_LIB_RULES_H

#include "guest.h"

enum outcome { PASS, FAIL, SKIP };

/* FAIL: `what` was `got` instead of `expected`; SKIP: `what` is the reason. */
struct verdict {
    enum outcome outcome;
    const char *what;
    uint64_t got, expected;
};

/* One rule. Every check begins with the state that rules_run()'s `reset` makes. `subject`: what the check is applied
 * to. */
struct rule {
    unsigned number; /* unique and without gaps over all subjects: lists of skips refer to it */
    const char *name;
    const char *spec; /* section of IHI 0069H, unless it names another document */
    struct verdict (*check)(uint32_t subject);
    uint32_t subject;
};

struct rules {
    const struct rule *rule;
    unsigned count;
};

/*
 * All rules in the order of their numbers, or as the boot arguments say one (`rule=N`) or those from one on (`from=N`);
 * `reset` before each. Then the closing count.
 */
void rules_run(const struct rules *const *subjects, unsigned count, void (*reset)(void));

/* ditto; `lacks` says why the machine has not what a rule is about: it is skipped then. NULL: it has. */
void rules_run_where(const struct rules *const *subjects, unsigned count, void (*reset)(void),
                     const char *(*lacks)(const struct rule *rule));

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

#endif
