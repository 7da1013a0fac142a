/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <stdint.h>

#include "devtree.h"
#include "pgtable.h"
#include "vgic.h"

#define VCPU_STACK_SIZE 8192

struct vm;

/* SP_EL2 points here while the guest runs: vgic begins with the registers that an exit saves. */
struct vcpu {
    struct vgic_cpu vgic;
    struct vm *vm;
    uint64_t entry, context; /* where it starts, and x0 there */
    bool on;                 /* PSCI: started and not turned off */
};

/* A vCPU and, right below it, its hypervisor stack. */
struct vcpu_slot {
    uint8_t stack[VCPU_STACK_SIZE];
    struct vcpu vcpu;
} __attribute__((aligned(16)));

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
};

/* Restores the guest's registers from `vcpu` and returns to it (arch/vectors.S). */
_Noreturn void vcpu_enter(struct vcpu *vcpu);

/* Makes the calling core, fresh from the boot, serve `vcpu`: enters it at vcpu->entry with x0 = vcpu->context. */
_Noreturn void vcpu_start(struct vcpu *vcpu);

/* A guest's SMCCC call, function and arguments in x0 to x3: PSCI and what every caller may ask (core/psci_guest.c). */
void psci_guest(struct vcpu *vcpu);

/* An exception to EL1 as if the guest's current instruction had caused it; `esr`: ESR_EL1. */
void vcpu_inject_sync(struct vcpu *vcpu, uint64_t esr, uint64_t far);

/* Value of the parameter vm<id>.<name>=, as args_get() copies it; false when it is not given. */
bool vm_text(const struct vm *vm, const char *name, char *value, unsigned size);
/* ditto, a number; `otherwise` when it is not given. */
uint64_t vm_number(const struct vm *vm, const char *name, uint64_t otherwise);

/* Gives it LPIs and an ITS, when the parameters say so (core/lpis.c): after its vCPUs. */
void lpis_give(struct vm *vm);

/* Puts what the loader brought into the VM's memory: image, initial RAM disk, device tree; sets entry and fdt. */
void image_load(struct vm *vm);

/* Creates VM 0 from the initrd and the parameters; a user's mistake ends the run with a line that says so. */
struct vm *vm_create(unsigned id);

#endif
