/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU interface of GICv2: a frame (IHI 0048B.b 4.4), Group 0 as FIQ (FIQEn = 1). GICC_IAR, EOIR and HPPIR serve
 * both groups; GICC_CTLR.AckCtl decides what they do about Group 1. It is set for an access on behalf of Group 1 only,
 * and then only when the highest pending interrupt is of that group: each group sees what it would through registers of
 * its own. The aliased registers, which are that, not every GIC has.
 */
#include "cpuif.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "regs/intid.h"

/* GICC_EOIR and DIR want back who sent an SGI (4.4.5, 4.4.15). */
static uint32_t sources[CPUS_MAX][INTID_SGI_COUNT];

static uint32_t get(uint32_t offset)
{
    return mmio_read32(machine.gicc.base + offset);
}

static void set(uint32_t offset, uint64_t value)
{
    mmio_write32(machine.gicc.base + offset, (uint32_t)value);
    dsb(sy);
}

static void change_ctlr(uint32_t clear, uint32_t bits)
{
    set(GICC_CTLR, (get(GICC_CTLR) & ~clear) | bits | GICC_CTLR_FIQEN);
}

static void with_ackctl(bool ackctl)
{
    change_ctlr(GICC_CTLR_ACKCTL, ackctl ? GICC_CTLR_ACKCTL : 0);
}

/* A read of GICC_IAR or HPPIR. */
static uint32_t read_for(unsigned group, uint32_t offset)
{
    uint32_t value;

    with_ackctl(false);
    if (group == GROUP0) {
        value = get(offset);
        return FIELD_GET(GICC_IAR_INTID, value) == INTID_OTHER_GROUP ? INTID_SPURIOUS : value;
    }
    if (FIELD_GET(GICC_IAR_INTID, get(GICC_HPPIR)) != INTID_OTHER_GROUP)
        return INTID_SPURIOUS;
    with_ackctl(true);
    value = get(offset);
    with_ackctl(false);
    return value;
}

static uint32_t acknowledge_v2(unsigned group)
{
    uint32_t value = read_for(group, GICC_IAR);
    uint32_t intid = (uint32_t)FIELD_GET(GICC_IAR_INTID, value);

    if (intid < INTID_SGI_COUNT)
        sources[smp_self()][intid] = value - intid;
    dsb(sy);
    return intid;
}

static uint32_t as_acknowledged(uint32_t intid)
{
    return intid < INTID_SGI_COUNT ? intid | sources[smp_self()][intid] : intid;
}

static void end_v2(unsigned group, uint32_t intid)
{
    with_ackctl(group == GROUP1);
    set(GICC_EOIR, as_acknowledged(intid));
    with_ackctl(false);
}

static void deactivate_v2(uint32_t intid)
{
    set(GICC_DIR, as_acknowledged(intid));
}

static uint32_t highest_pending_v2(unsigned group)
{
    (void)signalled();
    return (uint32_t)FIELD_GET(GICC_IAR_INTID, read_for(group, GICC_HPPIR));
}

static uint64_t get_bpr_v2(unsigned group)
{
    return get(group == GROUP0 ? GICC_BPR : GICC_ABPR);
}

static void set_bpr_v2(unsigned group, uint64_t value)
{
    set(group == GROUP0 ? GICC_BPR : GICC_ABPR, value);
}

/* GICC_NSAPR<n> are RAZ/WI where GICC_APR<n> serve both groups. */
static bool aprs_apart_v2(void)
{
    uint32_t before = get(GICC_NSAPR), bits;

    set(GICC_NSAPR, 1);
    bits = get(GICC_NSAPR);
    set(GICC_NSAPR, before);
    return bits != 0;
}

static uint32_t apr_offset(unsigned group)
{
    return group == GROUP1 && aprs_apart_v2() ? GICC_NSAPR : GICC_APR;
}

static struct apr get_apr_v2(unsigned group)
{
    uint32_t offset = apr_offset(group);
    struct apr apr;

    for (unsigned n = 0; n < ARRAY_SIZE(apr.word); n++)
        apr.word[n] = get(offset + 4 * n);
    return apr;
}

static void set_apr_v2(unsigned group, struct apr apr)
{
    uint32_t offset = apr_offset(group);

    for (unsigned n = 0; n < ARRAY_SIZE(apr.word); n++)
        set(offset + 4 * n, apr.word[n]);
}

static uint64_t get_igrpen_v2(unsigned group)
{
    return (get(GICC_CTLR) & (group == GROUP0 ? GICC_CTLR_ENABLEGRP0 : GICC_CTLR_ENABLEGRP1)) != 0;
}

static void set_igrpen_v2(unsigned group, bool enabled)
{
    uint32_t bit = group == GROUP0 ? GICC_CTLR_ENABLEGRP0 : GICC_CTLR_ENABLEGRP1;

    change_ctlr(bit, enabled ? bit : 0);
}

static uint64_t get_rpr_v2(void)
{
    return get(GICC_RPR);
}

static uint64_t get_pmr_v2(void)
{
    return get(GICC_PMR);
}

static void set_pmr_v2(uint64_t value)
{
    set(GICC_PMR, value);
}

static uint64_t get_ctlr_v2(void)
{
    uint32_t ctlr = get(GICC_CTLR);

    return ((ctlr & GICC_CTLR_EOIMODENS) != 0 ? 2U : 0) | ((ctlr & GICC_CTLR_CBPR) != 0 ? 1U : 0);
}

static void set_ctlr_v2(bool eoimode, bool cbpr)
{
    change_ctlr(GICC_CTLR_EOIMODENS | GICC_CTLR_CBPR,
                (eoimode ? GICC_CTLR_EOIMODENS : 0) | (cbpr ? GICC_CTLR_CBPR : 0));
}

/* The group is the target's to say: there is one security state. */
static void send_sgi_v2(unsigned group, uint64_t value)
{
    (void)group;
    mmio_write32(machine.gicd.base + GICD_SGIR, (uint32_t)value);
    (void)signalled();
}

const struct cpuif cpuif_v2 = {
    .acknowledge = acknowledge_v2,
    .end = end_v2,
    .deactivate = deactivate_v2,
    .highest_pending = highest_pending_v2,
    .get_bpr = get_bpr_v2,
    .set_bpr = set_bpr_v2,
    .get_apr = get_apr_v2,
    .set_apr = set_apr_v2,
    .aprs_apart = aprs_apart_v2,
    .get_igrpen = get_igrpen_v2,
    .set_igrpen = set_igrpen_v2,
    .get_rpr = get_rpr_v2,
    .get_pmr = get_pmr_v2,
    .set_pmr = set_pmr_v2,
    .get_ctlr = get_ctlr_v2,
    .set_ctlr = set_ctlr_v2,
    .send_sgi = send_sgi_v2,
};
