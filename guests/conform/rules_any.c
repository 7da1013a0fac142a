/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: SPIs for one of several PEs, where GICD_TYPER.No1N announces that there are (IHI 0069H 2.3, 12.9
 * GICD_IROUTER<n>, 12.11 GICR_CTLR). Which one is chosen is the implementation's matter: a rule lets only one take part
 * or asks which it was.
 */
#include "cpus.h"

#define FIRST 927
#define CPUS  4

#define NEED_ANY                                                                                                       \
    SKIP_UNLESS((mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_NO1N) == 0, "no 1 of N (GICD_TYPER.No1N = "  \
                                                                                      "1)")
#define NEED_OPTING_OUT                                                                                                \
    SKIP_UNLESS((mmio_read32(gic_redistributor() + GICR_TYPER) & GICR_TYPER_DPGS) != 0,                                \
                "no GICR_CTLR.DPG (GICR_TYPER.DPGS = 0)")
#define NEED_EXTENDED(intid)                                                                                           \
    SKIP_UNLESS((intid) < INTID_ESPI_FIRST || extended_spis() != 0, "no extended SPIs (GICD_TYPER.ESPI = 0)")

static uintptr_t ctlr_of(unsigned cpu)
{
    return gic_redistributor_of(cpu) + GICR_CTLR;
}

static void opt_out(unsigned cpu, uint32_t groups)
{
    mmio_write32(ctlr_of(cpu), groups);
}

static uint32_t group_bit(unsigned group)
{
    return group == GROUP0 ? GICR_CTLR_DPG0 : GICR_CTLR_DPG1NS;
}

static uint64_t signal_of(unsigned group)
{
    return group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ;
}

static void route_to_any(uint32_t intid)
{
    set_route(intid, GICD_IROUTER_IRM);
}

/* The mode is kept; the affinity is UNKNOWN then. */
static struct verdict mode_reads(uint32_t intid)
{
    NEED_ANY;
    NEED_EXTENDED(intid);
    route_to_any(intid);
    EXPECT("64-bit read", mmio_read64(route_address(intid)) & GICD_IROUTER_IRM, GICD_IROUTER_IRM);
    EXPECT("lower half", mmio_read32(route_address(intid)) & GICD_IROUTER_IRM, GICD_IROUTER_IRM);
    mmio_write32(route_address(intid), (uint32_t)own_route());
    EXPECT("cleared", mmio_read64(route_address(intid)), own_route());
    return PASSED;
}

