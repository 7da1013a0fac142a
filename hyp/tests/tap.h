/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of one program: a table of them, each a function of expectations. TAP on stdout. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdint.h>

struct tap_test {
    const char *name;
    void (*run)(void);
};

/* Runs all of them, `finish` after each; the exit code of the program: 0 when nothing failed. */
int tap_run(const struct tap_test *tests, unsigned count, void (*finish)(void));

/* Fails the test that runs unless both are equal. */
#define EXPECT(got, expected) tap_expect(#got, (got), (expected), __LINE__)
void tap_expect(const char *what, uint64_t got, uint64_t expected, int line);

#endif
