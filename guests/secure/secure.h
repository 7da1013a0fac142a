/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the GICv3 architecture (IHI 0069H) and of exceptions (DDI 0487) with two security states, seen from EL3. */
#ifndef GUESTS_SECURE_SECURE_H
#define GUESTS_SECURE_SECURE_H

#include "rules.h"

extern const struct rules rules_groups, rules_signal, rules_taken, rules_special, rules_frames, rules_cpuif, rules_sgi,
    rules_virtual;

#endif
