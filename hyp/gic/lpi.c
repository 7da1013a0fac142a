/* SPDX-License-Identifier: Apache-2.0 */
#include "lpi.h"

#include <stddef.h>

#include "cpu.h"
#include "dist.h"
#include "poll.h"
#include "regs/gicr.h"
#include "table.h"

#define ID_BITS_MIN       14 /* LPIs begin at 8192 = 2^13 */
#define ID_BITS_MAX       16 /* more than 57344 LPIs nothing here has use for */
#define PENDING_ALIGN     0x10000
#define CONFIG_ALIGN      0x1000
#define INNER_LSB         7 /* of GICR_PROPBASER and GICR_PENDBASER */
#define CONFIG_SIZE(bits) (BIT(bits) - INTID_LPI_FIRST)

static struct lpi {
    unsigned id_bits; /* 0: not in use */
    uint32_t end;     /* INTIDs that exist end here */
    uint32_t next;    /* ... and are reserved */
    uint8_t *config;
    bool incoherent; /* some redistributor reads memory past the caches */
    uint8_t *pending[CPUS_MAX];
    uintptr_t redistributor[CPUS_MAX];
} lpi;

/* GICD_TYPER.IDbits and num_LPIs (12.9.38): 0 there says that IDbits bounds them. */
static const char *choose_range(void)
{
    uint32_t typer = mmio_read32(gic_map.gicd.base + GICD_TYPER);
    unsigned bits = (unsigned)FIELD_GET(GICD_TYPER_IDBITS, typer) + 1;
    uint64_t count, number = FIELD_GET(GICD_TYPER_NUM_LPIS, typer);

    if ((typer & GICD_TYPER_LPIS) == 0 || bits < ID_BITS_MIN)
        return "this machine has no LPIs (GICD_TYPER.LPIS)";
    lpi.id_bits = bits < ID_BITS_MAX ? bits : ID_BITS_MAX;
    count = CONFIG_SIZE(lpi.id_bits);
    if (number != 0 && BIT(number + 1) < count)
        count = BIT(number + 1);
    lpi.next = INTID_LPI_FIRST;
    lpi.end = INTID_LPI_FIRST + (uint32_t)count;
    return NULL;
}

const char *lpi_init(unsigned cores)
{
    const char *reason;

    lpi = (struct lpi){0};
    reason = choose_range();
    if (reason != NULL)
        return reason;
    lpi.config = table_alloc(CONFIG_SIZE(lpi.id_bits), CONFIG_ALIGN);
    for (unsigned i = 0; i < cores && i < CPUS_MAX; i++) {
        lpi.pending[i] = table_alloc(BIT(lpi.id_bits) / 8, PENDING_ALIGN);
        if (lpi.config == NULL || lpi.pending[i] == NULL) {
            lpi.id_bits = 0;
            return "no memory for tables of LPIs";
        }
    }
    return NULL;
}

/* While EnableLPIs = 1 the tables do not change, and it need not go back to 0 (12.11.2). */
static bool disable(uintptr_t redistributor)
{
    uintptr_t ctlr = redistributor + GICR_CTLR;

    mmio_write32(ctlr, mmio_read32(ctlr) & ~GICR_CTLR_ENABLELPIS);
    return poll_clear32(ctlr, GICR_CTLR_RWP | GICR_CTLR_ENABLELPIS);
}

static void name_tables(unsigned cpu, uintptr_t redistributor)
{
    uint64_t config = (uintptr_t)lpi.config | FIELD_PREP(GICR_PROPBASER_IDBITS, lpi.id_bits - 1);
    bool coherent = table_attributes(redistributor + GICR_PROPBASER, config, INNER_LSB);

    if (!coherent)
        __atomic_store_n(&lpi.incoherent, true, __ATOMIC_RELAXED);
    table_publish(coherent, lpi.config, CONFIG_SIZE(lpi.id_bits));
    coherent =
        table_attributes(redistributor + GICR_PENDBASER, (uintptr_t)lpi.pending[cpu] | GICR_PENDBASER_PTZ, INNER_LSB);
    table_publish(coherent, lpi.pending[cpu], BIT(lpi.id_bits) / 8);
}

const char *lpi_cpu_init(unsigned cpu, uintptr_t redistributor)
{
    uintptr_t ctlr = redistributor + GICR_CTLR;

    if (lpi.id_bits == 0 || lpi.redistributor[cpu] == redistributor)
        return NULL;
    if ((mmio_read64(redistributor + GICR_TYPER) & GICR_TYPER_PLPIS) == 0 || lpi.pending[cpu] == NULL)
        return "a redistributor has no LPIs (GICR_TYPER.PLPIS)";
    if ((mmio_read32(ctlr) & GICR_CTLR_ENABLELPIS) != 0 && !disable(redistributor))
        return "what ran before left LPIs enabled, for good (GICR_CTLR.EnableLPIs)";
    name_tables(cpu, redistributor);
    mmio_write32(ctlr, mmio_read32(ctlr) | GICR_CTLR_ENABLELPIS);
    dsb(sy); /* enabled before the ITS is told of this redistributor */
    lpi.redistributor[cpu] = redistributor;
    return NULL;
}

uintptr_t lpi_redistributor(unsigned cpu)
{
    return lpi.redistributor[cpu];
}

uint32_t lpi_reserve(uint32_t count)
{
    uint32_t first = lpi.next;

    if (lpi.id_bits == 0 || count > lpi.end - first)
        return 0;
    lpi.next += count;
    return first;
}

void lpi_enable(uint32_t intid, bool on)
{
    volatile uint8_t *config = &lpi.config[intid - INTID_LPI_FIRST];

    *config =
        (uint8_t)((PRIORITY_HOST & FIELD_MASK(LPI_CONFIG_PRIORITY)) | LPI_CONFIG_RES1 | (on ? LPI_CONFIG_ENABLE : 0));
    table_publish(!lpi.incoherent, config, 1);
}
