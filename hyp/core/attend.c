/* SPDX-License-Identifier: Apache-2.0 */
#include "exclusive.h"
#include "gic.h"
#include "cores.h"
#include "timer.h"
#include "vm.h"

static unsigned vcpu_number(const struct vcpu *vcpu)
{
    return vcpu->vm->id * VGIC_CPUS_MAX + vcpu->vgic.index;
}

/* Its bit is there before the SGI is. */
void sched_poke(struct vcpu *vcpu)
{
    struct core *core = core_of(vcpu);
    unsigned number = vcpu_number(vcpu);

    if (core_is_lent(core))
        return;
    exclusive_set_bits(&core->poked[number / 64], BIT(number % 64));
    gic->send_sgi(core->mpidr, GIC_ATTEND);
}

void timer_remember(struct core *core, struct vcpu *vcpu)
{
    struct list *at = core->timers.prev;

    vcpu->deadline = vcpu_deadline(vcpu);
    if (vcpu->deadline == UINT64_MAX)
        return;
    while (at != &core->timers && CONTAINER_OF(at, struct vcpu, timer)->deadline > vcpu->deadline)
        at = at->prev;
    list_prepend(at, &vcpu->timer);
}

static void wake(struct core *core, struct vcpu *vcpu)
{
    timer_forget(vcpu);
    vcpu->state = VCPU_READY;
    runqueue_wake(&core->queue, &vcpu->run, timer_now());
}

static void signal(struct core *core, struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_BLOCKED)
        wake(core, vcpu);
    else if (vcpu->state == VCPU_READY)
        runqueue_interrupt(&core->queue, &vcpu->run);
}

void attend_timers(struct core *core)
{
    uint64_t now = timer_now();

    while (!list_empty(&core->timers)) {
        struct vcpu *vcpu = CONTAINER_OF(core->timers.next, struct vcpu, timer);

        if (vcpu->deadline > now)
            return;
        timer_forget(vcpu);
        signal(core, vcpu);
    }
}

static void stop(struct core *core, struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_READY)
        runqueue_remove(&core->queue, &vcpu->run);
    timer_forget(vcpu);
    vcpu->state = VCPU_OFF;
}

static void arrive(struct core *core, struct vcpu *vcpu)
{
    runqueue_add(&core->queue, &vcpu->run);
    vcpu->state = VCPU_READY;
}

void attend(struct core *core, struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_MOVING)
        arrive(core, vcpu);
    if (vcpu->state == VCPU_RUNNING)
        return;
    if (vcpu->vm->ended) {
        stop(core, vcpu);
    } else if (vcpu->state != VCPU_OFF) {
        signal(core, vcpu);
    } else if (vcpu->on) {
        vcpu_prepare(vcpu);
        wake(core, vcpu);
    }
}

/* One that has moved on meanwhile is another core's to look at. */
static void attend_number(struct core *core, unsigned number)
{
    struct vcpu *vcpu = vm_get(number / VGIC_CPUS_MAX)->vcpu[number % VGIC_CPUS_MAX];

    if (core_of(vcpu) == core)
        attend(core, vcpu);
    else
        sched_poke(vcpu);
}

void attend_poked(struct core *core)
{
    for (unsigned n = 0; n < ARRAY_SIZE(core->poked); n++)
        for (uint64_t bits = exclusive_take_bits(&core->poked[n]); bits != 0; bits &= bits - 1)
            attend_number(core, 64 * n + (unsigned)__builtin_ctzll(bits));
}
