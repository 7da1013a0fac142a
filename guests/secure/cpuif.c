/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the CPU interface, as code for pe_run(). */
#include "env.h"

/* An acknowledge is ordered before accesses to the distributor by DSB only (IHI 0069H 12.1.6). */
#define READER(name, reg)                                                                                              \
    uint64_t name(uint64_t a, uint64_t b)                                                                              \
    {                                                                                                                  \
        uint64_t value;                                                                                                \
        (void)a;                                                                                                       \
        (void)b;                                                                                                       \
        value = read_sysreg(reg);                                                                                      \
        dsb(sy);                                                                                                       \
        isb();                                                                                                         \
        return value;                                                                                                  \
    }

#define WRITER(name, reg)                                                                                              \
    uint64_t name(uint64_t a, uint64_t b)                                                                              \
    {                                                                                                                  \
        (void)b;                                                                                                       \
        write_sysreg(reg, a);                                                                                          \
        isb();                                                                                                         \
        dsb(sy);                                                                                                       \
        return 0;                                                                                                      \
    }

READER(iar0, icc_iar0_el1)
READER(iar1, icc_iar1_el1)
READER(hppir0, icc_hppir0_el1)
READER(hppir1, icc_hppir1_el1)
READER(pmr, icc_pmr_el1)
READER(rpr, icc_rpr_el1)
READER(bpr0, icc_bpr0_el1)
READER(bpr1, icc_bpr1_el1)
READER(ctlr, icc_ctlr_el1)
READER(igrpen1, icc_igrpen1_el1)
READER(isr, isr_el1)
WRITER(eoir0, icc_eoir0_el1)
WRITER(eoir1, icc_eoir1_el1)
WRITER(dir, icc_dir_el1)
WRITER(set_pmr, icc_pmr_el1)
WRITER(set_bpr1, icc_bpr1_el1)
WRITER(set_ctlr, icc_ctlr_el1)
WRITER(set_igrpen1, icc_igrpen1_el1)
WRITER(sgi0r, icc_sgi0r_el1)
WRITER(sgi1r, icc_sgi1r_el1)
WRITER(asgi1r, icc_asgi1r_el1)
