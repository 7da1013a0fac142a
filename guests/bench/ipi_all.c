/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipi_all: one SGI to all other CPUs (ICC_SGI1R_EL1.IRM = 1, GICD_SGIR.TargetListFilter = 1), which wait with YIELD;
 * the sample is the time until each has completed it and waits again.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicv2.h"
#include "regs/sgi.h"

#define SGI        1
#define TARGET_OFF 1 /* PSCI's answer to AFFINITY_INFO */

static volatile bool stop;
static volatile unsigned handled[CPUS_MAX]; /* by CPU */
static volatile unsigned settled[CPUS_MAX]; /* it waits, having handled so many */

static void on_sgi(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    handled[smp_self()]++;
}

static void target(void *argument)
{
    unsigned self = smp_self();

    (void)argument;
    gic_init();
    gic_enable(SGI, 0x80, on_sgi);
    irq_unmask();
    while (!stop) {
        settled[self] = handled[self];
        smp_relax();
    }
    irq_mask();
    gic_disable(SGI);
}

static void wait_for_all(unsigned count)
{
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++)
        while (settled[cpu] != count)
            smp_relax();
}

/* This CPU would take it, too, if it were one of the targets. */
static const char *prepare(void)
{
    if (machine.cpus < 2)
        return "there is no second CPU";
    gic_init();
    gic_enable(SGI, 0x80, on_sgi);
    irq_unmask();
    stop = false;
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        settled[cpu] = ~0U;
        if (smp_start(cpu, target, NULL) != 0)
            return "PSCI does not turn on the other CPUs";
    }
    wait_for_all(0);
    return NULL;
}

static void send(void)
{
    if (gic->version == 2)
        mmio_write32(machine.gicd.base + GICD_SGIR,
                     FIELD_PREP(GICD_SGIR_FILTER, GICD_SGIR_FILTER_OTHER) | FIELD_PREP(GICD_SGIR_INTID, SGI));
    else
        write_sysreg(icc_sgi1r_el1, ICC_SGI_IRM | FIELD_PREP(ICC_SGI_INTID, SGI));
    isb();
}

static uint64_t run(unsigned iteration)
{
    uint64_t begin, end;

    isb();
    begin = read_sysreg(cntvct_el0);
    MARK(MARK_BEGIN);
    send();
    wait_for_all(iteration + 1);
    MARK(MARK_END);
    isb();
    end = read_sysreg(cntvct_el0);
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        bench_expect(handled[cpu] == (cpu == 0 ? 0 : iteration + 1), "not once to each of the others");
    return end - begin;
}

static void finish(void)
{
    stop = true;
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++)
        while (smp_state(cpu) != TARGET_OFF)
            smp_relax();
}

const struct bench bench_ipi_all = {"ipi_all", "roundtrip_ticks", 1, prepare, run, finish};
