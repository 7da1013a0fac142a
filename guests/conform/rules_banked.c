/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what each CPU has for itself: SGIs, PPIs and their registers, the CPU interface (IHI 0069H 2.2, 12.2, 12.11).
 */
#include "cpus.h"

/* Bits of CPU 1's SGIs and PPIs, set and cleared through its redistributor; CPU 0's own stay as they are. */
static struct verdict bit_banked(uint32_t reg)
{
    uint32_t clear = reg + (GICD_ICENABLER - GICD_ISENABLER), intids[] = {PPI, SGI};
    unsigned count = gic->version == 2 ? 1 : 2; /* SGIs have registers of their own, or bits that are read-only */

    NEED_CPUS(2);
    for (unsigned i = 0; i < count; i++) {
        look_at(1);
        write_bit(reg, intids[i]);
        EXPECT("set there", read_bit(reg, intids[i]), 1);
        EXPECT("set there, by the register that clears", read_bit(clear, intids[i]), 1);
        look_at(0);
        EXPECT("here", read_bit(reg, intids[i]), 0);
        write_bit(clear, intids[i]);
        look_at(1);
        EXPECT("set there still", read_bit(reg, intids[i]), 1);
        write_bit(clear, intids[i]);
        EXPECT("cleared there", read_bit(reg, intids[i]), 0);
    }
    return PASSED;
}

static struct verdict priority_banked(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    set_priority(intid, 0x40);
    EXPECT("there", get_priority(intid), 0x40);
    look_at(0);
    EXPECT("here", get_priority(intid), PRIORITY_DEFAULT);
    set_priority(intid, 0x60);
    look_at(1);
    EXPECT("there still", get_priority(intid), 0x40);
    return PASSED;
}

static struct verdict group_banked(uint32_t intid)
{
    NEED_CPUS(2);
    look_at(1);
    set_group(intid, GROUP0);
    look_at(0);
    EXPECT("here", read_bit(GICD_IGROUPR, intid), GROUP1);
    raise(intid, 0x80);
    EXPECT("signalled here", signalled(), SIGNAL_IRQ);
    look_at(1);
    raise(intid, 0x80);
    EXPECT("signalled there", signalled_on(1), SIGNAL_FIQ);
    return PASSED;
}

/* Both have it pending, acknowledge it and end it, each for itself. */
static struct verdict life_banked(uint32_t intid)
{
    NEED_CPUS(2);
    raise(intid, 0x80);
    look_at(1);
    EXPECT("signalled there", signalled_on(1), 0);
    raise(intid, 0x40);
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    EXPECT("pending there", pending(intid), 1);
    EXPECT("active there", active(intid), 0);
    EXPECT("IAR there", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR here", get_rpr(), 0x80);
    EXPECT("RPR there", get_rpr_on(1), 0x40);
    end(GROUP1, intid);
    EXPECT("active there still", active(intid), 1);
    look_at(0);
    EXPECT("active here", active(intid), 0);
    end_on(1, GROUP1, intid);
    look_at(1);
    EXPECT("active there afterwards", active(intid), 0);
    return PASSED;
}

static struct verdict dir_banked(uint32_t intid)
{
    NEED_CPUS(2);
    set_ctlr(true, false);
    set_ctlr_on(1, true);
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        look_at(cpu);
        raise(intid, 0x80);
        EXPECT("IAR", acknowledge_on(cpu, GROUP1), intid);
        end_on(cpu, GROUP1, intid);
    }
    deactivate(intid);
    EXPECT("active there", active(intid), 1);
    look_at(0);
    EXPECT("active here", active(intid), 0);
    return PASSED;
}

/* EOImode is each CPU's own. */
static struct verdict eoimode_banked(uint32_t intid)
{
    NEED_CPUS(2);
    set_ctlr(true, false);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    end_on(1, GROUP1, intid);
    EXPECT("active after CPU 1's EOI", active(intid), 0);
    set_route(intid, route_of(0));
    pend(intid);
    EXPECT("IAR here", acknowledge(GROUP1), intid);
    end(GROUP1, intid);
    EXPECT("active after CPU 0's EOI", active(intid), 1);
    return PASSED;
}

/* PMR, running priority and group enables of CPU 0 are nothing to CPU 1. */
static struct verdict interface_banked(uint32_t intid)
{
    NEED_CPUS(2);
    raise(SPI_OTHER, 0x20);
    EXPECT("IAR here", acknowledge(GROUP1), SPI_OTHER);
    set_pmr(0);
    set_igrpen(GROUP1, false);
    give_to(1, intid);
    raise(intid, 0x80);
    EXPECT("signalled", signalled_on(1), SIGNAL_IRQ);
    set_igrpen_on(1, GROUP1, false);
    EXPECT("signalled, group disabled", signalled_on(1), 0);
    set_igrpen_on(1, GROUP1, true);
    EXPECT("IAR", acknowledge_on(1, GROUP1), intid);
    EXPECT("RPR", get_rpr_on(1), 0x80);
    EXPECT("RPR here", get_rpr(), 0x20);
    return PASSED;
}

static const struct rule table[] = {
    {751, "banked.enable_banked", "12.11 GICR_ISENABLER0", bit_banked, GICD_ISENABLER},
    {752, "banked.pending_banked", "12.11 GICR_ISPENDR0", bit_banked, GICD_ISPENDR},
    {753, "banked.active_banked", "12.11 GICR_ISACTIVER0", bit_banked, GICD_ISACTIVER},
    {754, "banked.priority_banked.sgi", "12.11 GICR_IPRIORITYR<n>", priority_banked, SGI},
    {755, "banked.priority_banked.ppi", "12.11 GICR_IPRIORITYR<n>", priority_banked, PPI},
    {756, "banked.group_banked.sgi", "12.11 GICR_IGROUPR0", group_banked, SGI},
    {757, "banked.group_banked.ppi", "12.11 GICR_IGROUPR0", group_banked, PPI},
    {758, "banked.life_banked.sgi", "4.1.2", life_banked, SGI},
    {759, "banked.life_banked.ppi", "4.1.2", life_banked, PPI},
    {760, "banked.dir_banked.sgi", "4.1.1, 12.2 ICC_DIR_EL1", dir_banked, SGI},
    {761, "banked.dir_banked.ppi", "4.1.1, 12.2 ICC_DIR_EL1", dir_banked, PPI},
    {762, "banked.eoimode_banked", "12.2 ICC_CTLR_EL1", eoimode_banked, SPI_EDGE},
    EACH_KIND(763, "banked.interface_banked", "12.2 ICC_PMR_EL1, ICC_RPR_EL1", interface_banked),
};

const struct rules rules_banked = {table, ARRAY_SIZE(table)};
