/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: as many levels of priority as the implementation has, and the registers that hold which of them are active
 * (IHI 0069H 4.8, 12.2 ICC_AP0R<n>_EL1).
 */
#include "env.h"

#define FIRST 881

#define LADDER 64 /* SPIs from here on, one for each level */

static unsigned priority_bits(void)
{
    return (unsigned)FIELD_GET(ICC_CTLR_PRIBITS, read_sysreg(icc_ctlr_el1)) + 1;
}

/* Bits of a priority that preempt with the smallest binary point. */
static unsigned preemption_bits(void)
{
    return 7 - (unsigned)get_bpr(GROUP0);
}

static struct verdict fewer_preempt(uint32_t subject)
{
    (void)subject;
    EXPECT("preemption bits <= priority bits", preemption_bits() <= priority_bits(), 1);
    EXPECT("preemption bits >= 4", preemption_bits() >= 4, 1);
    return PASSED;
}

static unsigned active_levels(unsigned group)
{
    struct apr apr = get_apr(group);
    unsigned count = 0;

    for (unsigned n = 0; n < ARRAY_SIZE(apr.word); n++)
        for (uint32_t bits = apr.word[n]; bits != 0; bits &= bits - 1)
            count++;
    return count;
}

/* One level above the other, from the lowest that passes PMR to the highest; each shows in ICC_AP<group>R<n>. */
static struct verdict every_level(uint32_t group)
{
    unsigned levels = 1U << preemption_bits(), step = 256 / levels, first = 0;

    set_bpr(GROUP1, get_bpr(GROUP0) + 1);
    while (256 - step * (first + 1) >= read_sysreg(icc_pmr_el1))
        first++;
    for (unsigned i = first; i < levels; i++) {
        set_group(LADDER + i, group);
        raise(LADDER + i, (uint8_t)(256 - step * (i + 1)));
        EXPECT("IAR", acknowledge(group), LADDER + i);
        EXPECT("RPR", get_rpr(), 256 - step * (i + 1));
        EXPECT("active priorities", active_levels(group), i - first + 1);
    }
    for (unsigned i = levels; i > first; i--) {
        EXPECT("RPR on the way back", get_rpr(), 256 - step * i);
        end(group, LADDER + i - 1);
    }
    EXPECT("RPR", get_rpr(), 0xff);
    EXPECT("active priorities at last", active_levels(group), 0);
    return PASSED;
}

/* Saved and restored at every level. */
static struct verdict every_level_restored(uint32_t group)
{
    unsigned levels = 1U << preemption_bits(), step = 256 / levels;

    set_group(SPI_EDGE, group);
    set_bpr(GROUP1, get_bpr(GROUP0) + 1);
    for (unsigned priority = 0; priority < read_sysreg(icc_pmr_el1); priority += step) {
        struct apr saved;

        raise(SPI_EDGE, (uint8_t)priority);
        EXPECT("IAR", acknowledge(group), SPI_EDGE);
        saved = get_apr(group);
        set_apr(group, APR_ZERO);
        EXPECT("RPR cleared", get_rpr(), 0xff);
        set_apr(group, saved);
        EXPECT("RPR restored", get_rpr(), priority);
        end(group, SPI_EDGE);
        EXPECT("RPR at last", get_rpr(), 0xff);
    }
    return PASSED;
}

/* At most seven bits preempt: of eight, the last one is subpriority. */
static struct verdict eighth_bit(uint32_t subject)
{
    (void)subject;
    SKIP_UNLESS(priority_bits() == 8, "fewer than 8 bits of priority");
    raise(PPI, 0x81);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    EXPECT("RPR", get_rpr(), 0x80);
    raise(SGI, 0x80);
    EXPECT("signalled", signalled(), 0);
    end(GROUP1, PPI);
    raise(PPI, 0x81);
    EXPECT("IAR by the last bit", acknowledge(GROUP1), SGI);
    return PASSED;
}

static uint64_t exception_class(void)
{
    return FIELD_GET(ESR_EC, taken.esr);
}

/* Those that there are no levels for are undefined: reads and writes of them, EC 0. */
#define PRESENT_OR_UNDEFINED(name, n)                                                                                  \
    static struct verdict name##_exists(uint32_t subject)                                                              \
    {                                                                                                                  \
        unsigned faults = (n) < apr_words() ? 0 : 2;                                                                   \
                                                                                                                       \
        (void)subject;                                                                                                 \
        expect_fault = true;                                                                                           \
        __asm__ volatile("mrs x0, icc_" #name "_el1\n msr icc_" #name "_el1, xzr" ::: "x0", "memory");                 \
        expect_fault = false;                                                                                          \
        EXPECT("exceptions", taken.faults, faults);                                                                    \
        EXPECT("EC", faults == 0 ? EC_UNKNOWN : exception_class(), EC_UNKNOWN);                                        \
        return PASSED;                                                                                                 \
    }

PRESENT_OR_UNDEFINED(ap0r1, 1)
PRESENT_OR_UNDEFINED(ap0r2, 2)
PRESENT_OR_UNDEFINED(ap0r3, 3)
PRESENT_OR_UNDEFINED(ap1r1, 1)
PRESENT_OR_UNDEFINED(ap1r2, 2)
PRESENT_OR_UNDEFINED(ap1r3, 3)

static const struct rule table[] = {
    {FIRST, "priority.fewer_preempt", "4.8.3", fewer_preempt, 0},
    {FIRST + 1, "priority.every_level.group0", "4.8.4", every_level, GROUP0},
    {FIRST + 2, "priority.every_level.group1", "4.8.4", every_level, GROUP1},
    {FIRST + 3, "priority.restored.group0", "12.2 ICC_AP0R<n>_EL1", every_level_restored, GROUP0},
    {FIRST + 4, "priority.restored.group1", "12.2 ICC_AP1R<n>_EL1", every_level_restored, GROUP1},
    {FIRST + 5, "priority.eighth_bit", "4.8.3", eighth_bit, 0},
    {FIRST + 6, "priority.ap0r1_exists", "12.2 ICC_AP0R<n>_EL1", ap0r1_exists, 0},
    {FIRST + 7, "priority.ap0r2_exists", "12.2 ICC_AP0R<n>_EL1", ap0r2_exists, 0},
    {FIRST + 8, "priority.ap0r3_exists", "12.2 ICC_AP0R<n>_EL1", ap0r3_exists, 0},
    {FIRST + 9, "priority.ap1r1_exists", "12.2 ICC_AP1R<n>_EL1", ap1r1_exists, 0},
    {FIRST + 10, "priority.ap1r2_exists", "12.2 ICC_AP1R<n>_EL1", ap1r2_exists, 0},
    {FIRST + 11, "priority.ap1r3_exists", "12.2 ICC_AP1R<n>_EL1", ap1r3_exists, 0},
};

const struct rules rules_priority = {table, ARRAY_SIZE(table)};
