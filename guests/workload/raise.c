/* SPDX-License-Identifier: Apache-2.0 */
/* How interrupts are raised and left: by the distributor, by the CPU's SGI registers, by timers. */
#include "workload.h"

#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

void timer_set(const struct source *source, bool on)
{
    uint64_t ctl = on ? CNT_CTL_ENABLE : 0;

    if (source->intid == INTID_VTIMER) {
        write_sysreg(cntv_cval_el0, 0);
        write_sysreg(cntv_ctl_el0, ctl);
    } else {
        write_sysreg(cntp_cval_el0, 0);
        write_sysreg(cntp_ctl_el0, ctl);
    }
    isb();
}

/* The register of its group, or now and then its pending bit, which is one of its source's with GICv2. */
static void raise_sgi(const struct source *source)
{
    uint64_t value = gic_sgi_to_self(source->intid);

    if (random_below(4) != 0)
        send_sgi(source->group, value);
    else if (gic->version == 2)
        mmio_write8(machine.gicd.base + GICD_SPENDSGIR + source->intid,
                    (uint8_t)FIELD_GET(GICD_SGIR_TARGETLIST, value));
    else
        mmio_write32(gic->banked() + GICD_ISPENDR, BIT32(source->intid));
    isb();
}

static void raise_one(const struct source *source)
{
    if (source->timer)
        timer_set(source, true);
    else if (source->intid < INTID_SGI_COUNT)
        raise_sgi(source);
    else if (source->intid < INTID_SPI_FIRST)
        mmio_write32(gic->banked() + GICD_ISPENDR, BIT32(source->intid));
    else
        mmio_write32(machine.gicd.base + GICD_ISPENDR + 4 * (uintptr_t)(source->intid / 32), BIT32(source->intid % 32));
}

/* A timer's line is raised once: then it is asserted. One whose raise was interrupted is left alone. */
static bool may_raise(const struct source *source)
{
    return !source->raising && (!source->timer || (!source->pending && !source->active));
}

static void note_raised(struct source *source)
{
    source->raised++;
    if (source->pending)
        source->coalesced++;
    source->pending = true;
}

/* One store for all SPIs of a word that a random mask chooses. */
static void raise_word(uint32_t intid)
{
    uint32_t chosen = random_below(UINT32_MAX), bits = 0;

    chosen &= random_below(UINT32_MAX); /* a quarter of them */
    for (unsigned i = 0; i < oracle.count; i++) {
        struct source *source = &oracle.source[i];

        if (source->intid / 32 != intid / 32 || !may_raise(source) || (chosen >> source->intid % 32 & 1) == 0)
            continue;
        bits |= BIT32(source->intid % 32);
        note_raised(source);
    }
    mmio_write32(machine.gicd.base + GICD_ISPENDR + 4 * (uintptr_t)(intid / 32), bits);
}

void act_raise(void)
{
    struct source *source = &oracle.source[random_below(oracle.count)];

    if (!may_raise(source))
        return;
    if (source->intid >= INTID_SPI_FIRST && random_below(8) == 0) {
        raise_word(source->intid);
        return;
    }
    note_raised(source);
    raise_one(source);
}

/* It may be taken at any moment from here on, and by then is no longer being raised. */
void act_raise_unmasked(void)
{
    struct source *source = &oracle.source[random_below(oracle.count)];

    mask();
    if (source->pending || source->active || source->raising) {
        unmask();
        return;
    }
    source->raised++;
    source->raising = true;
    unmask();
    raise_one(source);
    mask();
    if (source->raising) {
        source->raising = false;
        source->pending = true;
    }
    unmask();
}

void act_deactivate(bool all)
{
    if (!oracle.eoimode || oracle.depth != 0)
        return;
    for (unsigned i = 0; i < oracle.count; i++) {
        struct source *source = &oracle.source[i];

        if (!source->active || (!all && random_below(2) != 0))
            continue;
        deactivate(source->intid);
        source->active = false;
    }
    isb();
}
