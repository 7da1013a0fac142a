/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The microbenchmark guest: `bench=NAME iterations=N` in the boot arguments; KTAP and sample frames on the console.
 * With idle_cpus=1 the other CPUs are on meanwhile, and sleep.
 */
#include "bench.h"

#include "string.h"

/* `gic`: the architecture version whose registers its measured instructions access; 0: any. */
static const struct {
    unsigned gic;
    const struct bench *bench;
} benches[] = {
    {0, &bench_empty},
    {0, &bench_hvc},
    {0, &bench_vcpu_switch},
    {0, &bench_vm_switch},
    {0, &bench_mmio_vgic},
    {0, &bench_mmio_vgic_isenabler},
    {3, &bench_mmio_vgic_write},
    {2, &bench_mmio_vgic_write_v2},
    {3, &bench_eoi},
    {2, &bench_eoi_v2},
    {3, &bench_sgi_self},
    {2, &bench_sgi_self_v2},
    {3, &bench_ipi},
    {2, &bench_ipi_v2},
    {0, &bench_ipi_all},
    {0, &bench_spi_hw},
    {0, &bench_timer},
    {0, &bench_timer_wfi},
    {0, &bench_timer_el0},
    {0, &bench_burst},
    {3, &bench_backlog},
    {2, &bench_backlog_v2},
    {3, &bench_lpi_int},
    {3, &bench_lpi_msi},
    {3, &bench_lpi_store},
    {3, &bench_dma_done},
    {3, &bench_doorbell},
    {0, &bench_sysreg_trap},
    {0, &bench_mmio_device},
    {0, &bench_enable_toggle},
    {0, &bench_spi_emulated},
    {0, &bench_masked},
    {0, &bench_level_resample},
    {0, &bench_preempt},
    {0, &bench_wfi_wake},
    {0, &bench_irq_host},
    {0, &bench_neighbour},
    {0, &bench_storm},
    {0, &bench_idle},
};

static uint64_t samples[ITERATIONS_MAX];

const char *prepare_nothing(void)
{
    return NULL;
}

void finish_nothing(void)
{
}

static const char *violation;

void bench_expect(bool holds, const char *reason)
{
    if (!holds && violation == NULL)
        violation = reason;
}

static const struct bench *find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(benches); i++)
        if (strcmp(benches[i].bench->name, name) == 0 && (benches[i].gic == 0 || benches[i].gic == gic->version))
            return benches[i].bench;
    return NULL;
}

static void measure(const struct bench *bench, unsigned iterations)
{
    const char *reason = bench->prepare();

    if (reason != NULL) {
        print("ok 1 %s # SKIP %s\n", bench->name, reason);
        return;
    }
    MARK_ARGS(MARK_RUN_BEGIN, iterations, 0);
    for (unsigned i = 0; i < iterations; i++)
        samples[i] = bench->run(i);
    MARK(MARK_RUN_END);
    bench->finish();
    bench_expect(gic_spurious == 0, "an interrupt was taken, and there was none to acknowledge");
    if (violation != NULL) {
        print("not ok 1 %s # %s\n", bench->name, violation);
        return;
    }
    print_samples(bench->metric, samples, iterations);
    print("ok 1 %s\n", bench->name);
}

void guest_main(void)
{
    char name[32] = "";
    uint64_t iterations = args_number(machine.bootargs, "iterations", ITERATIONS_DEFAULT);
    const struct bench *bench;

    args_get(machine.bootargs, "bench", name, sizeof(name));
    bench = find(name);
    print("KTAP version 1\n1..1\n");
    if (bench == NULL || iterations == 0 || iterations > ITERATIONS_MAX) {
        print("not ok 1 %s # %s\n", name, bench == NULL ? "no such benchmark" : "iterations out of range");
        return;
    }
    if (args_number(machine.bootargs, "idle_cpus", 0) != 0)
        idle_cpus();
    print("# virqlab-guest version=%u cntfrq=%lu\n", bench->version, read_sysreg(cntfrq_el0));
    measure(bench, (unsigned)iterations);
}
