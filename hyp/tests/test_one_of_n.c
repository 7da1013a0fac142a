/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts for any vCPU that takes part (1 of N), and redistributors that sleep. */
#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "tap.h"

#define CPUS 4
#define SPI  70
#define ESPI 4200

#define ROUTER(intid) ((intid) < 1020 ? 0x6000 + 8 * (intid) : 0x8000 + 8 * ((intid)-4096))
#define IRM           UINT64_C(0x80000000)
#define DPG0          UINT32_C(0x01000000)
#define DPG1NS        UINT32_C(0x02000000)
#define DPG1S         UINT32_C(0x04000000)
#define SLEEP         2
#define ASLEEP        6 /* ProcessorSleep, ChildrenAsleep */

static struct vgic *vm;

static uint64_t rd_read(unsigned cpu, uint32_t offset)
{
    return vgic_gicr_read(vm->cpu[0], cpu * GICR_SIZE + offset, 4);
}

static void rd_write(unsigned cpu, uint32_t offset, uint32_t value)
{
    vgic_gicr_write(vm->cpu[0], cpu * GICR_SIZE + offset, 4, value);
}

static void write_bit(uint32_t reg, uint32_t intid)
{
    uint32_t offset = intid < 1020 ? reg + intid / 32 * 4 : 0x1000 + 4 * (reg - 0x80) + (intid - 4096) / 32 * 4;

    vgic_gicd_write(vm->cpu[0], offset, 4, BIT32(intid % 32));
}

static void route(uint32_t intid, uint64_t value)
{
    vgic_gicd_write(vm->cpu[0], ROUTER(intid), 8, value);
}

/* All vCPUs awake, both groups enabled; one edge-triggered interrupt of Group 1 of each range, enabled, 1 of N. */
static void fresh(void)
{
    vm = fake_vm(CPUS);
    vgic_gicd_write(vm->cpu[0], GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    for (unsigned i = 0; i < CPUS; i++) {
        rd_write(i, GICR_WAKER, 0);
        vcpuif_write_pmr(vm->cpu[i], 0xff);
        vcpuif_write_igrpen(vm->cpu[i], 0, true);
        vcpuif_write_igrpen(vm->cpu[i], 1, true);
    }
    vgic_gicd_write(vm->cpu[0], GICD_ICFGR + SPI / 16 * 4, 4, UINT32_MAX);
    vgic_gicd_write(vm->cpu[0], GICD_ICFGR_E + (ESPI - 4096) / 16 * 4, 4, UINT32_MAX);
    write_bit(GICD_IGROUPR, SPI);
    write_bit(GICD_IGROUPR, ESPI);
    write_bit(GICD_ISENABLER, SPI);
    write_bit(GICD_ISENABLER, ESPI);
    route(SPI, IRM | 3);
    route(ESPI, IRM);
}

/* vCPUs to which something is signalled, a bit each. */
static uint32_t signalled(void)
{
    uint32_t cpus = 0;

    for (unsigned i = 0; i < CPUS; i++)
        cpus |= (uint32_t)(vcpuif_signal(vm->cpu[i]) != VCPUIF_NONE) << i;
    return cpus;
}

static void identification(void)
{
    fresh();
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_TYPER, 4) >> 25 & 1, 0); /* No1N */
    for (unsigned i = 0; i < CPUS; i++)
        EXPECT(rd_read(i, GICR_TYPER) >> 5 & 1, 1); /* DPGS */
}

static void registers(void)
{
    fresh();
    EXPECT(vgic_gicd_read(vm->cpu[0], ROUTER(SPI), 4) & IRM, IRM);
    vgic_gicd_write(vm->cpu[0], ROUTER(SPI) + 4, 4, 0x12); /* the other half keeps the mode */
    EXPECT(vgic_gicd_read(vm->cpu[0], ROUTER(SPI), 8), UINT64_C(0x1200000000) | IRM | 3);
    vgic_gicd_write(vm->cpu[0], ROUTER(SPI), 4, 2);
    EXPECT(vgic_gicd_read(vm->cpu[0], ROUTER(SPI), 8), UINT64_C(0x1200000002));
    EXPECT(vgic_gicd_read(vm->cpu[0], ROUTER(SPI + 1), 8), 0);
    rd_write(1, GICR_CTLR, UINT32_MAX);
    EXPECT(rd_read(1, GICR_CTLR), DPG0 | DPG1NS); /* one security state: no DPG1S; no LPIs */
    EXPECT(rd_read(0, GICR_CTLR) | rd_read(2, GICR_CTLR), 0);
    rd_write(1, GICR_CTLR, DPG1S | DPG0);
    EXPECT(rd_read(1, GICR_CTLR), DPG0);
}

/* The lowest-numbered vCPU gets it, and no other; acknowledged there, it is nowhere else. */
static void one_takes_it(void)
{
    static const uint32_t intids[] = {SPI, ESPI};

    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++) {
        fresh();
        write_bit(GICD_ISPENDR, intids[i]);
        EXPECT(signalled(), 1);
        EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), INTID_SPURIOUS);
        EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), intids[i]);
        EXPECT(signalled(), 0);
        write_bit(GICD_ISPENDR, intids[i]);
        EXPECT(signalled(), 0);
        vcpuif_end(vm->cpu[0], 1, intids[i]);
        EXPECT(signalled(), 1);
    }
}

