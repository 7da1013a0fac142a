/* SPDX-License-Identifier: Apache-2.0 */
/* What a bare-metal guest gets from guests/lib: machine discovery, interrupts, time, console, power. */
#ifndef GUESTS_LIB_GUEST_H
#define GUESTS_LIB_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "devtree.h"
#include "print.h"
#include "sysreg.h"

struct machine {
    const void *fdt;
    const char *bootargs; /* /chosen/bootargs, never NULL */
    struct range uart, gicd, gicr;
    bool psci_smc; /* conduit of PSCI: SMC, else HVC */
};

extern struct machine machine;

/* The program: called at EL1 with the MMU on, the console usable and interrupts masked. */
void guest_main(void);

/* Maps the GiB with `address` a second time, readable and executable at EL0; returns the address there. */
uint64_t mmu_map_el0(uint64_t address);

/* `stamp`: CNTVCT_EL0 as the vector read it first. Called with interrupts masked, between acknowledge and EOI. */
typedef void irq_handler(uint32_t intid, uint64_t stamp);

/* Enables Group 1 interrupts at this CPU interface with the lowest priority mask. */
void gic_init(void);
/* Configures an SGI or PPI of this CPU: Group 1, `priority`, `handler`, enabled. */
void gic_enable(uint32_t intid, uint8_t priority, irq_handler *handler);
void gic_disable(uint32_t intid);
/* This CPU's redistributor; after gic_init(). */
uintptr_t gic_redistributor(void);
/* The value of ICC_SGI1R_EL1 that sends SGI `intid` to this CPU alone. */
uint64_t gic_sgi_to_self(unsigned intid);

static inline void irq_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

static inline void irq_mask(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

/* Function identifiers: Arm DEN0022 (PSCI) 5.1, SMC64 calling convention of the device tree's conduit. */
#define PSCI_VERSION    0x84000000
#define PSCI_SYSTEM_OFF 0x84000008
uint64_t psci_call(uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2);
_Noreturn void power_off(void);

/* A frame of samples on the console: count, words, CRC32 (docs/record-format.md, "Console"). */
void print_samples(const char *metric, const uint64_t *samples, unsigned count);

#endif
