/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each group at each place: the exception that is really taken, and to which Exception level by SCR_EL3.{IRQ,FIQ},
 * both values (DDI 0487 D1.3, asynchronous exception routing). HCR_EL2.{IMO,FMO} are 0, but at EL2, which takes no
 * physical interrupt then.
 */
#include "env.h"
#include "secure.h"

#define SUBJECT(group, place, more) ((uint32_t)(more) << 8 | (uint32_t)(group) << 4 | (place))
#define GROUP(subject)              ((enum gic_group)((subject) >> 4 & 3))
#define PLACE(subject)              ((enum place)((subject)&15))
#define MORE(subject)               ((subject) >> 8)

#define TO_EL3 1 /* SCR_EL3.IRQ or FIQ, the one that the signal concerns */
#define TO_EL2 2 /* HCR_EL2.IMO or FMO */
#define EEL2   4 /* SCR_EL3.EEL2 */
#define MASKED 8 /* PSTATE.I and F */

/* Routes the signal of `group` at `place`, raises an interrupt and waits: TAKEN(). */
static uint64_t interrupt(enum gic_group group, enum place place, uint32_t how)
{
    bool irq = gic_signal_of(group, place_pe(place)) == GIC_IRQ;

    pe_scr = ((how & TO_EL3) != 0 ? (irq ? SCR_EL3_IRQ : SCR_EL3_FIQ) : 0) | ((how & EEL2) != 0 ? SCR_EL3_EEL2 : 0);
    pe_hcr = (how & TO_EL2) != 0 ? (irq ? HCR_EL2_IMO : HCR_EL2_FMO) : 0;
    raise(SPI, group, PRIORITY_DEFAULT);
    return pe_wait(place, (how & MASKED) != 0 ? PSTATE_I | PSTATE_F : 0);
}

static uint64_t exception(enum gic_group group, enum place place, unsigned el)
{
    return el == 0 ? 0 : TAKEN(el, gic_signal_of(group, place_pe(place)) == GIC_IRQ ? TRIP_IRQ : TRIP_FIQ);
}

/* SCR_EL3 = 0: taken to EL1 from EL0 and EL1, to EL2 from EL2, not at all at EL3. 1: always taken to EL3. */
static struct verdict routed(uint32_t subject)
{
    enum gic_group group = GROUP(subject);
    enum place place = PLACE(subject);
    unsigned from = place_el(place);
    unsigned el = MORE(subject) == TO_EL3 ? 3 : from == 3 ? 0 : from == 2 ? 2 : 1;

    EXPECT("exception before", pe_wait(place, 0), 0);
    EXPECT("exception", interrupt(group, place, MORE(subject) | (from == 2 ? TO_EL2 : 0)), exception(group, place, el));
    return PASSED;
}

static struct verdict taken_to_el3(uint32_t subject)
{
    EXPECT("exception", interrupt(GROUP(subject), PLACE(subject), MORE(subject)),
           exception(GROUP(subject), PLACE(subject), 3));
    return PASSED;
}

static struct verdict taken_to_el2(uint32_t subject)
{
    EXPECT("exception", interrupt(GROUP(subject), PLACE(subject), MORE(subject)),
           exception(GROUP(subject), PLACE(subject), 2));
    return PASSED;
}

static struct verdict taken_to_el1(uint32_t subject)
{
    EXPECT("exception", interrupt(GROUP(subject), PLACE(subject), MORE(subject)),
           exception(GROUP(subject), PLACE(subject), 1));
    return PASSED;
}

static struct verdict not_taken(uint32_t subject)
{
    EXPECT("exception", interrupt(GROUP(subject), PLACE(subject), MORE(subject)), 0);
    return PASSED;
}

/* Only the bit of the signal routes: SCR_EL3.IRQ does not concern an FIQ, nor FIQ an IRQ. */
static struct verdict other_bit(uint32_t subject)
{
    enum gic_group group = GROUP(subject);
    enum place place = PLACE(subject);

    pe_scr = gic_signal_of(group, place_pe(place)) == GIC_IRQ ? SCR_EL3_FIQ : SCR_EL3_IRQ;
    raise(SPI, group, PRIORITY_DEFAULT);
    EXPECT("exception", pe_wait(place, 0), exception(group, place, 1));
    return PASSED;
}

