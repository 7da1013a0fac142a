/* SPDX-License-Identifier: Apache-2.0 */
#include "env.h"

#include "cpus.h"
#include "nmi.h"
#include "regs/gicv2.h"
#include "string.h"

extern const char conform_vectors[];

static uintptr_t sgi_frames[CPUS_MAX]; /* where SGIs and PPIs have their registers */
static unsigned looked_at;             /* the CPU whose registers those are */
static unsigned banks;                 /* of 32 interrupts, SGIs and PPIs included */
static unsigned eppis, espis;
static bool touched[(INTID_ESPI_FIRST + INTID_ESPI_COUNT) / 32]; /* extended banks whose registers were accessed */

unsigned extended_ppis(void)
{
    return eppis;
}

unsigned extended_spis(void)
{
    return espis;
}

/*
 * Of an array with `bits` for each interrupt, `reg` for INTID 0 on: the word of `intid`. Extended PPIs follow in the
 * redistributor's, extended SPIs have their own, `extended` for INTID 4096 on.
 */
static uintptr_t array_word(uint32_t reg, uint32_t extended, unsigned bits, uint32_t intid)
{
    if (intid < INTID_SPI_FIRST)
        return sgi_frames[looked_at] + reg + intid * bits / 32 * UINT64_C(4);
    if (intid <= INTID_SPURIOUS)
        return machine.gicd.base + reg + intid * bits / 32 * UINT64_C(4);
    touched[intid / 32] = true;
    if (intid < INTID_ESPI_FIRST)
        return sgi_frames[looked_at] + reg + (intid - INTID_EPPI_FIRST + INTID_SPI_FIRST) * bits / 32 * UINT64_C(4);
    return machine.gicd.base + extended + (intid - INTID_ESPI_FIRST) * bits / 32 * UINT64_C(4);
}

uintptr_t word_address(uint32_t reg, uint32_t intid)
{
    return array_word(reg, reg == GICD_INMIR ? GICD_INMIR_E : GICD_IGROUPR_E + 4 * (reg - GICD_IGROUPR), 1, intid);
}

static uint64_t read32(uint64_t address, uint64_t unused)
{
    (void)unused;
    return mmio_read32(address);
}

static uint64_t write32(uint64_t address, uint64_t value)
{
    mmio_write32(address, (uint32_t)value);
    return 0;
}

static uint64_t write8(uint64_t address, uint64_t value)
{
    mmio_write8(address, (uint8_t)value);
    return 0;
}

/* GICv2 has the registers of SGIs and PPIs banked (IHI 0048B.b 4.1.4): the CPU that they are of accesses them. */
static uint64_t access_own(uint32_t intid, task *work, uintptr_t address, uint64_t value)
{
    unsigned cpu = gic->version == 2 && intid < INTID_SPI_FIRST ? looked_at : smp_self();

    return call_on(cpu, work, address, value);
}

void write_bit(uint32_t reg, uint32_t intid)
{
    access_own(intid, write32, word_address(reg, intid), BIT32(intid % 32));
}

uint64_t read_word(uint32_t reg, uint32_t intid)
{
    return access_own(intid, read32, word_address(reg, intid), 0);
}

uint64_t read_bit(uint32_t reg, uint32_t intid)
{
    return read_word(reg, intid) >> intid % 32 & 1;
}

uintptr_t priority_address(uint32_t intid)
{
    return array_word(GICD_IPRIORITYR, GICD_IPRIORITYR_E, 8, intid) + intid % 4;
}

void set_priority(uint32_t intid, uint8_t priority)
{
    access_own(intid, write8, priority_address(intid), priority);
}

uint8_t get_priority(uint32_t intid)
{
    return (uint8_t)(access_own(intid, read32, priority_address(intid) & ~UINT64_C(3), 0) >> 8 * (intid % 4));
}

void wait_distributor(void)
{
    while ((mmio_read32(machine.gicd.base + GICD_CTLR) & GICD_CTLR_RWP) != 0)
        ;
}

void wait_redistributor(void)
{
    while (gic->version == 3 && (mmio_read32(sgi_frames[looked_at] - GICR_SGI + GICR_CTLR) & GICR_CTLR_RWP) != 0)
        ;
}

