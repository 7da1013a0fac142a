/* SPDX-License-Identifier: Apache-2.0 */
#include "cpus.h"

#include "psci.h"

enum state { OFF, STARTING, POSTED, DONE };

static struct place {
    enum state state;
    task *task;
    uint64_t a, b, result;
    struct cpu_interface at_start;
} __attribute__((aligned(64))) places[CPUS_MAX];

static unsigned lost;

static enum state state_of(unsigned cpu)
{
    return __atomic_load_n(&places[cpu].state, __ATOMIC_ACQUIRE);
}

static void set_state(struct place *place, enum state state)
{
    __atomic_store_n(&place->state, state, __ATOMIC_RELEASE);
}

static uint64_t now(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}

static bool in_time(unsigned cpu, bool (*reached)(unsigned cpu))
{
    uint64_t begin = now();

    while (!reached(cpu)) {
        if (now() - begin > read_sysreg(cntfrq_el0)) {
            lost |= 1U << cpu;
            return false;
        }
        smp_relax();
    }
    return true;
}

bool done_on(unsigned cpu)
{
    return state_of(cpu) == DONE;
}

static bool is_off(unsigned cpu)
{
    return smp_state(cpu) == 1;
}

static uint64_t leave(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    return 0;
}

static struct cpu_interface inspect(void)
{
    if (gic->version == 3)
        write_sysreg(icc_sre_el1, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
    isb();
    return (struct cpu_interface){get_pmr(), get_igrpen(GROUP0), get_igrpen(GROUP1), get_rpr()};
}

/* What another CPU does while it is on. */
static void serve(void *argument)
{
    struct place *place = argument;

    place->at_start = inspect();
    gic_init();
    set_igrpen(GROUP0, true);
    set_igrpen(GROUP1, true);
    do {
        set_state(place, DONE);
        while (__atomic_load_n(&place->state, __ATOMIC_ACQUIRE) != POSTED)
            smp_relax();
        place->result = place->task(place->a, place->b);
    } while (place->task != leave);
    set_state(place, DONE);
}

bool cpu_bring(unsigned cpu)
{
    if ((lost >> cpu & 1) != 0)
        return false;
    if (state_of(cpu) != OFF)
        return true;
    set_state(&places[cpu], STARTING);
    return smp_start(cpu, serve, &places[cpu]) == PSCI_SUCCESS && in_time(cpu, done_on);
}

bool cpu_remove(unsigned cpu)
{
    if ((lost >> cpu & 1) != 0)
        return false;
    if (state_of(cpu) == OFF)
        return true;
    call_on(cpu, leave, 0, 0);
    if (!in_time(cpu, is_off))
        return false;
    set_state(&places[cpu], OFF);
    return true;
}

static uint64_t reset(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    env_reset_cpu();
    return 0;
}

unsigned cpus_ready(unsigned cpus)
{
    unsigned ready = 1;

    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        if (cpu >= cpus)
            cpu_remove(cpu);
        else if (cpu_bring(cpu) && call_on(cpu, reset, 0, 0) == 0)
            ready++;
    }
    look_at(0);
    return ready;
}

unsigned cpus_lost(void)
{
    return lost;
}

struct cpu_interface found_at_start(unsigned cpu)
{
    return places[cpu].at_start;
}

void post_on(unsigned cpu, task *work, uint64_t a, uint64_t b)
{
    struct place *place = &places[cpu];

    if ((lost >> cpu & 1) != 0 || !in_time(cpu, done_on))
        return;
    place->task = work;
    place->a = a;
    place->b = b;
    set_state(place, POSTED);
}

uint64_t result_of(unsigned cpu)
{
    if ((lost >> cpu & 1) != 0 || !in_time(cpu, done_on))
        return UINT64_MAX;
    return places[cpu].result;
}

uint64_t call_on(unsigned cpu, task *work, uint64_t a, uint64_t b)
{
    if (cpu == smp_self())
        return work(a, b);
    post_on(cpu, work, a, b);
    return result_of(cpu);
}

/* A task that evaluates `expression`, of its arguments a and b. */
#define TASK(name, expression)                                                                                         \
    static uint64_t name(uint64_t a, uint64_t b)                                                                       \
    {                                                                                                                  \
        (void)a;                                                                                                       \
        (void)b;                                                                                                       \
        return (expression);                                                                                           \
    }

TASK(task_signalled, signalled())
TASK(task_acknowledge, (signalled(), acknowledge((unsigned)a)))
TASK(task_highest_pending, highest_pending((unsigned)a))
TASK(task_end, (end((unsigned)a, (uint32_t)b), 0))
TASK(task_deactivate, (deactivate((uint32_t)a), 0))
TASK(task_get_rpr, get_rpr())
TASK(task_set_pmr, (set_pmr(a), 0))
TASK(task_set_ctlr, (set_ctlr(a != 0, false), 0))
TASK(task_set_igrpen, (set_igrpen((unsigned)a, b != 0), 0))
TASK(task_send_sgi, (send_sgi((unsigned)a, b), 0))
TASK(task_take, (signalled(), take(a)))

uint64_t signalled_on(unsigned cpu)
{
    return call_on(cpu, task_signalled, 0, 0);
}

uint32_t acknowledge_on(unsigned cpu, unsigned group)
{
    return (uint32_t)call_on(cpu, task_acknowledge, group, 0);
}

uint32_t highest_pending_on(unsigned cpu, unsigned group)
{
    return (uint32_t)call_on(cpu, task_highest_pending, group, 0);
}

void end_on(unsigned cpu, unsigned group, uint32_t intid)
{
    call_on(cpu, task_end, group, intid);
}

void deactivate_on(unsigned cpu, uint32_t intid)
{
    call_on(cpu, task_deactivate, intid, 0);
}

uint64_t get_rpr_on(unsigned cpu)
{
    return call_on(cpu, task_get_rpr, 0, 0);
}

void set_pmr_on(unsigned cpu, uint64_t value)
{
    call_on(cpu, task_set_pmr, value, 0);
}

void set_ctlr_on(unsigned cpu, bool eoimode)
{
    call_on(cpu, task_set_ctlr, eoimode, 0);
}

void set_igrpen_on(unsigned cpu, unsigned group, bool enabled)
{
    call_on(cpu, task_set_igrpen, group, enabled);
}

void send_sgi_on(unsigned cpu, unsigned group, uint64_t value)
{
    call_on(cpu, task_send_sgi, group, value);
}

unsigned take_on(unsigned cpu, uint64_t mask)
{
    return (unsigned)call_on(cpu, task_take, mask, 0);
}
