/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interrupts by HCR_EL2.VI and VF in both security states (DDI 0487 D1.3; HCR_EL2, SCR_EL3.EEL2): in Secure
 * state they exist with Secure EL2 enabled only.
 */
#include "env.h"
#include "secure.h"

#define SUBJECT(place, how) ((uint32_t)(how) | (place))
#define PLACE(subject)      ((enum place)((subject)&15))

#define EEL2   BIT32(4)
#define FIQ    BIT32(5) /* VF and FMO, else VI and IMO */
#define NO_IMO BIT32(6) /* IMO or FMO clear */
#define MASKED BIT32(7) /* the mask of the virtual interrupt in PSTATE */
#define OTHER  BIT32(8) /* the other mask */
#define LATER  BIT32(9) /* HCR_EL2 is written before SCR_EL3 */

#define NO_SEL2 "the CPU has no FEAT_SEL2"

static bool has_sel2(void)
{
    return FIELD_GET(ID_AA64PFR0_SEL2, read_sysreg(id_aa64pfr0_el1)) != 0;
}

static uint64_t mask_of(uint32_t how)
{
    uint64_t own = (how & FIQ) != 0 ? PSTATE_F : PSTATE_I;

    return ((how & MASKED) != 0 ? own : 0) | ((how & OTHER) != 0 ? own ^ (PSTATE_F | PSTATE_I) : 0);
}

static void route(uint32_t how)
{
    pe_hcr_first = (how & LATER) != 0;
    pe_scr = (how & EEL2) != 0 ? SCR_EL3_EEL2 : 0;
    pe_hcr = (how & FIQ) != 0 ? HCR_EL2_VF : HCR_EL2_VI;
    if ((how & NO_IMO) == 0)
        pe_hcr |= (how & FIQ) != 0 ? HCR_EL2_FMO : HCR_EL2_IMO;
}

/* Taken to EL1 as an IRQ or FIQ. */
static struct verdict taken(uint32_t subject)
{
    SKIP_UNLESS(has_sel2(), NO_SEL2);
    EXPECT("exception before", pe_wait(PLACE(subject), 0), 0);
    route(subject);
    EXPECT("exception", pe_wait(PLACE(subject), mask_of(subject)),
           TAKEN(1, (subject & FIQ) != 0 ? TRIP_FIQ : TRIP_IRQ));
    return PASSED;
}

static struct verdict without_effect(uint32_t subject)
{
    SKIP_UNLESS(has_sel2(), NO_SEL2);
    route(subject);
    EXPECT("exception", pe_wait(PLACE(subject), mask_of(subject)), 0);
    return PASSED;
}

/* ISR_EL1 at EL1 shows virtual interrupts where HCR_EL2.IMO or FMO is in effect. */
static struct verdict shown(uint32_t subject)
{
    SKIP_UNLESS(has_sel2(), NO_SEL2);
    route(subject);
    EXPECT("ISR_EL1", read_reg(PLACE(subject), isr), (subject & FIQ) != 0 ? PSTATE_F : PSTATE_I);
    return PASSED;
}

static struct verdict not_shown(uint32_t subject)
{
    SKIP_UNLESS(has_sel2(), NO_SEL2);
    route(subject);
    EXPECT("ISR_EL1", read_reg(PLACE(subject), isr), 0);
    return PASSED;
}

#define VIRT "DDI 0487 D1.3, HCR_EL2"
#define SEL2 "DDI 0487 SCR_EL3.EEL2, HCR_EL2"
#define ISR  "DDI 0487 ISR_EL1"

