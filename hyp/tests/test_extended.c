/* SPDX-License-Identifier: Apache-2.0 */
/* Extended PPIs and SPIs (GICv3.1): every one of them, their registers, and that nothing of them is there without. */
#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "tap.h"

#define CPUS 3

/* The ranges of IHI 0069H 2.2, written down once more. */
#define EPPI_FIRST 1056
#define EPPI_LAST  1119
#define ESPI_FIRST 4096
#define ESPI_LAST  5119

static struct vgic *vm;
static struct vgic_cpu *self;

static void fresh_with(bool extended)
{
    fake_extended = extended;
    vm = fake_vm(CPUS);
    fake_extended = true;
    self = vm->cpu[1];
    vgic_gicd_write(self, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    for (unsigned i = 0; i < CPUS; i++) {
        vcpuif_write_pmr(vm->cpu[i], 0xff);
        vgic_set_asleep(vm->cpu[i], false);
        vcpuif_write_igrpen(vm->cpu[i], 0, true);
        vcpuif_write_igrpen(vm->cpu[i], 1, true);
    }
}

static void fresh(void)
{
    fresh_with(true);
}

static uint64_t gicr_read(unsigned cpu, uint32_t offset, unsigned size)
{
    return vgic_gicr_read(self, cpu * GICR_SIZE + GICR_SGI + offset, size);
}

static void gicr_write(unsigned cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vgic_gicr_write(self, cpu * GICR_SIZE + GICR_SGI + offset, size, value);
}

/* Registers of an extended interrupt, of the redistributor of vCPU 1 for PPIs. `ppi`: offset of the register that
 * INTIDs 0 to 31 have, `spi`: of the one that INTIDs 4096 to 4127 have; `bits`: of the register for an interrupt. */
struct place {
    uint32_t ppi, spi;
    unsigned bits;
};

static const struct place igroupr = {0x080, 0x1000, 1}, isenabler = {0x100, 0x1200, 1}, icenabler = {0x180, 0x1400, 1},
                          ispendr = {0x200, 0x1600, 1}, icpendr = {0x280, 0x1800, 1}, isactiver = {0x300, 0x1a00, 1},
                          icactiver = {0x380, 0x1c00, 1}, ipriorityr = {0x400, 0x2000, 8}, icfgr = {0xc00, 0x3000, 2};

static uint32_t word_offset(const struct place *place, uint32_t intid)
{
    uint32_t number = intid < ESPI_FIRST ? intid - EPPI_FIRST + 32 : intid - ESPI_FIRST;

    return (intid < ESPI_FIRST ? place->ppi : place->spi) + number * place->bits / 32 * 4;
}

static uint32_t read_word(const struct place *place, uint32_t intid)
{
    uint32_t offset = word_offset(place, intid);

    return (uint32_t)(intid < ESPI_FIRST ? gicr_read(1, offset, 4) : vgic_gicd_read(self, offset, 4));
}

static void write_word(const struct place *place, uint32_t intid, uint32_t value)
{
    uint32_t offset = word_offset(place, intid);

    if (intid < ESPI_FIRST)
        gicr_write(1, offset, 4, value);
    else
        vgic_gicd_write(self, offset, 4, value);
}

static void write_priority(uint32_t intid, unsigned priority)
{
    if (intid < ESPI_FIRST)
        gicr_write(1, GICR_IPRIORITYR + 32 + intid - EPPI_FIRST, 1, priority);
    else
        vgic_gicd_write(self, 0x2000 + intid - ESPI_FIRST, 1, priority);
}

/* Of Group 1, enabled, routed to vCPU 1. */
static void prepare(uint32_t intid, unsigned priority)
{
    uint32_t bit = BIT32(intid % 32);

    write_word(&igroupr, intid, read_word(&igroupr, intid) | bit);
    write_word(&isenabler, intid, bit);
    write_priority(intid, priority);
    if (intid >= ESPI_FIRST)
        vgic_gicd_write(self, 0x8000 + 8 * (intid - ESPI_FIRST), 8, 1);
}

static uint32_t next_intid(uint32_t intid)
{
    return intid == EPPI_LAST ? ESPI_FIRST : intid + 1;
}

#define EACH_INTID(intid)                                                                                              \
    uint32_t intid = EPPI_FIRST;                                                                                       \
    intid <= ESPI_LAST;                                                                                                \
    intid = next_intid(intid)

/* One after the other through its whole life; no other one shows anything. */
static void every_one(void)
{
    fresh();
    for (EACH_INTID(intid)) {
        uint32_t bit = BIT32(intid % 32);

        prepare(intid, 0x80);
        write_word(&ispendr, intid, bit);
        EXPECT(read_word(&ispendr, intid), bit);
        EXPECT(vcpuif_signal(self), VCPUIF_IRQ);
        EXPECT(vcpuif_highest_pending(self, 1), intid);
        EXPECT(vcpuif_acknowledge(self, 1), intid);
        EXPECT(read_word(&isactiver, intid), bit);
        EXPECT(read_word(&ispendr, intid), 0);
        EXPECT(vcpuif_read_rpr(self), 0x80);
        vcpuif_end(self, 1, intid);
        EXPECT(read_word(&isactiver, intid), 0);
        write_word(&icenabler, intid, bit);
        EXPECT(read_word(&isenabler, intid), 0);
    }
    EXPECT(vm->misuse, 0);
}

/* All of them pending at once come by priority, those of either range between each other. */
static void by_priority(void)
{
    unsigned last = 0, count = 0;

    fresh();
    for (EACH_INTID(intid)) {
        prepare(intid, intid * 88 % 31 * 8);
        write_word(&ispendr, intid, BIT32(intid % 32));
    }
    for (uint32_t intid; (intid = vcpuif_acknowledge(self, 1)) != INTID_SPURIOUS; count++) {
        EXPECT(intid * 88 % 31 * 8 >= last, 1);
        last = intid * 88 % 31 * 8;
        vcpuif_end(self, 1, intid);
    }
    EXPECT(count, EPPI_LAST - EPPI_FIRST + 1 + ESPI_LAST - ESPI_FIRST + 1);
}

/* EOImode = 1: the end drops the priority, DIR deactivates; software sets and clears what is active and pending. */
static void two_steps(void)
{
    static const uint32_t intids[] = {EPPI_FIRST, EPPI_LAST, ESPI_FIRST, ESPI_LAST};

    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++) {
        uint32_t bit = BIT32(intids[i] % 32);

        fresh();
        vcpuif_write_ctlr(self, true, false);
        prepare(intids[i], 0x40);
        write_word(&ispendr, intids[i], bit);
        EXPECT(vcpuif_acknowledge(self, 1), intids[i]);
        vcpuif_end(self, 1, intids[i]);
        EXPECT(read_word(&isactiver, intids[i]), bit);
        vcpuif_deactivate(self, intids[i]);
        EXPECT(read_word(&isactiver, intids[i]), 0);
        write_word(&isactiver, intids[i], bit);
        write_word(&ispendr, intids[i], bit);
        EXPECT(vcpuif_signal(self), VCPUIF_NONE);
        write_word(&icactiver, intids[i], bit);
        EXPECT(vcpuif_signal(self), VCPUIF_IRQ);
        write_word(&icpendr, intids[i], bit);
        EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    }
}

