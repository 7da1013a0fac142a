/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several vCPUs show of the model: SGI target lists, broadcast, IROUTER, banked registers, message-based SPIs,
 * redistributors. Eight vCPUs, a strategy that keeps nothing resident. TAP on stdout.
 */
#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/sgi.h"
#include "tap.h"

#define CPUS 8
#define SGI  5
#define SPI  70

static struct vgic *vm;

static uint32_t sgi_frame(unsigned cpu)
{
    return cpu * GICR_SIZE + GICR_SGI;
}

/* Groups and interfaces on, SGIs and PPIs of every vCPU of Group 1, enabled. */
static void fresh(void)
{
    vm = fake_vm(CPUS);
    vgic_gicd_write(vm->cpu[0], GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    for (unsigned i = 0; i < CPUS; i++) {
        vcpuif_write_pmr(vm->cpu[i], 0xff);
        vgic_set_asleep(vm->cpu[i], false);
        vcpuif_write_igrpen(vm->cpu[i], 0, true);
        vcpuif_write_igrpen(vm->cpu[i], 1, true);
        vgic_gicr_write(vm->cpu[0], sgi_frame(i) + GICR_IGROUPR0, 4, UINT32_MAX);
        vgic_gicr_write(vm->cpu[0], sgi_frame(i) + GICR_ISENABLER0, 4, UINT32_MAX);
    }
}

/* vCPUs to which something is signalled, a bit each. */
static uint32_t signalled(void)
{
    uint32_t cpus = 0;

    for (unsigned i = 0; i < CPUS; i++)
        cpus |= (uint32_t)(vcpuif_signal(vm->cpu[i]) != VCPUIF_NONE) << i;
    return cpus;
}

static void target_lists(void)
{
    for (uint32_t list = 0; list < 0x10000; list += 0x101) {
        fresh();
        vgic_sgi(vm->cpu[3], FIELD_PREP(ICC_SGI_INTID, SGI) | list, 1);
        EXPECT(signalled(), list & 0xff);
    }
}

static void broadcast(void)
{
    for (unsigned from = 0; from < CPUS; from++) {
        fresh();
        vgic_sgi(vm->cpu[from], FIELD_PREP(ICC_SGI_INTID, SGI) | ICC_SGI_IRM | 0xffff, 1);
        EXPECT(signalled(), 0xff & ~(1U << from));
        EXPECT(vcpuif_acknowledge(vm->cpu[from == 0 ? 1 : 0], 1), SGI);
    }
}

/* Other clusters and ranges have no targets. */
static void other_affinities(void)
{
    static const uint64_t other[] = {UINT64_C(1) << 16, UINT64_C(1) << 32, UINT64_C(1) << 48, UINT64_C(1) << 44};

    for (unsigned i = 0; i < ARRAY_SIZE(other); i++) {
        fresh();
        vgic_sgi(vm->cpu[0], FIELD_PREP(ICC_SGI_INTID, SGI) | other[i] | 0xffff, 1);
        EXPECT(signalled(), 0);
    }
}

/* A target whose SGI is of the other group ignores it, the others do not. */
static void groups_of_targets(void)
{
    fresh();
    vgic_gicr_write(vm->cpu[0], sgi_frame(2) + GICR_IGROUPR0, 4, ~BIT32(SGI));
    vgic_sgi(vm->cpu[0], FIELD_PREP(ICC_SGI_INTID, SGI) | 0xff, 1);
    EXPECT(signalled(), 0xff & ~4U);
    vgic_sgi(vm->cpu[0], FIELD_PREP(ICC_SGI_INTID, SGI) | 0xff, 0);
    EXPECT(signalled(), 0xff);
    EXPECT(vcpuif_acknowledge(vm->cpu[2], 0), SGI);
}

/* An SGI is pending at each target apart: acknowledged by one, it stays with the others. */
static void banked_state(void)
{
    fresh();
    vgic_sgi(vm->cpu[0], FIELD_PREP(ICC_SGI_INTID, SGI) | 0x0f, 1);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), SGI);
    EXPECT(signalled(), 0x0d);
    EXPECT(vgic_gicr_read(vm->cpu[7], sgi_frame(1) + GICR_ISACTIVER0, 4), BIT32(SGI));
    EXPECT(vgic_gicr_read(vm->cpu[7], sgi_frame(2) + GICR_ISACTIVER0, 4), 0);
    EXPECT(vgic_gicr_read(vm->cpu[7], sgi_frame(2) + GICR_ISPENDR0, 4), BIT32(SGI));
    vgic_gicr_write(vm->cpu[7], sgi_frame(2) + GICR_ICPENDR0, 4, BIT32(SGI));
    EXPECT(signalled(), 0x09);
    vcpuif_end(vm->cpu[1], 1, SGI);
    EXPECT(vgic_gicr_read(vm->cpu[7], sgi_frame(1) + GICR_ISACTIVER0, 4), 0);
}