static const struct rule table[] = {
    {288, "virtual.irq.secure_el1.eel2", SEL2, taken, SUBJECT(SECURE_EL1, EEL2)},
    {289, "virtual.fiq.secure_el1.eel2", SEL2, taken, SUBJECT(SECURE_EL1, EEL2 | FIQ)},
    {290, "virtual.irq.secure_el0.eel2", SEL2, taken, SUBJECT(SECURE_EL0, EEL2)},
    {291, "virtual.fiq.secure_el0.eel2", SEL2, taken, SUBJECT(SECURE_EL0, EEL2 | FIQ)},
    {292, "virtual.irq.secure_el1", SEL2, without_effect, SUBJECT(SECURE_EL1, 0)},
    {293, "virtual.fiq.secure_el1", SEL2, without_effect, SUBJECT(SECURE_EL1, FIQ)},
    {294, "virtual.irq.secure_el0", SEL2, without_effect, SUBJECT(SECURE_EL0, 0)},
    {295, "virtual.fiq.secure_el0", SEL2, without_effect, SUBJECT(SECURE_EL0, FIQ)},
    {296, "virtual.irq.secure_el1.no_imo", VIRT, without_effect, SUBJECT(SECURE_EL1, EEL2 | NO_IMO)},
    {297, "virtual.fiq.secure_el1.no_fmo", VIRT, without_effect, SUBJECT(SECURE_EL1, EEL2 | NO_IMO | FIQ)},
    {298, "virtual.irq.secure_el1.masked", VIRT, without_effect, SUBJECT(SECURE_EL1, EEL2 | MASKED)},
    {299, "virtual.fiq.secure_el1.masked", VIRT, without_effect, SUBJECT(SECURE_EL1, EEL2 | MASKED | FIQ)},
    {300, "virtual.irq.secure_el1.fiq_masked", VIRT, taken, SUBJECT(SECURE_EL1, EEL2 | OTHER)},
    {301, "virtual.fiq.secure_el1.irq_masked", VIRT, taken, SUBJECT(SECURE_EL1, EEL2 | OTHER | FIQ)},
    {302, "virtual.irq.secure_el2", VIRT, without_effect, SUBJECT(SECURE_EL2, EEL2)},
    {303, "virtual.fiq.secure_el2", VIRT, without_effect, SUBJECT(SECURE_EL2, EEL2 | FIQ)},
    {304, "virtual.irq.el3", VIRT, without_effect, SUBJECT(EL3, EEL2)},
    {305, "virtual.fiq.el3", VIRT, without_effect, SUBJECT(EL3, EEL2 | FIQ)},
    {306, "virtual.irq.nonsecure_el1", VIRT, taken, SUBJECT(NONSECURE_EL1, 0)},
    {307, "virtual.fiq.nonsecure_el1", VIRT, taken, SUBJECT(NONSECURE_EL1, FIQ)},
    {308, "virtual.irq.nonsecure_el1.eel2", VIRT, taken, SUBJECT(NONSECURE_EL1, EEL2)},
    {309, "virtual.irq.nonsecure_el0", VIRT, taken, SUBJECT(NONSECURE_EL0, 0)},
    {310, "virtual.irq.nonsecure_el2", VIRT, without_effect, SUBJECT(NONSECURE_EL2, 0)},
    {311, "virtual.isr.irq.secure_el1.eel2", ISR, shown, SUBJECT(SECURE_EL1, EEL2)},
    {312, "virtual.isr.fiq.secure_el1.eel2", ISR, shown, SUBJECT(SECURE_EL1, EEL2 | FIQ)},
    {313, "virtual.isr.irq.secure_el1", ISR, not_shown, SUBJECT(SECURE_EL1, 0)},
    {314, "virtual.isr.fiq.secure_el1", ISR, not_shown, SUBJECT(SECURE_EL1, FIQ)},
    {315, "virtual.irq.secure_el1.eel2_later", SEL2, taken, SUBJECT(SECURE_EL1, EEL2 | LATER)},
    {316, "virtual.fiq.secure_el1.eel2_later", SEL2, taken, SUBJECT(SECURE_EL1, EEL2 | LATER | FIQ)},
};

const struct rules rules_virtual = {table, ARRAY_SIZE(table)};
