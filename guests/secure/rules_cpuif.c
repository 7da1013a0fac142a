/* SPDX-License-Identifier: Apache-2.0 */
/* What Non-secure software sees of the CPU interface, and what is banked there by security state. */
#include "env.h"
#include "secure.h"

#define NS NONSECURE_EL1

/* The Non-secure view exists where Group 0 is not for Non-secure software: SCR_EL3.FIQ = 1 (4.8.1). */
static void group0_is_secure(void)
{
    pe_scr = SCR_EL3_FIQ;
}

static void write_pmr(uint64_t value)
{
    write_reg(EL3, set_pmr, value);
}

static struct verdict pmr_view(uint32_t subject)
{
    group0_is_secure();
    write_pmr(0xc0);
    EXPECT("PMR", read_reg((enum place)subject, pmr), 0x80);
    write_pmr(0x80);
    EXPECT("PMR at the border", read_reg((enum place)subject, pmr), 0);
    write_pmr(0x78);
    EXPECT("PMR of the Secure half", read_reg((enum place)subject, pmr), 0);
    return PASSED;
}

static struct verdict pmr_write(uint32_t subject)
{
    group0_is_secure();
    write_pmr(0xc0);
    write_reg((enum place)subject, set_pmr, 0x40);
    EXPECT("PMR after 0x40", read_reg(EL3, pmr), 0xa0);
    write_reg((enum place)subject, set_pmr, 0);
    EXPECT("PMR after 0", read_reg(EL3, pmr), 0x80);
    return PASSED;
}

/* While the mask lies in the Secure half, Non-secure writes are ignored. */
static struct verdict pmr_write_ignored(uint32_t subject)
{
    group0_is_secure();
    write_pmr(0x40);
    write_reg((enum place)subject, set_pmr, 0xf0);
    EXPECT("PMR", read_reg(EL3, pmr), 0x40);
    return PASSED;
}

/* Where Group 0 is for Non-secure software too, it sees the mask as it is. */
static struct verdict pmr_unshifted(uint32_t subject)
{
    write_pmr(0x40);
    EXPECT("PMR", read_reg((enum place)subject, pmr), 0x40);
    write_reg((enum place)subject, set_pmr, 0x30);
    EXPECT("PMR after 0x30", read_reg(EL3, pmr), 0x30);
    return PASSED;
}

static struct verdict pmr_secure(uint32_t subject)
{
    group0_is_secure();
    write_pmr(0xc0);
    EXPECT("PMR", read_reg((enum place)subject, pmr), 0xc0);
    write_reg((enum place)subject, set_pmr, 0x20);
    EXPECT("PMR after 0x20", read_reg(EL3, pmr), 0x20);
    return PASSED;
}

/* `subject`: the running priority. */
static struct verdict rpr_view(uint32_t subject)
{
    uint8_t priority = (uint8_t)subject;
    enum gic_group group = priority < 0x80 ? GIC_GROUP0 : GIC_GROUP1_NS;

    raise(SPI, group, priority);
    pe_scr = group == GIC_GROUP1_NS ? SCR_EL3_NS : 0;
    EXPECT("IAR", read_reg(EL3, group == GIC_GROUP0 ? iar0 : iar1), SPI);
    pe_scr = 0;
    EXPECT("RPR at EL3", read_reg(EL3, rpr), priority);
    EXPECT("RPR at Secure EL1", read_reg(SECURE_EL1, rpr), priority);
    EXPECT("RPR with FIQ = 0", read_reg(NS, rpr), priority);
    group0_is_secure();
    EXPECT("RPR", read_reg(NS, rpr), priority < 0x80 ? 0 : (priority << 1 & 0xff));
    return PASSED;
}

static struct verdict rpr_idle(uint32_t subject)
{
    group0_is_secure();
    EXPECT("RPR", read_reg((enum place)subject, rpr), 0xff);
    return PASSED;
}

/* ICC_BPR1_EL1: one for each state; the Non-secure minimum is one more than the Secure, which is that of BPR0. */
static struct verdict bpr_minimum(uint32_t subject)
{
    uint64_t minimum = read_reg(EL3, bpr0);

    (void)subject;
    write_reg(SECURE_EL1, set_bpr1, 0);
    write_reg(NS, set_bpr1, 0);
    EXPECT("Secure BPR1", read_reg(SECURE_EL1, bpr1), minimum);
    EXPECT("Non-secure BPR1", read_reg(NS, bpr1), minimum + 1);
    return PASSED;
}

