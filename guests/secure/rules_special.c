/* SPDX-License-Identifier: Apache-2.0 */
/* Special INTIDs 1020, 1021, 1023, what a place may acknowledge, and accesses that trap to EL3. */
#include "env.h"
#include "secure.h"

#define SUBJECT(group, place) ((uint32_t)(group) << 4 | (place))
#define GROUP(subject)        ((enum gic_group)((subject) >> 4))
#define PLACE(subject)        ((enum place)((subject)&15))

#define INTID_SECURE    1020
#define INTID_NONSECURE 1021
#define INTID_LEGACY    1022

/* At EL3 a read of ICC_IAR0 or ICC_HPPIR0 says to which state an interrupt of Group 1 belongs, and does nothing. */
static struct verdict special(enum gic_group group, uint64_t expected)
{
    raise(SPI, group, PRIORITY_DEFAULT);
    EXPECT("HPPIR0", read_reg(EL3, hppir0), expected);
    EXPECT("IAR0", read_reg(EL3, iar0), expected);
    EXPECT("still pending", get_bit(GICD_ISPENDR, SPI), 1);
    EXPECT("not active", get_bit(GICD_ISACTIVER, SPI), 0);
    EXPECT("RPR", read_reg(EL3, rpr), 0xff);
    return PASSED;
}

static struct verdict special_secure(uint32_t subject)
{
    (void)subject;
    return special(GIC_GROUP1_S, INTID_SECURE);
}

static struct verdict special_nonsecure(uint32_t subject)
{
    (void)subject;
    return special(GIC_GROUP1_NS, INTID_NONSECURE);
}

/* The special INTIDs take part in prioritization: the highest pending interrupt decides. */
static struct verdict special_by_priority(uint32_t subject)
{
    (void)subject;
    raise(SPI, GIC_GROUP0, 0x60);
    raise(PPI, GIC_GROUP1_S, 0x40);
    EXPECT("HPPIR0", read_reg(EL3, hppir0), INTID_SECURE);
    set_priority(PPI, 0x80);
    EXPECT("HPPIR0 below", read_reg(EL3, hppir0), SPI);
    return PASSED;
}

static struct verdict special_masked(uint32_t subject)
{
    (void)subject;
    raise(SPI, GIC_GROUP1_S, 0x80);
    write_reg(EL3, set_pmr, 0x80);
    EXPECT("IAR0", read_reg(EL3, iar0), INTID_SPURIOUS);
    EXPECT("HPPIR0", read_reg(EL3, hppir0), INTID_SECURE);
    return PASSED;
}

static struct verdict idle(uint32_t place)
{
    static const struct {
        const char *name;
        pe_code *reg;
    } regs[] = {{"IAR0", iar0}, {"IAR1", iar1}, {"HPPIR0", hppir0}, {"HPPIR1", hppir1}};

    for (unsigned i = 0; i < ARRAY_SIZE(regs); i++)
        EXPECT(regs[i].name, read_reg((enum place)place, regs[i].reg), INTID_SPURIOUS);
    return PASSED;
}

/* Acknowledges by `reg` and completes by `end`, at a place that may. */
static struct verdict served(uint32_t subject)
{
    enum gic_group group = GROUP(subject);
    enum place place = PLACE(subject);

    pe_scr = place == EL3 && group == GIC_GROUP1_NS ? SCR_EL3_NS : 0;
    raise(SPI, group, PRIORITY_DEFAULT);
    EXPECT("HPPIR", read_reg(place, group == GIC_GROUP0 ? hppir0 : hppir1), SPI);
    EXPECT("IAR", read_reg(place, group == GIC_GROUP0 ? iar0 : iar1), SPI);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 1);
    EXPECT("RPR", read_reg(EL3, rpr), PRIORITY_DEFAULT);
    write_reg(place, group == GIC_GROUP0 ? eoir0 : eoir1, SPI);
    EXPECT("inactive", get_bit(GICD_ISACTIVER, SPI), 0);
    EXPECT("RPR at the end", read_reg(EL3, rpr), 0xff);
    return PASSED;
}

/* Neither register of Group 0 nor of Group 1 shows it. */
static struct verdict hidden(uint32_t subject)
{
    raise(SPI, GROUP(subject), PRIORITY_DEFAULT);
    EXPECT("pending", get_bit(GICD_ISPENDR, SPI), 1);
    return idle(PLACE(subject));
}

/* The register of the other group. */
static struct verdict other_group(uint32_t subject)
{
    enum gic_group group = GROUP(subject);
    enum place place = PLACE(subject);

    raise(SPI, group, PRIORITY_DEFAULT);
    EXPECT("HPPIR", read_reg(place, group == GIC_GROUP0 ? hppir1 : hppir0), INTID_SPURIOUS);
    EXPECT("IAR", read_reg(place, group == GIC_GROUP0 ? iar1 : iar0), INTID_SPURIOUS);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 0);
    return PASSED;
}

/* 1022 is for GICv2's registers: no system register returns it, whatever is pending and wherever one reads. */
static struct verdict never_legacy(uint32_t place)
{
    static pe_code *const regs[] = {hppir0, hppir1, iar0, iar1};

