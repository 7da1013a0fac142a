/* SPDX-License-Identifier: Apache-2.0 */
/* hvc: a null hypercall. PSCI_VERSION answers with a constant everywhere: bare QEMU, virqlab, Xen, Bao, KVM. */
#include "bench.h"

static uint64_t run(unsigned iteration)
{
    register uint64_t x0 __asm__("x0") = PSCI_VERSION;

    (void)iteration;
    return ROUNDTRIP("hvc #0" : "+r"(x0)::"x1", "x2", "x3", "memory");
}

static const char *prepare(void)
{
    return machine.psci_smc ? "no hypervisor and no firmware answers HVC here" : NULL;
}

const struct bench bench_hvc = {"hvc", "roundtrip_ticks", 1, prepare, run, finish_nothing};
