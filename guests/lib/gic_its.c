/* SPDX-License-Identifier: Apache-2.0 */
#include "gic_its.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "string.h"

/* From the end of the image on, each aligned to 64 KiB and most of that size. */
#define CONFIG       0x00000
#define PENDING(cpu) (0x10000 * (1 + (uintptr_t)(cpu)))
#define QUEUE        (PENDING(CPUS_MAX))
#define TABLE(n)     (QUEUE + 0x10000 * (1 + (uintptr_t)(n)))
#define ITT(device)  (TABLE(GITS_BASERS) + 0x10000 * (uintptr_t)(device))
#define PAGE         0x10000
#define PENDING_SIZE ((UINT64_C(1) << ITS_LPI_BITS) / 8)
#define CONFIG_SIZE  ((UINT64_C(1) << ITS_LPI_BITS) - INTID_LPI_FIRST)

extern char _bss_end[];

static uint64_t put; /* where the next command goes, an offset in the queue */

static uintptr_t tables(void)
{
    return ((uintptr_t)_bss_end + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
}

static void *memory(uintptr_t offset)
{
    return (void *)(tables() + offset);
}

const char *its_lacks(void)
{
    if (gic->version != 3 || (mmio_read32(machine.gicd.base + GICD_TYPER) & GICD_TYPER_LPIS) == 0)
        return "no LPIs (GICD_TYPER.LPIS = 0)";
    return machine.gits.size == 0 ? "no ITS in the device tree" : NULL;
}

void its_disable(void)
{
    mmio_write32(its_register(GITS_CTLR), 0);
    while ((mmio_read32(its_register(GITS_CTLR)) & GITS_CTLR_QUIESCENT) == 0)
        ;
}

/* Every table that the ITS asks for has one page of 64 KiB. */
static void give_tables(void)
{
    for (unsigned n = 0; n < GITS_BASERS; n++) {
        uintptr_t reg = its_register(GITS_BASER + 8 * n);

        if (FIELD_GET(GITS_BASER_TYPE, mmio_read64(reg)) == GITS_BASER_TYPE_NONE)
            continue;
        memset(memory(TABLE(n)), 0, PAGE);
        mmio_write64(reg, GITS_BASER_VALID | FIELD_PREP(GITS_BASER_PAGE_SIZE, GITS_BASER_PAGE_64K) |
                              (tables() + TABLE(n)) | FIELD_PREP(GITS_BASER_SHARE, GIC_SHARE_INNER) |
                              FIELD_PREP(GITS_BASER_INNER, GIC_RAWAWB));
    }
}

void its_init(void)
{
    its_disable();
    memset(memory(CONFIG), 0, CONFIG_SIZE);
    for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
        memset(memory(PENDING(cpu)), 0, PENDING_SIZE);
    for (unsigned device = 0; device < ITS_DEVICES; device++)
        memset(memory(ITT(device)), 0, PAGE / 16);
    give_tables();
    dsb(sy);
    mmio_write64(its_register(GITS_CBASER),
                 GITS_CBASER_VALID | (tables() + QUEUE) | (ITS_QUEUE_SIZE / GITS_CBASER_PAGE - 1) |
                     FIELD_PREP(GITS_CBASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GITS_CBASER_INNER, GIC_RAWAWB));
    put = 0;
    mmio_write64(its_register(GITS_CWRITER), put);
    mmio_write32(its_register(GITS_CTLR), GITS_CTLR_ENABLED);
}

/* The second level is a page behind all else. */
bool its_use_two_levels(void)
{
    uint64_t *level1, baser = 0;
    unsigned n = 0;

    its_init();
    its_disable();
    while (n < GITS_BASERS && FIELD_GET(GITS_BASER_TYPE, baser) != GITS_BASER_TYPE_DEVICE)
        baser = mmio_read64(its_register(GITS_BASER + 8 * n++));
    mmio_write64(its_register(GITS_BASER + 8 * (n - 1)), baser | GITS_BASER_INDIRECT);
    if ((mmio_read64(its_register(GITS_BASER + 8 * (n - 1))) & GITS_BASER_INDIRECT) == 0)
        return false;
    level1 = memory(TABLE(n - 1));
    memset(memory(ITT(ITS_DEVICES)), 0, PAGE);
    *level1 = GITS_LEVEL1_VALID | its_event_table(ITS_DEVICES);
    dsb(sy);
    mmio_write32(its_register(GITS_CTLR), GITS_CTLR_ENABLED);
    return true;
}

void lpi_enable(unsigned cpu, bool enabled)
{
    uintptr_t redistributor = gic_redistributor_of(cpu);
    uint32_t ctlr = mmio_read32(redistributor + GICR_CTLR);

    if (!enabled) {
        mmio_write32(redistributor + GICR_CTLR, ctlr & ~GICR_CTLR_ENABLELPIS);
        return;
    }
    mmio_write64(redistributor + GICR_PROPBASER, (tables() + CONFIG) | (ITS_LPI_BITS - 1) |
                                                     FIELD_PREP(GICR_PROPBASER_SHARE, GIC_SHARE_INNER) |
                                                     FIELD_PREP(GICR_PROPBASER_INNER, GIC_RAWAWB));
    mmio_write64(redistributor + GICR_PENDBASER, (tables() + PENDING(cpu)) |
                                                     FIELD_PREP(GICR_PENDBASER_SHARE, GIC_SHARE_INNER) |
                                                     FIELD_PREP(GICR_PENDBASER_INNER, GIC_RAWAWB));
    dsb(sy);
    mmio_write32(redistributor + GICR_CTLR, ctlr | GICR_CTLR_ENABLELPIS);
}

void lpi_configure(uint32_t intid, uint8_t priority, bool enabled)
{
    volatile uint8_t *config = memory(CONFIG + intid - INTID_LPI_FIRST);

    *config =
        (uint8_t)((priority & FIELD_MASK(LPI_CONFIG_PRIORITY)) | LPI_CONFIG_RES1 | (enabled ? LPI_CONFIG_ENABLE : 0));
    dsb(sy);
}

uint64_t its_put(uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3)
{
    volatile uint64_t *command = memory(QUEUE + put);

    command[0] = word0;
    command[1] = word1;
    command[2] = word2;
    command[3] = word3;
    dsb(sy);
    put = (put + ITS_COMMAND_SIZE) % ITS_QUEUE_SIZE;
    return put;
}

bool its_run(uint64_t writer)
{
    uint64_t begin = read_sysreg(cntvct_el0), reader;

    mmio_write64(its_register(GITS_CWRITER), writer);
    do {
        reader = mmio_read64(its_register(GITS_CREADR));
        if ((reader & GITS_CREADR_STALLED) != 0 || read_sysreg(cntvct_el0) - begin > read_sysreg(cntfrq_el0))
            return false;
    } while ((reader & FIELD_MASK(GITS_CREADR_OFFSET)) != writer);
    return true;
}

bool its_command(uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3)
{
    return its_run(its_put(word0, word1, word2, word3));
}

uint64_t its_target(unsigned cpu)
{
    uintptr_t redistributor = gic_redistributor_of(cpu);

    if ((mmio_read64(its_register(GITS_TYPER)) & GITS_TYPER_PTA) != 0)
        return redistributor >> 16;
    return FIELD_GET(GICR_TYPER_PROCESSOR, mmio_read64(redistributor + GICR_TYPER));
}

uint64_t its_event_table(uint32_t device)
{
    return tables() + ITT(device);
}

static uint64_t word0_of(unsigned command, uint32_t device)
{
    return command | FIELD_PREP(ITS_DEVICEID_0, device);
}

bool its_mapd(uint32_t device, bool valid)
{
    return its_command(word0_of(ITS_MAPD, device), ITS_EVENT_BITS - 1,
                       its_event_table(device) | (valid ? ITS_VALID_2 : 0), 0);
}

bool its_mapc(uint32_t icid, unsigned cpu, bool valid)
{
    return its_command(ITS_MAPC, 0, icid | FIELD_PREP(ITS_RDBASE_2, its_target(cpu)) | (valid ? ITS_VALID_2 : 0), 0);
}

bool its_mapti(uint32_t device, uint32_t event, uint32_t intid, uint32_t icid)
{
    return its_command(word0_of(ITS_MAPTI, device), event | FIELD_PREP(ITS_MAPTI_PINTID_1, intid), icid, 0);
}

bool its_movi(uint32_t device, uint32_t event, uint32_t icid)
{
    return its_command(word0_of(ITS_MOVI, device), event, icid, 0);
}

bool its_movall(unsigned from, unsigned to)
{
    return its_command(ITS_MOVALL, 0, FIELD_PREP(ITS_MOVALL_FROM_2, its_target(from)),
                       FIELD_PREP(ITS_MOVALL_TO_3, its_target(to)));
}

bool its_invall(uint32_t icid)
{
    return its_command(ITS_INVALL, 0, icid, 0);
}

bool its_sync(unsigned cpu)
{
    return its_command(ITS_SYNC, 0, FIELD_PREP(ITS_RDBASE_2, its_target(cpu)), 0);
}

bool its_event(unsigned command, uint32_t device, uint32_t event)
{
    return its_command(word0_of(command, device), event, 0, 0);
}