/* Whoever opts out does so for its group only. */
static void opting_out(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    rd_write(0, GICR_CTLR, DPG0);
    EXPECT(signalled(), 1);
    rd_write(0, GICR_CTLR, DPG1NS);
    EXPECT(signalled(), 2);
    rd_write(1, GICR_CTLR, DPG0 | DPG1NS);
    EXPECT(signalled(), 4);
    vgic_gicd_write(vm->cpu[0], GICD_IGROUPR + SPI / 32 * 4, 4, 0);
    EXPECT(signalled(), 1); /* of Group 0 now */
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_FIQ);
    for (unsigned i = 0; i < CPUS; i++)
        rd_write(i, GICR_CTLR, DPG0);
    EXPECT(signalled(), 0);
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_ISPENDR + SPI / 32 * 4, 4), BIT32(SPI % 32));
    rd_write(3, GICR_CTLR, 0);
    EXPECT(signalled(), 8);
}

static void asleep(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    rd_write(0, GICR_WAKER, SLEEP);
    EXPECT(rd_read(0, GICR_WAKER), ASLEEP);
    EXPECT(signalled(), 2);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), SPI);
    rd_write(1, GICR_WAKER, SLEEP); /* what was acknowledged stays where it is */
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_ISACTIVER + SPI / 32 * 4, 4), BIT32(SPI % 32));
    write_bit(GICD_ISPENDR, SPI);
    EXPECT(signalled(), 0);
    vcpuif_end(vm->cpu[1], 1, SPI);
    EXPECT(signalled(), 4);
    rd_write(2, GICR_WAKER, SLEEP);
    rd_write(3, GICR_WAKER, SLEEP);
    EXPECT(signalled(), 0);
    rd_write(3, GICR_WAKER, 0);
    EXPECT(signalled(), 8);
}

/* A vCPU with the group disabled at its CPU interface is no choice (12.2 ICC_IGRPEN1_EL1). */
static void disabled_here(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    vcpuif_write_igrpen(vm->cpu[0], 0, false);
    EXPECT(signalled(), 1);
    vcpuif_write_igrpen(vm->cpu[0], 1, false);
    EXPECT(signalled(), 2);
    vcpuif_reset(vm->cpu[1]);
    EXPECT(signalled(), 4);
    vcpuif_write_igrpen(vm->cpu[0], 1, true);
    EXPECT(signalled(), 1);
}

/* Routed by affinity again: to that vCPU, asleep or not. */
static void back_to_affinity(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    route(SPI, 2);
    EXPECT(signalled(), 4);
    EXPECT(vm->one_of_n, 1);
    rd_write(2, GICR_WAKER, SLEEP);
    EXPECT(signalled(), 0);
    route(SPI, IRM);
    EXPECT(signalled(), 1);
    route(SPI, IRM | 7);
    EXPECT(vm->one_of_n, 2);
}

/* Those that a change concerns are kicked: who had it and who gets it. */
static void kicks(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    vm->owner = vm->cpu[3];
    vm->kick = 0;
    rd_write(0, GICR_CTLR, DPG1NS);
    EXPECT(vm->kick, 3);
    vm->kick = 0;
    rd_write(2, GICR_CTLR, DPG1NS);
    EXPECT(vm->kick, 0);
}

/* A redistributor that sleeps holds back all its interrupts, and has them when it wakes. */
static void sleeper(void)
{
    uint32_t sgi = GICR_SGI + GICR_ISPENDR0;

    fresh();
    rd_write(1, GICR_SGI + GICR_IGROUPR0, UINT32_MAX);
    rd_write(1, GICR_SGI + GICR_ISENABLER0, UINT32_MAX);
    route(SPI, 1);
    rd_write(1, GICR_WAKER, SLEEP);
    rd_write(1, sgi, BIT32(3));
    write_bit(GICD_ISPENDR, SPI);
    EXPECT(signalled(), 0);
    EXPECT(vcpuif_highest_pending(vm->cpu[1], 1), INTID_SPURIOUS);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), INTID_SPURIOUS);
    EXPECT(rd_read(1, sgi), BIT32(3));
    vcpuif_write_pmr(vm->cpu[1], 0xf0); /* nothing passes the mask, whatever PMR says */
    EXPECT(vm->cpu[1]->cpuif.pmr, 0xf0);
    EXPECT(signalled(), 0);
    rd_write(1, GICR_WAKER, 0);
    EXPECT(rd_read(1, GICR_WAKER), 0);
    EXPECT(signalled(), 2);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), 3);
    vcpuif_end(vm->cpu[1], 1, 3);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), SPI);
}

/* What is active goes on: it can be completed, and keeps its priority. */
static void active_sleeper(void)
{
    fresh();
    write_bit(GICD_ISPENDR, SPI);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), SPI);
    rd_write(0, GICR_WAKER, SLEEP);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0);
    vcpuif_end(vm->cpu[0], 1, SPI);
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_ISACTIVER + SPI / 32 * 4, 4), 0);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0xff);
}

/* A fresh vCPU sleeps until software, or what implements PSCI, wakes it. */
static void reset_state(void)
{
    vm = fake_vm(CPUS);
    for (unsigned i = 0; i < CPUS; i++) {
        EXPECT(rd_read(i, GICR_WAKER), ASLEEP);
        EXPECT(rd_read(i, GICR_CTLR), 0);
    }
    rd_write(2, GICR_WAKER, 0);
    EXPECT(rd_read(2, GICR_WAKER), 0);
    EXPECT(rd_read(3, GICR_WAKER), ASLEEP);
}

static void finish(void)
{
    consistent(vm);
}

int main(void)
{
    static const struct tap_test tests[] = {{"identification", identification},
                                            {"registers", registers},
                                            {"one_takes_it", one_takes_it},
                                            {"opting_out", opting_out},
                                            {"asleep", asleep},
                                            {"disabled_here", disabled_here},
                                            {"back_to_affinity", back_to_affinity},
                                            {"kicks", kicks},
                                            {"sleeper", sleeper},
                                            {"active_sleeper", active_sleeper},
                                            {"reset_state", reset_state}};

    return tap_run(tests, ARRAY_SIZE(tests), finish);
}
