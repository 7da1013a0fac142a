/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reference of the interrupt controller with two security states that shares no code with the model: one array of
 * interrupts, each looked at by itself, linear scans; the rules of IHI 0069H 4.6, 4.8, 12.2 and 12.9 written once more.
 */
#ifndef TESTS_SECURE_REF_H
#define TESTS_SECURE_REF_H

#include <stdbool.h>
#include <stdint.h>

/* Some of the interrupts there are: a bank of each kind, and the SPIs where INTIDs end. */
#define REF_BANKS 5
#define REF_IRQS  (32 * REF_BANKS)
enum ref_bank { REF_PRIVATE, REF_EPPI, REF_SPI, REF_LAST_SPI, REF_ESPI };

uint32_t ref_intid(unsigned irq);
int ref_find(uint32_t intid); /* -1: none of them */
bool ref_is_spi(unsigned irq);

/* Registers of one bit for each interrupt, in the order of their offsets. */
enum ref_bits { REF_ISENABLER, REF_ICENABLER, REF_ISPENDR, REF_ICPENDR, REF_ISACTIVER, REF_ICACTIVER, REF_BITS };

void ref_reset(unsigned priority_bits);

uint32_t ref_read_bits(enum ref_bits reg, unsigned bank, bool secure);
void ref_write_bits(enum ref_bits reg, unsigned bank, bool secure, uint32_t value);
uint32_t ref_read_groups(bool modifier, unsigned bank, bool secure);
void ref_write_groups(bool modifier, unsigned bank, bool secure, uint32_t value);
unsigned ref_read_nsacr(unsigned irq, bool secure);
void ref_write_nsacr(unsigned irq, bool secure, unsigned access);
unsigned ref_read_priority(unsigned irq, bool secure);
void ref_write_priority(unsigned irq, bool secure, unsigned priority);
unsigned ref_read_config(unsigned irq, bool secure);
void ref_write_config(unsigned irq, bool secure, unsigned config);
uint64_t ref_read_route(unsigned irq, bool secure);
void ref_write_route(unsigned irq, bool secure, uint64_t route);
void ref_message(unsigned irq, bool secure, bool secure_register, bool set);
void ref_line(unsigned irq, bool asserted);
uint32_t ref_read_ctlr(bool secure);
void ref_write_ctlr(bool secure, uint32_t value);

/* GICR_NSACR of both vCPUs, and the SGIs of the other one. */
void ref_write_sgi_nsacr(unsigned cpu, bool secure, uint32_t value);
uint32_t ref_read_sgi_nsacr(unsigned cpu, bool secure);
void ref_other_groups(uint32_t group1, uint32_t grpmod);
uint32_t ref_other_pending(void);

/* A place: EL3 with SCR_EL3.NS, or below it in either state; signals that are taken to EL3. */
struct ref_pe {
    bool el3, ns, fiq, irq;
};

enum ref_icc {
    REF_PMR,
    REF_RPR,
    REF_CTLR,
    REF_BPR0,
    REF_BPR1,
    REF_IGRPEN0,
    REF_IGRPEN1,
    REF_AP0R,
    REF_AP1R,
    REF_CTLR_EL3,
    REF_IGRPEN1_EL3,
    REF_ICC,
};

/* False: trapped or UNDEFINED. `word`: of AP0R, AP1R. */
bool ref_read_icc(const struct ref_pe *pe, enum ref_icc reg, unsigned word, uint32_t *value);
bool ref_write_icc(const struct ref_pe *pe, enum ref_icc reg, unsigned word, uint32_t value);

/*
 * What IAR<n> (masked: by priority) or HPPIR<n> returns: true and *special, an INTID; or false, one of the interrupts
 * that ref_is_highest() names.
 */
bool ref_special(const struct ref_pe *pe, unsigned n, bool masked, uint32_t *special);
bool ref_is_highest(int irq);
bool ref_traps_group(const struct ref_pe *pe, unsigned n);
void ref_acknowledged(unsigned irq);
void ref_end(const struct ref_pe *pe, unsigned n, uint32_t intid);
void ref_deactivate(const struct ref_pe *pe, uint32_t intid);
/* 0: nothing, 'i': IRQ, 'f': FIQ. */
int ref_signal(const struct ref_pe *pe);

/* A write of SGI0R (0), SGI1R (1) or ASGI1R (2) by vCPU 0 for the vCPUs of `targets`. */
void ref_sgi(const struct ref_pe *pe, unsigned reg, unsigned intid, uint32_t targets);

#endif
