/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: CPUs that are turned off and on, and what becomes of their interrupts meanwhile (DEN0022 5; IHI 0069H 11.1).
 */
#include "cpus.h"

#include "psci.h"

#define ON  0
#define OFF 1

#define NOBODY UINT64_C(0x550000) /* an affinity that no PE has here */

static uint64_t affinity_info_of(unsigned cpu)
{
    return (uint64_t)smp_state(cpu);
}

static struct verdict affinity_info(uint32_t cpu)
{
    NEED_CPUS(cpu + 1);
    EXPECT("on", affinity_info_of(cpu), ON);
    EXPECT("turned off", cpu_remove(cpu), true);
    EXPECT("off", affinity_info_of(cpu), OFF);
    EXPECT("turned on", cpu_bring(cpu), true);
    EXPECT("on again", affinity_info_of(cpu), ON);
    EXPECT("the caller", affinity_info_of(0), ON);
    return PASSED;
}

static struct verdict all_off(uint32_t cpus)
{
    NEED_CPUS(cpus);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT("turned off", cpu_remove(cpu), true);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT("off", affinity_info_of(cpu), OFF);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT("turned on", cpu_bring(cpu), true);
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT("on", affinity_info_of(cpu), ON);
    return PASSED;
}

static uint64_t info_of_caller(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    return affinity_info_of(0) | affinity_info_of(smp_self()) << 1;
}

static struct verdict affinity_info_by_other(uint32_t cpu)
{
    NEED_CPUS(2);
    EXPECT("of CPU 0, of itself", call_on(cpu, info_of_caller, 0, 0), ON | ON << 1);
    return PASSED;
}

static struct verdict already_on(uint32_t cpu)
{
    NEED_CPUS(2);
    EXPECT("CPU_ON", psci_call(PSCI_CPU_ON, machine.mpidr[cpu], 0, 0), (uint64_t)PSCI_ALREADY_ON);
    EXPECT("it runs on", call_on(cpu, info_of_caller, 0, 0), ON | ON << 1);
    return PASSED;
}

static struct verdict no_such_cpu(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    EXPECT("CPU_ON", psci_call(PSCI_CPU_ON, NOBODY, 0, 0), (uint64_t)PSCI_INVALID_PARAMETERS);
    EXPECT("AFFINITY_INFO", psci_call(PSCI_AFFINITY_INFO, NOBODY, 0, 0), (uint64_t)PSCI_INVALID_PARAMETERS);
    return PASSED;
}

static struct verdict again_and_again(uint32_t cpu)
{
    NEED_CPUS(2);
    for (unsigned i = 0; i < 10; i++) {
        EXPECT("turned off", cpu_remove(cpu), true);
        EXPECT("turned on", cpu_bring(cpu), true);
        send_sgi(GROUP1, gic_sgi_to(SGI, cpu));
        look_at(cpu);
        enable(SGI);
        EXPECT("IAR", acknowledge_on(cpu, GROUP1), SGI);
        end_on(cpu, GROUP1, SGI);
    }
    return PASSED;
}

/* The CPU interface is as after a reset: nothing is enabled, nothing is running. */
static struct verdict interface_reset(uint32_t cpu)
{
    struct cpu_interface found;

    NEED_CPUS(2);
    look_at(cpu);
    raise(SGI, 0x80);
    EXPECT("IAR", acknowledge_on(cpu, GROUP1), SGI);
    EXPECT("RPR", get_rpr_on(cpu), 0x80);
    EXPECT("turned off", cpu_remove(cpu), true);
    EXPECT("turned on", cpu_bring(cpu), true);
    found = found_at_start(cpu);
    EXPECT("PMR", found.pmr, 0);
    EXPECT("IGRPEN0", found.igrpen0, 0);
    EXPECT("IGRPEN1", found.igrpen1, 0);
    EXPECT("RPR at start", found.rpr, 0xff);
    return PASSED;
}

/* What a CPU does before it turns itself off (11.1): whether its redistributor is asleep then, if it has one. */
static uint64_t to_sleep(uint64_t a, uint64_t b)
{
    uint64_t begin = read_sysreg(cntvct_el0);
    uintptr_t waker;

    (void)a;
    (void)b;
    set_igrpen(GROUP0, false);
    set_igrpen(GROUP1, false);
    if (gic->version == 2)
        return true;
    waker = gic_redistributor() + GICR_WAKER;
    mmio_write32(waker, GICR_WAKER_PROCESSORSLEEP);
    while ((mmio_read32(waker) & GICR_WAKER_CHILDRENASLEEP) == 0)
        if (read_sysreg(cntvct_el0) - begin > read_sysreg(cntfrq_el0))
            return false;
    return true;
}

