/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipi: an SGI to another CPU, whose handler replies by a flag; the sample is the time from before the SGI to the reply,
 * as in kvm-unit-tests' micro-bench. Both wait with YIELD, so that CPUs which share a thread of the simulator take
 * turns at once; with target=wfi the target sleeps.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicv2.h"
#include "string.h"

#define SGI        1
#define TARGET     1
#define TARGET_OFF 1 /* PSCI's answer to AFFINITY_INFO */
/* For a target that sleeps: longer than any exit, so that the SGI cannot come between its last word and WFI. */
#define SLEEP_TICKS 4000

static bool sleeps;
static volatile bool stop;
static volatile unsigned replies;
static volatile unsigned settled; /* the target waits, having given so many replies */

static void on_ipi(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    replies++;
    MARK(MARK_REPLY);
}

static void target(void *argument)
{
    (void)argument;
    gic_init();
    gic_enable(SGI, 0x80, on_ipi);
    irq_unmask();
    while (!stop) {
        settled = replies;
        if (sleeps)
            __asm__ volatile("wfi" ::: "memory");
        else
            smp_relax();
    }
    irq_mask();
    gic_disable(SGI);
}

static void wait_for_target(void)
{
    uint64_t begin, now;

    while (settled != replies)
        smp_relax();
    begin = now = read_sysreg(cntvct_el0);
    while (sleeps && now - begin < SLEEP_TICKS)
        now = read_sysreg(cntvct_el0);
}

static const char *prepare(void)
{
    char name[8] = "";

    args_get(machine.bootargs, "target", name, sizeof(name));
    sleeps = strcmp(name, "wfi") == 0;
    if (name[0] != '\0' && !sleeps)
        return "target: only wfi is known";
    if (machine.cpus < 2)
        return "there is no second CPU";
    gic_init();
    stop = false;
    settled = ~replies;
    if (smp_start(TARGET, target, NULL) != 0)
        return "PSCI does not turn on the second CPU";
    wait_for_target();
    return NULL;
}

/* Waits for the reply with YIELD. */
#define AND_REPLY "\n1: yield\n ldr %w0, [%[reply]]\n cmp %w0, %w[expected]\n b.ne 1b"

static uint64_t run(unsigned iteration)
{
    uint64_t value = gic_sgi_to(SGI, TARGET);
    unsigned expected, reply;

    (void)iteration;
    wait_for_target();
    expected = replies + 1;
    return ROUNDTRIP("msr icc_sgi1r_el1, %[value]\n isb" AND_REPLY
                     : "=&r"(reply)
                     : [value] "r"(value), [reply] "r"(&replies), [expected] "r"(expected)
                     : "memory", "cc");
}

static uint64_t run_v2(unsigned iteration)
{
    uint64_t value = gic_sgi_to(SGI, TARGET), sgir = machine.gicd.base + GICD_SGIR;
    unsigned expected, reply;

    (void)iteration;
    wait_for_target();
    expected = replies + 1;
    return ROUNDTRIP("str %w[value], [%[sgir]]" AND_REPLY
                     : "=&r"(reply)
                     : [value] "r"(value), [sgir] "r"(sgir), [reply] "r"(&replies), [expected] "r"(expected)
                     : "memory", "cc");
}

static void finish(void)
{
    wait_for_target();
    stop = true;
    if (gic->version == 2)
        mmio_write32(machine.gicd.base + GICD_SGIR, (uint32_t)gic_sgi_to(SGI, TARGET));
    else
        write_sysreg(icc_sgi1r_el1, gic_sgi_to(SGI, TARGET));
    while (smp_state(TARGET) != TARGET_OFF)
        smp_relax();
}

const struct bench bench_ipi = {"ipi", "roundtrip_ticks", 1, prepare, run, finish};
const struct bench bench_ipi_v2 = {"ipi", "roundtrip_ticks", 1, prepare, run_v2, finish};
