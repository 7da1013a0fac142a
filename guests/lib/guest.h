/* SPDX-License-Identifier: Apache-2.0 */
/* What a bare-metal guest gets from guests/lib: machine discovery, interrupts, time, console, power. */
#ifndef GUESTS_LIB_GUEST_H
#define GUESTS_LIB_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "devtree.h"
#include "print.h"
#include "psci.h"
#include "sysreg.h"

#define CPUS_MAX 8

struct machine {
    const void *fdt;
    const char *bootargs; /* /chosen/bootargs, never NULL */
    struct range uart, gicd;
    struct range gicr;        /* GICv3 */
    struct range gits;        /* its ITS; size 0: none */
    struct range gicc;        /* GICv2 */
    bool psci_smc;            /* conduit of PSCI: SMC, else HVC */
    unsigned cpus;            /* in the order of the device tree; one when it names none */
    uint64_t mpidr[CPUS_MAX]; /* affinity of each, as MPIDR_EL1 holds it */
};

extern struct machine machine;

/* The program: called at EL1 with the MMU on, the console usable and interrupts masked. */
void guest_main(void);

/* Maps the GiB with `address` a second time, readable and executable at EL0; returns the address there. */
uint64_t mmu_map_el0(uint64_t address);

/* Runs code at EL0, both addresses as mmu_map_el0() maps them, until it executes SVC. Returns with interrupts masked.
 */
void el0_run(uint64_t code, uint64_t spsr, uint64_t argument);
/* Such code: waits until the byte at `argument` is not 0. */
extern const char el0_wait[];

/* `stamp`: CNTVCT_EL0 as the vector read it first. Called with interrupts masked, between acknowledge and EOI. */
typedef void irq_handler(uint32_t intid, uint64_t stamp);

/* The interrupt controller's driver, by architecture version; all of it is about the CPU that calls. */
struct gic {
    unsigned version;    /* 2 or 3 */
    const char *vectors; /* of EL1, whose IRQ vector acknowledges there (start.S) */
    bool group1;         /* the group that gic_enable() puts interrupts into, signalled as IRQ */
    /* Enables that group at the CPU interface with the lowest priority mask. */
    void (*init)(void);
    /* The frame that has the registers of SGIs and PPIs, at the offsets that the distributor has for SPIs. */
    uintptr_t (*banked)(void);
    /* Returns when what was written to that frame and to the distributor has effect. */
    void (*settle)(void);
    /* Routes an SPI to a CPU that has called init(). */
    void (*route)(uint32_t intid, unsigned cpu);
    void (*set_eoimode)(bool apart);
    uint64_t (*sgi_to)(unsigned intid, unsigned cpu);
};

extern const struct gic *gic;

static inline void gic_init(void)
{
    gic->init();
}

/* Interrupts that were taken with nothing to acknowledge, INTIDs 1020 to 1023, by any CPU. */
extern volatile unsigned gic_spurious;

/* Configures an SGI or PPI of this CPU: `priority`, enabled; all CPUs have its `handler` in common. */
void gic_enable(uint32_t intid, uint8_t priority, irq_handler *handler);
/* ditto, an SPI, routed to this CPU: edge-triggered, or a level. */
void gic_enable_spi(uint32_t intid, bool edge, uint8_t priority, irq_handler *handler);
void gic_disable(uint32_t intid);

/* What all LPIs are handled by (gic_its.h). */
void gic_handle_lpis(irq_handler *handler);

/* EOImode of this CPU (IHI 0069H 4.6.1): EOIR only drops the priority, and DIR deactivates. Off after gic_init(). */
static inline void gic_set_eoimode(bool apart)
{
    gic->set_eoimode(apart);
}

/* The redistributor of a CPU, which stops the program if it has none; and this CPU's, after gic_init(). With GICv3. */
uintptr_t gic_redistributor_of(unsigned cpu);
uintptr_t gic_redistributor(void);

/* The value of ICC_SGI1R_EL1, or of GICD_SGIR, that sends SGI `intid` to one CPU alone. */
static inline uint64_t gic_sgi_to(unsigned intid, unsigned cpu)
{
    return gic->sgi_to(intid, cpu);
}

uint64_t gic_sgi_to_self(unsigned intid);

static inline void irq_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

static inline void irq_mask(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

_Noreturn void power_off(void);

/* The number of the CPU that runs this: its index in machine.mpidr. */
static inline unsigned smp_self(void)
{
    return (unsigned)read_sysreg(tpidr_el1);
}

/*
 * Turns on CPU `cpu`, which calls `entry(argument)` on a stack of its own, with the caller's memory map and vectors and
 * interrupts masked; when that returns it turns itself off. PSCI's answer to CPU_ON: 0 is success.
 */
int64_t smp_start(unsigned cpu, void (*entry)(void *argument), void *argument);
/* PSCI's AFFINITY_INFO: 0 on, 1 off, 2 on its way up. */
int64_t smp_state(unsigned cpu);

/* One turn of a loop that waits for another CPU: cores that share a thread of the simulator hand it on. */
static inline void smp_relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* A frame of samples on the console: count, words, CRC32 (docs/record-format.md, "Console"). */
void print_samples(const char *metric, const uint64_t *samples, unsigned count);

#endif
