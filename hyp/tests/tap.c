/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"

#include <stdbool.h>
#include <stdio.h>

static bool failed;

void tap_expect(const char *what, uint64_t got, uint64_t expected, int line)
{
    if (got == expected)
        return;
    printf("# line %d: %s: got 0x%lx, expected 0x%lx\n", line, what, got, expected);
    failed = true;
}

int tap_run(const struct tap_test *tests, unsigned count, void (*finish)(void))
{
    bool any = false;

    printf("1..%u\n", count);
    for (unsigned i = 0; i < count; i++) {
        failed = false;
        tests[i].run();
        finish();
        printf("%sok %u %s\n", failed ? "not " : "", i + 1, tests[i].name);
        any |= failed;
    }
    return any;
}
