/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on a VM's model for none of its vCPUs that is loaded on this core: what is changed is told to them by kicks.
 * Nothing of this core's hardware is the model's then.
 */
#ifndef CORE_VISIT_H
#define CORE_VISIT_H

#include "vgic.h"

void visit_begin(struct vgic *vm);

/* Also where a vCPU that was put took the model. */
void visit_end(struct vgic *vm);

#endif
