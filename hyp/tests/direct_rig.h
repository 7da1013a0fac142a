/* SPDX-License-Identifier: Apache-2.0 */
/* Direct injection (delivery/direct.h) for a VM, its physical ITS a fake that complains of what it forbids. */
#ifndef TESTS_DIRECT_RIG_H
#define TESTS_DIRECT_RIG_H

#include "fake_its.h"
#include "vgic.h"
#include "vits_direct.h"

#define RIG_EVENTS    32
#define RIG_DOORBELLS 0xffff /* where the driver has them: the highest DeviceID */

/* Fresh: messages of device `own`, with RIG_EVENTS, are the VM's, which has LPIs and an ITS; vCPU 0 runs. */
void direct_rig_attach(struct vgic *vm, uint32_t own);

/* Nothing was done that is forbidden; nothing but `own` and the doorbells is mapped; its events are virtual LPIs that
 * the VM has, and with `followed` what its tables say. vCPU 0's vPE is resident. False: `*why`. */
bool direct_rig_holds(struct vgic *vm, uint32_t own, bool followed, const char **why);

#endif
