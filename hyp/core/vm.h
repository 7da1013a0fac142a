/* SPDX-License-Identifier: Apache-2.0 */
/* The VMs of this run, by the parameters. */
#ifndef CORE_VM_H
#define CORE_VM_H

#include "vcpu.h"

/* By number; NULL: there is none. */
extern struct vm *vms[VMS_MAX] __attribute__((visibility("hidden")));

static inline struct vm *vm_get(unsigned id)
{
    return vms[id];
}

unsigned vm_count(void);

/* Creates all of them; a user's mistake ends the run with a line that says so. */
void vm_create_all(void);

/* Value of the parameter vm<id>.<name>=, or of vm.<name>=, as args_get() copies it; false when neither is given. */
bool vm_text(const struct vm *vm, const char *name, char *value, unsigned size);
/* ditto, a number; `otherwise` when it is not given. */
uint64_t vm_number(const struct vm *vm, const char *name, uint64_t otherwise);

/*
 * The cores of its vCPUs: vCPU n of a VM has the place n mod count of `vm<id>.cores=CORE|FIRST-LAST[,...]`; without
 * that, the vCPUs of all VMs take the cores in turn. Before placement_finish(), which says who shares.
 */
void placement_give(struct vm *vm);
void placement_finish(void);

/* Gives it LPIs and an ITS, when the parameters say so (core/lpis.c): after its vCPUs. */
void lpis_give(struct vm *vm);

/* What the loader brought for a VM, before any memory is given away (core/image.c). */
void image_find(struct vm *vm);
/* Puts it into the VM's memory: image, initial RAM disk, device tree; sets entry and fdt. */
void image_load(struct vm *vm);

/*
 * The VM of `vcpu`, which calls, has turned itself off, or asked for a reset: its vCPUs run no more. With the last one
 * the machine is turned off; that VM's last line of the console tells how it ended (bench/run_guest.py).
 */
_Noreturn void vm_end(struct vcpu *vcpu, const char *how);

#endif
