/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs of several devices whose messages come at moments of virtual time that somebody else chooses
 * (bench/messages.py), while this program moves them between all CPUs at random. Rounds alternate: in an open one every
 * event is sent once and CPUs take what comes; in a closed one they take nothing while every event is sent one to three
 * times. At the end of either each LPI must have been acknowledged once, by whichever CPU.
 *
 * Boot arguments: seed=; device= and stride=, the first DeviceID and the distance to the next; start=, window=,
 * period=, in ns of virtual time: round n's messages are sent from start + n * period on for `window`; rounds=. The
 * last line of the console is "messages: passed: ..." or "messages: failed: ...".
 */
#include "gic_its.h"
#include "mmio.h"
#include "regs/intid.h"
#include "string.h"

#define DEVICES     8
#define EVENT_BITS  9
#define EVENTS      (1U << EVENT_BITS)
#define LPIS        (DEVICES * EVENTS)
#define LPI(n)      (INTID_LPI_FIRST + (n))
#define ENTRY_MAX   32 /* bytes of an event in an ITS's table, at most (GITS_TYPER.ITT_entry_size) */
#define COLLECTIONS 20 /* some ITSs have 16 of their own, and more in memory */
#define PRIORITY    0x80
#define SGI_CHANGE  1
#define SWAPS       64
#define NS          UINT64_C(1000000000)
#define PACE        1000 /* ns between commands */

static uint8_t translations[DEVICES][EVENTS * ENTRY_MAX] __attribute__((aligned(256)));
static uint32_t lpi_of[LPIS]; /* by event, of all devices: the LPI, from 0 on */
static volatile uint32_t count[CPUS_MAX][LPIS];
static volatile uint32_t strange[CPUS_MAX]; /* acknowledged, and nobody's */
static volatile bool closed = true;         /* CPUs take nothing */
static volatile bool parked[CPUS_MAX];      /* ... and do so */
static uint64_t seed, random_state, commands;
static uint32_t first_device, stride, rounds, round;
static uint64_t start, window, period;

/* xorshift64* (Vigna 2016). */
static uint32_t below(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % bound);
}

static _Noreturn void fail(const char *what, uint64_t number)
{
    irq_mask();
    print("messages: failed: %s %lu (seed %lu, round %u of %u, after %lu commands)\n", what, number, seed, round,
          rounds, commands);
    power_off();
}

static uint64_t now(void)
{
    return read_sysreg(cntvct_el0) * (NS / read_sysreg(cntfrq_el0));
}

static uint64_t begin_of(uint32_t n)
{
    return start + n * period;
}

static void need(bool done)
{
    commands++;
    if (!done)
        fail("the ITS does not run command", commands);
}

static uint32_t device_of(uint32_t event)
{
    return first_device + event / EVENTS * stride;
}

static void on_lpi(uint32_t intid, uint64_t stamp)
{
    (void)stamp;
    if (intid - INTID_LPI_FIRST < LPIS)
        count[smp_self()][intid - INTID_LPI_FIRST]++;
    else
        strange[smp_self()]++;
}

static void on_change(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
}

static void on_timer(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    write_sysreg(cntv_ctl_el0, 0);
    isb();
}

/* Wakes for whatever comes, and takes it. */
static void wait(void)
{
    irq_mask();
    __asm__ volatile("wfi" ::: "memory");
    irq_unmask();
    isb();
}

/* Taking interrupts. */
static void sleep_until(uint64_t ns)
{
    while (now() < ns) {
        write_sysreg(cntv_cval_el0, ns / (NS / read_sysreg(cntfrq_el0)));
        write_sysreg(cntv_ctl_el0, 1);
        wait();
    }
}

/* A CPU but the first. */
static void serve(void *argument)
{
    unsigned self = smp_self();

    (void)argument;
    gic_init();
    gic_enable(SGI_CHANGE, PRIORITY, on_change);
    for (;;) {
        parked[self] = true;
        while (closed)
            smp_relax();
        parked[self] = false;
        while (!closed) {
            wait(); /* masked again right behind the last look at `closed` */
            irq_mask();
        }
    }
}

static void set_closed(bool on)
{
    closed = on;
    dsb(ish);
    if (on)
        irq_mask();
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        if (on)
            write_sysreg(icc_sgi1r_el1, gic_sgi_to(SGI_CHANGE, cpu));
        isb();
        while (parked[cpu] != on)
            smp_relax();
    }
    if (!on)
        irq_unmask();
}

static void map_device(uint32_t n)
{
    uint64_t word0 = ITS_MAPD | FIELD_PREP(ITS_DEVICEID_0, first_device + n * stride);

    need(its_command(word0, EVENT_BITS - 1, (uintptr_t)translations[n] | ITS_VALID_2, 0));
}

static void map_event(uint32_t event)
{
    need(its_mapti(device_of(event), event % EVENTS, LPI(lpi_of[event]), below(COLLECTIONS)));
}

static void map_all(void)
{
    for (uint32_t n = 0; n < LPIS; n++) {
        lpi_of[n] = n;
        lpi_configure(LPI(n), PRIORITY, true);
    }
    for (uint32_t icid = 0; icid < COLLECTIONS; icid++)
        need(its_mapc(icid, below(machine.cpus), true));
    for (uint32_t n = 0; n < DEVICES; n++)
        map_device(n);
    for (uint32_t event = 0; event < LPIS; event++)
        map_event(event);
    for (uint32_t icid = 0; icid < COLLECTIONS; icid++)
        need(its_invall(icid));
}

