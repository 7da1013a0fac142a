/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"
#include "exclusive.h"
#include "passthrough.h"
#include "print.h"
#include "psci.h"
#include "sched.h"
#include "stage2.h"
#include "string.h"
#include "visit.h"
#include "vm.h"

static const void *counting; /* what follows and the VMs' `ended`, one core at a time */
static unsigned ended, resets;

/* Whether it had not ended yet: several of its vCPUs may ask for that at once. */
static bool claim(struct vm *vm)
{
    bool first;

    exclusive_take(&counting, &counting);
    first = !vm->ended;
    __atomic_store_n(&vm->ended, true, __ATOMIC_RELEASE);
    exclusive_release(&counting);
    return first;
}

/* Whether it was the last one. */
static bool count(const char *how)
{
    bool last;

    exclusive_take(&counting, &counting);
    ended++;
    resets += strcmp(how, "reset") == 0;
    last = ended == vm_count();
    exclusive_release(&counting);
    return last;
}

/* bench/run_guest.py goes by the last line. */
static _Noreturn void turn_off(void)
{
    if (vm_count() > 1 && resets == 0)
        print("virqlab: all off\n");
    else if (vm_count() > 1)
        print("virqlab: all ended, reset by %u\n", resets);
    psci_system_off();
}

void vm_end(struct vcpu *vcpu, const char *how)
{
    struct vm *vm = vcpu->vm;

    if (!claim(vm))
        sched_off(vcpu);
    console_flush(vm);
    if (vm->misuse + vm->vgic.misuse != 0)
        print("virqlab: vm%u misuse: %lu accesses answered with an exception, %lu ignored\n", vm->id, vm->misuse,
              vm->vgic.misuse);
    print("virqlab: vm%u %s\n", vm->id, how);
    if (count(how))
        turn_off();
    visit_begin(&vm->vgic);
    passthrough_take_back(vm);
    visit_end(&vm->vgic);
    if (vm->vgic.limits.physical) /* no SGI of the hypervisor reaches its other cores: their next access does */
        stage2_revoke(&vm->stage2);
    for (unsigned i = 0; i < vm->vgic.cpus; i++)
        if (vm->vcpu[i] != vcpu)
            sched_poke(vm->vcpu[i]);
    sched_off(vcpu);
}
