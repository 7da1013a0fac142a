/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: what one CPU reads and changes of an interrupt that another one has pending or active (IHI 0069H 4.1, 12.9,
 * 12.11). Where a hypervisor keeps that state in the other CPU's hardware, it must fetch it.
 */
#include "cpus.h"

/* What CPU 0 reads follows what CPU 1 does. */
static struct verdict follows(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("pending, acknowledged", pending(intid), 0);
    EXPECT("active, acknowledged", active(intid), 1);
    end_on(1, GROUP1, intid);
    EXPECT("active, ended", active(intid), 0);
    return PASSED;
}

static struct verdict pended_here(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_priority(intid, 0x80);
    enable(intid);
    for (unsigned i = 0; i < 10; i++) {
        pend(intid);
        EXPECT("taken there", take_on(1, SIGNAL_IRQ), 1);
        EXPECT("INTID", taken.arrival[0].intid, intid);
        EXPECT("signalled here", signalled(), 0);
    }
    return PASSED;
}

static struct verdict unpended_here(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    unpend(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("signalled when cleared", signalled_on(1), 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Pending again while CPU 1 has it active. */
static struct verdict pended_active(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    pend(intid);
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    EXPECT("signalled", signalled_on(1), 0);
    end_on(1, GROUP1, intid);
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), intid);
    end_on(1, GROUP1, intid);
    EXPECT("IAR at last", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict unpended_active(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    pend(intid);
    EXPECT("signalled", signalled_on(1), 0);
    unpend(intid);
    EXPECT("pending", pending(intid), 0);
    EXPECT("active", active(intid), 1);
    end_on(1, GROUP1, intid);
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* Ended by CPU 0 in the distributor: CPU 1 still runs at its priority until its own EOI. */
static struct verdict inactivated(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("active", active(intid), 0);
    EXPECT("RPR", get_rpr_on(1), 0x80);
    pend(intid);
    EXPECT("signalled at the running priority", signalled_on(1), 0);
    set_priority(intid, 0x40);
    EXPECT("signalled above it", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR again", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR again", get_rpr_on(1), 0x40);
    return PASSED;
}

/* Active by software: not signalled until that is over. */
static struct verdict activated(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("active", active(intid), 1);
    raise(intid, 0x80);
    EXPECT("signalled while active", signalled_on(1), 0);
    EXPECT("RPR", get_rpr_on(1), 0xff);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* Pending at CPU 1, then made active by CPU 0. */
static struct verdict activated_pending(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    write_bit(GICD_ISACTIVER, intid);
    EXPECT("signalled while active", signalled_on(1), 0);
    EXPECT("pending", pending(intid), 1);
    EXPECT("IAR while active", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    write_bit(GICD_ICACTIVER, intid);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict disabled_pending(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    disable(intid);
    EXPECT("signalled while disabled", signalled_on(1), 0);
    EXPECT("IAR while disabled", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    EXPECT("pending", pending(intid), 1);
    enable(intid);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict disabled_active(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    disable(intid);
    EXPECT("active", active(intid), 1);
    pend(intid);
    end_on(1, GROUP1, intid);
    EXPECT("active, ended", active(intid), 0);
    EXPECT("signalled while disabled", signalled_on(1), 0);
    enable(intid);
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* The priority of an interrupt that CPU 1 has pending decides anew there. */
static struct verdict priority_pending(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_pmr_on(1, 0x80);
    raise(intid, 0x80);
    EXPECT("signalled, masked", signalled_on(1), 0);
    set_priority(intid, 0x40);
    EXPECT("signalled, raised", signalled_on(1), SIGNAL_IRQ);
    set_priority(intid, 0xc0);
    EXPECT("signalled, lowered", signalled_on(1), 0);
    EXPECT("IAR, lowered", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    set_pmr_on(1, 0xff);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR", get_rpr_on(1), 0xc0);
    return PASSED;
}

/* Which of two comes first. */
static struct verdict priority_order(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    set_route(SPI_OTHER, route_of(1));
    raise(intid, 0x60);
    raise(SPI_OTHER, 0x80);
    EXPECT("HPPIR", highest_pending_on(1, GROUP1), intid);
    set_priority(SPI_OTHER, 0x40);
    EXPECT("HPPIR, changed", highest_pending_on(1, GROUP1), SPI_OTHER);
    EXPECT("IAR", acknowledge_on(1, GROUP1), SPI_OTHER);
    end_on(1, GROUP1, SPI_OTHER);
    EXPECT("IAR of the other", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* It was acknowledged with its old priority, and that is what is dropped. */
static struct verdict priority_active(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    set_priority(intid, 0x20);
    EXPECT("RPR", get_rpr_on(1), 0x80);
    end_on(1, GROUP1, intid);
    EXPECT("RPR, ended", get_rpr_on(1), 0xff);
    EXPECT("active, ended", active(intid), 0);
    return PASSED;
}

static struct verdict distributor_off(uint32_t intid)
{
    NEED_CPUS(2);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    set_distributor(true, false);
    EXPECT("signalled, group disabled", signalled_on(1), 0);
    EXPECT("IAR, group disabled", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    EXPECT("pending, group disabled", pending(intid), 1);
    set_distributor(true, true);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* EOImode = 1: CPU 1 drops the priority, CPU 0 deactivates; that is for SPIs only, the others are CPU 1's own. */
static struct verdict dir_elsewhere(uint32_t intid)
{
    NEED_CPUS(2);
    set_ctlr(true, false);
    set_ctlr_on(1, true);
    give_to(1, intid);
    for (unsigned i = 0; i < 3; i++) {
        raise(intid, 0x80);
        EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
        end_on(1, GROUP1, intid);
        EXPECT("RPR", get_rpr_on(1), 0xff);
        EXPECT("active", active(intid), 1);
        pend(intid);
        EXPECT("signalled while active", signalled_on(1), 0);
        deactivate(intid);
        EXPECT("active after DIR", active(intid), 0);
        EXPECT("IAR after DIR", acknowledge_on(1, GROUP1), intid);
        end_on(1, GROUP1, intid);
        deactivate_on(1, intid);
        EXPECT("active after CPU 1's DIR", active(intid), 0);
    }
    return PASSED;
}

/* The same, acknowledged by CPU 0. */
static struct verdict dir_by_other(uint32_t intid)
{
    NEED_CPUS(2);
    set_ctlr(true, false);
    set_ctlr_on(1, true);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    deactivate_on(1, intid);
    EXPECT("active after DIR", active(intid), 0);
    pend(intid);
    EXPECT("IAR after DIR", acknowledge(GROUP1), intid);
    return PASSED;
}

static const struct rule table[] = {
    EACH_KIND(767, "remote.follows", "12.9 GICD_ISACTIVER<n>", follows),
    EACH_KIND(771, "remote.pended", "12.9 GICD_ISPENDR<n>", pended_here),
    EACH_KIND(775, "remote.unpended", "12.9 GICD_ICPENDR<n>", unpended_here),
    EACH_KIND(779, "remote.pended_active", "12.9 GICD_ISPENDR<n>", pended_active),
    EACH_KIND(783, "remote.unpended_active", "12.9 GICD_ICPENDR<n>", unpended_active),
    EACH_KIND(787, "remote.inactivated", "12.9 GICD_ICACTIVER<n>", inactivated),
    EACH_KIND(791, "remote.activated", "12.9 GICD_ISACTIVER<n>", activated),
    EACH_KIND(795, "remote.activated_pending", "12.9 GICD_ISACTIVER<n>", activated_pending),
    EACH_KIND(799, "remote.disabled_pending", "12.9 GICD_ICENABLER<n>", disabled_pending),
    EACH_KIND(803, "remote.disabled_active", "12.9 GICD_ICENABLER<n>", disabled_active),
    EACH_KIND(807, "remote.priority_pending", "4.8", priority_pending),
    EACH_KIND(811, "remote.priority_order", "4.8", priority_order),
    EACH_KIND(815, "remote.priority_active", "4.8.2", priority_active),
    EACH_KIND(819, "remote.distributor_off", "12.9 GICD_CTLR", distributor_off),
    {823, "remote.dir_elsewhere.edge", "4.1.1, 12.2 ICC_DIR_EL1", dir_elsewhere, SPI_EDGE},
    {824, "remote.dir_elsewhere.level", "4.1.1, 12.2 ICC_DIR_EL1", dir_elsewhere, SPI_LEVEL},
    {825, "remote.dir_by_other.edge", "4.1.1, 12.2 ICC_DIR_EL1", dir_by_other, SPI_EDGE},
    {826, "remote.dir_by_other.level", "4.1.1, 12.2 ICC_DIR_EL1", dir_by_other, SPI_LEVEL},
};

const struct rules rules_remote = {table, ARRAY_SIZE(table)};
