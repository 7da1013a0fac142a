/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guests' vCPUs that take turns on one core: what is still awaited of one stays its own while others run, whose
 * code may lie at the same addresses.
 */
#ifndef VIRQLAB_GUESTS_H
#define VIRQLAB_GUESTS_H

#include "vcpu.h"

#define VTTBR_VMID_SHIFT 48 /* DDI 0487, VTTBR_EL2.VMID */

/* What is awaited of the vCPU that ran last is kept, and that of `next` is in its place; at an ERET to a guest. */
void guests_enter(struct vcpu *vcpu, const struct emulation_owner *next);

#endif
