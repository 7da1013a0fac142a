/* SPDX-License-Identifier: Apache-2.0 */
/* sgi_self: an SGI to the vCPU itself; the sample is the handler's first counter read - the one before the SGI. */
#include "bench.h"

#include "regs/gicv2.h"

#define SGI 1

static volatile bool fired;
static uint64_t handler_stamp;

static void on_sgi(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    handler_stamp = stamp;
    fired = true;
}

static const char *prepare(void)
{
    gic_init();
    gic_enable(SGI, 0x80, on_sgi);
    irq_unmask();
    return NULL;
}

static uint64_t run(unsigned iteration)
{
    uint64_t value = gic_sgi_to_self(SGI);
    uint64_t raised;

    (void)iteration;
    fired = false;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n msr icc_sgi1r_el1, %1\n isb" : "=&r"(raised) : "r"(value) : "memory");
    while (!fired)
        ;
    return handler_stamp - raised;
}

static uint64_t run_v2(unsigned iteration)
{
    uint64_t value = gic_sgi_to_self(SGI), sgir = machine.gicd.base + GICD_SGIR;
    uint64_t raised;

    (void)iteration;
    fired = false;
    __asm__ volatile("isb\n mrs %0, cntvct_el0\n str %w1, [%2]\n isb"
                     : "=&r"(raised)
                     : "r"(value), "r"(sgir)
                     : "memory");
    while (!fired)
        ;
    return handler_stamp - raised;
}

static void finish(void)
{
    irq_mask();
    gic_disable(SGI);
}

const struct bench bench_sgi_self = {"sgi_self", "handler_ticks", 1, prepare, run, finish};
const struct bench bench_sgi_self_v2 = {"sgi_self", "handler_ticks", 1, prepare, run_v2, finish};
