/* SPDX-License-Identifier: Apache-2.0 */
/* The drivers of hyp/gic started on the fake ITS, for their tests. */
#ifndef TESTS_ITS_RIG_H
#define TESTS_ITS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_its.h"
#include "its.h"
#include "tap.h"

/* Fails the test unless the driver's text is NULL, or contains `text`. */
#define OK(reason)         EXPECT((uintptr_t)(reason), 0)
#define SAYS(reason, text) EXPECT(rig_says((reason), (text)), true)
bool rig_says(const char *reason, const char *text);

/* A fake with nothing started, and memory that is not zero. */
void rig_fresh(void);
/* Starts everything as core/ does. */
const char *rig_start(void);
/* Both. */
void rig_started(void);

/* Nothing was done that the architecture forbids. */
void rig_no_rule_broken(void);

/* The configuration of a physical LPI, as the redistributor finds it. */
uint8_t rig_config_byte(uint32_t lpi);

#endif
