/* SPDX-License-Identifier: Apache-2.0 */
#include "env.h"

#define NESTING_MAX 32

static unsigned banks; /* of 32 interrupts, SGIs and PPIs included */

static uintptr_t frame_of(uint32_t intid)
{
    return intid < INTID_SPI_FIRST ? machine.gicr.base + GICR_SGI : machine.gicd.base;
}

uintptr_t word_address(uint32_t reg, uint32_t intid)
{
    return frame_of(intid) + reg + UINT64_C(4) * (intid / 32);
}

uintptr_t config_address(uint32_t intid)
{
    return frame_of(intid) + GICD_ICFGR + UINT64_C(4) * (intid / 16);
}

uintptr_t nsacr_address(uint32_t intid)
{
    return frame_of(intid) + GICD_NSACR + UINT64_C(4) * (intid / 16);
}

uintptr_t priority_address(uint32_t intid)
{
    return frame_of(intid) + GICD_IPRIORITYR + intid;
}

uintptr_t waker_address(void)
{
    return machine.gicr.base + GICR_WAKER;
}

/* Accesses as code for pe_call(): the place decides whether they are Secure. */
#define LOADER(size)                                                                                                   \
    static uint64_t load##size(uint64_t a, uint64_t b)                                                                 \
    {                                                                                                                  \
        (void)b;                                                                                                       \
        return mmio_read##size(a);                                                                                     \
    }
#define STORER(size)                                                                                                   \
    static uint64_t store##size(uint64_t a, uint64_t b)                                                                \
    {                                                                                                                  \
        mmio_write##size(a, (uint##size##_t)b);                                                                        \
        dsb(sy);                                                                                                       \
        return 0;                                                                                                      \
    }

LOADER(8)
LOADER(32)
LOADER(64)
STORER(8)
STORER(32)
STORER(64)

uint64_t read_at(enum place place, uintptr_t address)
{
    return pe_call(place, load32, address, 0);
}

uint64_t read_byte_at(enum place place, uintptr_t address)
{
    return pe_call(place, load8, address, 0);
}

uint64_t read_double_at(enum place place, uintptr_t address)
{
    return pe_call(place, load64, address, 0);
}

void write_at(enum place place, uintptr_t address, uint64_t value)
{
    (void)pe_call(place, store32, address, value);
}

void write_byte_at(enum place place, uintptr_t address, uint64_t value)
{
    (void)pe_call(place, store8, address, value);
}

void write_double_at(enum place place, uintptr_t address, uint64_t value)
{
    (void)pe_call(place, store64, address, value);
}

uint64_t get_bit(uint32_t reg, uint32_t intid)
{
    return mmio_read32(word_address(reg, intid)) >> intid % 32 & 1;
}

void set_bit(uint32_t reg, uint32_t intid)
{
    mmio_write32(word_address(reg, intid), BIT32(intid % 32));
}

static void wait_clear(uintptr_t address, uint32_t bit)
{
    while ((mmio_read32(address) & bit) != 0)
        ;
}

static void wait_writes(void)
{
    wait_clear(machine.gicd.base + GICD_CTLR, GICD_CTLR_RWP);
    wait_clear(machine.gicr.base + GICR_CTLR, GICR_CTLR_RWP);
}

void set_distributor(uint32_t groups)
{
    mmio_write32(machine.gicd.base + GICD_CTLR, GICD_CTLR_ARE_S | GICD_CTLR_S_ARE_NS | groups);
    wait_writes();
}

/* IGROUPR is the group's lower bit, IGRPMODR its higher one (IHI 0069H 12.9 GICD_IGRPMODR). */
void set_group(uint32_t intid, enum gic_group group)
{
    static const uint32_t regs[2] = {GICD_IGROUPR, GICD_IGRPMODR};

    for (unsigned i = 0; i < 2; i++) {
        uint32_t word = mmio_read32(word_address(regs[i], intid)) & ~BIT32(intid % 32);

        mmio_write32(word_address(regs[i], intid), word | (uint32_t)(group >> i & 1) << intid % 32);
    }
}

void set_nsacr(uint32_t intid, unsigned access)
{
    unsigned shift = 2 * (intid % 16);
    uint32_t word = mmio_read32(nsacr_address(intid)) & ~(UINT32_C(3) << shift);

    mmio_write32(nsacr_address(intid), word | access << shift);
}

void set_priority(uint32_t intid, uint8_t priority)
{
    mmio_write8(priority_address(intid), priority);
}

void raise(uint32_t intid, enum gic_group group, uint8_t priority)
{
    set_group(intid, group);
    set_priority(intid, priority);
    set_bit(GICD_ISENABLER, intid);
    set_bit(GICD_ISPENDR, intid);
}

/*
 * What a rule left active is ended: QEMU ignores writes to the Non-secure ICC_AP1R0_EL1. A group's EOIR drops only its
 * own priorities; INTID 0 is inactive by then.
 */
static void reset_priorities(void)
{
    write_sysreg(icc_ctlr_el3, 0);
    for (unsigned i = 0; i < NESTING_MAX && read_sysreg(icc_rpr_el1) != 0xff; i++) {
        write_sysreg(icc_eoir0_el1, 0);
        write_sysreg(icc_eoir1_el1, 0);
        isb();
    }
}

/* The banked registers of the other security state are reset from there. */
static void reset_cpu_interface(void)
{
    reset_priorities();
    write_sysreg(icc_igrpen0_el1, 1);
    write_sysreg(icc_igrpen1_el3, ICC_IGRPEN1_EL3_NS | ICC_IGRPEN1_EL3_S);
    write_sysreg(icc_bpr0_el1, 0);
    write_sysreg(icc_bpr1_el1, 0);
    write_reg(NONSECURE_EL2, set_bpr1, 0);
    write_sysreg(icc_pmr_el1, 0xff);
    isb();
}

static void reset_bank(unsigned bank)
{
    uint32_t first = 32 * bank;

    mmio_write32(word_address(GICD_ICENABLER, first), UINT32_MAX);
    wait_writes();
    mmio_write32(word_address(GICD_ICPENDR, first), UINT32_MAX);
    mmio_write32(word_address(GICD_ICACTIVER, first), UINT32_MAX);
    mmio_write32(word_address(GICD_IGROUPR, first), UINT32_MAX);
    mmio_write32(word_address(GICD_IGRPMODR, first), 0);
    for (unsigned i = 0; i < 32; i += 4)
        mmio_write32(priority_address(first + i), PRIORITY_DEFAULT * UINT32_C(0x01010101));
    for (unsigned i = 0; i < 32; i += 16) {
        mmio_write32(config_address(first + i), UINT32_C(0xaaaaaaaa));
        mmio_write32(nsacr_address(first + i), 0);
    }
    for (unsigned i = 0; bank > 0 && i < 32; i++)
        mmio_write64(machine.gicd.base + GICD_IROUTER + UINT64_C(8) * (first + i), 0);
}

void env_reset(void)
{
    pe_scr = 0;
    pe_hcr = 0;
    pe_hcr_first = false;
    set_distributor(0);
    for (unsigned bank = 0; bank < banks; bank++)
        reset_bank(bank);
    reset_cpu_interface();
    mmio_write32(waker_address(), 0);
    wait_clear(waker_address(), GICR_WAKER_CHILDRENASLEEP);
    set_distributor(GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1NS | GICD_CTLR_ENABLEGRP1S);
}

void env_init(void)
{
    banks = (unsigned)FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(machine.gicd.base + GICD_TYPER)) + 1;
}
