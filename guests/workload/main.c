/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seed=N interrupts=N` in the boot arguments: that many interrupts, of random kinds, groups and priorities, raised
 * while masked and unmasked and in nested handlers; each acknowledge is compared with what the architecture says. The
 * last line of the console is "workload: passed …" or "workload: failed: …".
 */
#include "workload.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/intid.h"

#define INTERRUPTS_DEFAULT 100000
#define EPOCH_STEPS        300
#define NESTED_MAX         12 /* handlers that unmask */
#define LEFT_ACTIVE_MAX    12 /* with EOImode = 1 */

extern const char workload_vectors[];
void workload_interrupt(unsigned group);

static uint64_t seed, random_state;
static unsigned epoch;
static bool draining; /* nothing is raised any more */

/* xorshift64* (Vigna 2016). */
uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % bound);
}

void workload_failed(void)
{
    print(" (seed %lu, epoch %u, interrupt %lu, depth %u, EOImode %u)\n", seed, epoch, oracle.acknowledged,
          oracle.depth, oracle.eoimode);
    power_off();
}

static unsigned active_sources(void)
{
    unsigned active = 0;

    for (unsigned i = 0; i < oracle.count; i++)
        active += oracle.source[i].active;
    return active;
}

/* Raises more, masked and not, and lets what preempts in; on average less than one, or it would never end. */
static void nest(void)
{
    if (!draining && random_below(2) != 0)
        act_raise();
    unmask();
    oracle_settled();
    if (!draining && random_below(2) != 0)
        act_raise_unmasked();
    oracle_settled();
    mask();
}

void workload_interrupt(unsigned group)
{
    uint32_t intid = acknowledge(group);
    struct source *source;

    if (intid >= INTID_SPECIAL && intid < INTID_LPI_FIRST)
        workload_fail("spurious: Group %u signalled, its IAR reads %u", group, intid);
    source = oracle_acknowledge(intid, group);
    if (source->timer)
        timer_set(source, false);
    if (random_below(16) == 0)
        oracle_compare();
    if (oracle.depth < NESTED_MAX && random_below(3) != 0)
        nest();
    end(group, intid);
    oracle_end(source);
    if (oracle.eoimode && (random_below(4) != 0 || active_sources() > LEFT_ACTIVE_MAX)) {
        deactivate(intid);
        source->active = false;
    }
}

static void step(void)
{
    mask();
    for (unsigned n = random_below(8); n > 0; n--)
        act_masked();
    unmask();
    oracle_settled();
    act_raise_unmasked();
    oracle_settled();
}

/* Until nothing is pending or active: what was left active may be pending too. */
static void drain(void)
{
    draining = true;
    mask();
    configure_open();
    for (unsigned round = 0; round < 4; round++) {
        unmask();
        oracle_settled();
        mask();
        act_deactivate(true);
    }
    oracle_account();
    draining = false;
}

static void prepare(void)
{
    gic_init();
    cpuif_find();
    mmio_write32(machine.gicd.base + GICD_CTLR,
                 mmio_read32(machine.gicd.base + GICD_CTLR) | GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    gic->settle();
    write_sysreg(vbar_el1, (uintptr_t)workload_vectors);
    isb();
    configure_sources();
}

static void report(void)
{
    uint64_t raised = 0, coalesced = 0, withdrawn = 0;

    for (unsigned i = 0; i < oracle.count; i++) {
        raised += oracle.source[i].raised;
        coalesced += oracle.source[i].coalesced;
        withdrawn += oracle.source[i].withdrawn;
    }
    print("workload: passed: raised %lu, acknowledged %lu, coalesced %lu, withdrawn %lu, outstanding 0, deepest %u\n",
          raised, oracle.acknowledged, coalesced, withdrawn, oracle.deepest);
}

void guest_main(void)
{
    uint64_t interrupts = args_number(machine.bootargs, "interrupts", INTERRUPTS_DEFAULT);

    seed = args_number(machine.bootargs, "seed", 1);
    oracle.groups_stay = args_number(machine.bootargs, "groups_stay", 0) != 0;
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    prepare();
    for (epoch = 1; oracle.acknowledged < interrupts; epoch++) {
        configure_open();
        configure_epoch();
        for (unsigned n = 0; n < EPOCH_STEPS; n++)
            step();
        drain();
    }
    report();
}