static void move_event(void)
{
    uint32_t event = below(LPIS);

    need(its_movi(device_of(event), event % EVENTS, below(COLLECTIONS)));
}

/* Off, and on again: what came meanwhile is pending. */
static void configure_event(void)
{
    uint32_t event = below(LPIS);

    lpi_configure(LPI(lpi_of[event]), PRIORITY, false);
    need(its_event(ITS_INV, device_of(event), event % EVENTS));
    move_event();
    lpi_configure(LPI(lpi_of[event]), (uint8_t)below(PRIORITY), true);
    need(its_event(ITS_INV, device_of(event), event % EVENTS));
}

static void move_collection(void)
{
    need(its_mapc(below(COLLECTIONS), below(machine.cpus), true));
}

static void move_cpu(void)
{
    need(its_movall(below(machine.cpus), below(machine.cpus)));
}

/* The machine is not all for commands. */
static void pause_until(uint64_t ns)
{
    while (now() < ns)
        smp_relax();
}

/* What never makes an LPI pending twice, were its event sent again. */
static void command_one(void)
{
    switch (below(16)) {
    case 0:
        configure_event();
        break;
    case 1:
        need(its_invall(below(COLLECTIONS)));
        break;
    default:
        move_event();
    }
}

/* Leaves LPIs pending where their events no longer lead. */
static void command_all(void)
{
    switch (below(32)) {
    case 0:
        move_cpu();
        break;
    case 1:
        move_collection();
        break;
    case 2:
        move_collection();
        move_cpu();
        break;
    default:
        command_one();
    }
}

/* A redistributor whose LPIs are turned off keeps what is pending in memory. */
static void reopen(unsigned cpu)
{
    lpi_enable(cpu, false);
    lpi_enable(cpu, true);
}

static uint64_t acknowledged(void)
{
    uint64_t sum = 0;

    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        for (uint32_t n = 0; n < LPIS; n++)
            sum += count[cpu][n];
    return sum;
}

/* Each LPI once more than after the round before. */
static void check(void)
{
    for (uint32_t n = 0; n < LPIS; n++) {
        uint32_t sum = 0;

        for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
            sum += count[cpu][n];
        if (sum != round + 1)
            fail(sum <= round ? "lost: LPI" : "doubled: LPI", LPI(n));
    }
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        if (strange[cpu] != 0)
            fail("LPIs that nothing is mapped to, on CPU", cpu);
}

/* Nothing is pending: events exchange their LPIs. */
static void remap(void)
{
    for (unsigned i = 0; i < SWAPS; i++) {
        uint32_t one = below(LPIS), other = below(LPIS), lpi = lpi_of[one];

        need(its_event(ITS_DISCARD, device_of(one), one % EVENTS));
        if (other != one)
            need(its_event(ITS_DISCARD, device_of(other), other % EVENTS));
        lpi_of[one] = lpi_of[other];
        lpi_of[other] = lpi;
        map_event(one);
        if (other != one)
            map_event(other);
    }
}

static void open_round(void)
{
    sleep_until(begin_of(round));
    while (now() < begin_of(round) + window) {
        command_all();
        pause_until(now() + PACE);
    }
}

static void closed_round(void)
{
    set_closed(true);
    while (now() < begin_of(round) + window) {
        command_one();
        pause_until(now() + PACE);
    }
    for (unsigned i = 0; i < 2 * machine.cpus; i++) {
        command_all();
        reopen(below(machine.cpus));
    }
    set_closed(false);
}

static void prepare(void)
{
    gic_init();
    if (its_lacks() != NULL)
        fail(its_lacks(), 0);
    gic_handle_lpis(on_lpi);
    gic_enable(INTID_VTIMER, 0, on_timer);
    its_init();
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        lpi_enable(cpu, true);
    map_all();
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++)
        if (smp_start(cpu, serve, NULL) != 0)
            fail("PSCI does not start CPU", cpu);
    set_closed(false);
    if (now() >= start)
        fail("prepared too late, at ns", now());
}

void guest_main(void)
{
    seed = args_number(machine.bootargs, "seed", 1);
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    first_device = (uint32_t)args_number(machine.bootargs, "device", 0);
    stride = (uint32_t)args_number(machine.bootargs, "stride", 0);
    rounds = (uint32_t)args_number(machine.bootargs, "rounds", 0);
    start = args_number(machine.bootargs, "start", 0);
    window = args_number(machine.bootargs, "window", 0);
    period = args_number(machine.bootargs, "period", 0);
    prepare();
    for (round = 0; round < rounds; round++) {
        if (round % 2 == 0)
            open_round();
        else
            closed_round();
        sleep_until(begin_of(round + 1) - period / 8);
        check();
        remap();
        if (now() >= begin_of(round + 1))
            fail("not done before the next round, ns", now() - begin_of(round + 1));
    }
    print("messages: passed: acknowledged %lu, commands %lu; by CPU:", acknowledged(), commands);
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++) {
        uint64_t sum = 0;

        for (uint32_t n = 0; n < LPIS; n++)
            sum += count[cpu][n];
        print(" %lu", sum);
    }
    print("\n");
}
