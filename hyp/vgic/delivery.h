/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between the model and the ways of delivery. A strategy is one const table, no function NULL; it alone knows
 * the model and the hardware. The model is right at all times but for interrupts marked resident, whose pending and
 * active state is in hardware until fetch().
 */
#ifndef VGIC_DELIVERY_H
#define VGIC_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

struct virq;
struct virq_bank;
struct vgic;
struct vgic_cpu;
struct vits_direct;

/* What a guest can be promised. */
struct vgic_limits {
    unsigned priority_bits;                           /* implemented: the strategy's choice ... */
    unsigned priority_bits_least, priority_bits_most; /* ... and what the user may choose instead */
    unsigned id_bits;
    bool extended;           /* what holds its interrupts can hold extended INTIDs, 1024 to 8191 (GICv3.1) */
    bool nmi;                /* what delivers its interrupts can tell it that one is non-maskable (FEAT_GICv3_NMI) */
    unsigned list_registers; /* 0 where delivery needs none */
    bool eois_reported;      /* of linked interrupts, too: no list register deactivates a physical one */
    bool gicv;               /* a GICv2 guest has the machine's virtual CPU interface */
    bool physical;           /* the guest has the machine's own interrupt controller, core by core */
    bool shared;             /* other VMs use the machine's distributor */
};

#define LIST_REGISTERS_MAX 16

/* Why a vCPU leaves its core: another one runs there, or it waits for an interrupt. */
enum delivery_put { PUT_PREEMPT, PUT_BLOCK };

/* What a guest has of the virtual CPU interface beside list registers, while its vCPU is not loaded. */
struct virtual_interface {
    uint32_t vmcr;
    uint64_t active[2][4]; /* ICH_AP0R<n>, ICH_AP1R<n>; GICH_APR is the first */
};

/* What a strategy keeps per vCPU. */
union delivery_state {
    struct {
        uint64_t asserted; /* VI, VF or neither, as written */
    } te;
    struct {
        uint32_t all;        /* list registers there are, a bit each */
        uint32_t used;       /* those that hold an interrupt */
        uint32_t hw;         /* of these, those with HW = 1 */
        uint32_t hcr;        /* ICH_HCR_EL2 as written */
        uint32_t hcr_always; /* its bits that are always set */
        bool attend;         /* before the next entry: hcr_always is old, or another core raised a resident interrupt */
        bool outside;        /* an active interrupt may have no list register */
        bool watching;       /* the guest's accesses to its timers trap */
        bool watching_groups;                  /* its writes of ICC_IGRPEN<n>_EL1 trap */
        bool group1_first;                     /* of pending ones of equal priority: as when all were last taken out */
        uint64_t written[LIST_REGISTERS_MAX];  /* by list register, without the state */
        struct virq *held[LIST_REGISTERS_MAX]; /* by list register */
        struct virtual_interface interface;
    } lr;
    struct {
        uintptr_t redistributor; /* of the core that is the vCPU's own */
    } pass;
};

/* A frame of registers that the guest accesses by trapped loads and stores, of `size` bytes: 1, 2, 4, 8. */
struct vgic_frame {
    uint64_t (*read)(struct vgic_cpu *cpu, uint32_t offset, unsigned size);
    void (*write)(struct vgic_cpu *cpu, uint32_t offset, unsigned size, uint64_t value);
};

struct delivery {
    const char *tag;
    unsigned version; /* of the GIC that its guests see: 2 or 3 */
    /* NULL and *limits filled in, or why this machine lacks what a guest with that GIC version (2 or 3) needs. */
    const char *(*limits)(struct vgic_limits *limits, unsigned version);
    /* The guest's distributor; its redistributors, or the CPU interface of a GICv2. */
    const struct vgic_frame *gicd, *gicr;
    /* The VM has its vCPUs and all interrupts that are linked, none runs yet. NULL, or why it cannot. */
    const char *(*begin)(struct vgic *vm);
    /* The vCPU is turned on: its CPU interface is as after reset. It is not loaded. */
    void (*reset)(struct vgic_cpu *cpu);
    /*
     * The vCPU begins to run on this core, or stops: trap bits and virtual interface are its own meanwhile. After
     * load() it has to be flushed; after put() nothing of it is in hardware, and the next one's load() finds no list
     * register in use.
     */
    void (*load)(struct vgic_cpu *cpu);
    void (*put)(struct vgic_cpu *cpu, enum delivery_put why);
    /* Whether an interrupt is signalled to the vCPU, which is not loaded: it would end its WFI. */
    bool (*signalled)(const struct vgic_cpu *cpu);
    /* Model to hardware, before an entry with cpu->dirty set; clears it. */
    void (*flush)(struct vgic_cpu *cpu);
    /*
     * Pulls the state of resident `bits` of `bank`, and the lines of linked ones, into the model before it is read or
     * changed; where it is in the hardware of another core, by that core's surrender().
     */
    void (*fetch)(struct virq_bank *bank, uint32_t bits);
    /* Puts all that this core's hardware holds for `cpu` into the model, for a core that waits for it. */
    void (*surrender)(struct vgic_cpu *cpu);
    /* An edge from software on an interrupt that is resident; those that are not, the model serves. */
    void (*raise_resident)(struct virq *irq);
    /* Software made `bits` active: the guest must be able to complete them. */
    void (*activated)(struct virq_bank *bank, uint32_t bits);
    /* A trapped GICC_DIR: the guest deactivates `intid`. */
    void (*deactivate)(struct vgic_cpu *cpu, uint32_t intid);
    /* Guest changed enable bits or routes of `bits`; and: an interrupt became inactive in the model. All of them
     * linked. */
    void (*enabled)(struct virq_bank *bank, uint32_t bits);
    void (*deactivated)(struct virq *irq);
    /*
     * A physical interrupt that is linked to `irq` arrived on the core of `cpu`, its target: acknowledged and dropped,
     * still active. Called with the model taken, releases it.
     */
    void (*arrived)(struct vgic_cpu *cpu, struct virq *irq);
    /* The line of linked `irq`, which may have changed unseen, to the model; before an acknowledge in software. */
    void (*resample)(struct virq *irq);
    /* The maintenance interrupt. */
    void (*maintenance)(struct vgic_cpu *cpu);
    /* cpu->asleep changed, or whether interrupts are routed 1 of N (vgic/route.h): then the group enables of all CPU
     * interfaces count. On any core. */
    void (*rearm)(struct vgic_cpu *cpu);
    /*
     * A trapped access to a system register, with its syndrome. Takes and releases the model itself. What is not of the
     * CPU interface goes on to sysreg_other().
     */
    void (*sysreg)(struct vgic_cpu *cpu, uint64_t esr);
    /* Where the strategy injects events of the ITS past the model (vits_direct.h); NULL: it cannot. */
    const struct vits_direct *direct;
};

/* Upcall to core/: registers that are the same under every strategy, those that generate SGIs among them; the others
 * are undefined. */
void sysreg_other(struct vgic_cpu *cpu, uint64_t esr);
/* ditto for a guest with a GICv2: no register of the interrupt controller, those that generate SGIs neither. */
void sysreg_other_v2(struct vgic_cpu *cpu, uint64_t esr);

/* The strategy named `tag` for a guest that sees a GIC of `version`, or another of the name; NULL when there is none.
 */
const struct delivery *delivery_find(const char *tag, unsigned version);

/* All tags, for messages: "te, lr, gicv2". */
const char *delivery_tags(void);

#endif