#define EACH_ROUTE(first, place_name, group_name, group, place)                                                        \
    {(first), "taken." place_name "." group_name ".scr0", "4.6.2, DDI 0487 D1.3 (asynchronous exception routing)",     \
     routed, SUBJECT(group, place, 0)},                                                                                \
    {                                                                                                                  \
        (first) + 1, "taken." place_name "." group_name ".scr1",                                                       \
            "4.6.2, DDI 0487 D1.3 (asynchronous exception routing)", routed, SUBJECT(group, place, TO_EL3)             \
    }
#define EACH_GROUP(first, place_name, place)                                                                           \
    EACH_ROUTE(first, place_name, "group0", GIC_GROUP0, place),                                                        \
        EACH_ROUTE((first) + 2, place_name, "group1_s", GIC_GROUP1_S, place),                                          \
        EACH_ROUTE((first) + 4, place_name, "group1_ns", GIC_GROUP1_NS, place)

#define D1 "DDI 0487 D1.3 (asynchronous exception routing, masking)"

static const struct rule table[] = {
    EACH_GROUP(43, "el3", EL3),
    EACH_GROUP(49, "secure_el0", SECURE_EL0),
    EACH_GROUP(55, "secure_el1", SECURE_EL1),
    EACH_GROUP(61, "secure_el2", SECURE_EL2),
    EACH_GROUP(67, "nonsecure_el0", NONSECURE_EL0),
    EACH_GROUP(73, "nonsecure_el1", NONSECURE_EL1),
    EACH_GROUP(79, "nonsecure_el2", NONSECURE_EL2),
    /* PSTATE masks what is taken to the same level, not what is taken to a higher one */
    {85, "taken.masked.same_level", D1, not_taken, SUBJECT(GIC_GROUP1_S, SECURE_EL1, MASKED)},
    {86, "taken.masked.secure_fiq_to_el3", D1, taken_to_el3, SUBJECT(GIC_GROUP0, SECURE_EL1, MASKED | TO_EL3)},
    {87, "taken.masked.secure_irq_to_el3", D1, taken_to_el3, SUBJECT(GIC_GROUP1_S, SECURE_EL1, MASKED | TO_EL3)},
    {88, "taken.masked.nonsecure_fiq_to_el3", D1, taken_to_el3, SUBJECT(GIC_GROUP1_S, NONSECURE_EL1, MASKED | TO_EL3)},
    {89, "taken.masked.el2_fiq_to_el3", D1, taken_to_el3, SUBJECT(GIC_GROUP0, NONSECURE_EL2, MASKED | TO_EL3)},
    {90, "taken.masked.at_el3", D1, not_taken, SUBJECT(GIC_GROUP0, EL3, MASKED | TO_EL3)},
    {91, "taken.masked.irq_to_el2", D1, taken_to_el2, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1, MASKED | TO_EL2)},
    /* HCR_EL2.IMO and FMO: in Non-secure state, and in Secure state with EEL2 only */
    {92, "taken.imo.nonsecure_el0", D1, taken_to_el2, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL0, TO_EL2)},
    {93, "taken.imo.nonsecure_el1", D1, taken_to_el2, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1, TO_EL2)},
    {94, "taken.fmo.nonsecure_el1", D1, taken_to_el2, SUBJECT(GIC_GROUP0, NONSECURE_EL1, TO_EL2)},
    {95, "taken.imo.secure_el1", D1, taken_to_el2, SUBJECT(GIC_GROUP1_S, SECURE_EL1, TO_EL2 | EEL2)},
    {96, "taken.fmo.secure_el1", D1, taken_to_el2, SUBJECT(GIC_GROUP0, SECURE_EL1, TO_EL2 | EEL2)},
    {97, "taken.imo.secure_el1_without_eel2", D1, taken_to_el1, SUBJECT(GIC_GROUP1_S, SECURE_EL1, TO_EL2)},
    {98, "taken.fmo.secure_el1_without_eel2", D1, taken_to_el1, SUBJECT(GIC_GROUP0, SECURE_EL1, TO_EL2)},
    {99, "taken.imo.el3_goes_before", D1, taken_to_el3, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1, TO_EL2 | TO_EL3)},
    {100, "taken.imo.clear_at_nonsecure_el2", D1, not_taken, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL2, 0)},
    {101, "taken.fmo.clear_at_secure_el2", D1, not_taken, SUBJECT(GIC_GROUP0, SECURE_EL2, 0)},
    {102, "taken.scr_irq_and_fiq", D1, other_bit, SUBJECT(GIC_GROUP0, SECURE_EL1, 0)},
    {103, "taken.scr_fiq_and_irq", D1, other_bit, SUBJECT(GIC_GROUP1_S, SECURE_EL1, 0)},
};

const struct rules rules_taken = {table, ARRAY_SIZE(table)};