    for (unsigned group = 0; group < GIC_GROUPS; group++) {
        for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
            env_reset();
            raise(SPI, (enum gic_group)group, PRIORITY_DEFAULT);
            EXPECT("1022", read_reg((enum place)place, regs[i]) == INTID_LEGACY, 0);
        }
    }
    return PASSED;
}

/* What a group's EOIR completes where it belongs to another state: nothing. */
static struct verdict foreign_end(uint32_t subject)
{
    enum gic_group group = GROUP(subject);

    raise(SPI, group, PRIORITY_DEFAULT);
    pe_scr = group == GIC_GROUP1_NS ? SCR_EL3_NS : 0;
    EXPECT("IAR", read_reg(EL3, group == GIC_GROUP0 ? iar0 : iar1), SPI);
    pe_scr = 0;
    write_reg(PLACE(subject), eoir0, SPI);
    write_reg(PLACE(subject), eoir1, SPI);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 1);
    EXPECT("RPR", read_reg(EL3, rpr), PRIORITY_DEFAULT);
    return PASSED;
}

static void split_ends(void)
{
    write_sysreg(icc_ctlr_el3, ICC_CTLR_EL3_EOIMODE_EL3 | ICC_CTLR_EL3_EOIMODE_EL1S | ICC_CTLR_EL3_EOIMODE_EL1NS);
    isb();
}

/* ICC_DIR with EOImode = 1: what the place may deactivate. */
static struct verdict deactivates(uint32_t subject)
{
    split_ends();
    set_group(SPI, GROUP(subject));
    set_bit(GICD_ISACTIVER, SPI);
    write_reg(PLACE(subject), dir, SPI);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 0);
    return PASSED;
}

static struct verdict may_not_deactivate(uint32_t subject)
{
    split_ends();
    set_group(SPI, GROUP(subject));
    set_bit(GICD_ISACTIVER, SPI);
    write_reg(PLACE(subject), dir, SPI);
    EXPECT("active", get_bit(GICD_ISACTIVER, SPI), 1);
    return PASSED;
}

/* A trapped access is an exception with EC 0x18, taken to EL3. */
static struct verdict trapped(enum place place, uint64_t scr, pe_code *reg)
{
    struct trip trip;

    pe_scr = scr;
    trip = pe_run(place, PSTATE_I | PSTATE_F, reg, 0, 0);
    EXPECT("exception", trip_taken(&trip), TAKEN(3, TRIP_SYNC));
    EXPECT("EC", FIELD_GET(ESR_EC, trip.esr), EC_SYSREG);
    return PASSED;
}

static struct verdict traps_group0(uint32_t place)
{
    return trapped((enum place)place, SCR_EL3_FIQ, iar0);
}

static struct verdict traps_group1(uint32_t place)
{
    return trapped((enum place)place, SCR_EL3_IRQ, iar1);
}

static struct verdict traps_common(uint32_t place)
{
    return trapped((enum place)place, SCR_EL3_FIQ | SCR_EL3_IRQ, pmr);
}

/* Registers of both groups trap only when both signals are routed to EL3. */
static struct verdict common_with_one(uint32_t place)
{
    pe_scr = SCR_EL3_FIQ;
    (void)read_reg((enum place)place, pmr);
    (void)read_reg((enum place)place, iar1);
    pe_scr = SCR_EL3_IRQ;
    (void)read_reg((enum place)place, pmr);
    (void)read_reg((enum place)place, iar0);
    return PASSED;
}

#define ACK  "2.2.1, 12.2 ICC_IAR0_EL1, ICC_IAR1_EL1"
#define EOI  "12.2 ICC_EOIR0_EL1, ICC_EOIR1_EL1"
#define DIR  "12.2 ICC_DIR_EL1"
#define TRAP "4.6.3, DDI 0487 SCR_EL3"