/* A register holds what was written and nothing else changes: neither the neighbours nor the other ranges. */
static void registers(void)
{
    fresh();
    for (EACH_INTID(intid)) {
        uint32_t edge = BIT32(2 * (intid % 16) + 1);

        write_priority(intid, 0xff);
        EXPECT(read_word(&ipriorityr, intid), UINT32_C(0xf8) << 8 * (intid % 4));
        write_priority(intid, 0);
        write_word(&icfgr, intid, edge);
        EXPECT(read_word(&icfgr, intid), edge);
        EXPECT(vgic_irq(self, intid)->bank->edge, BIT32(intid % 32));
        write_word(&icfgr, intid, 0);
        write_word(&igroupr, intid, BIT32(intid % 32));
        EXPECT(virq_group(vgic_irq(self, intid)), 1);
        EXPECT(read_word(&igroupr, intid), BIT32(intid % 32));
        write_word(&igroupr, intid, 0);
    }
    for (uint32_t bank = 0; bank < 32; bank++) {
        EXPECT(vgic_gicd_read(self, GICD_IGROUPR + 4 * bank, 4) | vgic_gicd_read(self, GICD_ICFGR + 8 * bank, 4), 0);
        EXPECT(vgic_gicd_read(self, GICD_IPRIORITYR + 32 * bank, 4), 0);
    }
    EXPECT(gicr_read(1, GICR_IGROUPR0, 4) | gicr_read(1, GICR_IPRIORITYR, 4) | gicr_read(1, GICR_ICFGR0 + 4, 4), 0);
}

