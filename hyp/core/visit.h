/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on a VM's model for none of its vCPUs: what is changed is told to them by kicks, also to one that is loaded on
 * this core, whose list registers are the model's to take from (lr_fetch()).
 */
#ifndef CORE_VISIT_H
#define CORE_VISIT_H

#include "vgic.h"

void visit_begin(struct vgic *vm);

/* Also where a vCPU that was put took the model. */
void visit_end(struct vgic *vm);

#endif
