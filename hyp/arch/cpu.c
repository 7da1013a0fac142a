/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

#include "check.h"
#include "mmu.h"
#include "psci.h"

#define BOOT_STACK_SIZE 4096

/* What a core finds when it starts (arch/boot.S, secondary_start), by physical address: the map is one to one. */
struct boot {
    uint64_t stack_top;
    uint64_t index;
    void (*entry)(void *argument);
    void *argument;
} __attribute__((aligned(64)));

static uint8_t stacks[CPUS_MAX][BOOT_STACK_SIZE] __attribute__((aligned(16)));
static struct boot boots[CPUS_MAX];

extern char secondary_start[];
_Noreturn void cpu_entered(struct boot *boot);

int64_t cpu_start(unsigned index, uint64_t mpidr, void (*entry)(void *argument), void *argument)
{
    struct boot *boot = &boots[index];

    CHECK(index < CPUS_MAX);
    *boot = (struct boot){(uintptr_t)stacks[index] + BOOT_STACK_SIZE, index, entry, argument};
    /* the core reads it with its MMU and data cache off */
    __asm__ volatile("dc cvac, %0\n dsb sy" ::"r"(boot) : "memory");
    return (int64_t)psci_call(PSCI_CPU_ON, mpidr, (uintptr_t)secondary_start, (uintptr_t)boot);
}

/* Called by arch/boot.S on the boot stack, MMU still off. */
void cpu_entered(struct boot *boot)
{
    write_sysreg(tpidr_el2, boot->index);
    mmu_enable();
    boot->entry(boot->argument);
    cpu_off();
}

void cpu_use_own_stack(void (*entry)(void *argument), void *argument)
{
    register void *x0 __asm__("x0") = argument;

    __asm__ volatile("mov sp, %1\n mov x30, xzr\n br %2" ::"r"(x0), "r"(stacks[cpu_index()] + BOOT_STACK_SIZE),
                     "r"(entry)
                     : "memory", "x30");
    __builtin_unreachable();
}

void cpu_off(void)
{
    psci_call(PSCI_CPU_OFF, 0, 0, 0);
    for (;;)
        __asm__ volatile("wfi");
}
