/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_IDREGS_H
#define CORE_IDREGS_H

#include "vcpu.h"

/* A trapped read of the feature register `reg` (ISS encoding). False: it is none. */
bool idregs_read(const struct vcpu *vcpu, uint32_t reg, uint64_t *value);

#endif
