/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle: a VM that is there while another one is measured, and sleeps until then: until_ns= of the counter. And CPUs
 * that are on and sleep while the first one is measured.
 */
#include "bench.h"

#include "check.h"
#include "regs/intid.h"

#define NS UINT64_C(1000000000)

static uint64_t now(void)
{
    return read_sysreg(cntvct_el0) * (NS / read_sysreg(cntfrq_el0));
}

/* Interrupts are masked: its timer wakes it, and nothing is taken. */
static const char *prepare(void)
{
    uint64_t until = args_number(machine.bootargs, "until_ns", 0);

    gic_init();
    gic_enable(INTID_VTIMER, 0x80, NULL);
    write_sysreg(cntv_cval_el0, until / (NS / read_sysreg(cntfrq_el0)));
    write_sysreg(cntv_ctl_el0, 1);
    isb();
    while (now() < until)
        __asm__ volatile("wfi" ::: "memory");
    power_off();
}

static uint64_t run(unsigned iteration)
{
    return iteration;
}

static volatile bool there[CPUS_MAX];

static void sleep(void *argument)
{
    (void)argument;
    there[smp_self()] = true;
    for (;;)
        __asm__ volatile("wfi" ::: "memory");
}

void idle_cpus(void)
{
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++)
        CHECK(smp_start(cpu, sleep, NULL) == 0);
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++)
        while (!there[cpu])
            smp_relax();
    smp_relax(); /* and the last one has a turn to fall asleep in */
}

const struct bench bench_idle = {"idle", "roundtrip_ticks", 1, prepare, run, finish_nothing};
