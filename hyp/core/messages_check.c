/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine's ITS and redistributors do what the drivers ask for: LPIs by INT commands and by stores, taken
 * here as IRQs, and with GICv4 the residency of a vPE, its pending state and its doorbell. A line for each check, as
 * TAP has it. No guest runs.
 */
#include "messages.h"

#include <stddef.h>

#include "cpu.h"
#include "gic.h"
#include "its.h"
#include "its_device.h"
#include "lpi.h"
#include "mmio.h"
#include "platform.h"
#include "print.h"
#include "psci.h"
#include "regs/gits.h"
#include "regs/intid.h"
#include "upcalls.h"

#define DEVICE     0 /* whose event a store by a core of QEMU's virt is */
#define VINTID     8200
#define VLPI_ON    0xa3 /* priority, enabled */
#define PATIENCE   2000000
#define ISR_EL1_I  BIT(7)
#define TRANSLATER (its.base + GITS_TRANSLATION + GITS_TRANSLATER)

static unsigned passed, failed;
static struct its_device device;
static struct vlpi_config config;
static struct vpe vpe;
/* What another core took, 0 while nothing; and how it came up. */
static volatile uint32_t elsewhere;
static const char *volatile other_reason;
static volatile bool other_up;

static void check(bool ok, const char *what)
{
    *(ok ? &passed : &failed) += 1;
    print("%sok %u %s\n", ok ? "" : "not ", passed + failed, what);
}

/* A step of the drivers' that the checks need. */
static void step(const char *reason)
{
    if (reason != NULL)
        platform_refuse("its.check: %s", reason);
}

/* The next interrupt that this core is signalled, taken; INTID_SPURIOUS when there is none for a while. */
static uint32_t next(void)
{
    for (unsigned i = 0; i < PATIENCE; i++)
        if ((read_sysreg(isr_el1) & ISR_EL1_I) != 0)
            return gic->take();
    return INTID_SPURIOUS;
}

static bool quiet(void)
{
    return next() == INTID_SPURIOUS;
}

static void check_lpis(void)
{
    step(its_device_add(&device, DEVICE, 32));
    step(its_event_map(&device, 5, 0, true));
    step(its_event_raise(&device, 5));
    check(next() == device.lpi + 5, "INT makes an LPI pending, which this core takes as an IRQ");
    check(quiet(), "... once");
    mmio_write32(TRANSLATER, 5);
    check(next() == device.lpi + 5, "a store to GITS_TRANSLATER, too");
    step(its_event_enable(&device, 5, 0, false));
    step(its_event_raise(&device, 5));
    check(quiet(), "not while it is disabled");
    step(its_event_enable(&device, 5, 0, true));
    check(next() == device.lpi + 5, "but when it is enabled and INV said so");
    step(its_event_enable(&device, 5, 0, false));
    step(its_event_raise(&device, 5));
    step(ITS_SEND(its_clear(DEVICE, 5), its_sync(its.rdbase[0])));
    step(its_event_enable(&device, 5, 0, true));
    check(quiet(), "CLEAR takes back what was pending");
    step(its_event_unmap(&device, 5, 0));
    step(its_event_map(&device, 5, 0, true));
    step(its_event_raise(&device, 5));
    check(next() == device.lpi + 5, "DISCARD and MAPTI map it again");
}

static void check_queue(void)
{
    const uint64_t start = its.queue.write;
    unsigned count = ITS_QUEUE_SIZE / ITS_COMMAND_SIZE;

    for (unsigned i = 0; i < count; i++)
        step(ITS_SEND(its_sync(its.rdbase[0])));
    check(its.queue.write == start, "the command queue wraps around");
    step(its_event_raise(&device, 5));
    check(next() == device.lpi + 5, "... and goes on");
}

static void other_core(void *argument)
{
    (void)argument;
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_EL2_IMO);
    other_reason = gic->cpu_init();
    other_up = true;
    for (;;) {
        uint32_t intid = next();

        if (intid != INTID_SPURIOUS)
            elsewhere = intid;
    }
}

/* Whether core 1 took `intid`, since the last time. */
static bool taken_elsewhere(uint32_t intid)
{
    for (unsigned i = 0; i < PATIENCE; i++) {
        if (elsewhere != 0) {
            bool same = elsewhere == intid;

            elsewhere = 0;
            return same;
        }
    }
    return false;
}

static bool start_other_core(void)
{
    uint64_t mpidr;

    if (!devtree_cpu(platform.fdt, 1, &mpidr) || cpu_start(1, mpidr, other_core, NULL) != PSCI_SUCCESS)
        return false;
    for (unsigned i = 0; i < PATIENCE && !other_up; i++)
        (void)read_sysreg(isr_el1);
    if (!other_up)
        return false;
    step(other_reason);
    return true;
}

static void check_cores(void)
{
    step(its_event_move(&device, 5, 0, 1));
    step(its_event_raise(&device, 5));
    check(taken_elsewhere(device.lpi + 5), "MOVI: another core takes it");
    check(quiet(), "... and this one does not");
    step(ITS_SEND(its_movall(its.rdbase[1], its.rdbase[0]), its_sync(its.rdbase[1]), its_sync(its.rdbase[0])));
    step(its_event_move(&device, 5, 1, 0));
    step(its_event_raise(&device, 5));
    check(next() == device.lpi + 5, "MOVI back: this one");
}

static void check_vpe(bool two_cores)
{
    bool pending;

    step(vlpi_config_create(&config, 14));
    step(vpe_create(&vpe, 3, 0, &config));
    vlpi_config_set(&config, VINTID, VLPI_ON);
    step(its_event_vmap(&device, 6, &vpe, VINTID));
    step(vpe_load(&vpe));
    step(vpe_put(&vpe, &pending));
    check(!pending, "a vPE becomes resident and not; nothing is pending");
    step(vpe_block(&vpe, &pending));
    check(quiet(), "no doorbell rings for nothing");
    step(its_event_raise(&device, 6));
    check(next() == vpe.doorbell && vpe_of_doorbell(vpe.doorbell) == &vpe, "an event of a vPE that waits rings");
    step(vpe_load(&vpe));
    mmio_write32(TRANSLATER, 6);
    check(quiet(), "not of one that is resident");
    step(vpe_put(&vpe, &pending));
    check(pending, "what is pending is known when it is not resident any more");
    step(its_event_raise(&device, 6));
    check(quiet(), "a vPE that does not wait has no doorbell");
    step(vpe_load(&vpe));
    check(quiet(), "... and none later");
    step(ITS_SEND(its_clear(DEVICE, 6), its_vsync(vpe.id)));
    step(vpe_block(&vpe, &pending));
    check(!pending, "CLEAR takes back a virtual LPI");
    if (!two_cores)
        return;
    step(vpe_move(&vpe, 1));
    step(its_event_raise(&device, 6));
    check(taken_elsewhere(vpe.doorbell), "VMOVP: its doorbell rings at another core");
}

void messages_check(void)
{
    const char *reason = messages_start();
    bool two_cores;

    step(reason);
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_EL2_IMO);
    step(gic->cpu_init());
    print("virqlab: ITS at 0x%lx, GITS_TYPER 0x%lx\n", (uint64_t)its.base, its.typer);
    check_lpis();
    check_queue();
    two_cores = start_other_core();
    if (two_cores)
        check_cores();
    reason = vpe_init();
    if (reason == NULL)
        check_vpe(two_cores);
    else
        print("virqlab: no vPEs: %s\n", reason);
    print("%u passed, %u failed\n", passed, failed);
    psci_system_off();
}
