/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include "check.h"

#define RULES_MAX 2048

static const struct rule *by_number[RULES_MAX + 1];
static unsigned rules;

static void collect(const struct rules *const *subjects, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (const struct rule *rule = subjects[i]->rule; rule < subjects[i]->rule + subjects[i]->count; rule++) {
            CHECK(rule->number >= 1 && rule->number <= RULES_MAX && by_number[rule->number] == NULL);
            by_number[rule->number] = rule;
            rules++;
        }
    }
    for (unsigned number = 1; number <= rules; number++)
        CHECK(by_number[number] != NULL);
}

static void report(const struct rule *rule, const struct verdict *verdict)
{
    switch (verdict->outcome) {
    case PASS:
        print("ok %u %s\n", rule->number, rule->name);
        break;
    case SKIP:
        print("ok %u %s # SKIP %s\n", rule->number, rule->name, verdict->what);
        break;
    default:
        print("not ok %u %s # %s: got 0x%lx, expected 0x%lx (%s)\n", rule->number, rule->name, verdict->what,
              verdict->got, verdict->expected, rule->spec);
    }
}

static const char *lacks_nothing(const struct rule *rule)
{
    (void)rule;
    return NULL;
}

void rules_run(const struct rules *const *subjects, unsigned count, void (*reset)(void))
{
    rules_run_where(subjects, count, reset, lacks_nothing);
}

static struct verdict judge(const struct rule *rule, void (*reset)(void), const char *(*lacks)(const struct rule *rule))
{
    SKIP_UNLESS(lacks(rule) == NULL, lacks(rule));
    reset();
    return rule->check(rule->subject);
}

void rules_run_where(const struct rules *const *subjects, unsigned count, void (*reset)(void),
                     const char *(*lacks)(const struct rule *rule))
{
    uint64_t only = args_number(machine.bootargs, "rule", 0);
    uint64_t first = args_number(machine.bootargs, "from", 1);
    unsigned counts[3] = {0, 0, 0};

    collect(subjects, count);
    print("KTAP version 1\n1..%u\n", rules);
    for (unsigned number = 1; number <= rules; number++) {
        struct verdict verdict;

        if (number < first || (only != 0 && only != number))
            continue;
        verdict = judge(by_number[number], reset, lacks);
        counts[verdict.outcome]++;
        report(by_number[number], &verdict);
    }
    print("# %u rules: %u passed, %u failed, %u skipped\n", counts[PASS] + counts[FAIL] + counts[SKIP], counts[PASS],
          counts[FAIL], counts[SKIP]);
}
