/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual Interrupt Translation Service of a VM (IHI 0069H chapter 5, 12.18, 12.19). Devices, events and
 * collections are mapped in tables in the guest's memory, the first collections in the ITS itself; a translation reads
 * them there, nothing is cached.
 *
 * Commands run in the guest's store that puts them into the queue, a limited number of them at a time: when some are
 * left the guest executes the same store again, and takes what interrupts there are in between. A command that is wrong
 * (5.3) is ignored and counted, the queue goes on; a queue that is not the guest's memory stalls (GITS_CREADR.Stalled)
 * until GITS_CWRITER.Retry.
 */
#ifndef VGIC_VITS_H
#define VGIC_VITS_H

#include <stdbool.h>
#include <stdint.h>

struct vgic;
struct vgic_cpu;

#define VITS_ID_BITS     16 /* of a DeviceID, and the most of an EventID */
#define VITS_COLLECTIONS 16 /* in the ITS itself: ICIDs from 0 on (GITS_TYPER.HCC) */
#define VITS_UNMAPPED    UINT32_MAX

enum vits_table { VITS_DEVICES, VITS_COLLECTION_TABLE, VITS_TABLES }; /* by GITS_BASER<n> */

struct vits {
    bool present;
    bool enabled; /* GITS_CTLR.Enabled */
    bool stalled;
    uint32_t creadr, cwriter; /* offsets in the queue, bytes */
    uint64_t cbaser;
    uint64_t baser[VITS_TABLES];
    uint32_t collection[VITS_COLLECTIONS]; /* the vCPU of each, or VITS_UNMAPPED */
};

/* Gives the VM an ITS. It has LPIs (vlpi_give()). */
void vits_give(struct vgic *vm);

/* What a device's write of `event` to GITS_TRANSLATER does. */
void vits_message(struct vgic *vm, uint32_t device, uint32_t event);

/* Runs commands of the queue, if it is enabled. False: more are left. */
bool vits_run(struct vgic *vm);

#endif
