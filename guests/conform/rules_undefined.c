/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: accesses that are undefined at EL0 or EL1 (IHI 0069H 12.2, the accessibility pseudocode of each register). */
#include "env.h"

#define V2_FIRST 1037

extern const char el0_read_iar[], el0_write_pmr[], el0_write_sgi[];

static uint64_t exception_class(void)
{
    return FIELD_GET(ESR_EC, taken.esr);
}

/* Executes one instruction that must be undefined: EC 0. */
#define UNDEFINED(instruction)                                                                                         \
    do {                                                                                                               \
        taken = (struct log){.count = 0};                                                                              \
        expect_fault = true;                                                                                           \
        __asm__ volatile(instruction ::: "x0", "memory");                                                              \
        expect_fault = false;                                                                                          \
        EXPECT("exceptions", taken.faults, 1);                                                                         \
        EXPECT("EC", exception_class(), EC_UNKNOWN);                                                                   \
    } while (0)

static struct verdict undefined_at_el0(const char *code)
{
    raise(PPI, 0x80);
    expect_fault = true;
    run_at_el0(code);
    expect_fault = false;
    EXPECT("exceptions", taken.faults, 1);
    EXPECT("EC", exception_class(), EC_UNKNOWN);
    EXPECT("pending", pending(PPI), 1);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    return PASSED;
}

static struct verdict el0_iar(uint32_t subject)
{
    (void)subject;
    return undefined_at_el0(el0_read_iar);
}

static struct verdict el0_pmr(uint32_t subject)
{
    (void)subject;
    return undefined_at_el0(el0_write_pmr);
}

static struct verdict el0_sgi(uint32_t subject)
{
    (void)subject;
    return undefined_at_el0(el0_write_sgi);
}

static struct verdict write_iar(uint32_t subject)
{
    (void)subject;
    UNDEFINED("msr s3_0_c12_c12_0, x0");
    UNDEFINED("msr s3_0_c12_c8_0, x0");
    return PASSED;
}

static struct verdict read_eoir(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_0_c12_c12_1");
    UNDEFINED("mrs x0, s3_0_c12_c8_1");
    return PASSED;
}

static struct verdict read_dir(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_0_c12_c11_1");
    return PASSED;
}

static struct verdict read_sgi(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_0_c12_c11_5");
    UNDEFINED("mrs x0, s3_0_c12_c11_7");
    return PASSED;
}

static struct verdict write_rpr(uint32_t subject)
{
    (void)subject;
    UNDEFINED("msr s3_0_c12_c11_3, x0");
    return PASSED;
}

static struct verdict write_hppir(uint32_t subject)
{
    (void)subject;
    UNDEFINED("msr s3_0_c12_c12_2, x0");
    UNDEFINED("msr s3_0_c12_c8_2, x0");
    return PASSED;
}

static struct verdict el2_registers(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_4_c12_c9_5");  /* ICC_SRE_EL2 */
    UNDEFINED("mrs x0, s3_4_c12_c11_0"); /* ICH_HCR_EL2 */
    UNDEFINED("msr s3_4_c12_c12_0, x0"); /* ICH_LR0_EL2 */
    return PASSED;
}

static struct verdict el3_registers(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_6_c12_c12_4"); /* ICC_CTLR_EL3 */
    UNDEFINED("mrs x0, s3_6_c12_c12_5"); /* ICC_SRE_EL3 */
    UNDEFINED("mrs x0, s3_6_c12_c12_7"); /* ICC_IGRPEN1_EL3 */
    return PASSED;
}

/* A GICv2 has no system registers (ID_AA64PFR0_EL1.GIC = 0), whatever machine is below the guest; but ICC_SRE_EL1,
 * which a machine may not be able to take away (IHI 0069H 12.2, ICC_SRE_EL2.Enable). */
static struct verdict v2_read(uint32_t subject)
{
    (void)subject;
    UNDEFINED("mrs x0, s3_0_c4_c6_0");   /* ICC_PMR_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c8_0");  /* ICC_IAR0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c8_2");  /* ICC_HPPIR0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c8_3");  /* ICC_BPR0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c8_4");  /* ICC_AP0R0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c9_0");  /* ICC_AP1R0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c11_3"); /* ICC_RPR_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_0"); /* ICC_IAR1_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_2"); /* ICC_HPPIR1_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_3"); /* ICC_BPR1_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_4"); /* ICC_CTLR_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_6"); /* ICC_IGRPEN0_EL1 */
    UNDEFINED("mrs x0, s3_0_c12_c12_7"); /* ICC_IGRPEN1_EL1 */
    return PASSED;
}

