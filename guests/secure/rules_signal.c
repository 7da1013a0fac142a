/* SPDX-License-Identifier: Apache-2.0 */
/* Each group at each place: whether ISR_EL1 there shows IRQ or FIQ. EL0 cannot read it: rules_taken.c has it. */
#include "env.h"
#include "secure.h"

#define SUBJECT(group, place) ((uint32_t)(group) << 4 | (place))

static struct verdict signal(uint32_t subject)
{
    enum gic_group group = (enum gic_group)(subject >> 4);
    enum place place = (enum place)(subject & 15);
    enum gic_signal expected = gic_signal_of(group, place_pe(place));

    EXPECT("ISR_EL1 before", read_reg(place, isr), 0);
    raise(SPI, group, PRIORITY_DEFAULT);
    EXPECT("ISR_EL1", read_reg(place, isr), expected == GIC_IRQ ? PSTATE_I : PSTATE_F);
    return PASSED;
}

#define EACH_GROUP(first, place_name, place)                                                                           \
    {(first), "signal." place_name ".group0", "4.6.2", signal, SUBJECT(GIC_GROUP0, place)},                            \
        {(first) + 1, "signal." place_name ".group1_s", "4.6.2", signal, SUBJECT(GIC_GROUP1_S, place)},                \
    {                                                                                                                  \
        (first) + 2, "signal." place_name ".group1_ns", "4.6.2", signal, SUBJECT(GIC_GROUP1_NS, place)                 \
    }

static const struct rule table[] = {
    EACH_GROUP(28, "el3", EL3),
    EACH_GROUP(31, "secure_el1", SECURE_EL1),
    EACH_GROUP(34, "secure_el2", SECURE_EL2),
    EACH_GROUP(37, "nonsecure_el1", NONSECURE_EL1),
    EACH_GROUP(40, "nonsecure_el2", NONSECURE_EL2),
};

const struct rules rules_signal = {table, ARRAY_SIZE(table)};
