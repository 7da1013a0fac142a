/* SPDX-License-Identifier: Apache-2.0 */
#include "sched.h"

#include <stddef.h>

#include "check.h"
#include "cores.h"
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

#define SLICE_DEFAULT UINT64_C(1000000) /* ns */
#define SLICE_LEAST   UINT64_C(100)     /* what a vCPU needs to get anywhere */
#define SLICE_MOST    UINT64_C(10000000000)

#define START_ATTEMPTS 1000000

struct core cores[CPUS_MAX];

static struct vcpu *of_run(struct run *run)
{
    return CONTAINER_OF(run, struct vcpu, run);
}

void sched_init(void)
{
    char policy[8] = "wait";
    uint64_t ns = args_number(platform.args, "sched.slice", SLICE_DEFAULT);
    bool boost;

    args_get(platform.args, "sched", policy, sizeof(policy));
    boost = strcmp(policy, "boost") == 0;
    if (!boost && strcmp(policy, "wait") != 0)
        platform_refuse("sched=%s: give wait or boost", policy);
    if (ns < SLICE_LEAST || ns > SLICE_MOST)
        platform_refuse("sched.slice=%lu: give %lu to %lu (ns)", ns, SLICE_LEAST, SLICE_MOST);
    for (unsigned i = 0; i < CPUS_MAX; i++) {
        runqueue_init(&cores[i].queue, timer_ticks(ns), boost);
        list_init(&cores[i].timers);
    }
}

void sched_place(struct vcpu *vcpu, unsigned core)
{
    sched_admit(vcpu, core);
    vcpu->vgic.core_index = core;
    vcpu->vgic.core = cores[core].mpidr;
    list_init(&vcpu->timer);
}

void sched_admit(struct vcpu *vcpu, unsigned index)
{
    struct core *core = &cores[index];

    for (unsigned i = 0; i < core->count; i++)
        if (core->vcpu[i] == vcpu)
            return;
    CHECK(core->count < VCPUS_MAX);
    CHECK(devtree_cpu(platform.fdt, index, &core->mpidr));
    core->vcpu[core->count++] = vcpu;
    runqueue_join(&core->queue);
}

unsigned sched_admitted(unsigned core)
{
    return cores[core].count;
}

struct vcpu *sched_vcpu(unsigned core, unsigned n)
{
    return n < cores[core].count ? cores[core].vcpu[n] : NULL;
}

struct vcpu *sched_loaded(void)
{
    return own_core()->loaded;
}

static void serve(void *argument);

/* One that is on its way down answers ALREADY_ON: the guest saw its vCPU off, so the wait is short. */
static void start_lent(struct core *core)
{
    int64_t error = PSCI_ALREADY_ON;

    for (unsigned i = 0; i < START_ATTEMPTS && error == PSCI_ALREADY_ON; i++)
        error = cpu_start((unsigned)(core - cores), core->mpidr, serve, core);
    CHECK(error == PSCI_SUCCESS);
}

void sched_on(struct vcpu *vcpu)
{
    struct core *core = core_of(vcpu);

    if (core_is_lent(core))
        start_lent(core);
    else
        sched_poke(vcpu);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The first of: the end of the slice, a move, the first timer of those that are not loaded. */
static void set_timer(const struct core *core)
{
    const struct vcpu *loaded = core->loaded;
    uint64_t deadline = UINT64_MAX;

    if (loaded != NULL) {
        deadline = loaded->moves;
        if (runqueue_contended(&core->queue, &loaded->run))
            deadline = earlier(loaded->run.since + loaded->run.left, deadline);
    }
    if (!list_empty(&core->timers))
        deadline = earlier(CONTAINER_OF(core->timers.next, struct vcpu, timer)->deadline, deadline);
    timer_host_set(deadline);
}

/* The hypervisor's own interrupts, and those of vCPUs that are not loaded. */
static void handle(struct core *core, uint32_t pintid)
{
    switch (pintid) {
    case GIC_ATTEND:
        gic->deactivate(pintid);
        attend_poked(core);
        break;
    case INTID_HTIMER: /* its line is low before it is deactivated */
        timer_host_set(UINT64_MAX);
        gic->deactivate(pintid);
        attend_timers(core);
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
    timer_forget(vcpu);
    vcpu->state = VCPU_RUNNING;
    vcpu_load(vcpu);
    if (vcpu->vm->confined)
        features_open_fp(core->fp == vcpu);
    core->loaded = vcpu;
}

static _Noreturn void begin(struct core *core, struct vcpu *vcpu)
{
    load(core, vcpu);
    vcpu->run.since = timer_now();
    if (vcpu->moves <= vcpu->run.since)
        vcpu->moves = vcpu->run.since + vcpu->vm->stay;
    set_timer(core);
    vcpu_enter(vcpu);
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
        if (core_is_lent(core))
            cpu_off();
        idle(core);
    }
    begin(core, of_run(next));
}

/* Another one runs instead of `vcpu`, which could go on. */
static _Noreturn void replace(struct core *core, struct vcpu *vcpu)
{
    struct run *next = runqueue_next(&core->queue, timer_now());

    unload(core, PUT_PREEMPT);
    vcpu->state = VCPU_READY;
    runqueue_return(&core->queue, &vcpu->run);
    if (core->queue.boost)
        timer_remember(core, vcpu);
    begin(core, of_run(next));
}

/*
 * On a stack of the core's own: as soon as `argument`, a vCPU that was put, is at its next core, that one may load it,
 * whose stack is the vCPU's.
 */
static void hand_over(void *argument)
{
    struct vcpu *vcpu = argument;
    const struct vm *vm = vcpu->vm;
    unsigned next;

    vcpu->place = (vcpu->place + 1) % vm->places;
    vcpu->moves = 0;
    next = vm->place[vcpu->place];
    vcpu->state = VCPU_MOVING;
    vcpu_move(vcpu, next, cores[next].mpidr);
    sched_poke(vcpu);
    run_next(own_core());
}

static _Noreturn __attribute__((noinline)) void move(struct core *core, struct vcpu *vcpu)
{
    unload(core, PUT_PREEMPT);
    if (core->fp == vcpu) {
        fp_save(&vcpu->fp);
        core->fp = NULL;
    }
    cpu_use_own_stack(hand_over, vcpu);
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
    if (vcpu->moves <= vcpu->run.since)
        move(core, vcpu);
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
        timer_remember(core, vcpu);
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
    const char *reason = core_is_lent(core) ? NULL : init_interrupts();

    if (reason != NULL)
        platform_refuse("core %u: %s", cpu_index(), reason);
    vcpu_init_core(core->count != 0 && core->vcpu[0]->vm->confined);
    for (unsigned i = 0; i < core->count; i++)
        if (core_of(core->vcpu[i]) == core)
            attend(core, core->vcpu[i]);
    run_next(core);
}

_Noreturn void sched_start(void)
{
    for (unsigned i = 0; i < CPUS_MAX; i++) {
        int64_t error;

        if (i == cpu_index() || cores[i].count == 0 || (core_is_lent(&cores[i]) && !cores[i].vcpu[0]->on))
            continue;
        error = cpu_start(i, cores[i].mpidr, serve, &cores[i]);
        if (error != 0)
            platform_refuse("core %u does not start: PSCI error %ld", i, error);
    }
    serve(own_core());
    __builtin_unreachable();
}