static struct verdict arrives(uint32_t intid)
{
    NEED_CPUS(1);
    NEED_ANY;
    NEED_EXTENDED(intid);
    route_to_any(intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    EXPECT("active", active(intid), 1);
    pend(intid);
    EXPECT("signalled while active", signalled(), 0);
    end(GROUP1, intid);
    EXPECT("IAR again", acknowledge(GROUP1), intid);
    return PASSED;
}

/* GICR_CTLR.DPG0 and DPG1NS can be set and read; DPG1S is RAZ/WI with one security state. */
static struct verdict opting_out_reads(uint32_t subject)
{
    (void)subject;
    NEED_OPTING_OUT;
    for (uint32_t value = 0; value < 8; value++) {
        opt_out(0, value << 24);
        EXPECT("GICR_CTLR", mmio_read32(ctlr_of(0)) & (GICR_CTLR_DPG0 | GICR_CTLR_DPG1NS | GICR_CTLR_DPG1S),
               value << 24 & (GICR_CTLR_DPG0 | GICR_CTLR_DPG1NS));
    }
    return PASSED;
}

static struct verdict opted_out(uint32_t group)
{
    NEED_CPUS(1);
    NEED_ANY;
    NEED_OPTING_OUT;
    set_group(SPI_EDGE, group);
    route_to_any(SPI_EDGE);
    opt_out(0, group_bit(group));
    raise(SPI_EDGE, 0x80);
    EXPECT("signalled", signalled(), 0);
    EXPECT("pending", pending(SPI_EDGE), 1);
    opt_out(0, group_bit(1 - group));
    EXPECT("signalled, out for the other group", signalled(), signal_of(group));
    EXPECT("IAR", acknowledge(group), SPI_EDGE);
    return PASSED;
}

/* What is routed by affinity comes all the same, and so do the PE's own interrupts. */
static struct verdict others_come(uint32_t intid)
{
    NEED_OPTING_OUT;
    opt_out(0, GICR_CTLR_DPG0 | GICR_CTLR_DPG1NS);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict disabled_group(uint32_t group)
{
    NEED_CPUS(1);
    NEED_ANY;
    set_group(SPI_EDGE, group);
    route_to_any(SPI_EDGE);
    set_igrpen(group, false);
    raise(SPI_EDGE, 0x80);
    EXPECT("signalled", signalled(), 0);
    EXPECT("pending", pending(SPI_EDGE), 1);
    set_igrpen(group, true);
    EXPECT("signalled, enabled", signalled(), signal_of(group));
    EXPECT("IAR", acknowledge(group), SPI_EDGE);
    return PASSED;
}

static struct verdict back_to_affinity(uint32_t intid)
{
    NEED_CPUS(1);
    NEED_ANY;
    route_to_any(intid);
    raise(intid, 0x80);
    set_route(intid, UINT64_C(0xfe));
    EXPECT("signalled, routed to nobody", signalled(), 0);
    route_to_any(intid);
    EXPECT("signalled", signalled(), SIGNAL_IRQ);
    return PASSED;
}

/* The CPU that has the interrupt signalled; CPUS when none or several have. */
static unsigned chosen(void)
{
    unsigned found = CPUS;

    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        if (signalled_on(cpu) == 0)
            continue;
        if (found != CPUS)
            return CPUS;
        found = cpu;
    }
    return found;
}

static struct verdict exactly_one(uint32_t intid)
{
    NEED_CPUS(CPUS);
    NEED_ANY;
    NEED_EXTENDED(intid);
    route_to_any(intid);
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 8; i++) {
        unsigned cpu;

        pend(intid);
        cpu = chosen();
        EXPECT("one CPU is signalled", cpu < CPUS, 1);
        EXPECT("IAR there", acknowledge_on(cpu, GROUP1), intid);
        EXPECT("signalled anywhere", chosen(), CPUS);
        end_on(cpu, GROUP1, intid);
    }
    return PASSED;
}

static struct verdict only_this(uint32_t group)
{
    NEED_CPUS(CPUS);
    NEED_ANY;
    NEED_OPTING_OUT;
    set_group(SPI_EDGE, group);
    route_to_any(SPI_EDGE);
    set_priority(SPI_EDGE, 0x80);
    enable(SPI_EDGE);
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        for (unsigned i = 0; i < CPUS; i++)
            opt_out(i, i == cpu ? 0 : group_bit(group));
        pend(SPI_EDGE);
        EXPECT("the one that takes part", chosen(), cpu);
        EXPECT("IAR there", acknowledge_on(cpu, group), SPI_EDGE);
        end_on(cpu, group, SPI_EDGE);
    }
    return PASSED;
}

/* It leaves the CPU interface that its group is disabled at, for another one (12.2 ICC_IGRPEN1_EL1). */
static struct verdict released(uint32_t intid)
{
    unsigned first, second;

    NEED_CPUS(CPUS);
    NEED_ANY;
    route_to_any(intid);
    raise(intid, 0x80);
    first = chosen();
    EXPECT("one CPU is signalled", first < CPUS, 1);
    set_igrpen_on(first, GROUP1, false);
    second = chosen();
    EXPECT("another one is signalled", second < CPUS && second != first, 1);
    EXPECT("IAR there", acknowledge_on(second, GROUP1), intid);
    return PASSED;
}

static uint64_t to_sleep(uint64_t a, uint64_t b)
{
    uintptr_t waker = gic_redistributor() + GICR_WAKER;

    (void)a;
    (void)b;
    set_igrpen(GROUP0, false);
    set_igrpen(GROUP1, false);
    mmio_write32(waker, GICR_WAKER_PROCESSORSLEEP);
    while ((mmio_read32(waker) & GICR_WAKER_CHILDRENASLEEP) == 0)
        ;
    return 0;
}

/* One that is pending does not wait for a CPU that goes to sleep; one that is active stays where it is. */
static struct verdict sleeper_loses(uint32_t intid)
{
    unsigned first, second;

