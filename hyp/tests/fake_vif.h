/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual interface in C: list registers, maintenance, and the virtual CPU interface as its guest uses it. Of GICv3
 * (IHI 0069H chapters 6, 12.3, 12.4; fake_ich.c shows its registers to hyp/delivery) or GICv2 (IHI 0048B.b chapter 5;
 * fake_gich.c). Five bits of priority, binary points at their minimum; GICv3 with FEAT_GICv3_NMI. One core.
 */
#ifndef TESTS_FAKE_VIF_H
#define TESTS_FAKE_VIF_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_SPURIOUS    1023
#define FAKE_LRS_MAX     16
#define FAKE_LEVEL_SHIFT 3    /* five bits of priority: 32 levels */
#define FAKE_NMI         (-1) /* superpriority: before every priority */

/* States of a list register, as both versions encode them. */
#define FAKE_PENDING 1U
#define FAKE_ACTIVE  2U

struct fake_lr {
    unsigned state;
    uint32_t intid, pintid;
    int priority;
    unsigned group;
    bool hw, eoi;
    unsigned cpu; /* GICv2: the source of an SGI */
};

struct fake_vif {
    unsigned version; /* 2 or 3 */
    unsigned count;   /* of list registers */
    struct fake_lr lr[FAKE_LRS_MAX];
    uint64_t hcr, vmcr; /* the fields of ICH_HCR_EL2 and ICH_VMCR_EL2 */
    uint64_t levels[2]; /* ICH_AP0R0_EL2, ICH_AP1R0_EL2: active priorities, by group; GICv2: all of them in the first */
    bool igrpen_traps;
    unsigned long writes; /* of list registers */
};
extern struct fake_vif fake_vif;

/*
 * QEMU 10.0 differs from the architecture in two maintenance conditions: VGrp0D looks at VENG1 (GICv3), and EOIcount
 * counts EOIs with EOImode = 1 too, but only those that dropped a priority.
 */
extern bool fake_vif_as_qemu;
extern bool fake_vif_fgt; /* FEAT_FGT: the guest's writes of ICC_IGRPEN<n>_EL1 can trap; GICv3 */

/* Everything as after reset. */
void fake_vif_reset(unsigned version, unsigned list_registers);

/* What a list register is given, and what reads as its state; empty and reporting ones, a bit each. */
void fake_vif_write(unsigned n, struct fake_lr lr);
uint32_t fake_vif_empty(void);
uint32_t fake_vif_ended(void);
/* Whether the maintenance interrupt is asserted. */
bool fake_vif_maintenance(void);

/* What the guest does; on GICv2 Group 1 is served by the aliased registers. */
uint32_t fake_icv_hppir(unsigned group);
uint32_t fake_icv_signalled(unsigned group); /* INTID, or FAKE_SPURIOUS: what an acknowledge would return */
uint32_t fake_icv_iar(unsigned group);       /* with GICv2 the source of an SGI as in GICV_IAR */
void fake_icv_eoir(unsigned group, uint32_t value);
/* False: it trapped and did nothing. */
bool fake_icv_dir(uint32_t value);
/* The group enables. False: it traps. */
bool fake_icv_igrpen(unsigned group, bool on);
void fake_icv_pmr(unsigned priority);
void fake_icv_eoimode(bool apart);

#endif
