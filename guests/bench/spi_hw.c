/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spi_hw: a physical SPI, raised by hardware while the guest spins; the sample is the handler's first counter read -
 * the raise. What raises it is the benchmark's variant:
 *
 * stimulus: the tracer's stores to GICD_ISPENDR at moments of virtual time that the arguments name; edge-triggered.
 * edu: QEMU's PCI device of that name (QEMU, docs/specs/edu.rst) at 00:03.0, whose INTx, a level, the guest asserts by
 * a store to one of its registers and deasserts by one to another in its handler. With refire=1 the handler does so
 * only the second time, which there must be, because the line is still asserted at the first EOI. With withdraw=1 the
 * line is also asserted and deasserted while interrupts are masked: no interrupt may come of that.
 */
#include "bench.h"

#include "edu.h"
#include "mmio.h"
#include "stimulus.h"
#include "string.h"

#define PRIORITY 0x80

static bool edu, refire, withdraw;
static struct stimulus stimulus;
static volatile unsigned handled;
static volatile bool finished;
static uint64_t handler_stamp;

static void on_edge(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    handler_stamp = stamp;
    finished = true;
}

static void on_level(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    if (handled++ == 0)
        handler_stamp = stamp;
    if (refire && handled == 1)
        return;
    mmio_write32(PCI_WINDOW + EDU_ACK, 1);
    finished = true;
}

static const char *prepare_stimulus(void)
{
    stimulus = stimulus_told();
    if (stimulus.intid == 0)
        return "no stimulus";
    gic_enable_spi(stimulus.intid, true, PRIORITY, on_edge);
    return NULL;
}

static const char *prepare_edu(void)
{
    const char *reason = edu_start();

    refire = args_number(machine.bootargs, "refire", 0) != 0;
    withdraw = args_number(machine.bootargs, "withdraw", 0) != 0;
    if (reason == NULL)
        gic_enable_spi(EDU_INTID, false, PRIORITY, on_level);
    return reason;
}

static const char *prepare(void)
{
    char source[16] = "stimulus";
    const char *reason;

    args_get(machine.bootargs, "source", source, sizeof(source));
    edu = strcmp(source, "edu") == 0;
    if (!edu && strcmp(source, "stimulus") != 0)
        return "source: only stimulus and edu are known";
    gic_init();
    reason = edu ? prepare_edu() : prepare_stimulus();
    irq_unmask();
    return reason;
}

static uint64_t wait_stimulus(unsigned iteration)
{
    uint64_t raised = stimulus.first + iteration * stimulus.period;

    bench_expect(read_sysreg(cntvct_el0) < raised, "the stimulus came before the guest waited for it");
    while (!finished)
        ;
    return handler_stamp - raised;
}

static void withdraw_edu(void)
{
    handled = 0;
    irq_mask();
    mmio_write32(PCI_WINDOW + EDU_RAISE, 1);
    mmio_write32(PCI_WINDOW + EDU_ACK, 1);
    irq_unmask();
    isb();
    bench_expect(handled == 0, "the interrupt came although its line had dropped");
}

static uint64_t raise_edu(void)
{
    register uint64_t x0 __asm__("x0") = EDU_INTID;
    uint64_t raised;

    handled = 0;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %1\n str %w2, [%3]"
                     : "=&r"(raised)
                     : "i"(MARK_SPI), "r"(1), "r"(PCI_WINDOW + EDU_RAISE), "r"(x0)
                     : "memory");
    while (!finished)
        ;
    bench_expect(handled == (refire ? 2 : 1), "the interrupt did not come as often as its line was asserted");
    return handler_stamp - raised;
}

static uint64_t run(unsigned iteration)
{
    finished = false;
    if (withdraw)
        withdraw_edu();
    return edu ? raise_edu() : wait_stimulus(iteration);
}

/* An interrupt that was withdrawn may have been taken, and found gone. */
static void finish(void)
{
    irq_mask();
    if (withdraw)
        gic_spurious = 0;
}

const struct bench bench_spi_hw = {"spi_hw", "handler_ticks", 1, prepare, run, finish};
