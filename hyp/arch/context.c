/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include "sysreg.h"

#define SCTLR_EL1_RESET UINT64_C(0x30d00800) /* RES1 bits, MMU and caches off (DDI 0487, SCTLR_EL1) */

/* FEAT_PAuth: one of the algorithms, for addresses or generic (ID_AA64ISAR1_EL1, ID_AA64ISAR2_EL1). */
#define ID_AA64ISAR1_PAUTH (FIELD_MASK_(7, 4) | FIELD_MASK_(11, 8) | FIELD_MASK_(27, 24) | FIELD_MASK_(31, 28))
#define ID_AA64ISAR2_PAUTH (FIELD_MASK_(11, 8) | FIELD_MASK_(15, 12))
#define ID_AA64ISAR2_EL1   s3_0_c0_c6_2

/* The names are macros here. */
#define READ(name)         read_sysreg(name)
#define WRITE(name, value) write_sysreg(name, value)

bool context_has_keys(void)
{
    return ((READ(id_aa64isar1_el1) & ID_AA64ISAR1_PAUTH) | (READ(ID_AA64ISAR2_EL1) & ID_AA64ISAR2_PAUTH)) != 0;
}

void context_reset(struct context *context, uint64_t entry)
{
    *context = (struct context){
        .elr_el2 = entry,
        .spsr_el2 = SPSR_DAIF | SPSR_EL1H,
        .sctlr_el1 = SCTLR_EL1_RESET,
    };
}

/* A timer that is off has no line to take away. */
static void save_timers(struct context *context)
{
    context->cntv_ctl = read_sysreg(cntv_ctl_el0);
    context->cntp_ctl = read_sysreg(cntp_ctl_el0);
    context->cntv_cval = read_sysreg(cntv_cval_el0);
    context->cntp_cval = read_sysreg(cntp_cval_el0);
    if ((context->cntv_ctl & CNT_CTL_ENABLE) != 0)
        write_sysreg(cntv_ctl_el0, 0);
    if ((context->cntp_ctl & CNT_CTL_ENABLE) != 0)
        write_sysreg(cntp_ctl_el0, 0);
    isb();
}

void context_save(struct context *context)
{
#define SAVE(name) context->name = READ(name);
    CONTEXT_REGISTERS(SAVE)
    save_timers(context);
}

void context_save_keys(struct context *context)
{
    CONTEXT_KEYS(SAVE)
}

void context_restore(const struct context *context)
{
#define RESTORE(name) WRITE(name, context->name);
    CONTEXT_REGISTERS(RESTORE)
}

void context_restore_keys(const struct context *context)
{
    CONTEXT_KEYS(RESTORE)
}

/* The deadline before the enable: the old one is nothing to signal. */
void context_restore_timers(const struct context *context)
{
    write_sysreg(cntv_cval_el0, context->cntv_cval);
    write_sysreg(cntp_cval_el0, context->cntp_cval);
    write_sysreg(cntv_ctl_el0, context->cntv_ctl);
    write_sysreg(cntp_ctl_el0, context->cntp_ctl);
    isb();
}
