/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <stdint.h>

#include "context.h"
#include "devtree.h"
#include "pgtable.h"
#include "runqueue.h"
#include "vgic.h"

#define VCPU_STACK_SIZE 8192
#define VMS_MAX         16

struct vm;

/* What a core knows of a vCPU that it has (core/sched.h). */
enum vcpu_state {
    VCPU_OFF,
    VCPU_BLOCKED, /* waits for an interrupt */
    VCPU_READY,   /* in the run queue */
    VCPU_RUNNING,
    VCPU_MOVING /* its last core has left it, its new one has not found it yet */
};

/* SP_EL2 points here while the guest runs: vgic begins with the registers that an exit saves. */
struct vcpu {
    struct vgic_cpu vgic;
    struct vm *vm;
    uint64_t entry, context; /* where it starts, and x0 there */
    bool on;                 /* PSCI: started and not turned off */
    bool shares;             /* its core has others */
    bool has_sibling;        /* its core has others of its VM */
    bool keys;               /* it has used pointer authentication: its keys are switched */
    unsigned place;          /* where it is, of its VM's */
    uint64_t moves; /* when it goes to the next one, in ticks of CNTPCT_EL0, from when it begins to run there */
    enum vcpu_state state;
    struct run run;
    uint64_t deadline; /* of its timers, while it is in its core's list of them, */
    struct list timer; /* or in none */
    uint64_t hcr;      /* HCR_EL2, and what EL1 has, while it is not loaded */
    struct context el1;
    struct fp_context fp; /* ditto, while another one's are in the registers */
};

/* A vCPU and, right below it, its hypervisor stack. */
struct vcpu_slot {
    uint8_t stack[VCPU_STACK_SIZE];
    struct vcpu vcpu;
} __attribute__((aligned(16)));

/* A console that the VM does not have for itself (core/console.h). */
struct console {
    uint32_t registers[7]; /* that read as they were written */
    uint32_t raised;       /* UARTRIS */
    unsigned length;
    char line[160];
};

struct vm {
    unsigned id; /* vm<id>. in the parameters; VMID = id + 1 */
    struct pgtable stage2;
    struct range ram; /* guest physical */
    uint64_t ram_pa;
    struct range gicd;                /* emulated frames, guest physical */
    struct range gicr;                /* the redistributors, or the CPU interface of a GICv2 guest */
    uint64_t entry, fdt;              /* guest physical */
    struct range initrd;              /* ditto; size 0: none */
    struct vcpu *vcpu[VGIC_CPUS_MAX]; /* vgic.cpus of them */
    struct vgic vgic;  /* seam/model.h says who may work on it, on vcpu->on and what follows; there is no other lock */
    uint64_t misuse;   /* guest accesses answered with an abort or an undefined instruction */
    struct range gits; /* the ITS, guest physical; size 0: none */
    bool traps_wfi;    /* its vCPUs are not resident while they wait */
    bool confined;     /* its CPUs have only what a core that is shared can switch */
    bool ended;        /* none of its vCPUs is to run again */
    unsigned places;   /* cores where its vCPUs may be, one after the other */
    unsigned place[VGIC_CPUS_MAX];
    uint64_t stay; /* how long a vCPU stays at each, in ticks; 0: for ever */
    struct {
        struct range image, initrd, fdt; /* what the loader brought for it */
    } files;
    struct console console;
};

/* Restores the guest's registers from `vcpu` and returns to it (arch/vectors.S). */
_Noreturn void vcpu_enter(struct vcpu *vcpu);

/* Its state is that of a CPU that was just turned on, at vcpu->entry with x0 = vcpu->context. On its core. */
void vcpu_prepare(struct vcpu *vcpu);

/* The registers of this core become those of `vcpu`, which is at it, or go back into it. */
void vcpu_load(struct vcpu *vcpu);
void vcpu_put(struct vcpu *vcpu, enum delivery_put why);

/*
 * A vCPU that was put is at `core` from now on, whose affinity is `mpidr`, and its SPIs come there: when this returns
 * that core may load it. LPIs follow when it does.
 */
void vcpu_move(struct vcpu *vcpu, unsigned core, uint64_t mpidr);

/* Of a vCPU that is not loaded: when the first of its timers is due whose interrupt the guest waits for, in ticks of
 * CNTPCT_EL0 (CNTVOFF_EL2 is 0); UINT64_MAX: none. */
uint64_t vcpu_deadline(const struct vcpu *vcpu);

/*
 * A vCPU whose keys are not switched used pointer authentication, which trapped: from now on they are. False: it was
 * not that, `esr`.
 */
bool vcpu_give_keys(struct vcpu *vcpu, uint64_t esr);

/* Once on each core, which has vCPUs of confined VMs only, or of none: what EL2 traps there whatever runs. */
void vcpu_init_core(bool confined);

/* A guest's SMCCC call, function and arguments in x0 to x3: PSCI and what every caller may ask (core/psci_guest.c). */
void psci_guest(struct vcpu *vcpu);

/* An exception to EL1 as if the guest's current instruction had caused it; `esr`: ESR_EL1. */
void vcpu_inject_sync(struct vcpu *vcpu, uint64_t esr, uint64_t far);

#endif