/* Words of the registers that one security state leaves RAZ/WI. */
static void one_security_state(void)
{
    static const uint32_t ranges[][2] = {{0x3400, 0x3480}, {0x3600, 0x3700}};

    fresh();
    for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++)
        for (uint32_t offset = ranges[i][0]; offset < ranges[i][1]; offset += 4) {
            vgic_gicd_write(self, offset, 4, UINT32_MAX);
            EXPECT(vgic_gicd_read(self, offset, 4), 0);
        }
    for (uint32_t offset = GICR_IGRPMODR0; offset <= GICR_IGRPMODR0 + 8; offset += 4) {
        gicr_write(1, offset, 4, UINT32_MAX);
        EXPECT(gicr_read(1, offset, 4), 0);
    }
    EXPECT(vm->misuse, 0);
}

/* Each vCPU has extended PPIs of its own. */
static void banked(void)
{
    fresh();
    prepare(EPPI_LAST, 0x80);
    gicr_write(0, 0x208, 4, BIT32(31));
    EXPECT(read_word(&ispendr, EPPI_LAST), 0);
    EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    gicr_write(1, 0x208, 4, BIT32(31));
    EXPECT(vcpuif_acknowledge(self, 1), EPPI_LAST);
    EXPECT(gicr_read(0, 0x208, 4), BIT32(31));
    EXPECT(gicr_read(2, 0x108, 4), 0);
}

static void routes(void)
{
    uint32_t at = 0x8000 + 8 * (ESPI_LAST - ESPI_FIRST);

    fresh();
    prepare(ESPI_LAST, 0x80);
    write_word(&ispendr, ESPI_LAST, BIT32(31));
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        vgic_gicd_write(self, at, 8, cpu);
        EXPECT(vgic_gicd_read(self, at, 8), cpu);
        for (unsigned i = 0; i < CPUS; i++)
            EXPECT(vcpuif_signal(vm->cpu[i]) != VCPUIF_NONE, i == cpu);
    }
    vgic_gicd_write(self, at + 4, 4, 0x12);
    EXPECT(vgic_gicd_read(self, at, 8), UINT64_C(0x1200000002));
    EXPECT(vgic_gicd_read(self, at - 8, 8), 0);
    EXPECT(vcpuif_signal(vm->cpu[2]), VCPUIF_NONE);
}

static void messages(void)
{
    static const uint32_t none[] = {0, 31, 1020, 1023, 1024, 1055, 1056, 1119, 1120, 4095, 5120, 8191};

    fresh();
    for (uint32_t intid = ESPI_FIRST; intid <= ESPI_LAST; intid += ESPI_LAST - ESPI_FIRST) {
        prepare(intid, 0x80);
        vgic_gicd_write(self, GICD_SETSPI_NSR, 4, intid);
        EXPECT(vcpuif_highest_pending(self, 1), intid);
        vgic_gicd_write(self, GICD_CLRSPI_NSR, 4, intid);
        EXPECT(vcpuif_highest_pending(self, 1), INTID_SPURIOUS);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
        EXPECT(vm->misuse, i);
        vgic_gicd_write(self, GICD_SETSPI_NSR, 4, none[i]);
    }
    EXPECT(read_word(&ispendr, EPPI_FIRST) | read_word(&ispendr, EPPI_LAST), 0);
}

/* An edge is a rise of the line; a level follows it. */
static void lines(void)
{
    for (uint32_t intid = EPPI_LAST; intid <= ESPI_LAST; intid += ESPI_LAST - EPPI_LAST) {
        fresh();
        prepare(intid, 0x80);
        vgic_set_line(vgic_irq(self, intid), true);
        EXPECT(vcpuif_signal(self), VCPUIF_IRQ);
        vgic_set_line(vgic_irq(self, intid), false);
        EXPECT(vcpuif_signal(self), VCPUIF_NONE);
        write_word(&icfgr, intid, BIT32(31));
        vgic_set_line(vgic_irq(self, intid), true);
        vgic_set_line(vgic_irq(self, intid), false);
        EXPECT(vcpuif_acknowledge(self, 1), intid);
    }
}