static uint32_t waker_of(unsigned cpu)
{
    return mmio_read32(gic_redistributor_of(cpu) + GICR_WAKER) &
           (GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP);
}

static bool power_down(unsigned cpu)
{
    return call_on(cpu, to_sleep, 0, 0) == true && cpu_remove(cpu);
}

static struct verdict waker(uint32_t cpu)
{
    NEED_CPUS(2);
    EXPECT("awake", waker_of(cpu), 0);
    EXPECT("down", power_down(cpu), true);
    EXPECT("asleep", waker_of(cpu), GICR_WAKER_PROCESSORSLEEP | GICR_WAKER_CHILDRENASLEEP);
    EXPECT("up", cpu_bring(cpu), true);
    EXPECT("awake again", waker_of(cpu), 0);
    EXPECT("the others", waker_of(0), 0);
    return PASSED;
}

/* Made pending for a CPU that is off: there when it is on again. */
static struct verdict pended_while_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_priority(intid, 0x80);
    enable(intid);
    EXPECT("down", power_down(1), true);
    pend(intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled to another", signalled(), 0);
    EXPECT("up", cpu_bring(1), true);
    EXPECT("pending when up", pending(intid), 1);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict sgi_while_off(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    enable(intid);
    EXPECT("down", power_down(1), true);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("pending", pending(intid), 1);
    EXPECT("up", cpu_bring(1), true);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict pending_then_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("down", power_down(1), true);
    EXPECT("pending", pending(intid), 1);
    unpend(intid);
    EXPECT("pending when cleared", pending(intid), 0);
    pend(intid);
    EXPECT("up", cpu_bring(1), true);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* Nobody acknowledged it: whoever it is routed to now does. */
static struct verdict rerouted_while_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("down", power_down(1), true);
    set_route(intid, route_of(0));
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("active", active(intid), 0);
    return PASSED;
}

/* The distributor keeps the active state of an SPI; another CPU ends it. */
static struct verdict active_while_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("down", power_down(1), true);
    EXPECT("active", active(intid), 1);
    pend(intid);
    set_route(intid, route_of(0));
    EXPECT("signalled while active", signalled(), 0);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("active when cleared", active(intid), 0);
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    return PASSED;
}

/* It is on again, and the interrupt it had acknowledged is still active: it can be ended there. */
static struct verdict active_over_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("down", power_down(1), true);
    EXPECT("up", cpu_bring(1), true);
    EXPECT("active", active(intid), 1);
    EXPECT("RPR", get_rpr_on(1), 0xff);
    set_ctlr_on(1, true);
    deactivate_on(1, intid);
    EXPECT("active after DIR", active(intid), 0);
    return PASSED;
}

static const struct rule table[] = {
    {690, "power.affinity_info.1", "DEN0022 5.7", affinity_info, 1},
    {691, "power.affinity_info.7", "DEN0022 5.7", affinity_info, 7},
    {692, "power.all_off", "DEN0022 5.5, 5.6", all_off, 8},
    {693, "power.affinity_info_by_other", "DEN0022 5.7", affinity_info_by_other, 1},
    {694, "power.already_on", "DEN0022 5.6", already_on, 1},
    {695, "power.no_such_cpu", "DEN0022 5.6, 5.7", no_such_cpu, 0},
    {696, "power.again_and_again", "DEN0022 5.5, 5.6", again_and_again, 1},
    {697, "power.interface_reset", "12.2 ICC_PMR_EL1, ICC_IGRPEN1_EL1", interface_reset, 1},
    {698, "power.waker", "11.1, 12.10 GICR_WAKER", waker, 1},
    EACH_KIND(699, "power.pended_while_off", "11.1", pended_while_off),
    {703, "power.sgi_while_off", "11.1", sgi_while_off, SGI},
    EACH_KIND(704, "power.pending_then_off", "11.1", pending_then_off),
    {708, "power.rerouted_while_off.edge", "11.1, 12.9 GICD_IROUTER<n>", rerouted_while_off, SPI_EDGE},
    {709, "power.rerouted_while_off.level", "11.1, 12.9 GICD_IROUTER<n>", rerouted_while_off, SPI_LEVEL},
    {710, "power.active_while_off.edge", "11.1, 4.1.2", active_while_off, SPI_EDGE},
    {711, "power.active_while_off.level", "11.1, 4.1.2", active_while_off, SPI_LEVEL},
    {712, "power.active_over_off.edge", "11.1, 4.1.2", active_over_off, SPI_EDGE},
    {713, "power.active_over_off.level", "11.1, 4.1.2", active_over_off, SPI_LEVEL},
};

const struct rules rules_power = {table, ARRAY_SIZE(table)};