static struct verdict bpr_banked(uint32_t subject)
{
    (void)subject;
    write_reg(SECURE_EL1, set_bpr1, 5);
    write_reg(NS, set_bpr1, 6);
    EXPECT("Secure BPR1", read_reg(SECURE_EL1, bpr1), 5);
    EXPECT("Non-secure BPR1", read_reg(NONSECURE_EL2, bpr1), 6);
    EXPECT("at EL3", read_reg(EL3, bpr1), 5);
    pe_scr = SCR_EL3_NS;
    EXPECT("at EL3 with NS = 1", read_reg(EL3, bpr1), 6);
    return PASSED;
}

/* Secure Group 1 splits a priority above bit BPR1, as Group 0 does; Non-secure Group 1 at bit BPR1 (4.8.3). */
static struct verdict bpr_groups(uint32_t group)
{
    enum place place = group == GIC_GROUP1_S ? SECURE_EL1 : NS;
    unsigned split = group == GIC_GROUP1_S ? 5 : 4; /* BPR1 = 4 */

    write_reg(place, set_bpr1, 4);
    raise(SPI, (enum gic_group)group, (uint8_t)(0x80 | BIT(split)));
    EXPECT("IAR", read_reg(place, iar1), SPI);
    raise(PPI, (enum gic_group)group, (uint8_t)(0x80 | (BIT(split) - 1)));
    EXPECT("preempts", read_reg(place, isr), PSTATE_I);
    set_priority(PPI, (uint8_t)(0x80 | BIT(split) | BIT(split - 1)));
    EXPECT("does not", read_reg(place, isr), 0);
    write_reg(place, eoir1, SPI);
    return PASSED;
}

static void set_modes(uint64_t bits)
{
    write_sysreg(icc_ctlr_el3, bits);
    isb();
}

/* CBPR_EL1NS: Non-secure BPR1 reads as BPR0 + 1 and ignores writes. */
static struct verdict cbpr_nonsecure(uint32_t subject)
{
    uint64_t minimum = read_reg(EL3, bpr0);

    (void)subject;
    write_reg(NS, set_bpr1, 6);
    set_modes(ICC_CTLR_EL3_CBPR_EL1NS);
    EXPECT("BPR1", read_reg(NS, bpr1), minimum + 1);
    write_reg(NS, set_bpr1, 7);
    EXPECT("BPR1 after a write", read_reg(NS, bpr1), minimum + 1);
    set_modes(0);
    EXPECT("BPR1 of its own", read_reg(NS, bpr1), 6);
    return PASSED;
}

/* CBPR_EL1S: accesses to Secure BPR1 at EL1 are to BPR0. */
static struct verdict cbpr_secure(uint32_t subject)
{
    (void)subject;
    set_modes(ICC_CTLR_EL3_CBPR_EL1S);
    write_reg(SECURE_EL1, set_bpr1, 5);
    EXPECT("BPR0", read_reg(EL3, bpr0), 5);
    EXPECT("BPR1", read_reg(SECURE_EL1, bpr1), 5);
    return PASSED;
}

static struct verdict igrpen_banked(uint32_t subject)
{
    (void)subject;
    write_reg(NS, set_igrpen1, 0);
    EXPECT("IGRPEN1_EL3", read_sysreg(icc_igrpen1_el3), ICC_IGRPEN1_EL3_S);
    EXPECT("Secure IGRPEN1", read_reg(SECURE_EL1, igrpen1), 1);
    write_reg(SECURE_EL1, set_igrpen1, 0);
    write_reg(NS, set_igrpen1, 1);
    EXPECT("IGRPEN1_EL3", read_sysreg(icc_igrpen1_el3), ICC_IGRPEN1_EL3_NS);
    EXPECT("Secure IGRPEN1", read_reg(SECURE_EL1, igrpen1), 0);
    return PASSED;
}

static struct verdict eoimode_banked(uint32_t subject)
{
    (void)subject;
    write_reg(SECURE_EL1, set_ctlr, ICC_CTLR_EOIMODE);
    EXPECT("Secure", read_reg(SECURE_EL1, ctlr) & ICC_CTLR_EOIMODE, ICC_CTLR_EOIMODE);
    EXPECT("Non-secure", read_reg(NS, ctlr) & ICC_CTLR_EOIMODE, 0);
    write_reg(NS, set_ctlr, ICC_CTLR_EOIMODE);
    write_reg(SECURE_EL1, set_ctlr, 0);
    EXPECT("Secure", read_reg(SECURE_EL1, ctlr) & ICC_CTLR_EOIMODE, 0);
    EXPECT("Non-secure", read_reg(NS, ctlr) & ICC_CTLR_EOIMODE, ICC_CTLR_EOIMODE);
    return PASSED;
}