/* GICD_CTLR holds them back like all others, and Group 0 is theirs too. */
static void groups(void)
{
    for (uint32_t intid = EPPI_LAST; intid <= ESPI_LAST; intid += ESPI_LAST - EPPI_LAST) {
        fresh();
        prepare(intid, 0x80);
        write_word(&ispendr, intid, BIT32(31));
        vgic_gicd_write(self, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0);
        EXPECT(vcpuif_signal(self), VCPUIF_NONE);
        write_word(&igroupr, intid, 0);
        EXPECT(vcpuif_signal(self), VCPUIF_FIQ);
        EXPECT(vcpuif_acknowledge(self, 0), intid);
    }
}

/* What is reserved between the ranges is nothing that could be completed. */
static void reserved(void)
{
    static const uint32_t intids[] = {1024, 1055, 1120, 4095, 5120, 8191, 8192};

    fresh();
    EXPECT(vgic_irq(self, EPPI_FIRST)->intid, EPPI_FIRST);
    EXPECT(vgic_irq(self, ESPI_LAST)->intid, ESPI_LAST);
    vcpuif_write_ctlr(self, true, false);
    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++) {
        EXPECT(vgic_irq(self, intids[i]) == NULL, 1);
        vcpuif_deactivate(self, intids[i]);
        EXPECT(vm->misuse, i + 1);
    }
}

static void identification(void)
{
    for (unsigned extended = 0; extended < 2; extended++) {
        uint64_t typer, gicr_typer;

        fresh_with(extended != 0);
        typer = vgic_gicd_read(self, GICD_TYPER, 4);
        gicr_typer = vgic_gicr_read(self, GICR_TYPER, 8);
        EXPECT(typer >> 8 & 1, extended);
        EXPECT(typer >> 27, extended != 0 ? (ESPI_LAST - ESPI_FIRST) / 32 : 0);
        EXPECT(gicr_typer >> 27 & 0x1f, extended != 0 ? (EPPI_LAST - EPPI_FIRST + 1) / 32 : 0);
        EXPECT((typer >> 19 & 0x1f) + 1 >= 13, 1);
    }
}

/* Where nothing can hold them, there are none: their registers are RES0, their INTIDs nobody's. */
static void absent(void)
{
    fresh_with(false);
    for (EACH_INTID(intid)) {
        EXPECT(vgic_irq(self, intid) == NULL, 1);
        prepare(intid, 0xf8);
        write_word(&ispendr, intid, UINT32_MAX);
        write_word(&isactiver, intid, UINT32_MAX);
        write_word(&icfgr, intid, UINT32_MAX);
        EXPECT(read_word(&igroupr, intid) | read_word(&isenabler, intid) | read_word(&ispendr, intid), 0);
        EXPECT(read_word(&isactiver, intid) | read_word(&ipriorityr, intid) | read_word(&icfgr, intid), 0);
        if (intid >= ESPI_FIRST)
            EXPECT(vgic_gicd_read(self, 0x8000 + 8 * (intid - ESPI_FIRST), 8), 0);
    }
    EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    vgic_gicd_write(self, GICD_SETSPI_NSR, 4, ESPI_FIRST);
    EXPECT(vm->misuse, 1);
}

static void finish(void)
{
    consistent(vm);
}

int main(void)
{
    static const struct tap_test tests[] = {{"every_one", every_one},
                                            {"by_priority", by_priority},
                                            {"two_steps", two_steps},
                                            {"registers", registers},
                                            {"one_security_state", one_security_state},
                                            {"banked", banked},
                                            {"routes", routes},
                                            {"messages", messages},
                                            {"lines", lines},
                                            {"groups", groups},
                                            {"reserved", reserved},
                                            {"identification", identification},
                                            {"absent", absent}};

    return tap_run(tests, ARRAY_SIZE(tests), finish);
}
