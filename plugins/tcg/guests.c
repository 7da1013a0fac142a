/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guests.h"

static bool same(const struct emulation_owner *one, const struct emulation_owner *other)
{
    return one->vttbr == other->vttbr && one->vmpidr == other->vmpidr;
}

/* Two vCPUs that have one place in common, which 16 VMs of 8 vCPUs do not, forget what is awaited of each other. */
static struct awaited *place_of(const struct vcpu *vcpu, const struct emulation_owner *owner)
{
    return &vcpu->awaited[((owner->vttbr >> VTTBR_VMID_SHIFT) * 8 + owner->vmpidr % 8) % VCPU_AWAITED];
}

void guests_enter(struct vcpu *vcpu, const struct emulation_owner *next)
{
    struct awaited *place = place_of(vcpu, &vcpu->running);

    if (same(&vcpu->running, next)) {
        return;
    }
    *place = (struct awaited){
        .owner = vcpu->running,
        .access = vcpu->access[ACCESS_GUEST],
        .emulation = vcpu->emulation,
        .preempted = vcpu->preempted[1],
    };
    place = place_of(vcpu, next);
    if (!same(&place->owner, next)) {
        *place = (struct awaited){.owner = *next};
    }
    vcpu->access[ACCESS_GUEST] = place->access;
    vcpu->emulation = place->emulation;
    vcpu->preempted[1] = place->preempted;
    vcpu->running = *next;
}
