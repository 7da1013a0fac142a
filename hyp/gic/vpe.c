/* SPDX-License-Identifier: Apache-2.0 */
#include "vpe.h"

#include <stddef.h>

#include "its_device.h"
#include "its.h"
#include "lpi.h"
#include "poll.h"
#include "regs/gicr.h"
#include "table.h"

#define PENDING_ALIGN 0x10000
#define CONFIG_ALIGN  0x1000
#define INNER_LSB     7 /* of GICR_VPROPBASER and GICR_VPENDBASER */
#define ID_BITS_MIN   14
#define ID_BITS_MAX   16

/*
 * Doorbells are no events of a device, but INV and CLEAR name events: each is an event of a device that there is not,
 * of the highest DeviceID, by the number of its vPE.
 */
static struct its_device doorbells;
static struct vpe *vpes[VPES_MAX];

static uintptr_t vlpi_frame(unsigned cpu)
{
    return lpi_redistributor(cpu) + GICR_VLPI;
}

const char *vpe_init(void)
{
    uint64_t typer;

    if ((its.typer & GITS_TYPER_VIRTUAL) == 0 || its.vpes.entries < VPES_MAX)
        return "this machine's ITS has no virtual LPIs (GITS_TYPER.Virtual)";
    if ((its.typer & GITS_TYPER_VMAPP) != 0)
        return "this machine's ITS is one of GICv4.1 (GITS_TYPER.VMAPP), which is not driven yet";
    for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
        if (lpi_redistributor(cpu) == 0)
            continue;
        typer = mmio_read64(lpi_redistributor(cpu) + GICR_TYPER);
        if ((typer & GICR_TYPER_VLPIS) == 0 || (typer & GICR_TYPER_RVPEID) != 0)
            return "a redistributor has no virtual LPIs of GICv4.0 (GICR_TYPER.VLPIS, RVPEID)";
    }
    return its_device_add(&doorbells, (uint32_t)BIT(FIELD_GET(GITS_TYPER_DEVBITS, its.typer) + 1) - 1, VPES_MAX);
}

const char *vlpi_config_create(struct vlpi_config *config, unsigned id_bits)
{
    uint64_t size = BIT(id_bits) - INTID_LPI_FIRST;

    if (id_bits < ID_BITS_MIN || id_bits > ID_BITS_MAX)
        return "a virtual LPI has 14 to 16 bits";
    *config = (struct vlpi_config){table_alloc(size, CONFIG_ALIGN), id_bits, true};
    return config->bytes != NULL ? NULL : "no memory for a virtual configuration table";
}

void vlpi_config_set(struct vlpi_config *config, uint32_t vintid, uint8_t byte)
{
    volatile uint8_t *at = &config->bytes[vintid - INTID_LPI_FIRST];

    *at = byte;
    table_publish(config->coherent, at, 1);
}

const char *vpe_create(struct vpe *vpe, uint16_t id, unsigned cpu, struct vlpi_config *config)
{
    uint64_t size = BIT(config->id_bits) / 8;
    const char *reason;

    *vpe = (struct vpe){.id = id, .cpu = cpu, .config = config, .doorbell = doorbells.lpi + id};
    vpe->pending = table_alloc(size, PENDING_ALIGN);
    if (vpe->pending == NULL || !its_table_reach(&its.vpes, id))
        return "no memory for a virtual pending table";
    cache_clean((uintptr_t)vpe->pending, size); /* the last that we write of it: whatever its attributes will be */
    reason = ITS_SEND(its_vmapp(id, its.rdbase[cpu], (uintptr_t)vpe->pending, config->id_bits, true), its_vinvall(id),
                      its_vsync(id));
    if (reason != NULL)
        return reason;
    vpes[id] = vpe;
    return its_event_map(&doorbells, id, cpu, false);
}

const char *vpe_configured(const struct vpe *vpe)
{
    return ITS_SEND(its_vinvall(vpe->id), its_vsync(vpe->id));
}

/* Names the configuration table to the redistributor; no vPE is resident. */
static void name_config(uintptr_t frame, struct vlpi_config *config)
{
    uint64_t value = (uintptr_t)config->bytes | FIELD_PREP(GICR_PROPBASER_IDBITS, config->id_bits - 1);

    if (!table_attributes(frame + GICR_VPROPBASER, value, INNER_LSB))
        config->coherent = false;
    table_publish(config->coherent, config->bytes, BIT(config->id_bits) - INTID_LPI_FIRST);
}

/* The doorbell is off, and what rang meanwhile is nothing to wake up for: the vPE is resident. */
static const char *silence(struct vpe *vpe)
{
    if (vpe->waiting)
        lpi_enable(vpe->doorbell, false);
    vpe->waiting = false;
    return ITS_SEND(its_inv(doorbells.id, vpe->id), its_clear(doorbells.id, vpe->id), its_sync(its.rdbase[vpe->cpu]));
}

