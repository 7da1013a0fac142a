/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a core holds of a vCPU beside x0 to x30 and the interrupt controller: the registers of EL1 and EL0, where it
 * goes on, its pointer authentication keys (DDI 0487 D24, by register name), its timers.
 */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#define CONTEXT_REGISTERS(X)                                                                                           \
    X(elr_el2)                                                                                                         \
    X(spsr_el2)                                                                                                        \
    X(sctlr_el1)                                                                                                       \
    X(cpacr_el1)                                                                                                       \
    X(ttbr0_el1)                                                                                                       \
    X(ttbr1_el1)                                                                                                       \
    X(tcr_el1)                                                                                                         \
    X(mair_el1)                                                                                                        \
    X(amair_el1)                                                                                                       \
    X(vbar_el1)                                                                                                        \
    X(contextidr_el1)                                                                                                  \
    X(esr_el1)                                                                                                         \
    X(far_el1)                                                                                                         \
    X(afsr0_el1)                                                                                                       \
    X(afsr1_el1)                                                                                                       \
    X(elr_el1)                                                                                                         \
    X(spsr_el1)                                                                                                        \
    X(sp_el0)                                                                                                          \
    X(sp_el1)                                                                                                          \
    X(tpidr_el0)                                                                                                       \
    X(tpidrro_el0)                                                                                                     \
    X(tpidr_el1)                                                                                                       \
    X(par_el1)                                                                                                         \
    X(csselr_el1)                                                                                                      \
    X(cntkctl_el1)

/* APIAKeyLo_EL1 to APGAKeyHi_EL1, by encoding: assemblers for Armv8.0 do not know them. */
#define CONTEXT_KEYS(X)                                                                                                \
    X(s3_0_c2_c1_0)                                                                                                    \
    X(s3_0_c2_c1_1)                                                                                                    \
    X(s3_0_c2_c1_2)                                                                                                    \
    X(s3_0_c2_c1_3)                                                                                                    \
    X(s3_0_c2_c2_0)                                                                                                    \
    X(s3_0_c2_c2_1)                                                                                                    \
    X(s3_0_c2_c2_2)                                                                                                    \
    X(s3_0_c2_c2_3)                                                                                                    \
    X(s3_0_c2_c3_0)                                                                                                    \
    X(s3_0_c2_c3_1)

#define CONTEXT_FIELD(name) uint64_t name;

struct context {
    CONTEXT_REGISTERS(CONTEXT_FIELD)
    CONTEXT_KEYS(CONTEXT_FIELD)
    uint64_t cntv_ctl, cntv_cval, cntp_ctl, cntp_cval;
};

/* The state of a core that begins at `entry`, EL1 with everything masked. */
void context_reset(struct context *context, uint64_t entry);

/* From this core, and to it, all but the keys and, to it, the timers; between them the core's timers are off. */
void context_save(struct context *context);
void context_restore(const struct context *context);
void context_restore_timers(const struct context *context);

/* Whether the core has keys; theirs. */
bool context_has_keys(void);
void context_save_keys(struct context *context);
void context_restore_keys(const struct context *context);

/* FP and Advanced SIMD: V0 to V31, FPSR, FPCR. */
struct fp_context {
    uint64_t v[64];
    uint64_t fpsr, fpcr;
} __attribute__((aligned(16)));

/* arch/fp.S; CPTR_EL2 does not trap them. */
void fp_save(struct fp_context *to);
void fp_restore(const struct fp_context *from);

#endif