void disable(uint32_t intid)
{
    write_bit(GICD_ICENABLER, intid);
    wait_distributor();
    wait_redistributor();
}

void set_group(uint32_t intid, unsigned group)
{
    uint32_t word = (uint32_t)read_word(GICD_IGROUPR, intid), bit = BIT32(intid % 32);

    access_own(intid, write32, word_address(GICD_IGROUPR, intid), group != 0 ? word | bit : word & ~bit);
}

uintptr_t config_address(uint32_t intid)
{
    return array_word(GICD_ICFGR, GICD_ICFGR_E, 2, intid);
}

void set_edge(uint32_t intid, bool edge)
{
    uintptr_t address = config_address(intid);
    uint32_t bit = BIT32(2 * (intid % 16) + 1), word = mmio_read32(address);

    mmio_write32(address, edge ? word | bit : word & ~bit);
}

void look_at(unsigned cpu)
{
    looked_at = cpu;
}

void give_to(unsigned cpu, uint32_t intid)
{
    if (intid >= INTID_SPI_FIRST)
        set_route(intid, route_of(cpu));
    else
        look_at(cpu);
}

/* The bit of a CPU interface, among those of an SGI's sources too; known once that CPU has called gic_init(). */
static uint8_t target_of(unsigned cpu)
{
    return (uint8_t)FIELD_GET(GICD_SGIR_TARGETLIST, gic_sgi_to(0, cpu));
}

uint64_t route_of(unsigned cpu)
{
    return gic->version == 2 ? target_of(cpu) : machine.mpidr[cpu];
}

void pend(uint32_t intid)
{
    if (gic->version == 2 && intid < INTID_SGI_COUNT && looked_at != smp_self())
        send_sgi(GROUP1, gic_sgi_to(intid, looked_at));
    else if (gic->version == 2 && intid < INTID_SGI_COUNT)
        mmio_write8(machine.gicd.base + GICD_SPENDSGIR + intid, target_of(smp_self()));
    else
        write_bit(GICD_ISPENDR, intid);
}

void unpend(uint32_t intid)
{
    if (gic->version == 2 && intid < INTID_SGI_COUNT)
        access_own(intid, write8, machine.gicd.base + GICD_CPENDSGIR + intid, 0xff);
    else
        write_bit(GICD_ICPENDR, intid);
}

uint64_t sgi_to_others(uint32_t intid)
{
    if (gic->version == 2)
        return FIELD_PREP(GICD_SGIR_FILTER, GICD_SGIR_FILTER_OTHER) | FIELD_PREP(GICD_SGIR_INTID, intid);
    return FIELD_PREP(ICC_SGI_INTID, intid) | ICC_SGI_IRM;
}

bool sgis_can_be_disabled(void)
{
    disable(0);
    return read_bit(GICD_ISENABLER, 0) == 0;
}

uint64_t own_route(void)
{
    return route_of(smp_self());
}

uintptr_t route_address(uint32_t intid)
{
    if (gic->version == 2)
        return machine.gicd.base + GICD_ITARGETSR + intid;
    if (intid < INTID_ESPI_FIRST)
        return machine.gicd.base + GICD_IROUTER + UINT64_C(8) * intid;
    touched[intid / 32] = true;
    return machine.gicd.base + GICD_IROUTER_E + UINT64_C(8) * (intid - INTID_ESPI_FIRST);
}

void set_route(uint32_t intid, uint64_t route)
{
    if (gic->version == 2)
        mmio_write8(route_address(intid), (uint8_t)route);
    else
        mmio_write64(route_address(intid), route);
}

void set_distributor(bool group0, bool group1)
{
    uint32_t affinity_routing = gic->version == 3 ? GICD_CTLR_ARE | GICD_CTLR_DS : 0;

    mmio_write32(machine.gicd.base + GICD_CTLR,
                 affinity_routing | (group0 ? GICD_CTLR_ENABLEGRP0 : 0) | (group1 ? GICD_CTLR_ENABLEGRP1 : 0));
    wait_distributor();
}

void raise(uint32_t intid, uint8_t priority)
{
    set_priority(intid, priority);
    enable(intid);
    pend(intid);
}

