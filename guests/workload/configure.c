/* SPDX-License-Identifier: Apache-2.0 */
/* Which interrupts there are, and how they and the CPU interface are configured. */
#include "workload.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

#define SPIS          40
#define PPI_TIMERS    2
#define PRIORITY_STEP 8  /* five implemented bits, the fewest that list registers have (IHI 0069H 4.8.1) */
#define PRIORITIES    31 /* the lowest one is masked always */

/* PPIs that QEMU's virt machine wires to nothing. */
static const uint32_t ppis[] = {16, 17, 18, 19, 20, 21, 22, 24};

static uintptr_t frame_of(uint32_t intid)
{
    return intid < INTID_SPI_FIRST ? gic->banked() : machine.gicd.base;
}

static void write_bits(uintptr_t address, uint32_t bits, bool set)
{
    uint32_t value = mmio_read32(address);

    mmio_write32(address, set ? value | bits : value & ~bits);
}

static void add(uint32_t intid, bool timer)
{
    struct source *source = &oracle.source[oracle.count++];

    *source = (struct source){.intid = intid, .timer = timer, .group = 1};
    if (intid >= INTID_PPI_FIRST)
        write_bits(frame_of(intid) + GICD_ICFGR + 4 * (uintptr_t)(intid / 16), BIT32(2 * (intid % 16) + 1), !timer);
    if (intid >= INTID_SPI_FIRST)
        gic->route(intid, smp_self());
}

static bool is_source(uint32_t intid)
{
    for (unsigned i = 0; i < oracle.count; i++)
        if (oracle.source[i].intid == intid)
            return true;
    return false;
}

/* Eight SGIs, eight PPIs, both timers, and SPIs that lie in few words: one store raises several. */
void configure_sources(void)
{
    uint32_t first = INTID_SPI_FIRST * (2 + random_below(5));

    for (uint32_t sgi = 0; sgi < INTID_SGI_COUNT; sgi += 2)
        add(sgi + random_below(2), false);
    for (unsigned i = 0; i < ARRAY_SIZE(ppis); i++)
        add(ppis[i], false);
    add(INTID_VTIMER, true);
    add(INTID_PTIMER, true);
    for (unsigned i = 0; i < SPIS; i++) {
        uint32_t intid;

        do
            intid = first + random_below(64);
        while (is_source(intid));
        add(intid, false);
    }
}

/* With GICv2 SGIs may be enabled always (IHI 0048B.b 4.3.5). */
static void set_enabled(struct source *source, bool on)
{
    on |= gic->version == 2 && source->intid < INTID_SGI_COUNT;
    source->enabled = on;
    mmio_write32(frame_of(source->intid) + (on ? GICD_ISENABLER : GICD_ICENABLER) + 4 * (uintptr_t)(source->intid / 32),
                 BIT32(source->intid % 32));
    gic->settle();
}

static void set_priority(struct source *source, uint8_t priority)
{
    source->priority = priority;
    mmio_write8(frame_of(source->intid) + GICD_IPRIORITYR + source->intid, priority);
}

static void set_group(struct source *source, unsigned group)
{
    source->group = (uint8_t)group;
    write_bits(frame_of(source->intid) + GICD_IGROUPR + 4 * (uintptr_t)(source->intid / 32), BIT32(source->intid % 32),
               group == 1);
}

static bool has_nmis(void)
{
    return gic->version == 3 && (mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_NMI) != 0;
}

static void set_nmi(struct source *source, bool nmi)
{
    if (source->nmi == nmi)
        return;
    source->nmi = nmi;
    write_bits(frame_of(source->intid) + GICD_INMIR + 4 * (uintptr_t)(source->intid / 32), BIT32(source->intid % 32),
               nmi);
}

static void change_pmr(uint8_t value)
{
    oracle.pmr = value;
    set_pmr(value);
}

static void set_group_enabled(unsigned group, bool on)
{
    oracle.group_enabled[group] = on;
    set_igrpen(group, on);
}

/*
 * The same split for both groups: where they differ, QEMU takes the running priority of one group by the mask of the
 * other, and others do not.
 */
static void set_bprs(uint8_t bpr0)
{
    set_bpr(GROUP0, bpr0);
    set_bpr(GROUP1, bpr0 + 1);
    oracle.bpr[0] = (uint8_t)get_bpr(GROUP0);
    oracle.bpr[1] = (uint8_t)get_bpr(GROUP1);
}

/* Few priorities in some epochs, so that many are equal; few bits that preempt in some; non-maskable ones in some. */
void configure_epoch(void)
{
    uint32_t priorities = random_below(3) == 0 ? 1 + random_below(3) : PRIORITIES;
    bool nmis = has_nmis() && random_below(2) != 0;

    oracle.eoimode = random_below(2) != 0;
    set_ctlr(oracle.eoimode, false);
    set_bprs((uint8_t)random_below(random_below(2) != 0 ? 3 : 7));
    for (unsigned i = 0; i < oracle.count; i++) {
        struct source *source = &oracle.source[i];

        set_enabled(source, false);
        set_group(source, random_below(3) == 0 ? 0 : 1);
        set_priority(source, (uint8_t)(random_below(priorities) * PRIORITY_STEP));
        set_nmi(source, nmis && source->group == 1 && random_below(4) == 0);
        set_enabled(source, random_below(10) != 0);
    }
}

void configure_open(void)
{
    for (unsigned i = 0; i < oracle.count; i++)
        set_enabled(&oracle.source[i], true);
    change_pmr(0xff);
    set_group_enabled(0, true);
    set_group_enabled(1, true);
}

static void withdraw(struct source *source)
{
    source->pending = false;
    source->withdrawn++;
    if (gic->version == 2 && source->intid < INTID_SGI_COUNT)
        mmio_write8(machine.gicd.base + GICD_CPENDSGIR + source->intid, 0xff);
    else
        mmio_write32(frame_of(source->intid) + GICD_ICPENDR + 4 * (uintptr_t)(source->intid / 32),
                     BIT32(source->intid % 32));
}

/* Of an active one the priority stays: what is running goes by it. */
static void change_one(struct source *source)
{
    switch (random_below(3)) {
    case 0:
        set_enabled(source, !source->enabled);
        break;
    case 1:
        if (!source->active)
            set_priority(source, (uint8_t)(random_below(PRIORITIES) * PRIORITY_STEP));
        break;
    default:
        if (source->pending && !source->timer) {
            withdraw(source);
        }
    }
}

void act_masked(void)
{
    switch (random_below(16)) {
    case 0:
        change_pmr(random_below(3) == 0 ? (uint8_t)(random_below(32) * PRIORITY_STEP) : 0xff);
        break;
    case 1:
        set_group_enabled(random_below(2), random_below(4) != 0 || oracle.groups_stay);
        break;
    case 2:
    case 3:
    case 4:
        change_one(&oracle.source[random_below(oracle.count)]);
        break;
    case 5:
        oracle_compare();
        break;
    case 6:
        act_deactivate(false);
        break;
    default:
        act_raise();
    }
}
