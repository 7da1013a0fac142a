/* SPDX-License-Identifier: Apache-2.0 */
/* eoi: a write of ICC_EOIR1_EL1, or of GICC_EOIR, that ends nothing (INTID 1023), as in kvm-unit-tests' micro-bench. */
#include "bench.h"

#include "regs/gicv2.h"
#include "regs/intid.h"

static const char *prepare(void)
{
    gic_init();
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uint64_t intid = INTID_SPURIOUS;

    (void)iteration;
    return ROUNDTRIP("msr icc_eoir1_el1, %0" ::"r"(intid) : "memory");
}

static uint64_t run_v2(unsigned iteration)
{
    uint64_t intid = INTID_SPURIOUS, eoir = machine.gicc.base + GICC_EOIR;

    (void)iteration;
    IN_REGISTER(intid);
    IN_REGISTER(eoir);
    return ROUNDTRIP("str %w0, [%1]" ::"r"(intid), "r"(eoir) : "memory");
}

const struct bench bench_eoi = {"eoi", "roundtrip_ticks", 1, prepare, run, finish_nothing};
const struct bench bench_eoi_v2 = {"eoi", "roundtrip_ticks", 1, prepare, run_v2, finish_nothing};
