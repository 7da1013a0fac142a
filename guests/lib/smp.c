/* SPDX-License-Identifier: Apache-2.0 */
/* Other CPUs, turned on by PSCI (Arm DEN0022 5.6). */
#include "guest.h"

#include "check.h"

#define STACK_SIZE 4096

/* What a CPU finds when it starts (start.S, secondary_start), by physical address: the map is one to one. */
struct boot {
    uint64_t mair, tcr, ttbr0, vbar, cpu, stack_top, sctlr;
    void (*entry)(void *argument);
    void *argument;
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct boot, sctlr) == 48, "secondary_start in start.S counts on it");

static uint8_t stacks[CPUS_MAX][STACK_SIZE] __attribute__((aligned(16)));
static struct boot boots[CPUS_MAX];

extern char secondary_start[];
_Noreturn void secondary_entered(const struct boot *boot);

/* To memory: the CPU reads it with its MMU and data cache off. */
static void clean(const struct boot *boot)
{
    for (uintptr_t line = (uintptr_t)boot; line < (uintptr_t)(boot + 1); line += 64)
        __asm__ volatile("dc cvac, %0" ::"r"(line) : "memory");
    dsb(sy);
}

int64_t smp_start(unsigned cpu, void (*entry)(void *argument), void *argument)
{
    CHECK(cpu < machine.cpus && cpu != smp_self());
    boots[cpu] = (struct boot){
        .mair = read_sysreg(mair_el1),
        .tcr = read_sysreg(tcr_el1),
        .ttbr0 = read_sysreg(ttbr0_el1),
        .vbar = read_sysreg(vbar_el1),
        .cpu = cpu,
        .stack_top = (uintptr_t)stacks[cpu] + STACK_SIZE,
        .sctlr = read_sysreg(sctlr_el1),
        .entry = entry,
        .argument = argument,
    };
    clean(&boots[cpu]);
    return (int64_t)psci_call(PSCI_CPU_ON, machine.mpidr[cpu], (uintptr_t)secondary_start, (uintptr_t)&boots[cpu]);
}

int64_t smp_state(unsigned cpu)
{
    return (int64_t)psci_call(PSCI_AFFINITY_INFO, machine.mpidr[cpu], 0, 0);
}

/* Called by start.S on the CPU's own stack, MMU on. */
void secondary_entered(const struct boot *boot)
{
    boot->entry(boot->argument);
    psci_call(PSCI_CPU_OFF, 0, 0, 0);
    CHECK(false);
    for (;;)
        ;
}
