/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical distributor and redistributors as a guest under pass has them: every access goes on to the hardware, cut
 * to what is the VM's own. Its own are the SPIs that are linked (`vm<id>.spis=`, the console's) and all SGIs and PPIs
 * of its cores. Filters, which conformance rules may meet: SPIs of others are RAZ/WI; an SPI is routed to one of the
 * VM's cores or to none (GICD_TYPER.No1N = 1); no LPIs, whose tables hold physical addresses; no extended ranges;
 * Group 1 stays enabled in the distributor where other VMs use it.
 */
#ifndef DELIVERY_PASS_FRAMES_H
#define DELIVERY_PASS_FRAMES_H

#include "vgic.h"

/* What an access outside of the filters finds, as vgic_gicd_read() and the like; the redistributors by
 * cpu->delivery.pass.redistributor. */
extern const struct vgic_frame pass_gicd, pass_gicr;

/* The VM's own SPIs, and the SGIs and PPIs of `cpu`, as after a reset (IHI 0069H 12.9, 12.11): Group 0, priority 0,
 * disabled, level-sensitive, inactive. */
void pass_reset_spis(struct vgic *vm);
void pass_reset_private(const struct vgic_cpu *cpu);

#endif
