/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: who is who on a machine with several CPUs (IHI 0069H 12.10, DDI 0487 MPIDR_EL1). */
#include "cpus.h"

#define MPIDR_U BIT(30)

static uint64_t read_mpidr(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    return read_sysreg(mpidr_el1);
}

static uint64_t typer_of(unsigned cpu)
{
    return mmio_read64(gic_redistributor_of(cpu) + GICR_TYPER);
}

/* The affinity that PSCI knows it by. */
static struct verdict mpidr(uint32_t cpu)
{
    uint64_t value;

    NEED_CPUS(cpu + 1);
    value = call_on(cpu, read_mpidr, 0, 0);
    EXPECT("affinity", value & MPIDR_AFFINITY, machine.mpidr[cpu]);
    EXPECT("U", value & MPIDR_U, 0);
    return PASSED;
}

/* All CPUs, in the order of the affinity registers: Aff3 is at the top of GICR_TYPER's field. */
static struct verdict typer_affinity(uint32_t cpus)
{
    NEED_CPUS(cpus);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        uint64_t affinity = FIELD_GET(GICR_TYPER_AFFINITY, typer_of(cpu));

        EXPECT("Aff0 to Aff2", affinity & 0xffffff, machine.mpidr[cpu] & 0xffffff);
        EXPECT("Aff3", affinity >> 24, machine.mpidr[cpu] >> 32);
    }
    return PASSED;
}

static struct verdict processor_numbers(uint32_t cpus)
{
    uint64_t seen = 0;

    NEED_CPUS(8);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        uint64_t number = FIELD_GET(GICR_TYPER_PROCESSOR, typer_of(cpu));

        EXPECT("Processor_Number below 64", number < 64, 1);
        EXPECT("Processor_Number seen before", seen >> number & 1, 0);
        seen |= BIT(number);
    }
    return PASSED;
}

/* As many redistributors, one after the other, as there are CPUs: the last one says so. */
static struct verdict last(uint32_t cpus)
{
    uintptr_t base = machine.gicr.base;
    uint64_t typer;
    unsigned count = 0;

    NEED_CPUS(cpus);
    SKIP_UNLESS(machine.cpus == cpus, "the machine has more CPUs");
    do {
        typer = mmio_read64(base + GICR_TYPER);
        base += (typer & GICR_TYPER_VLPIS) != 0 ? 2 * GICR_SIZE : GICR_SIZE;
        count++;
    } while ((typer & GICR_TYPER_LAST) == 0 && count < 2 * cpus);
    EXPECT("redistributors up to Last", count, cpus);
    return PASSED;
}

static struct verdict typer_halves(uint32_t cpu)
{
    uintptr_t address;

    NEED_CPUS(cpu + 1);
    address = gic_redistributor_of(cpu) + GICR_TYPER;
    EXPECT("lower half", mmio_read32(address), mmio_read64(address) & 0xffffffff);
    EXPECT("upper half", mmio_read32(address + 4), mmio_read64(address) >> 32);
    return PASSED;
}

static const struct rule table[] = {
    {681, "cpus.mpidr.0", "DDI 0487 MPIDR_EL1", mpidr, 0},
    {682, "cpus.mpidr.1", "DDI 0487 MPIDR_EL1", mpidr, 1},
    {683, "cpus.mpidr.7", "DDI 0487 MPIDR_EL1", mpidr, 7},
    {684, "cpus.typer_affinity.2", "12.10 GICR_TYPER", typer_affinity, 2},
    {685, "cpus.typer_affinity.8", "12.10 GICR_TYPER", typer_affinity, 8},
    {686, "cpus.processor_numbers", "12.10 GICR_TYPER", processor_numbers, 8},
    {687, "cpus.last", "12.10 GICR_TYPER", last, 8},
    {688, "cpus.typer_halves.1", "12.10 GICR_TYPER", typer_halves, 1},
    {689, "cpus.typer_halves.7", "12.10 GICR_TYPER", typer_halves, 7},
};

const struct rules rules_cpus = {table, ARRAY_SIZE(table)};