static void spi_ready(void)
{
    fresh();
    vgic_gicd_write(vm->cpu[0], GICD_IGROUPR + SPI / 32 * 4, 4, UINT32_MAX);
    vgic_gicd_write(vm->cpu[0], GICD_ISENABLER + SPI / 32 * 4, 4, BIT32(SPI % 32));
    vgic_gicd_write(vm->cpu[0], GICD_ISPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
}

static void routes(void)
{
    spi_ready();
    EXPECT(signalled(), 1);
    for (uint64_t cpu = 0; cpu < CPUS; cpu++) {
        vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 8, cpu);
        EXPECT(signalled(), 1U << cpu);
        EXPECT(vgic_gicd_read(vm->cpu[5], GICD_IROUTER + 8 * SPI, 8), cpu);
    }
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 8, CPUS);
    EXPECT(signalled(), 0);
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 8, 0x100);
    EXPECT(signalled(), 0);
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 4, 6);
    EXPECT(signalled(), 1U << 6);
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI + 4, 4, 1);
    EXPECT(signalled(), 0);
}

/* Active at one vCPU and routed to another: pending there only after the first has ended it. */
static void rerouted_while_active(void)
{
    spi_ready();
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), SPI);
    vgic_gicd_write(vm->cpu[0], GICD_ISPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 8, 4);
    EXPECT(signalled(), 0);
    vcpuif_end(vm->cpu[0], 1, SPI);
    EXPECT(signalled(), 1U << 4);
    EXPECT(vcpuif_acknowledge(vm->cpu[4], 1), SPI);
}

/* The vCPUs that another one's access concerns are to be kicked, no others. */
static void kicks(void)
{
    spi_ready();
    vgic_gicd_write(vm->cpu[0], GICD_ICPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
    vgic_gicd_write(vm->cpu[0], GICD_IROUTER + 8 * SPI, 8, 3);
    vm->owner = vm->cpu[0];
    vm->kick = 0;
    vgic_gicd_write(vm->cpu[0], GICD_ISPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
    EXPECT(vm->kick, 1U << 3);
    vm->kick = 0;
    vgic_sgi(vm->cpu[0], FIELD_PREP(ICC_SGI_INTID, SGI) | 0x31, 1);
    EXPECT(vm->kick, 0x30);
}

static void messages(void)
{
    spi_ready();
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_TYPER, 4) & GICD_TYPER_MBIS, GICD_TYPER_MBIS);
    vgic_gicd_write(vm->cpu[0], GICD_ICPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
    vgic_gicd_write(vm->cpu[0], GICD_SETSPI_NSR, 2, SPI);
    EXPECT(signalled(), 1);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), SPI);
    vcpuif_end(vm->cpu[0], 1, SPI);
    EXPECT(signalled(), 1); /* level-sensitive: asserted until the second message */
    vgic_gicd_write(vm->cpu[0], GICD_CLRSPI_NSR, 4, SPI);
    EXPECT(signalled(), 0);
    for (uint32_t intid = 0; intid < 0x2000; intid += intid < 32 ? 1 : 988)
        if (intid < 32 || intid >= 1020)
            vgic_gicd_write(vm->cpu[0], GICD_SETSPI_NSR, 4, intid);
    EXPECT(signalled(), 0);
}

static void redistributors(void)
{
    fresh();
    for (unsigned i = 0; i < CPUS; i++) {
        uint64_t typer = vgic_gicr_read(vm->cpu[0], i * GICR_SIZE + GICR_TYPER, 8);

        EXPECT(FIELD_GET(GICR_TYPER_AFFINITY, typer), i);
        EXPECT(FIELD_GET(GICR_TYPER_PROCESSOR, typer), i);
        EXPECT((typer & GICR_TYPER_LAST) != 0, i == CPUS - 1);
        EXPECT(vgic_gicr_read(vm->cpu[0], i * GICR_SIZE + GICR_TYPER + 4, 4), i);
    }
}

/* An edge is a rise of the line; a level follows it. */
static void lines(void)
{
    spi_ready();
    vgic_gicd_write(vm->cpu[0], GICD_ICPENDR + SPI / 32 * 4, 4, BIT32(SPI % 32));
    vgic_set_line(vgic_irq(vm->cpu[0], SPI), true);
    EXPECT(signalled(), 1);
    vgic_set_line(vgic_irq(vm->cpu[0], SPI), false);
    EXPECT(signalled(), 0);
    vgic_gicd_write(vm->cpu[0], GICD_ICFGR + SPI / 16 * 4, 4, UINT32_MAX);
    vgic_set_line(vgic_irq(vm->cpu[0], SPI), true);
    vgic_set_line(vgic_irq(vm->cpu[0], SPI), false);
    EXPECT(signalled(), 1);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), SPI);
    vcpuif_end(vm->cpu[0], 1, SPI);
    EXPECT(signalled(), 0);
}

static void finish(void)
{
    consistent(vm);
}

int main(void)
{
    static const struct tap_test tests[] = {{"target_lists", target_lists},
                                            {"broadcast", broadcast},
                                            {"other_affinities", other_affinities},
                                            {"groups_of_targets", groups_of_targets},
                                            {"banked_state", banked_state},
                                            {"routes", routes},
                                            {"rerouted_while_active", rerouted_while_active},
                                            {"kicks", kicks},
                                            {"messages", messages},
                                            {"redistributors", redistributors},
                                            {"lines", lines}};

    return tap_run(tests, ARRAY_SIZE(tests), finish);
}
