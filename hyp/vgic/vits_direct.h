/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of the ITS that do not pass through the model: a strategy may inject those of some devices directly, by the
 * physical ITS (delivery->direct). The guest's tables and configuration stay what says where they lead. Such an LPI is
 * pending in hardware where its event leads, and in the model elsewhere: there it stayed when the event was mapped
 * anew.
 */
#ifndef VGIC_VITS_DIRECT_H
#define VGIC_VITS_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

struct vgic;
struct vgic_cpu;
struct its_device; /* the physical ITS's (gic/its_device.h) */

/* Called with the model taken. Devices and events are as the guest names them, of any value. */
struct vits_direct {
    /* Messages of the physical `device` are the guest's from now on, of the same DeviceID and EventIDs. NULL, or why
     * not. */
    const char *(*add)(struct vgic *vm, struct its_device *device);
    /* Where an event leads changed by MOVI or DISCARD: what is pending of it goes with it. */
    void (*moved)(struct vgic *vm, uint32_t device, uint32_t event);
    /* Where it leads, or the configuration of its LPI, may have changed otherwise; of one, of all of a device, of a
     * collection, or of all there are: what is pending stays where it is. */
    void (*changed)(struct vgic *vm, uint32_t device, uint32_t event);
    void (*changed_device)(struct vgic *vm, uint32_t device);
    void (*changed_collection)(struct vgic *vm, uint32_t icid);
    void (*changed_all)(struct vgic *vm);
    /* What is pending for `cpu` in hardware is the model's from now on; what the model has pending is the hardware's
     * where it can be. */
    void (*surrender)(struct vgic_cpu *cpu);
    void (*adopt)(struct vgic_cpu *cpu);
    /* INT, or CLEAR. False: the event is not injected directly, and the model's. */
    bool (*raise)(struct vgic *vm, uint32_t device, uint32_t event);
    bool (*clear)(struct vgic *vm, uint32_t device, uint32_t event);
    /* The vCPU waits for an interrupt, on the core that calls: false, there is one. Until unblock() an event for it is
     * a physical interrupt. */
    bool (*block)(struct vgic_cpu *cpu);
    void (*unblock)(struct vgic_cpu *cpu);
    /* Of whom the physical interrupt tells that an event came while it waited; NULL: of nobody. */
    struct vgic_cpu *(*rung_for)(const struct vgic *vm, uint32_t pintid);
};

/* Where an event leads: the redistributor, whose LPIs are enabled, and one of them; cpu NULL: nowhere. */
struct vits_target {
    struct vgic_cpu *cpu;
    uint32_t intid;
    uint32_t icid; /* VITS_UNMAPPED: the event is not mapped */
};
void vits_translate(struct vgic *vm, uint32_t device, uint32_t event, struct vits_target *target);

/* The byte of an LPI that vits_translate() found, in the guest's table. */
uint8_t vlpi_configuration(const struct vgic_cpu *cpu, uint32_t intid);

#endif
