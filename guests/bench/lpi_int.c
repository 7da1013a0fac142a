/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpi_int: an LPI of the CPU itself, raised by the ITS's command INT; from the store of GITS_CWRITER that makes the ITS
 * run the command until the handler has run, as in kvm-unit-tests' micro-bench. The command was put into the queue
 * before.
 */
#include "bench.h"

#include "gic_its.h"
#include "mmio.h"
#include "regs/intid.h"

#define LPI    (INTID_LPI_FIRST + 8)
#define DEVICE 1
#define EVENT  3

static volatile uint64_t handled;

static void on_lpi(uint32_t intid, uint64_t stamp)
{
    (void)stamp;
    handled += intid == LPI;
}

static const char *prepare(void)
{
    bool done = true;

    gic_init();
    if (its_lacks() != NULL)
        return its_lacks();
    gic_handle_lpis(on_lpi);
    its_init();
    lpi_configure(LPI, 0x80, true);
    lpi_enable(smp_self(), true);
    done &= its_mapd(DEVICE, true) && its_mapc(0, smp_self(), true) && its_mapti(DEVICE, EVENT, LPI, 0);
    done &= its_event(ITS_INV, DEVICE, EVENT) && its_sync(smp_self());
    irq_unmask();
    return done ? NULL : "the ITS does not run its commands";
}

static uint64_t run(unsigned iteration)
{
    uint64_t writer = its_put(ITS_INT | FIELD_PREP(ITS_DEVICEID_0, DEVICE), EVENT, 0, 0);
    uint64_t before = handled, now;

    (void)iteration;
    return ROUNDTRIP(
        "str %[writer], [%[cwriter]]\n"
        "1: ldr %[now], [%[handled]]\n cmp %[now], %[before]\n b.eq 1b"
        : [now] "=&r"(now)
        : [writer] "r"(writer), [cwriter] "r"(its_register(GITS_CWRITER)), [handled] "r"(&handled), [before] "r"(before)
        : "memory", "cc");
}

static void finish(void)
{
    irq_mask();
    lpi_enable(smp_self(), false);
    its_disable();
}

const struct bench bench_lpi_int = {"lpi_int", "roundtrip_ticks", 1, prepare, run, finish};