#define MODES                                                                                                          \
    (ICC_CTLR_EL3_CBPR_EL1S | ICC_CTLR_EL3_CBPR_EL1NS | ICC_CTLR_EL3_EOIMODE_EL3 | ICC_CTLR_EL3_EOIMODE_EL1S |         \
     ICC_CTLR_EL3_EOIMODE_EL1NS)

/* ICC_CTLR_EL3 holds the modes of all three. `bit`: one of them. */
static struct verdict ctlr_el3(uint32_t bit)
{
    set_modes(bit);
    EXPECT("CTLR_EL3", read_sysreg(icc_ctlr_el3) & MODES, bit);
    return PASSED;
}

/* ... and ICC_CTLR_EL1 shows each state its own. */
static struct verdict ctlr_el1(uint32_t bit)
{
    uint64_t secure =
        (bit == ICC_CTLR_EL3_EOIMODE_EL1S ? ICC_CTLR_EOIMODE : 0) | (bit == ICC_CTLR_EL3_CBPR_EL1S ? ICC_CTLR_CBPR : 0);
    uint64_t nonsecure = (bit == ICC_CTLR_EL3_EOIMODE_EL1NS ? ICC_CTLR_EOIMODE : 0) |
                         (bit == ICC_CTLR_EL3_CBPR_EL1NS ? ICC_CTLR_CBPR : 0);

    set_modes(bit);
    EXPECT("Secure CTLR_EL1", read_reg(SECURE_EL1, ctlr) & (ICC_CTLR_EOIMODE | ICC_CTLR_CBPR), secure);
    EXPECT("Non-secure CTLR_EL1", read_reg(NS, ctlr) & (ICC_CTLR_EOIMODE | ICC_CTLR_CBPR), nonsecure);
    return PASSED;
}

/* With two security states CBPR is EL3's to choose. */
static struct verdict cbpr_read_only(uint32_t place)
{
    write_reg((enum place)place, set_ctlr, ICC_CTLR_CBPR);
    EXPECT("CBPR", read_reg((enum place)place, ctlr) & ICC_CTLR_CBPR, 0);
    return PASSED;
}

/* An EOI obeys the EOImode of the state that writes it. */
static struct verdict eoimode_of_writer(uint32_t subject)
{
    (void)subject;
    write_reg(SECURE_EL1, set_ctlr, ICC_CTLR_EOIMODE);
    raise(SPI, GIC_GROUP1_NS, PRIORITY_DEFAULT);
    EXPECT("IAR", read_reg(NS, iar1), SPI);
    write_reg(NS, eoir1, SPI);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 0);
    raise(PPI, GIC_GROUP1_S, PRIORITY_DEFAULT);
    EXPECT("Secure IAR", read_reg(SECURE_EL1, iar1), PPI);
    write_reg(SECURE_EL1, eoir1, PPI);
    EXPECT("active still", get_bit(GICD_ISACTIVER, PPI), 1);
    EXPECT("RPR", read_reg(EL3, rpr), 0xff);
    return PASSED;
}

/* One running priority for all groups: Secure Group 1 at 0x40 keeps the others of lower priority away. */
static struct verdict one_running_priority(uint32_t subject)
{
    (void)subject;
    raise(PPI, GIC_GROUP1_S, 0x40);
    EXPECT("IAR", read_reg(SECURE_EL1, iar1), PPI);
    raise(SPI, GIC_GROUP1_NS, 0x80);
    EXPECT("Non-secure", read_reg(NS, isr), 0);
    set_group(SPI, GIC_GROUP0);
    set_priority(SPI, 0x20);
    EXPECT("Group 0", read_reg(SECURE_EL1, isr), PSTATE_F);
    write_reg(SECURE_EL1, eoir1, PPI);
    return PASSED;
}

#define PMR  "4.8.1, 12.2 ICC_PMR_EL1"
#define RPR  "4.8.1, 12.2 ICC_RPR_EL1"
#define BPR1 "4.8.3, 12.2 ICC_BPR1_EL1"
#define CTL3 "12.2 ICC_CTLR_EL3"