/* What is pending and active at the CPU interface first: what remains active in the distributor is only state then. */
static void reset_cpu_interface(void)
{
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(cntp_ctl_el0, 0);
    set_apr(GROUP0, APR_ZERO);
    set_apr(GROUP1, APR_ZERO);
    set_ctlr(false, false);
    set_bpr(GROUP0, 0);
    set_bpr(GROUP1, 0);
    set_pmr(0xff);
    set_igrpen(GROUP0, true);
    set_igrpen(GROUP1, true);
}

/* Of the 32 interrupts from `first` on. */
static void reset_bank(uint32_t first)
{
    mmio_write32(word_address(GICD_ICENABLER, first), UINT32_MAX);
    wait_distributor();
    wait_redistributor();
    mmio_write32(word_address(GICD_ICPENDR, first), UINT32_MAX);
    for (uint32_t intid = first; gic->version == 2 && intid < INTID_SGI_COUNT; intid++)
        unpend(intid);
    mmio_write32(word_address(GICD_ICACTIVER, first), UINT32_MAX);
    mmio_write32(word_address(GICD_IGROUPR, first), UINT32_MAX);
    if (nmi_was_set())
        mmio_write32(word_address(GICD_INMIR, first), 0);
    for (unsigned i = 0; i < 32; i += 4)
        mmio_write32(priority_address(first + i), PRIORITY_DEFAULT * UINT32_C(0x01010101));
    for (unsigned i = 0; is_spi(first) && i < 32; i++)
        set_route(first + i, own_route());
}

void env_reset_cpu(void)
{
    nmi_reset_cpu();
    reset_cpu_interface();
    look_at(smp_self());
    reset_bank(0);
    if (gic->version == 3) {
        mmio_write32(gic_redistributor() + GICR_WAKER, 0);
        mmio_write32(gic_redistributor() + GICR_CTLR, 0);
    }
}

/* Few rules are about them, and there are many: those that the last rule left alone need no reset. */
static void reset_extended(void)
{
    for (unsigned bank = 0; bank < ARRAY_SIZE(touched); bank++) {
        if (touched[bank])
            reset_bank(32 * bank);
    }
}

static void configure_spis(void)
{
    set_edge(SPI_EDGE, true);
    set_edge(SPI_LEVEL, false);
    set_edge(SPI_OTHER, true);
    if (extended_spis() == 0)
        return;
    set_edge(ESPI_EDGE, true);
    set_edge(ESPI_LEVEL, false);
}

void env_reset(void)
{
    if (cpus_lost() != 0) {
        print("# lost CPUs 0x%x: begin anew\n", cpus_lost());
        power_off();
    }
    __asm__ volatile("msr daifset, #0xf" ::: "memory");
    set_distributor(false, false);
    env_reset_cpu();
    for (unsigned bank = 1; bank < banks; bank++)
        reset_bank(32 * bank);
    reset_extended();
    configure_spis();
    memset(touched, 0, sizeof(touched));
    set_distributor(true, true);
    taken = (struct log){.count = 0};
    on_interrupt = NULL;
    expect_fault = false;
}

static void find_extended(void)
{
    uint32_t typer = mmio_read32(machine.gicd.base + GICD_TYPER);

    if (gic->version == 2)
        return;
    eppis = 32 * (unsigned)FIELD_GET(GICR_TYPER_PPINUM, mmio_read32(gic_redistributor() + GICR_TYPER));
    if ((typer & GICD_TYPER_ESPI) != 0)
        espis = 32 * ((unsigned)FIELD_GET(GICD_TYPER_ESPI_RANGE, typer) + 1);
    for (unsigned i = 0; i < eppis; i += 32)
        touched[(INTID_EPPI_FIRST + i) / 32] = true;
    for (unsigned i = 0; i < espis; i += 32)
        touched[(INTID_ESPI_FIRST + i) / 32] = true;
}

void env_init(void)
{
    gic_init();
    cpuif_find();
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        sgi_frames[cpu] = gic->version == 2 ? machine.gicd.base : gic_redistributor_of(cpu) + GICR_SGI;
    banks = (unsigned)FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(machine.gicd.base + GICD_TYPER)) + 1;
    find_extended();
    write_sysreg(vbar_el1, (uintptr_t)conform_vectors);
    isb();
}
