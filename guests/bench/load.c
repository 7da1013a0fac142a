/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compute: nothing that traps.
 * storm: SGIs to itself and interrupts of its timer, the next ones as soon as the last ones are done.
 * thrash: 32 SPIs at a time enabled, made pending, given priorities, and all of it undone, in a loop of stores to the
 * distributor; and an interrupt of its own CPU with them. They are signalled, and masked.
 */
#include "load.h"

#include "bench.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/intid.h"
#include "sgi.h"
#include "stimulus.h"
#include "string.h"

#define SGI         1
#define PRIORITY    0x80
#define UNIT        1000 /* turns of a loop between two looks at the clock */
#define THRASHED    64   /* INTIDs 64 to 95 */
#define SPARE_PPI   20
#define EVERY       UINT32_C(0xffffffff)
#define ALL_LOWEST  UINT32_C(0xf0f0f0f0)
#define ALL_HIGHEST UINT32_C(0x10101010)

static void compute(void)
{
    for (uint64_t turn = 0; turn < UNIT; turn++)
        __asm__ volatile("" : "+r"(turn));
}

static void ignore(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
}

static void on_timer(uint32_t intid, uint64_t stamp)
{
    (void)intid;
    (void)stamp;
    write_sysreg(cntv_ctl_el0, 0);
}

static void start_storm(void)
{
    gic_init();
    gic_enable(SGI, PRIORITY, ignore);
    gic_enable(INTID_VTIMER, PRIORITY, on_timer);
    irq_unmask();
}

static void storm(void)
{
    sgi_to_self(SGI);
    write_sysreg(cntv_cval_el0, 0);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
}

static void start_thrash(void)
{
    gic_init();
    for (uint32_t intid = THRASHED; intid < THRASHED + 32; intid++)
        gic_enable_spi(intid, true, PRIORITY, ignore);
}

static void thrash(void)
{
    uintptr_t gicd = machine.gicd.base, word = THRASHED / 8;

    mmio_write32(gicd + GICD_ISENABLER + word, EVERY);
    mmio_write32(gicd + GICD_ISPENDR + word, EVERY);
    mmio_write32(gic->banked() + GICD_ISENABLER, BIT32(SPARE_PPI));
    for (uintptr_t i = THRASHED; i < THRASHED + 32; i += 4)
        mmio_write32(gicd + GICD_IPRIORITYR + i, i / 4 % 2 == 0 ? ALL_LOWEST : ALL_HIGHEST);
    mmio_write32(gic->banked() + GICD_ICENABLER, BIT32(SPARE_PPI));
    mmio_write32(gicd + GICD_ICPENDR + word, EVERY);
    mmio_write32(gicd + GICD_ICENABLER + word, EVERY);
}

static void start_nothing(void)
{
}

static const struct load {
    const char *name;
    void (*start)(void);
    void (*unit)(void);
} loads[] = {{"compute", start_nothing, compute}, {"storm", start_storm, storm}, {"thrash", start_thrash, thrash}};

static const struct load *find(void)
{
    char name[16] = "";

    args_get(machine.bootargs, "load", name, sizeof(name));
    for (unsigned i = 0; i < ARRAY_SIZE(loads); i++)
        if (strcmp(loads[i].name, name) == 0)
            return &loads[i];
    return NULL;
}

void load_if_asked(void)
{
    uint64_t until = stimulus_ticks("until_ns");
    const struct load *load = find();
    char role[8] = "";

    args_get(machine.bootargs, "role", role, sizeof(role));
    if (strcmp(role, "load") != 0)
        return;
    if (load != NULL) {
        load->start();
        while (!is_past(until))
            load->unit();
    }
    power_off();
}