    NEED_CPUS(CPUS);
    NEED_ANY;
    route_to_any(intid);
    raise(intid, 0x80);
    first = chosen();
    EXPECT("one CPU is signalled", first < CPUS, 1);
    (void)call_on(first, to_sleep, 0, 0);
    second = chosen();
    EXPECT("another one is signalled", second < CPUS && second != first, 1);
    EXPECT("IAR there", acknowledge_on(second, GROUP1), intid);
    return PASSED;
}

static struct verdict active_stays(uint32_t intid)
{
    unsigned first, second;

    NEED_CPUS(CPUS);
    NEED_ANY;
    NEED_OPTING_OUT;
    route_to_any(intid);
    raise(intid, 0x80);
    first = chosen();
    EXPECT("one CPU is signalled", first < CPUS, 1);
    EXPECT("IAR there", acknowledge_on(first, GROUP1), intid);
    opt_out(first, GICR_CTLR_DPG1NS);
    pend(intid);
    EXPECT("signalled while active", chosen(), CPUS);
    EXPECT("RPR there", get_rpr_on(first), 0x80);
    end_on(first, GROUP1, intid);
    second = chosen();
    EXPECT("another one is signalled", second < CPUS && second != first, 1);
    return PASSED;
}

/* Turned off with the interrupt pending there: another CPU gets it. */
static struct verdict turned_off(uint32_t intid)
{
    NEED_CPUS(2);
    NEED_ANY;
    NEED_OPTING_OUT;
    route_to_any(intid);
    opt_out(0, GICR_CTLR_DPG1NS);
    raise(intid, 0x80);
    EXPECT("signalled there", signalled_on(1), SIGNAL_IRQ);
    opt_out(0, 0);
    opt_out(1, GICR_CTLR_DPG1NS);
    opt_out(1, 0);
    EXPECT("turned off", cpu_remove(1), true);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    return PASSED;
}

static struct verdict awake_when_on(uint32_t cpu)
{
    NEED_CPUS(cpu + 1);
    NEED_ANY;
    NEED_OPTING_OUT;
    EXPECT("turned off", cpu_remove(cpu), true);
    EXPECT("turned on", cpu_bring(cpu), true);
    for (unsigned i = 0; i < cpu; i++)
        opt_out(i, GICR_CTLR_DPG1NS);
    route_to_any(SPI_EDGE);
    raise(SPI_EDGE, 0x80);
    EXPECT("IAR there", acknowledge_on(cpu, GROUP1), SPI_EDGE);
    end_on(cpu, GROUP1, SPI_EDGE);
    return PASSED;
}

static uint64_t bring(uint64_t cpu, uint64_t unused)
{
    (void)unused;
    return cpu_bring((unsigned)cpu);
}

/* Turned on by the CPU that has the interrupt pending: one of the two gets it, once. */
static struct verdict turned_on_by_holder(uint32_t intid)
{
    unsigned cpu;

    NEED_CPUS(CPUS);
    NEED_ANY;
    route_to_any(intid);
    set_igrpen(GROUP1, false);
    set_igrpen_on(3, GROUP1, false);
    EXPECT("turned off", cpu_remove(1), true);
    raise(intid, 0x80);
    EXPECT("signalled there", signalled_on(2), SIGNAL_IRQ);
    EXPECT("turned on", call_on(2, bring, 1, 0), true);
    cpu = chosen();
    EXPECT("one of the two is signalled", cpu == 1 || cpu == 2, 1);
    EXPECT("IAR there", acknowledge_on(cpu, GROUP1), intid);
    EXPECT("signalled anywhere", chosen(), CPUS);
    return PASSED;
}

static bool is_in(unsigned cpu, int64_t state)
{
    uint64_t begin = read_sysreg(cntvct_el0);

    while (smp_state(cpu) != state) {
        if (read_sysreg(cntvct_el0) - begin > read_sysreg(cntfrq_el0))
            return false;
        smp_relax();
    }
    return true;
}

static void idle(void *stop)
{
    while (!__atomic_load_n((bool *)stop, __ATOMIC_ACQUIRE))
        smp_relax();
}