static const struct rule table[] = {
    {217, "cpuif.pmr_view.nonsecure_el1", PMR, pmr_view, NONSECURE_EL1},
    {218, "cpuif.pmr_view.nonsecure_el2", PMR, pmr_view, NONSECURE_EL2},
    {219, "cpuif.pmr_write.nonsecure_el1", PMR, pmr_write, NONSECURE_EL1},
    {220, "cpuif.pmr_write.nonsecure_el2", PMR, pmr_write, NONSECURE_EL2},
    {221, "cpuif.pmr_write_ignored", PMR, pmr_write_ignored, NONSECURE_EL1},
    {222, "cpuif.pmr_unshifted", PMR, pmr_unshifted, NONSECURE_EL1},
    {223, "cpuif.pmr_secure_el1", PMR, pmr_secure, SECURE_EL1},
    {224, "cpuif.pmr_el3", PMR, pmr_secure, EL3},
    {225, "cpuif.rpr_view.secure_half", RPR, rpr_view, 0x40},
    {226, "cpuif.rpr_view.border", RPR, rpr_view, 0x80},
    {227, "cpuif.rpr_view.nonsecure_half", RPR, rpr_view, 0xb0},
    {228, "cpuif.rpr_idle.nonsecure_el1", RPR, rpr_idle, NONSECURE_EL1},
    {229, "cpuif.rpr_idle.secure_el1", RPR, rpr_idle, SECURE_EL1},
    {230, "cpuif.bpr_minimum", BPR1, bpr_minimum, 0},
    {231, "cpuif.bpr_banked", BPR1, bpr_banked, 0},
    {232, "cpuif.bpr_split.group1_s", BPR1, bpr_groups, GIC_GROUP1_S},
    {233, "cpuif.bpr_split.group1_ns", BPR1, bpr_groups, GIC_GROUP1_NS},
    {234, "cpuif.cbpr_nonsecure", BPR1, cbpr_nonsecure, 0},
    {235, "cpuif.cbpr_secure", BPR1, cbpr_secure, 0},
    {236, "cpuif.igrpen1_banked", "12.2 ICC_IGRPEN1_EL3", igrpen_banked, 0},
    {237, "cpuif.eoimode_banked", "12.2 ICC_CTLR_EL1", eoimode_banked, 0},
    {238, "cpuif.ctlr_el3.cbpr_el1s", CTL3, ctlr_el3, ICC_CTLR_EL3_CBPR_EL1S},
    {239, "cpuif.ctlr_el3.cbpr_el1ns", CTL3, ctlr_el3, ICC_CTLR_EL3_CBPR_EL1NS},
    {240, "cpuif.ctlr_el3.eoimode_el3", CTL3, ctlr_el3, ICC_CTLR_EL3_EOIMODE_EL3},
    {241, "cpuif.ctlr_el3.eoimode_el1s", CTL3, ctlr_el3, ICC_CTLR_EL3_EOIMODE_EL1S},
    {242, "cpuif.ctlr_el3.eoimode_el1ns", CTL3, ctlr_el3, ICC_CTLR_EL3_EOIMODE_EL1NS},
    {243, "cpuif.ctlr_el1.cbpr_el1s", CTL3, ctlr_el1, ICC_CTLR_EL3_CBPR_EL1S},
    {244, "cpuif.ctlr_el1.cbpr_el1ns", CTL3, ctlr_el1, ICC_CTLR_EL3_CBPR_EL1NS},
    {245, "cpuif.ctlr_el1.eoimode_el3", CTL3, ctlr_el1, ICC_CTLR_EL3_EOIMODE_EL3},
    {246, "cpuif.ctlr_el1.eoimode_el1s", CTL3, ctlr_el1, ICC_CTLR_EL3_EOIMODE_EL1S},
    {247, "cpuif.ctlr_el1.eoimode_el1ns", CTL3, ctlr_el1, ICC_CTLR_EL3_EOIMODE_EL1NS},
    {248, "cpuif.cbpr_read_only.secure_el1", "12.2 ICC_CTLR_EL1", cbpr_read_only, SECURE_EL1},
    {249, "cpuif.cbpr_read_only.nonsecure_el1", "12.2 ICC_CTLR_EL1", cbpr_read_only, NONSECURE_EL1},
    {250, "cpuif.eoimode_of_writer", "12.2 ICC_EOIR1_EL1", eoimode_of_writer, 0},
    {251, "cpuif.one_running_priority", "4.8.2", one_running_priority, 0},
};

const struct rules rules_cpuif = {table, ARRAY_SIZE(table)};