static const struct rule table[] = {
    {104, "special.1020", "2.2.1", special_secure, 0},
    {105, "special.1021", "2.2.1", special_nonsecure, 0},
    {106, "special.by_priority", "2.2.1, 4.8", special_by_priority, 0},
    {107, "special.masked", "2.2.1, 4.8.5", special_masked, 0},
    {108, "special.1023.el3", "2.2.1", idle, EL3},
    {109, "special.1023.secure_el1", "2.2.1", idle, SECURE_EL1},
    {110, "special.1023.nonsecure_el1", "2.2.1", idle, NONSECURE_EL1},
    {111, "special.1023.nonsecure_el2", "2.2.1", idle, NONSECURE_EL2},
    {112, "special.never_1022.el3", "2.2.1", never_legacy, EL3},
    {113, "special.never_1022.secure_el1", "2.2.1", never_legacy, SECURE_EL1},
    {114, "special.never_1022.nonsecure_el1", "2.2.1", never_legacy, NONSECURE_EL1},
    {115, "acknowledge.group0.el3", ACK, served, SUBJECT(GIC_GROUP0, EL3)},
    {116, "acknowledge.group1_s.el3", ACK, served, SUBJECT(GIC_GROUP1_S, EL3)},
    {117, "acknowledge.group1_ns.el3", ACK, served, SUBJECT(GIC_GROUP1_NS, EL3)},
    {118, "acknowledge.group0.secure_el1", ACK, served, SUBJECT(GIC_GROUP0, SECURE_EL1)},
    {119, "acknowledge.group1_s.secure_el1", ACK, served, SUBJECT(GIC_GROUP1_S, SECURE_EL1)},
    {120, "acknowledge.group1_ns.nonsecure_el1", ACK, served, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1)},
    {121, "acknowledge.group1_ns.nonsecure_el2", ACK, served, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL2)},
    {122, "hidden.group1_ns.secure_el1", ACK, hidden, SUBJECT(GIC_GROUP1_NS, SECURE_EL1)},
    {123, "hidden.group0.nonsecure_el1", ACK, hidden, SUBJECT(GIC_GROUP0, NONSECURE_EL1)},
    {124, "hidden.group1_s.nonsecure_el1", ACK, hidden, SUBJECT(GIC_GROUP1_S, NONSECURE_EL1)},
    {125, "hidden.group0.nonsecure_el2", ACK, hidden, SUBJECT(GIC_GROUP0, NONSECURE_EL2)},
    {126, "hidden.group1_s.nonsecure_el2", ACK, hidden, SUBJECT(GIC_GROUP1_S, NONSECURE_EL2)},
    {127, "other_group.group0.secure_el1", ACK, other_group, SUBJECT(GIC_GROUP0, SECURE_EL1)},
    {128, "other_group.group0.el3", ACK, other_group, SUBJECT(GIC_GROUP0, EL3)},
    {129, "other_group.group1_s.secure_el1", ACK, other_group, SUBJECT(GIC_GROUP1_S, SECURE_EL1)},
    {130, "other_group.group1_ns.nonsecure_el1", ACK, other_group, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1)},
    {131, "end.group0.nonsecure_el1", EOI, foreign_end, SUBJECT(GIC_GROUP0, NONSECURE_EL1)},
    {132, "end.group1_s.nonsecure_el1", EOI, foreign_end, SUBJECT(GIC_GROUP1_S, NONSECURE_EL1)},
    {133, "end.group1_ns.secure_el1", EOI, foreign_end, SUBJECT(GIC_GROUP1_NS, SECURE_EL1)},
    {134, "deactivate.group0.el3", DIR, deactivates, SUBJECT(GIC_GROUP0, EL3)},
    {135, "deactivate.group1_s.el3", DIR, deactivates, SUBJECT(GIC_GROUP1_S, EL3)},
    {136, "deactivate.group1_ns.el3", DIR, deactivates, SUBJECT(GIC_GROUP1_NS, EL3)},
    {137, "deactivate.group0.secure_el1", DIR, deactivates, SUBJECT(GIC_GROUP0, SECURE_EL1)},
    {138, "deactivate.group1_s.secure_el1", DIR, deactivates, SUBJECT(GIC_GROUP1_S, SECURE_EL1)},
    {139, "deactivate.group1_ns.secure_el1", DIR, deactivates, SUBJECT(GIC_GROUP1_NS, SECURE_EL1)},
    {140, "deactivate.group1_ns.nonsecure_el1", DIR, deactivates, SUBJECT(GIC_GROUP1_NS, NONSECURE_EL1)},
    {141, "deactivate.group0.nonsecure_el1", DIR, may_not_deactivate, SUBJECT(GIC_GROUP0, NONSECURE_EL1)},
    {142, "deactivate.group1_s.nonsecure_el1", DIR, may_not_deactivate, SUBJECT(GIC_GROUP1_S, NONSECURE_EL1)},
    {143, "deactivate.group0.nonsecure_el2", DIR, may_not_deactivate, SUBJECT(GIC_GROUP0, NONSECURE_EL2)},
    {144, "trap.group0.secure_el1", TRAP, traps_group0, SECURE_EL1},
    {145, "trap.group0.nonsecure_el1", TRAP, traps_group0, NONSECURE_EL1},
    {146, "trap.group0.nonsecure_el2", TRAP, traps_group0, NONSECURE_EL2},
    {147, "trap.group1.secure_el1", TRAP, traps_group1, SECURE_EL1},
    {148, "trap.group1.nonsecure_el1", TRAP, traps_group1, NONSECURE_EL1},
    {149, "trap.group1.nonsecure_el2", TRAP, traps_group1, NONSECURE_EL2},
    {150, "trap.both.secure_el1", TRAP, traps_common, SECURE_EL1},
    {151, "trap.both.nonsecure_el1", TRAP, traps_common, NONSECURE_EL1},
    {152, "trap.both.nonsecure_el2", TRAP, traps_common, NONSECURE_EL2},
    {153, "trap.one.secure_el1", TRAP, common_with_one, SECURE_EL1},
    {154, "trap.one.nonsecure_el1", TRAP, common_with_one, NONSECURE_EL1},
};

const struct rules rules_special = {table, ARRAY_SIZE(table)};