static struct verdict v2_write(uint32_t subject)
{
    (void)subject;
    raise(PPI, 0x80);
    EXPECT("IAR", acknowledge(GROUP1), PPI);
    UNDEFINED("mov x0, #0\n msr s3_0_c4_c6_0, x0");    /* ICC_PMR_EL1 */
    UNDEFINED("mov x0, #20\n msr s3_0_c12_c8_1, x0");  /* ICC_EOIR0_EL1 */
    UNDEFINED("mov x0, #20\n msr s3_0_c12_c12_1, x0"); /* ICC_EOIR1_EL1 */
    UNDEFINED("mov x0, #20\n msr s3_0_c12_c11_1, x0"); /* ICC_DIR_EL1 */
    UNDEFINED("mov x0, #0\n msr s3_0_c12_c8_4, x0");   /* ICC_AP0R0_EL1 */
    UNDEFINED("mov x0, #0\n msr s3_0_c12_c9_0, x0");   /* ICC_AP1R0_EL1 */
    UNDEFINED("mov x0, #0\n msr s3_0_c12_c12_6, x0");  /* ICC_IGRPEN0_EL1 */
    UNDEFINED("mov x0, #0\n msr s3_0_c12_c12_7, x0");  /* ICC_IGRPEN1_EL1 */
    EXPECT("active", active(PPI), 1);
    EXPECT("RPR", get_rpr(), 0x80);
    EXPECT("PMR", get_pmr() > 0x80, 1);
    end(GROUP1, PPI);
    return PASSED;
}

/* Of INTID 3, with CPU 0 in the target list: nothing is generated. */
static struct verdict v2_sgi(uint32_t group)
{
    set_group(SGI, group);
    enable(SGI);
    UNDEFINED("movz x0, #0x300, lsl #16\n movk x0, #1\n msr s3_0_c12_c11_5, x0"); /* ICC_SGI1R_EL1: INTID 3 */
    UNDEFINED("movz x0, #0x300, lsl #16\n movk x0, #1\n msr s3_0_c12_c11_6, x0"); /* ICC_ASGI1R_EL1 */
    UNDEFINED("movz x0, #0x300, lsl #16\n movk x0, #1\n msr s3_0_c12_c11_7, x0"); /* ICC_SGI0R_EL1 */
    EXPECT("pending", pending(SGI), 0);
    return PASSED;
}

static const struct rule table[] = {
    {486, "undefined.el0_iar", "12.2 ICC_IAR1_EL1", el0_iar, 0},
    {487, "undefined.el0_pmr", "12.2 ICC_PMR_EL1", el0_pmr, 0},
    {488, "undefined.el0_sgi", "12.2 ICC_SGI1R_EL1", el0_sgi, 0},
    {489, "undefined.write_iar", "12.2 ICC_IAR1_EL1", write_iar, 0},
    {490, "undefined.read_eoir", "12.2 ICC_EOIR1_EL1", read_eoir, 0},
    {491, "undefined.read_dir", "12.2 ICC_DIR_EL1", read_dir, 0},
    {492, "undefined.read_sgi", "12.2 ICC_SGI1R_EL1", read_sgi, 0},
    {493, "undefined.write_rpr", "12.2 ICC_RPR_EL1", write_rpr, 0},
    {494, "undefined.write_hppir", "12.2 ICC_HPPIR1_EL1", write_hppir, 0},
    {495, "undefined.el2_registers", "12.2 ICC_SRE_EL2, 12.4", el2_registers, 0},
    {496, "undefined.el3_registers", "12.2 ICC_CTLR_EL3", el3_registers, 0},
    {V2_FIRST, "v2.undefined_read", "DDI 0487 ID_AA64PFR0_EL1.GIC", v2_read, 0},
    {V2_FIRST + 1, "v2.undefined_write", "DDI 0487 ID_AA64PFR0_EL1.GIC", v2_write, 0},
    {V2_FIRST + 2, "v2.undefined_sgi_group0", "DDI 0487 ID_AA64PFR0_EL1.GIC", v2_sgi, GROUP0},
    {V2_FIRST + 3, "v2.undefined_sgi_group1", "DDI 0487 ID_AA64PFR0_EL1.GIC", v2_sgi, GROUP1},
};

const struct rules rules_undefined = {table, ARRAY_SIZE(table)};
