/* SPDX-License-Identifier: Apache-2.0 */
#include "sched.h"

#include <stddef.h>

#include "check.h"
#include "cpu.h"
#include "exclusive.h"
#include "features.h"
#include "gic.h"
#include "host_irq.h"
#include "platform.h"
#include "psci.h"
#include "regs/intid.h"
#include "string.h"
#include "sysreg.h"
#include "timer.h"
#include "vm.h"

#define VCPUS_MAX     (VMS_MAX * VGIC_CPUS_MAX) /* of all VMs, that one core may have */
#define SLICE_DEFAULT UINT64_C(1000000)         /* ns */
#define SLICE_LEAST   UINT64_C(100)             /* what a vCPU needs to get anywhere */
#define SLICE_MOST    UINT64_C(10000000000)

#define START_ATTEMPTS 1000000

static struct core {
    struct vcpu *loaded;
    struct vcpu *fp;                /* whose FP registers it holds; NULL: nobody's */
    uint64_t poked[VCPUS_MAX / 64]; /* by slot */
    struct list timers;             /* of vCPUs that are not loaded, by deadline */
    struct runqueue queue;
    unsigned count;
    struct vcpu *vcpu[VCPUS_MAX]; /* by slot */
} cores[CPUS_MAX];

static uint64_t slice;
static bool boost;

static struct core *own_core(void)
{
    return &cores[cpu_index()];
}

static struct vcpu *of_run(struct run *run)
{
    return CONTAINER_OF(run, struct vcpu, run);
}

void sched_init(void)
{
    char policy[8] = "wait";
    uint64_t ns = args_number(platform.args, "sched.slice", SLICE_DEFAULT);

    args_get(platform.args, "sched", policy, sizeof(policy));
    boost = strcmp(policy, "boost") == 0;
    if (!boost && strcmp(policy, "wait") != 0)
        platform_refuse("sched=%s: give wait or boost", policy);
    if (ns < SLICE_LEAST || ns > SLICE_MOST)
        platform_refuse("sched.slice=%lu: give %lu to %lu (ns)", ns, SLICE_LEAST, SLICE_MOST);
    slice = timer_ticks(ns);
    for (unsigned i = 0; i < CPUS_MAX; i++) {
        runqueue_init(&cores[i].queue, slice, boost);
        list_init(&cores[i].timers);
    }
}

void sched_pin(struct vcpu *vcpu)
{
    struct core *core = &cores[vcpu->vgic.core_index];

    CHECK(core->count < VCPUS_MAX);
    vcpu->slot = core->count;
    core->vcpu[core->count++] = vcpu;
    runqueue_join(&core->queue);
    list_init(&vcpu->timer);
}

unsigned sched_pinned(unsigned core)
{
    return cores[core].count;
}

struct vcpu *sched_vcpu(unsigned core, unsigned slot)
{
    return slot < cores[core].count ? cores[core].vcpu[slot] : NULL;
}

struct vcpu *sched_loaded(void)
{
    return own_core()->loaded;
}

/*
 * The guest has this core's GIC (strategy pass): nothing of the hypervisor's reaches the core, which is on only while
 * its vCPU is.
 */
static bool lent(const struct core *core)
{
    return core->count == 1 && core->vcpu[0]->vgic.vm->limits.physical;
}

static void serve(void *argument);

/* One that is on its way down answers ALREADY_ON: the guest saw its vCPU off, so the wait is short. */
static void start_lent(struct core *core)
{
    const struct vgic_cpu *cpu = &core->vcpu[0]->vgic;
    int64_t error = PSCI_ALREADY_ON;

    for (unsigned i = 0; i < START_ATTEMPTS && error == PSCI_ALREADY_ON; i++)
        error = cpu_start(cpu->core_index, cpu->core, serve, core);
    CHECK(error == PSCI_SUCCESS);
}

/* Its bits are there before the SGI is. */
void sched_poke(struct vcpu *vcpu)
{
    struct core *core = &cores[vcpu->vgic.core_index];

    if (lent(core))
        return;
    exclusive_set_bits(&core->poked[vcpu->slot / 64], BIT(vcpu->slot % 64));
    gic->send_sgi(vcpu->vgic.core, GIC_ATTEND);
}

void sched_on(struct vcpu *vcpu)
{
    struct core *core = &cores[vcpu->vgic.core_index];

    if (lent(core))
        start_lent(core);
    else
        sched_poke(vcpu);
}

static void forget_timer(struct vcpu *vcpu)
{
    list_remove(&vcpu->timer);
    list_init(&vcpu->timer);
}

/* Its timers do not tick while it is not loaded: this core's tells when one is due. */
static void remember_timer(struct core *core, struct vcpu *vcpu)
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
    forget_timer(vcpu);
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

static void expire(struct core *core)
{
    uint64_t now = timer_now();

    while (!list_empty(&core->timers)) {
        struct vcpu *vcpu = CONTAINER_OF(core->timers.next, struct vcpu, timer);

        if (vcpu->deadline > now)
            return;
        forget_timer(vcpu);
        signal(core, vcpu);
    }
}

static void stop(struct core *core, struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_READY)
        runqueue_remove(&core->queue, &vcpu->run);
    forget_timer(vcpu);
    vcpu->state = VCPU_OFF;
}

