/* SPDX-License-Identifier: Apache-2.0 */
/* What rules are written with: the state before each of them, and the GIC as EL3 and as the other places see it. */
#ifndef GUESTS_SECURE_ENV_H
#define GUESTS_SECURE_ENV_H

#include "mmio.h"
#include "pe.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "regs/sgi.h"
#include "rules.h"

/* Interrupts that nothing on the machine drives. */
#define SGI 3
#define PPI 22
#define SPI 42

#define PRIORITY_DEFAULT 0xa0 /* of the Non-secure half, lower than 0x80 */

void env_init(void);
/*
 * Seen from EL3: all interrupts of Non-secure Group 1, disabled, inactive, of priority 0xa0, edge-triggered, routed
 * here; all groups enabled everywhere; PMR 0xff, BPRs minimal, EOImode 0, CBPR 0; NSACR 0; pe_scr and pe_hcr 0.
 */
void env_reset(void);

/*
 * Registers of the frames: by Secure accesses from EL3, and by accesses from any place. `reg` is the offset in the
 * distributor (GICD_ISPENDR ...); SGIs and PPIs have the same in the redistributor.
 */
uintptr_t word_address(uint32_t reg, uint32_t intid);
uintptr_t config_address(uint32_t intid); /* of the word of ICFGR */
uintptr_t nsacr_address(uint32_t intid);
uintptr_t priority_address(uint32_t intid);
uintptr_t waker_address(void);
uint64_t read_at(enum place place, uintptr_t address);
uint64_t read_byte_at(enum place place, uintptr_t address);
uint64_t read_double_at(enum place place, uintptr_t address);
void write_at(enum place place, uintptr_t address, uint64_t value);
void write_byte_at(enum place place, uintptr_t address, uint64_t value);
void write_double_at(enum place place, uintptr_t address, uint64_t value);
uint64_t get_bit(uint32_t reg, uint32_t intid);
void set_bit(uint32_t reg, uint32_t intid);
void set_distributor(uint32_t groups); /* GICD_CTLR.Enable*, as Secure software writes them */

void set_group(uint32_t intid, enum gic_group group);
void set_nsacr(uint32_t intid, unsigned access);
void set_priority(uint32_t intid, uint8_t priority);
/* Of `group` at `priority`, enabled, then pending. */
void raise(uint32_t intid, enum gic_group group, uint8_t priority);

/* The CPU interface from any place: functions for pe_run() and pe_call(). */
pe_code iar0, iar1, hppir0, hppir1, pmr, rpr, bpr0, bpr1, ctlr, igrpen1, isr, eoir0, eoir1, dir, set_pmr, set_bpr1,
    set_ctlr, set_igrpen1, sgi0r, sgi1r, asgi1r;

static inline uint64_t read_reg(enum place place, pe_code *reg)
{
    return pe_call(place, reg, 0, 0);
}

static inline void write_reg(enum place place, pe_code *reg, uint64_t value)
{
    (void)pe_call(place, reg, value, 0);
}

#endif