/*
 * PendingLast = 1: whether something is pending is not known, so the redistributor is to look (12.11.42). It may do so
 * after Valid is written (GICR_TYPER.Dirty): what the guest is about to rely on is there when Dirty is 0.
 */
const char *vpe_load(struct vpe *vpe)
{
    uintptr_t frame = vlpi_frame(vpe->cpu);
    uint64_t value = (uintptr_t)vpe->pending | GICR_VPENDBASER_VALID | GICR_VPENDBASER_PENDINGLAST |
                     (vpe->idai ? GICR_VPENDBASER_IDAI : 0);

    if (!poll_clear64(frame + GICR_VPENDBASER, GICR_VPENDBASER_DIRTY))
        return "a redistributor does not finish with a vPE in its deadline (GICR_VPENDBASER.Dirty)";
    name_config(frame, vpe->config);
    value |= vpe->config->coherent
                 ? FIELD_PREP(GICR_VPENDBASER_SHARE, GIC_SHARE_INNER) | FIELD_PREP(GICR_VPENDBASER_INNER, GIC_RAWAWB)
                 : FIELD_PREP(GICR_VPENDBASER_INNER, GIC_NORMAL_NC);
    mmio_write64(frame + GICR_VPENDBASER, value);
    vpe->resident = true;
    if ((mmio_read64(lpi_redistributor(vpe->cpu) + GICR_TYPER) & GICR_TYPER_DIRTY) != 0 &&
        !poll_clear64(frame + GICR_VPENDBASER, GICR_VPENDBASER_DIRTY))
        return "a redistributor does not begin with a vPE in its deadline (GICR_VPENDBASER.Dirty)";
    return silence(vpe);
}

/* PendingLast and IDAI are what they are when Dirty is 0 (12.11.42). */
const char *vpe_put(struct vpe *vpe, bool *pending)
{
    uintptr_t vpendbaser = vlpi_frame(vpe->cpu) + GICR_VPENDBASER;
    uint64_t value = mmio_read64(vpendbaser) & ~(GICR_VPENDBASER_VALID | GICR_VPENDBASER_PENDINGLAST);

    mmio_write64(vpendbaser, value);
    vpe->resident = false;
    if (!poll_clear64(vpendbaser, GICR_VPENDBASER_DIRTY))
        return "a redistributor does not finish with a vPE in its deadline (GICR_VPENDBASER.Dirty)";
    value = mmio_read64(vpendbaser);
    vpe->idai = (value & GICR_VPENDBASER_IDAI) != 0;
    *pending = (value & GICR_VPENDBASER_PENDINGLAST) != 0;
    return NULL;
}

/* An event between vpe_put() and the INV left the doorbell pending: it rings when the INV has enabled it. */
const char *vpe_block(struct vpe *vpe, bool *pending)
{
    const char *reason = vpe_put(vpe, pending);

    if (reason != NULL || *pending)
        return reason;
    lpi_enable(vpe->doorbell, true);
    vpe->waiting = true;
    return ITS_SEND(its_inv(doorbells.id, vpe->id), its_sync(its.rdbase[vpe->cpu]));
}

const char *vpe_settle(const struct vpe *vpe)
{
    const char *reason = ITS_SEND(its_vsync(vpe->id));

    cache_forget((uintptr_t)vpe->pending, BIT(vpe->config->id_bits) / 8); /* whatever attributes it is written with */
    return reason;
}

bool vpe_pending(const struct vpe *vpe, uint32_t vintid)
{
    const volatile uint8_t *table = vpe->pending;

    return (table[vintid / 8] >> vintid % 8 & 1) != 0;
}

const char *vpe_ring(const struct vpe *vpe)
{
    return ITS_SEND(its_int(doorbells.id, vpe->id));
}

/* One ITS is told: it is the only one that vPEs are mapped on (5.3.18; GITS_TYPER.VMOVP). */
const char *vpe_move(struct vpe *vpe, unsigned cpu)
{
    static uint16_t sequence;
    uint16_t number = 0, list = 0;
    const char *reason;

    if ((its.typer & GITS_TYPER_VMOVP) == 0) {
        number = sequence++;
        list = (uint16_t)BIT(FIELD_GET(GITS_CTLR_NUMBER, mmio_read32(its.base + GITS_CTLR)));
    }
    reason = ITS_SEND(its_vmovp(vpe->id, its.rdbase[cpu], number, list), its_vsync(vpe->id),
                      its_movi(doorbells.id, vpe->id, (uint16_t)cpu), its_sync(its.rdbase[vpe->cpu]),
                      its_sync(its.rdbase[cpu]));
    if (reason == NULL)
        vpe->cpu = cpu;
    return reason;
}

struct vpe *vpe_of_doorbell(uint32_t pintid)
{
    uint32_t event;

    return its_device_of(pintid, &event) == &doorbells ? vpes[event] : NULL;
}