static void attend(struct core *core, struct vcpu *vcpu)
{
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

static void attend_all(struct core *core)
{
    for (unsigned n = 0; n < ARRAY_SIZE(core->poked); n++)
        for (uint64_t bits = exclusive_take_bits(&core->poked[n]); bits != 0; bits &= bits - 1)
            attend(core, core->vcpu[64 * n + (unsigned)__builtin_ctzll(bits)]);
}

/* The earlier of the end of the slice and the first timer of those that are not loaded. */
static void set_timer(const struct core *core)
{
    uint64_t deadline = UINT64_MAX;

    if (!list_empty(&core->timers))
        deadline = CONTAINER_OF(core->timers.next, struct vcpu, timer)->deadline;
    if (core->loaded != NULL && runqueue_contended(&core->queue, &core->loaded->run)) {
        uint64_t end = core->loaded->run.since + core->loaded->run.left;

        deadline = end < deadline ? end : deadline;
    }
    timer_host_set(deadline);
}

/* The hypervisor's own interrupts, and those of vCPUs that are not loaded. */
static void handle(struct core *core, uint32_t pintid)
{
    switch (pintid) {
    case GIC_ATTEND:
        gic->deactivate(pintid);
        attend_all(core);
        break;
    case INTID_HTIMER: /* its line is low before it is deactivated */
        timer_host_set(UINT64_MAX);
        gic->deactivate(pintid);
        expire(core);
        break;
    default:
        host_irq(pintid);
    }
}

static void unload(struct core *core, enum delivery_put why)
{
    vcpu_put(core->loaded, why);
    core->loaded = NULL;
}

static void load(struct core *core, struct vcpu *vcpu)
{
    forget_timer(vcpu);
    vcpu->state = VCPU_RUNNING;
    vcpu_load(vcpu);
    if (vcpu->vm->confined)
        features_open_fp(core->fp == vcpu);
    core->loaded = vcpu;
}

/* Waits for an interrupt, which is masked: taken here, and not by a vector. */
static void idle(struct core *core)
{
    uint32_t pintid;

    set_timer(core);
    wfi();
    pintid = gic->take();
    handle(core, pintid);
}

static _Noreturn void run_next(struct core *core)
{
    struct run *next;

    while ((next = runqueue_next(&core->queue, timer_now())) == NULL) {
        if (lent(core))
            cpu_off();
        idle(core);
    }
    load(core, of_run(next));
    next->since = timer_now();
    set_timer(core);
    vcpu_enter(core->loaded);
}

/* Another one runs instead of `vcpu`, which could go on. */
static _Noreturn void replace(struct core *core, struct vcpu *vcpu)
{
    struct run *next = runqueue_next(&core->queue, timer_now());

    unload(core, PUT_PREEMPT);
    vcpu->state = VCPU_READY;
    runqueue_return(&core->queue, &vcpu->run);
    if (boost)
        remember_timer(core, vcpu);
    load(core, of_run(next));
    next->since = timer_now();
    set_timer(core);
    vcpu_enter(core->loaded);
}

void sched_interrupt(struct vcpu *vcpu, uint32_t pintid)
{
    struct core *core = own_core();

    handle(core, pintid);
    if (vcpu->vm->ended)
        sched_off(vcpu);
    if (!vcpu->shares) /* nobody else can have come, and the timer is off */
        return;
    runqueue_account(&vcpu->run, timer_now());
    if (runqueue_preempts(&core->queue, &vcpu->run))
        replace(core, vcpu);
    set_timer(core);
}

void sched_wait(struct vcpu *vcpu)
{
    struct core *core = own_core();

    runqueue_account(&vcpu->run, timer_now());
    unload(core, PUT_BLOCK);
    if (vcpu->vgic.strategy->signalled(&vcpu->vgic) || (vcpu->hcr & HCR_EL2_VSE) != 0) {
        vcpu->state = VCPU_READY;
        runqueue_return(&core->queue, &vcpu->run);
    } else {
        vcpu->state = VCPU_BLOCKED;
        remember_timer(core, vcpu);
    }
    run_next(core);
}

void sched_yield(struct vcpu *vcpu)
{
    struct core *core = own_core();

    runqueue_account(&vcpu->run, timer_now());
    if (!runqueue_contended(&core->queue, &vcpu->run))
        vcpu_enter(vcpu);
    vcpu->run.left = 0;
    replace(core, vcpu);
}

void sched_off(struct vcpu *vcpu)
{
    struct core *core = own_core();

    unload(core, PUT_PREEMPT);
    vcpu->state = VCPU_OFF;
    run_next(core);
}

void sched_give_fp(struct vcpu *vcpu)
{
    struct core *core = own_core();

    features_open_fp(true);
    isb();
    if (core->fp != NULL)
        fp_save(&core->fp->fp);
    fp_restore(&vcpu->fp);
    core->fp = vcpu;
}

static const char *init_interrupts(void)
{
    const char *reason = gic->cpu_init();

    if (reason != NULL)
        return reason;
    gic->enable(cpu_index(), GIC_KICK, true);
    gic->enable(cpu_index(), GIC_ATTEND, true);
    gic->enable(cpu_index(), INTID_MAINTENANCE, true);
    gic->enable(cpu_index(), INTID_HTIMER, true);
    return NULL;
}

static void serve(void *argument)
{
    struct core *core = argument;
    const char *reason = lent(core) ? NULL : init_interrupts();

    if (reason != NULL)
        platform_refuse("core %u: %s", cpu_index(), reason);
    vcpu_init_core(core->count != 0 && core->vcpu[0]->vm->confined);
    for (unsigned i = 0; i < core->count; i++)
        attend(core, core->vcpu[i]);
    run_next(core);
}

_Noreturn void sched_start(void)
{
    for (unsigned i = 0; i < CPUS_MAX; i++) {
        int64_t error;

        if (i == cpu_index() || cores[i].count == 0 || (lent(&cores[i]) && !cores[i].vcpu[0]->on))
            continue;
        error = cpu_start(i, cores[i].vcpu[0]->vgic.core, serve, &cores[i]);
        if (error != 0)
            platform_refuse("core %u does not start: PSCI error %ld", i, error);
    }
    serve(own_core());
    __builtin_unreachable();
}
