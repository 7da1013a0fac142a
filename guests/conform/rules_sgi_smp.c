/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: software generated interrupts to other CPUs (IHI 0069H 4.4, 12.2 ICC_SGI1R_EL1). */
#include "cpus.h"

#define ALL_SGIS 0xffff

/* `group`: of the SGI, so of the register that sends it. */
static struct verdict to_other(uint32_t group)
{
    NEED_CPUS(2);
    look_at(1);
    set_group(SGI, group);
    enable(SGI);
    send_sgi(group, gic_sgi_to(SGI, 1));
    EXPECT("pending there", read_word(GICD_ISPENDR, 0) & ALL_SGIS, BIT32(SGI));
    EXPECT("signalled there", signalled_on(1), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR there", acknowledge_on(1, group), SGI);
    EXPECT("active there", active(SGI), 1);
    EXPECT("pending there afterwards", pending(SGI), 0);
    look_at(0);
    EXPECT("pending here", pending(SGI), 0);
    EXPECT("active here", active(SGI), 0);
    return PASSED;
}

static struct verdict from_other(uint32_t group)
{
    NEED_CPUS(2);
    set_group(SGI, group);
    enable(SGI);
    send_sgi_on(1, group, gic_sgi_to(SGI, 0));
    EXPECT("signalled", signalled(), group == GROUP0 ? SIGNAL_FIQ : SIGNAL_IRQ);
    EXPECT("IAR", acknowledge(group), SGI);
    look_at(1);
    EXPECT("pending at the sender", pending(SGI), 0);
    return PASSED;
}

/* The group decides at the target: `group` sends, the SGI is of the other one. */
static struct verdict wrong_group(uint32_t group)
{
    NEED_CPUS(2);
    set_group(SGI, group);
    look_at(1);
    set_group(SGI, 1 - group);
    enable(SGI);
    send_sgi(group, gic_sgi_to(SGI, 1));
    EXPECT("pending", pending(SGI), 0);
    EXPECT("signalled", signalled_on(1), 0);
    return PASSED;
}

/* With one security state ICC_ASGI1R_EL1 generates SGIs of Group 0, as ICC_SGI0R_EL1 does. */
static struct verdict other_state(uint32_t group)
{
    NEED_CPUS(2);
    look_at(1);
    set_group(SGI, group);
    enable(SGI);
    write_sysreg(icc_asgi1r_el1, gic_sgi_to(SGI, 1));
    isb();
    (void)signalled();
    EXPECT("pending", pending(SGI), group == GROUP0);
    EXPECT("signalled", signalled_on(1), group == GROUP0 ? SIGNAL_FIQ : 0);
    return PASSED;
}

/* Of `cpus` CPUs those whose bit is set in `want` have `intid` pending. */
static struct verdict pending_at(unsigned cpus, uint32_t want, uint32_t intid)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        look_at(cpu);
        EXPECT("pending", (uint64_t)cpu << 4 | pending(intid), (uint64_t)cpu << 4 | (want >> cpu & 1));
    }
    return PASSED;
}

/* A list of the CPUs whose bits are set. */
static struct verdict list(uint32_t cpus)
{
    uint64_t value = 0;

    NEED_CPUS(cpus > 0xf ? 8 : 4);
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        if ((cpus >> cpu & 1) != 0)
            value |= gic_sgi_to(SGI, cpu);
    send_sgi(GROUP1, value);
    return pending_at(cpus > 0xf ? 8 : 4, cpus, SGI);
}

/* All but the sender, whatever the list says. */
static struct verdict broadcast(uint32_t group)
{
    NEED_CPUS(8);
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        look_at(cpu);
        set_group(SGI, group);
        enable(SGI);
    }
    send_sgi_on(3, group, gic_sgi_to(SGI, 3) | sgi_to_others(SGI));
    for (unsigned cpu = 0; cpu < 8; cpu++)
        EXPECT("IAR", acknowledge_on(cpu, group), cpu == 3 ? INTID_SPURIOUS : SGI);
    return PASSED;
}

/* Two senders, one interrupt: nobody says who sent it. */
static struct verdict two_senders(uint32_t intid)
{
    NEED_CPUS(4);
    look_at(1);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    send_sgi_on(2, GROUP1, gic_sgi_to(intid, 1));
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    end_on(1, GROUP1, intid);
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict disabled_there(uint32_t intid)
{
    NEED_CPUS(2);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    look_at(1);
    EXPECT("pending", pending(intid), 1);
    EXPECT("signalled", signalled_on(1), 0);
    enable(intid);
    EXPECT("signalled once it is enabled", signalled_on(1), SIGNAL_IRQ);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

static struct verdict while_active(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("pending", pending(intid), 1);
    EXPECT("active", active(intid), 1);
    EXPECT("signalled", signalled_on(1), 0);
    end_on(1, GROUP1, intid);
    EXPECT("active afterwards", active(intid), 0);
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), intid);
    return PASSED;
}

