/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of many VMs that share cores (bench/vms.py). It owns an edge-triggered SPI that somebody else raises at moments
 * that it does not choose, counts the interrupts, and alternates by their number between sleeping until the next one
 * and computing. All of its memory that it does not use has a pattern that no other VM's has: computing is to check
 * that, and its code, over and over. The longest time in which it did not get on while it computed is how long it
 * waited for others.
 *
 * Boot arguments: vm= and seed=, what the pattern is made of; intid=; start= and end=, ns of the counter: it is ready
 * before start, and nothing comes after end. The last line of its console is "vms: passed: ..." or "vms: failed: ...".
 */
#include <libfdt.h>

#include "guest.h"
#include "regs/intid.h"

#define PRIORITY     0x80
#define NS           UINT64_C(1000000000)
#define PIECE        UINT64_C(64)                 /* words checked between two looks at the counter */
#define STEP         UINT64_C(0x9e3779b97f4a7c15) /* odd: no two addresses have one word */
#define FREE_REGIONS 2

struct region {
    uint64_t *begin, *end;
};

extern char _start[], _rela_start[], _image_size[];

static struct region unused[FREE_REGIONS];
static volatile uint64_t acknowledged;
static uint64_t vm, key, image_hash, longest;
static uint32_t intid;

static _Noreturn void fail(const char *what, uint64_t number)
{
    irq_mask();
    print("vms: failed: %s 0x%lx, after %lu interrupts\n", what, number, acknowledged);
    power_off();
}

static uint64_t now(void)
{
    return read_sysreg(cntvct_el0) * (NS / read_sysreg(cntfrq_el0));
}

static uint64_t pattern(const uint64_t *at)
{
    return key ^ (uintptr_t)at * STEP;
}

static uint64_t *round_up(uintptr_t address)
{
    return (uint64_t *)((address + 4095) & ~UINT64_C(4095));
}

/* What lies before the image, behind the device tree, and what lies behind it. */
static void find_unused(void)
{
    struct range memory;

    if (machine.fdt == NULL || !devtree_memory(machine.fdt, 0, &memory))
        fail("no memory in the device tree", 0);
    unused[0] = (struct region){round_up((uintptr_t)machine.fdt + fdt_totalsize(machine.fdt)), (uint64_t *)_start};
    unused[1] = (struct region){round_up((uintptr_t)_image_size), (uint64_t *)(memory.base + memory.size)};
    for (unsigned i = 0; i < FREE_REGIONS; i++)
        if (unused[i].begin >= unused[i].end)
            fail("no unused memory below", (uintptr_t)unused[i].end);
}

static void fill(void)
{
    for (unsigned i = 0; i < FREE_REGIONS; i++)
        for (uint64_t *at = unused[i].begin; at < unused[i].end; at++)
            *at = pattern(at);
}

static void check_words(const uint64_t *begin, const uint64_t *end)
{
    for (const uint64_t *at = begin; at < end; at++)
        if (*at != pattern(at))
            fail("its memory was changed at", (uintptr_t)at);
}

/* FNV-1a over words (Fowler, Noll, Vo), of all that nobody writes: code and constants. */
static uint64_t hash_of_image(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (uintptr_t at = (uintptr_t)_start; at < (uintptr_t)_rela_start; at += sizeof(uint64_t))
        hash = (hash ^ *(const uint64_t *)at) * UINT64_C(0x100000001b3);
    return hash;
}

/* A piece more of its memory, from the beginning again at the end. */
static void check_piece(void)
{
    static unsigned region;
    static uint64_t *next;
    uint64_t left;

    if (next == NULL || next == unused[region].end) {
        region = next == NULL ? 0 : (region + 1) % FREE_REGIONS;
        next = unused[region].begin;
    }
    left = (uint64_t)(unused[region].end - next);
    check_words(next, next + (left < PIECE ? left : PIECE));
    next += left < PIECE ? left : PIECE;
}

static void check_all(void)
{
    for (unsigned i = 0; i < FREE_REGIONS; i++)
        check_words(unused[i].begin, unused[i].end);
    if (hash_of_image() != image_hash)
        fail("its image was changed: hash", hash_of_image());
}

static void on_edge(uint32_t number, uint64_t stamp)
{
    (void)stamp;
    if (number != intid)
        fail("an interrupt of somebody else's", number);
    acknowledged++;
}

static void on_timer(uint32_t number, uint64_t stamp)
{
    (void)number;
    (void)stamp;
    write_sysreg(cntv_ctl_el0, 0);
    isb();
}

/* Until an interrupt comes, which is then handled. */
static void sleep(void)
{
    irq_mask();
    __asm__ volatile("wfi" ::: "memory");
    irq_unmask();
    isb();
}

static void wake_at(uint64_t ns)
{
    write_sysreg(cntv_cval_el0, ns / (NS / read_sysreg(cntfrq_el0)));
    write_sysreg(cntv_ctl_el0, 1);
    isb();
}

static void compute(uint64_t end)
{
    uint64_t seen = acknowledged, last = now();

    while (acknowledged == seen && last < end) {
        uint64_t time;

        check_piece();
        time = now();
        if (time - last > longest)
            longest = time - last;
        last = time;
    }
}

static void prepare(uint64_t start, uint64_t end)
{
    find_unused();
    fill();
    image_hash = hash_of_image();
    gic_init();
    gic_enable(INTID_VTIMER, PRIORITY, on_timer);
    gic_enable_spi(intid, true, PRIORITY, on_edge);
    if (now() >= start)
        fail("prepared too late, at ns", now());
    for (wake_at(start); now() < start;)
        sleep();
    wake_at(end);
}

void guest_main(void)
{
    uint64_t end = args_number(machine.bootargs, "end", 0);

    vm = args_number(machine.bootargs, "vm", 0);
    key = (args_number(machine.bootargs, "seed", 1) << 8 | vm) * STEP;
    intid = (uint32_t)args_number(machine.bootargs, "intid", 0);
    prepare(args_number(machine.bootargs, "start", 0), end);
    while (now() < end) {
        if ((acknowledged + vm) % 4 < 2)
            sleep();
        else
            compute(end);
    }
    irq_mask();
    check_all();
    print("vms: passed: acknowledged %lu, longest %lu, image %lu\n", acknowledged, longest,
          (uint64_t)((uintptr_t)_rela_start - (uintptr_t)_start));
}
