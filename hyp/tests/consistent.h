/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONSISTENT_H
#define TESTS_CONSISTENT_H

#include "vgic.h"

/* Everything derived in the model is what it is derived from: forwarding, queues, the running priority. CHECKs. */
void consistent(struct vgic *vm);

#endif