/* What is pending next has the priority that it was given while it was active. */
static struct verdict priority_changed(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    set_priority(intid, 0x80);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    set_priority(intid, 0x20);
    end_on(1, GROUP1, intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("IAR again", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR", get_rpr_on(1), 0x20);
    set_priority(intid, 0x10);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("signalled while active", signalled_on(1), 0);
    end_on(1, GROUP1, intid);
    EXPECT("IAR at last", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR at last", get_rpr_on(1), 0x10);
    return PASSED;
}

static struct verdict cleared_by_sender(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    enable(intid);
    send_sgi(GROUP1, gic_sgi_to(intid, 1));
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    unpend(intid);
    EXPECT("signalled when cleared", signalled_on(1), 0);
    EXPECT("IAR", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

/* All sixteen, the last the highest, with priorities of that CPU alone. */
static struct verdict sixteen(uint32_t subject)
{
    NEED_CPUS(2);
    (void)subject;
    look_at(1);
    for (uint32_t intid = 0; intid < INTID_SGI_COUNT; intid++) {
        set_priority(intid, (uint8_t)(0xf0 - 0x10 * intid));
        enable(intid);
        send_sgi(GROUP1, gic_sgi_to(intid, 1));
    }
    EXPECT("pending", read_word(GICD_ISPENDR, 0) & ALL_SGIS, ALL_SGIS);
    for (uint32_t intid = INTID_SGI_COUNT; intid-- > 0;) {
        EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
        end_on(1, GROUP1, intid);
    }
    EXPECT("IAR afterwards", acknowledge_on(1, GROUP1), INTID_SPURIOUS);
    return PASSED;
}

static struct verdict taken_there(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    enable(intid);
    for (unsigned i = 0; i < 20; i++) {
        send_sgi(GROUP1, gic_sgi_to(intid, 1));
        EXPECT("taken", take_on(1, SIGNAL_IRQ), 1);
        EXPECT("INTID", taken.arrival[0].intid, intid);
        EXPECT("spurious", taken.spurious, 0);
    }
    return PASSED;
}

/* From each to the next one. */
static struct verdict ring(uint32_t cpus)
{
    NEED_CPUS(cpus);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        look_at(cpu);
        enable(SGI);
    }
    for (unsigned i = 0; i < 2 * cpus; i++) {
        unsigned from = i % cpus, to = (i + 1) % cpus;

        send_sgi_on(from, GROUP1, gic_sgi_to(SGI, to));
        EXPECT("IAR", acknowledge_on(to, GROUP1), SGI);
        end_on(to, GROUP1, SGI);
    }
    return PASSED;
}

static const struct rule table[] = {
    {714, "sgi_smp.to_other.group0", "12.2 ICC_SGI0R_EL1", to_other, GROUP0},
    {715, "sgi_smp.to_other.group1", "12.2 ICC_SGI1R_EL1", to_other, GROUP1},
    {716, "sgi_smp.from_other.group0", "12.2 ICC_SGI0R_EL1", from_other, GROUP0},
    {717, "sgi_smp.from_other.group1", "12.2 ICC_SGI1R_EL1", from_other, GROUP1},
    {718, "sgi_smp.sgi0r_not_group1", "12.2 ICC_SGI0R_EL1", wrong_group, GROUP0},
    {719, "sgi_smp.sgi1r_not_group0", "12.2 ICC_SGI1R_EL1", wrong_group, GROUP1},
    {720, "sgi_smp.asgi1r.group0", "12.2 ICC_ASGI1R_EL1", other_state, GROUP0},
    {721, "sgi_smp.asgi1r.group1", "12.2 ICC_ASGI1R_EL1", other_state, GROUP1},
    {722, "sgi_smp.list.others", "12.2 ICC_SGI1R_EL1", list, 0xa},
    {723, "sgi_smp.list.with_self", "12.2 ICC_SGI1R_EL1", list, 0x5},
    {724, "sgi_smp.list.all", "12.2 ICC_SGI1R_EL1", list, 0xff},
    {725, "sgi_smp.list.far", "12.2 ICC_SGI1R_EL1", list, 0x90},
    {726, "sgi_smp.broadcast.group0", "12.2 ICC_SGI0R_EL1", broadcast, GROUP0},
    {727, "sgi_smp.broadcast.group1", "12.2 ICC_SGI1R_EL1", broadcast, GROUP1},
    {728, "sgi_smp.two_senders", "4.4", two_senders, SGI},
    {729, "sgi_smp.disabled_there", "4.7", disabled_there, SGI},
    {730, "sgi_smp.while_active", "4.1.2", while_active, SGI},
    {731, "sgi_smp.priority_changed", "4.8", priority_changed, SGI},
    {732, "sgi_smp.cleared_by_sender", "12.11 GICR_ICPENDR0", cleared_by_sender, SGI},
    {733, "sgi_smp.sixteen", "4.4, 4.8", sixteen, 0},
    {734, "sgi_smp.taken_there", "4.4", taken_there, SGI},
    {735, "sgi_smp.ring.2", "4.4", ring, 2},
    {736, "sgi_smp.ring.8", "4.4", ring, 8},
};

const struct rules rules_sgi_smp = {table, ARRAY_SIZE(table)};
