/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcpu_switch, vm_switch: a CPU lets another one run that shares its core, and that one does the same at once; the
 * sample is the time until the first goes on, two switches. vcpu_switch: its VM's second CPU; vm_switch: the CPU of
 * another VM, which runs this program with role=other. What lets others run is PSCI's CPU_SUSPEND: a state may be
 * shallower than asked for (DEN0022 5.1.2), and this one ends when the turn comes again. The first CPU has `live`
 * interrupts pending, which it masks, so that each switch has them to take away and to bring back.
 */
#include "bench.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "string.h"

#define OTHER 1

/* The other one's boot may be shorter than this side's, and its life is longer. */
#define TURNS_MORE      1000
#define TURNS_TO_SETTLE 16

#define FIRST    64 /* SPI, the first of its word of GICD_ISPENDR */
#define LIVE_MAX 32
#define PRIORITY 0x80

static volatile bool stop;
static uint32_t live; /* a bit each */

static void on_spi(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    bench_expect(false, "an interrupt was taken that is masked");
}

static const char *raise_live(void)
{
    uint64_t count = args_number(machine.bootargs, "live", 0);

    if (count == 0)
        return NULL;
    if (count > LIVE_MAX)
        return "live: 0 to 32";
    live = (uint32_t)(BIT(count) - 1);
    gic_init();
    irq_mask();
    for (uint32_t i = 0; i < count; i++)
        gic_enable_spi(FIRST + i, true, PRIORITY, on_spi);
    mmio_write32(machine.gicd.base + GICD_ISPENDR + FIRST / 8, live);
    return NULL;
}

static void withdraw_live(void)
{
    if (live == 0)
        return;
    bench_expect((mmio_read32(machine.gicd.base + GICD_ISPENDR + FIRST / 8) & live) == live,
                 "an interrupt that was pending is not any more");
    mmio_write32(machine.gicd.base + GICD_ICPENDR + FIRST / 8, live);
}

static inline void let_others_run(void)
{
    psci_call(PSCI_CPU_SUSPEND_64, 0, 0, 0);
}

/* Until the other one does nothing but take turns: it may need some slices to get there. */
static void settle(void)
{
    for (unsigned turn = 0; turn < TURNS_TO_SETTLE; turn++)
        let_others_run();
}

static void take_turns(void *argument)
{
    (void)argument;
    while (!stop)
        let_others_run();
}

static const char *prepare_turns(void)
{
    return machine.psci_smc ? "no hypervisor lets others run here" : NULL;
}

static const char *prepare_vcpu(void)
{
    const char *reason = prepare_turns();

    if (reason != NULL || machine.cpus < 2)
        return reason != NULL ? reason : "there is no second CPU";
    stop = false;
    if (smp_start(OTHER, take_turns, NULL) != 0)
        return "PSCI does not turn on the second CPU";
    settle();
    return raise_live();
}

/* Its turns are counted, because nobody tells it when the measurement is over. */
static void be_the_other(void)
{
    uint64_t turns = args_number(machine.bootargs, "iterations", ITERATIONS_DEFAULT) + TURNS_MORE;

    while (turns-- != 0)
        let_others_run();
    power_off();
}

static const char *prepare_vm(void)
{
    const char *reason = prepare_turns();
    char role[8] = "";

    args_get(machine.bootargs, "role", role, sizeof(role));
    if (reason != NULL)
        return reason;
    if (strcmp(role, "other") == 0)
        be_the_other();
    settle();
    return raise_live();
}

static uint64_t run(unsigned iteration)
{
    register uint64_t x0 __asm__("x0") = PSCI_CPU_SUSPEND_64;
    register uint64_t x1 __asm__("x1") = 0;

    (void)iteration;
    return ROUNDTRIP("hvc #0" : "+r"(x0), "+r"(x1)::"x2", "x3", "memory");
}

static void finish_vcpu(void)
{
    stop = true;
    let_others_run();
    withdraw_live();
}

const struct bench bench_vcpu_switch = {"vcpu_switch", "roundtrip_ticks", 1, prepare_vcpu, run, finish_vcpu};
const struct bench bench_vm_switch = {"vm_switch", "roundtrip_ticks", 1, prepare_vm, run, withdraw_live};
