/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: accesses that are undefined at EL0 or EL1 (IHI 0069H 12.2, the accessibility pseudocode of each register). */
#include "env.h"

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
};

const struct rules rules_undefined = {table, ARRAY_SIZE(table)};
