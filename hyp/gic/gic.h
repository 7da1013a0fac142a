/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical interrupt controller as the rest of the hypervisor sees it: one const table per architecture version.
 * EL2 runs with EOImode = 1: take() lowers the running priority at once, deactivation is separate, by deactivate() or
 * by the guest through an HW-linked list register (IHI 0069H 4.1.1, 4.6.2).
 */
#ifndef GIC_GIC_H
#define GIC_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include "devtree.h"

/* The SGI by which a core makes another one exit from its guest. */
#define GIC_KICK 0
/* ditto, and look at vCPUs that it has but does not run (core/sched.h). */
#define GIC_ATTEND 1

struct gic_ops {
    unsigned version;
    const char *compatible[4]; /* of the device tree node; NULL after the last */
    /* Maps and initializes the controller, all interrupts disabled. NULL, or why not. */
    const char *(*init)(const void *fdt);
    /* ditto, the calling core's part: before anything else on that core. */
    const char *(*cpu_init)(void);
    /* Acknowledges the highest-priority pending interrupt and drops the priority; it stays active. INTID or special. */
    uint32_t (*take)(void);
    /* One that this core took. */
    void (*deactivate)(uint32_t intid);
    /* An SGI or PPI of core `cpu`, with GICv3 from any core, with GICv2 its own: enable it; deactivate it. Nothing
     * happens before its cpu_init(). */
    void (*enable)(unsigned cpu, uint32_t intid, bool on);
    void (*deactivate_ppi)(unsigned cpu, uint32_t intid);
    /* This core's own PPI, or an SPI, becomes active, as if it had been taken: it is when this returns. */
    void (*activate)(uint32_t intid);
    /* An SPI: edge-triggered or a level, to the core with affinity `mpidr`, also while that one is off. */
    void (*enable_spi)(uint32_t intid, uint64_t mpidr, bool edge);
    void (*disable_spi)(uint32_t intid);
    /* Whether the input of a level-sensitive SPI, or of core `cpu`'s PPI, is asserted; from any core as above. */
    bool (*asserted)(unsigned cpu, uint32_t intid);
    /* SGI `intid` to the core with affinity `mpidr`. */
    void (*send_sgi)(uint64_t mpidr, uint32_t intid);
};

/* Chosen by gic_probe(); never NULL after it. */
extern const struct gic_ops *gic __attribute__((visibility("hidden")));

/* Frames of this machine. GICv3: distributor and first redistributor; GICv2: distributor, CPU interface, and where it
 * has the virtualization extensions virtual interface control and virtual CPU interface. Size 0: it has none. */
struct gic_map {
    struct range gicd, gicr, gicc, gich, gicv;
};
extern struct gic_map gic_map;

/* The SPIs of this machine end before this INTID; after gic_probe(). */
uint32_t gic_spi_end(void);

/* Finds the controller in the device tree and initializes it. NULL, or the reason why it cannot be used. */
const char *gic_probe(const void *fdt);

/* The redistributor of the core with affinity `mpidr`; 0: there is none. After gic_probe() has found a GICv3. */
uintptr_t gic_v3_redistributor(uint64_t mpidr);

extern const struct gic_ops gic_v2, gic_v3;

#endif
