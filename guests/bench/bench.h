/* SPDX-License-Identifier: Apache-2.0 */
/* The benchmark table and what a benchmark may use. */
#ifndef GUESTS_BENCH_BENCH_H
#define GUESTS_BENCH_BENCH_H

#include "guest.h"
#include "marks.h"

#define ITERATIONS_DEFAULT 1000
#define ITERATIONS_MAX     100000

/*
 * One row of the table. `prepare` returns NULL or the reason why this machine cannot run it; `run` executes one
 * iteration and returns its sample in ticks; `finish` undoes `prepare`; `metric` names the samples.
 */
struct bench {
    const char *name;
    const char *metric;
    unsigned version; /* raised when what is measured changes */
    const char *(*prepare)(void);
    uint64_t (*run)(unsigned iteration);
    void (*finish)(void);
};

extern const struct bench bench_empty, bench_hvc, bench_mmio_vgic, bench_mmio_vgic_isenabler, bench_mmio_vgic_write,
    bench_mmio_vgic_write_v2, bench_eoi, bench_eoi_v2, bench_sgi_self, bench_sgi_self_v2, bench_ipi, bench_ipi_v2,
    bench_ipi_all, bench_spi_hw, bench_timer, bench_timer_wfi, bench_timer_el0, bench_burst, bench_backlog,
    bench_backlog_v2, bench_lpi_int, bench_lpi_msi, bench_lpi_store, bench_dma_done, bench_doorbell, bench_vcpu_switch,
    bench_vm_switch, bench_sysreg_trap, bench_mmio_device, bench_enable_toggle, bench_spi_emulated, bench_masked,
    bench_level_resample, bench_preempt, bench_wfi_wake, bench_irq_host, bench_neighbour, bench_storm, bench_idle;

/* What a benchmark checks of itself: the first violation ends the run as `not ok` with this reason. */
void bench_expect(bool holds, const char *reason);

/* Whether the counter has come to `moment`, in ticks. */
static inline bool is_past(uint64_t moment)
{
    return read_sysreg(cntvct_el0) >= moment;
}

/* Turns on the CPUs beside this one, which then sleep. */
void idle_cpus(void);

const char *prepare_nothing(void);
void finish_nothing(void);

/* A mark (guests/lib/marks.h); the arguments reach the tracer in x0 and x1. */
#define MARK(id) __asm__ volatile("movz xzr, %0" ::"i"(id) : "memory")
#define MARK_ARGS(id, arg0, arg1)                                                                                      \
    do {                                                                                                               \
        register uint64_t x0_ __asm__("x0") = (arg0);                                                                  \
        register uint64_t x1_ __asm__("x1") = (arg1);                                                                  \
        __asm__ volatile("movz xzr, %0" ::"i"(id), "r"(x0_), "r"(x1_) : "memory");                                     \
    } while (0)

/* Has a variable in a register from here on: an instruction that fills it is then not among those measured. */
#define IN_REGISTER(variable) __asm__ volatile("" : "+r"(variable))

/*
 * Evaluates to the ticks between two counter reads around `...`, an inline assembly body with its operands. The
 * marks stand inside the counter reads: roundtrip_insns then counts the body alone.
 */
#define ROUNDTRIP(...)                                                                                                 \
    ({                                                                                                                 \
        uint64_t begin_, end_;                                                                                         \
        __asm__ volatile("isb\n mrs %0, cntvct_el0\n movz xzr, %1" : "=r"(begin_) : "i"(MARK_BEGIN) : "memory");       \
        __asm__ volatile(__VA_ARGS__);                                                                                 \
        __asm__ volatile("movz xzr, %1\n isb\n mrs %0, cntvct_el0" : "=r"(end_) : "i"(MARK_END) : "memory");           \
        end_ - begin_;                                                                                                 \
    })

#endif
