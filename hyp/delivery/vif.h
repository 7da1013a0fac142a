/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual interface control registers of this machine: ICH_*_EL2 of GICv3 (IHI 0069H 12.4) or GICH_* of GICv2 (IHI
 * 0048B.b 5.3). Hypervisor control and VMCR have the same fields in both; list registers differ and are packed here.
 */
#ifndef DELIVERY_VIF_H
#define DELIVERY_VIF_H

#include <stdbool.h>
#include <stdint.h>

/* A list register, decoded, but for its state. */
struct list_reg {
    uint32_t intid;
    uint32_t pintid;  /* hw: deactivated together with the interrupt */
    int16_t priority; /* of an NMI PRIORITY_NMI, which machines of GICv3 have only */
    bool group1;
    bool hw;
    bool eoi;    /* without hw: its EOI is reported by a maintenance interrupt */
    uint8_t cpu; /* GICv2: the CPU that sent an SGI */
};

struct vif {
    uint64_t pending, active; /* the state bits of a packed list register */
    uint64_t (*pack)(const struct list_reg *reg);
    /* The priority of a packed one. */
    int16_t (*priority)(uint64_t value);
    /* List register `n`, packed, with its state. */
    uint64_t (*read)(unsigned n);
    void (*write)(unsigned n, uint64_t value);
    /* List registers whose state is inactive and that report nothing, and those that report an EOI, a bit each. */
    uint32_t (*empty)(void);
    uint32_t (*ended)(void);
    /* ICH_HCR_EL2 and ICH_VMCR_EL2 (arch/sysreg.h), or what has the same fields. */
    uint32_t (*read_hcr)(void);
    void (*write_hcr)(uint32_t value);
    uint32_t (*read_vmcr)(void);
    void (*write_vmcr)(uint32_t value);
    /* Whether the guest's changes of its group enables trap from now on. False: this machine cannot do that. */
    bool (*trap_groups)(bool on);
    /* What of PSTATE, as in SPSR_EL2, masks interrupts of Group 0; those of Group 1 are IRQs. */
    uint64_t (*group0_mask)(void);
    /* The highest active priority, PRIORITY_IDLE when there is none. */
    int (*running_priority)(void);
    /* What the guest has of the virtual CPU interface beside list registers. */
    void (*save)(struct virtual_interface *to);
    void (*restore)(const struct virtual_interface *from);
    /* All list registers empty. */
    void (*reset)(void);
};

/* The one of this machine: a strategy chooses it with limits(). */
extern const struct vif *vif __attribute__((visibility("hidden")));

extern const struct vif vif_v2, vif_v3;

/* What a guest can be promised with list registers, by GICH_VTR and ICH_VTR_EL2. */
struct vgic_limits;
void vif_v2_limits(struct vgic_limits *limits);
void vif_v3_limits(struct vgic_limits *limits);

#endif
