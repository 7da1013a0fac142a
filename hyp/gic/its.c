/* SPDX-License-Identifier: Apache-2.0 */
#include "its.h"

#include <stddef.h>

#include "devtree.h"
#include "mmu.h"
#include "poll.h"
#include "regs/gicr.h"
#include "regs/gits.h"

struct its its;

/* Disabled and done with what it had to do: only then tables and queue change (IHI 0069H 12.19.3). */
static bool quiesce(void)
{
    uintptr_t ctlr = its.base + GITS_CTLR;

    mmio_write32(ctlr, mmio_read32(ctlr) & ~GITS_CTLR_ENABLED);
    return poll_set32(ctlr, GITS_CTLR_QUIESCENT);
}

/* One for each core. GITS_TYPER.HCC collections need no memory (12.19.10). */
static bool reach_collections(void)
{
    for (unsigned i = (unsigned)FIELD_GET(GITS_TYPER_HCC, its.typer); i < CPUS_MAX; i++)
        if (!its_table_reach(&its.collections, i))
            return false;
    return true;
}

static const char *start(void)
{
    const char *reason;

    its.typer = mmio_read64(its.base + GITS_TYPER);
    if ((its.typer & GITS_TYPER_PHYSICAL) == 0)
        return "the ITS has no physical LPIs (GITS_TYPER.Physical)";
    if (!quiesce())
        return "the ITS does not become quiescent in its deadline (GITS_CTLR.Quiescent)";
    reason = its_tables_init();
    if (reason == NULL && !reach_collections())
        reason = "the ITS has no collection for each core (GITS_BASER<n>)";
    if (reason == NULL)
        reason = its_queue_init();
    if (reason == NULL)
        mmio_write32(its.base + GITS_CTLR, mmio_read32(its.base + GITS_CTLR) | GITS_CTLR_ENABLED);
    return reason;
}

const char *its_init(uintptr_t base)
{
    its = (struct its){.base = base};
    its.failed = start();
    return its.failed;
}

const char *its_probe(const void *fdt)
{
    struct range reg;

    if (!devtree_reg(fdt, "arm,gic-v3-its", 0, &reg))
        return "this machine has no ITS (device tree node arm,gic-v3-its)";
    mmu_map_device(reg.base, GITS_SIZE);
    return its_init(reg.base);
}

const char *its_cpu_init(unsigned cpu, uintptr_t redistributor)
{
    const char *reason;

    if (its.base == 0 || (its.collected & BIT32(cpu)) != 0)
        return its.failed;
    its.rdbase[cpu] = (its.typer & GITS_TYPER_PTA) != 0
                          ? redistributor >> 16
                          : FIELD_GET(GICR_TYPER_PROCESSOR, mmio_read64(redistributor + GICR_TYPER));
    reason =
        ITS_SEND(its_mapc((uint16_t)cpu, its.rdbase[cpu], true), its_invall((uint16_t)cpu), its_sync(its.rdbase[cpu]));
    if (reason == NULL)
        __atomic_fetch_or(&its.collected, BIT32(cpu), __ATOMIC_RELAXED);
    return reason;
}
