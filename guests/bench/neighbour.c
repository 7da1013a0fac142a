/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbour: an interrupt for this VM, which sleeps in WFI until it comes, while another VM of the machine is busy
 * (load.c). The sample is the handler's first counter read - the raise. What raises it (source=):
 *
 * stimulus: the tracer's stores to GICD_ISPENDR. One may come before the guest sleeps again, but no second one.
 * timer: the virtual timer. From one iteration to the next it is set for a moment that lies further from the guest's
 * turn, by a step that has no measure in common with `span`, up to which the time goes: at whatever instruction of the
 * other VM's turn.
 */
#include "bench.h"

#include "load.h"
#include "regs/intid.h"
#include "stimulus.h"
#include "string.h"

#define PRIORITY    0x80
#define SPAN        100000 /* ticks */
#define DELAY_LEAST 1000
#define STEP        61803 /* ticks, prime */
#define STAMPS      2
#define LEAD        4 /* periods before the first raise: the other VM has its turns meanwhile */

static struct stimulus stimulus;
static uint32_t intid;
static uint64_t span; /* 0: not the timer */
static volatile unsigned handled;
static uint64_t stamps[STAMPS];

static void on_interrupt(uint32_t taken, uint64_t stamp)
{
    bench_expect(taken == intid, "another interrupt came");
    if (span != 0)
        write_sysreg(cntv_ctl_el0, 0);
    stamps[handled % STAMPS] = stamp;
    handled++;
}

/* The other VM is busy by then. */
static void start_at(uint64_t moment)
{
    bench_expect(!is_past(moment), "the measurement was to begin while the guest booted");
    while (!is_past(moment))
        ;
}

static const char *prepare_stimulus(void)
{
    stimulus = stimulus_told();
    intid = stimulus.intid;
    if (intid == 0)
        return "no stimulus";
    gic_enable_spi(intid, true, PRIORITY, on_interrupt);
    start_at(stimulus.first - LEAD * stimulus.period);
    return NULL;
}

static const char *prepare_timer(void)
{
    span = args_number(machine.bootargs, "span", SPAN);
    intid = INTID_VTIMER;
    if (span == 0)
        return "span: ticks, more than 0";
    gic_enable(intid, PRIORITY, on_interrupt);
    start_at(stimulus_ticks("start_ns"));
    return NULL;
}

static const char *prepare(void)
{
    char source[16] = "stimulus";

    load_if_asked();
    args_get(machine.bootargs, "source", source, sizeof(source));
    gic_init();
    if (strcmp(source, "timer") == 0)
        return prepare_timer();
    return strcmp(source, "stimulus") == 0 ? prepare_stimulus() : "source: only stimulus and timer are known";
}

static uint64_t arm(unsigned iteration)
{
    register uint64_t x0 __asm__("x0");
    uint64_t delay = DELAY_LEAST + (uint64_t)iteration * STEP % span;

    isb();
    x0 = read_sysreg(cntvct_el0) + delay;
    write_sysreg(cntv_cval_el0, x0);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    __asm__ volatile("isb\n mrs x1, cntvct_el0\n movz xzr, %1" ::"r"(x0), "i"(MARK_TIMER) : "x1", "memory");
    return read_sysreg(cntv_cval_el0);
}

static uint64_t run(unsigned iteration)
{
    uint64_t raised = span != 0 ? arm(iteration) : stimulus.first + iteration * stimulus.period;

    bench_expect(iteration != 0 || !is_past(raised), "the first stimulus came before it was measured");
    while (handled == iteration) {
        __asm__ volatile("dsb sy\n wfi" ::: "memory");
        irq_unmask();
        isb();
        irq_mask();
    }
    bench_expect(handled - iteration <= STAMPS, "more came than were raised");
    return stamps[iteration % STAMPS] - raised;
}

static void finish(void)
{
    gic_disable(intid);
}

const struct bench bench_neighbour = {"neighbour", "handler_ticks", 1, prepare, run, finish};