/* A CPU that was turned on, its groups not yet enabled: it had them enabled before it was turned off (12.2). */
static struct verdict disabled_when_on(uint32_t intid)
{
    static bool stop;
    uint64_t signals;

    NEED_CPUS(CPUS);
    NEED_ANY;
    route_to_any(intid);
    set_igrpen(GROUP1, false);
    EXPECT("turned off", cpu_remove(1), true);
    stop = false;
    EXPECT("turned on", smp_start(1, idle, &stop) == PSCI_SUCCESS, true);
    raise(intid, 0x80);
    signals = signalled_on(2) | signalled_on(3);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    EXPECT("off again", is_in(1, 1), true);
    EXPECT("signalled to another one", signals, SIGNAL_IRQ);
    return PASSED;
}

static const struct rule table[] = {
    {FIRST, "any.mode_reads", "12.9 GICD_IROUTER<n>", mode_reads, SPI_EDGE},
    {FIRST + 1, "any.arrives.edge", "2.3", arrives, SPI_EDGE},
    {FIRST + 2, "any.arrives.level", "2.3", arrives, SPI_LEVEL},
    {FIRST + 3, "any.disabled_group.0", "12.2 ICC_IGRPEN0_EL1", disabled_group, GROUP0},
    {FIRST + 4, "any.disabled_group.1", "12.2 ICC_IGRPEN1_EL1", disabled_group, GROUP1},
    {FIRST + 5, "any.back_to_affinity", "12.9 GICD_IROUTER<n>", back_to_affinity, SPI_EDGE},
    {FIRST + 6, "any.exactly_one.edge", "2.3", exactly_one, SPI_EDGE},
    {FIRST + 7, "any.exactly_one.other", "2.3", exactly_one, SPI_OTHER},
    {FIRST + 8, "any.released", "12.2 ICC_IGRPEN1_EL1", released, SPI_EDGE},
    {FIRST + 9, "any.sleeper_loses.edge", "12.11 GICR_WAKER", sleeper_loses, SPI_EDGE},
    {FIRST + 10, "any.sleeper_loses.level", "12.11 GICR_WAKER", sleeper_loses, SPI_LEVEL},
    {FIRST + 11, "any.opted_out.0", "12.11 GICR_CTLR", opted_out, GROUP0},
    {FIRST + 12, "any.opted_out.1", "12.11 GICR_CTLR", opted_out, GROUP1},
    {FIRST + 13, "any.only_this.0", "12.11 GICR_CTLR", only_this, GROUP0},
    {FIRST + 14, "any.only_this.1", "12.11 GICR_CTLR", only_this, GROUP1},
    {FIRST + 15, "any.active_stays", "2.3", active_stays, SPI_EDGE},
    {FIRST + 16, "any.turned_off", "12.11 GICR_WAKER", turned_off, SPI_EDGE},
    {FIRST + 17, "any.awake_when_on", "12.11 GICR_WAKER", awake_when_on, 3},
    {FIRST + 18, "any.mode_reads.espi", "12.9 GICD_IROUTER<n>E", mode_reads, ESPI_EDGE},
    {FIRST + 19, "any.arrives.espi_edge", "2.3", arrives, ESPI_EDGE},
    {FIRST + 20, "any.arrives.espi_level", "2.3", arrives, ESPI_LEVEL},
    {FIRST + 21, "any.exactly_one.espi", "2.3", exactly_one, ESPI_EDGE},
    {FIRST + 22, "any.opting_out_reads", "12.11 GICR_CTLR", opting_out_reads, 0},
    {FIRST + 23, "any.others_come.sgi", "12.11 GICR_CTLR", others_come, SGI},
    {FIRST + 24, "any.others_come.ppi", "12.11 GICR_CTLR", others_come, PPI},
    {FIRST + 25, "any.others_come.spi", "12.11 GICR_CTLR", others_come, SPI_EDGE},
    {1163, "any.turned_on_by_holder", "2.3, DEN0022 5.6", turned_on_by_holder, SPI_EDGE},
    {1164, "any.disabled_when_on", "12.2 ICC_IGRPEN1_EL1", disabled_when_on, SPI_EDGE},
};

const struct rules rules_any = {table, ARRAY_SIZE(table)};
