/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Direct injection by GICv4.0: the vPEs of the VM's vCPUs, and events of devices that are their virtual LPIs
 * (gic/vpe.h, gic/its_device.h). One VM. Called with the model taken.
 */
#ifndef DELIVERY_DIRECT_H
#define DELIVERY_DIRECT_H

#include "vgic.h"
#include "vits_direct.h"

extern const struct vits_direct direct_events;

/* NULL, or why this machine cannot; before there are vCPUs. */
const char *direct_init(void);

/* The vCPU begins to run on this core: its virtual LPIs reach it without an exit. */
void direct_load(struct vgic_cpu *cpu);

/* It stops: they are kept in its pending table; when it waits, the next one rings its doorbell, unless one was pending
 * then. */
void direct_put(struct vgic_cpu *cpu, enum delivery_put why);
bool direct_pending(const struct vgic_cpu *cpu);

#endif
