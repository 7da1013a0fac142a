/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wfi_wake: the tracer's stores to GICD_ISPENDR raise a physical SPI while the guest sleeps in WFI, with interrupts
 * masked: none is taken between the look at the flag and WFI. The sample is the handler's first counter read - the
 * raise.
 */
#include "bench.h"

#include "stimulus.h"

static struct stimulus stimulus;
static volatile unsigned handled;
static uint64_t handler_stamp;

static void on_spi(uint32_t intid, uint64_t stamp)
{
    bench_expect(intid == stimulus.intid, "another interrupt came");
    handler_stamp = stamp;
    handled++;
}

static const char *prepare(void)
{
    stimulus = stimulus_told();
    if (stimulus.intid == 0)
        return "no stimulus";
    gic_init();
    gic_enable_spi(stimulus.intid, true, 0x80, on_spi);
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uint64_t raised = stimulus.first + iteration * stimulus.period;

    bench_expect(read_sysreg(cntvct_el0) < raised, "the stimulus came before the guest slept");
    while (handled == iteration) {
        __asm__ volatile("dsb sy\n wfi" ::: "memory");
        irq_unmask();
        isb();
        irq_mask();
    }
    bench_expect(handled == iteration + 1, "the interrupt came more than once");
    return handler_stamp - raised;
}

static void finish(void)
{
    gic_disable(stimulus.intid);
}

const struct bench bench_wfi_wake = {"wfi_wake", "handler_ticks", 1, prepare, run, finish};
