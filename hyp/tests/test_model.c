/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model against a reference that shares no code with it: one array of interrupts, linear scans, the rules of
 * IHI 0069H 4.1.2 and 4.8 written down once more. Random operations, legal and illegal; after each one everything that
 * can be read must agree. Usage: test_model SEED OPERATIONS. TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"

/* SGIs and PPIs, the first SPIs, the last extended PPIs, the last extended SPIs: a bank of 32 each */
#define BANKS    4
#define INTIDS   (32 * BANKS)
#define IDLE     0x100
#define NMI      (-1)
#define NMI_RUNS (UINT64_C(1) << 63)

static const unsigned first_intid[BANKS] = {0, 32, 1088, 5088};

struct reference_irq {
    bool enabled, edge, latch, line, active, nmi;
    unsigned group, priority;
};

static struct {
    struct reference_irq irq[INTIDS];
    bool distributor_group[2], cpu_group[2];
    unsigned pmr, bpr[2], priority_bits;
    bool cbpr, eoimode;
    unsigned depth[2][256]; /* active priorities by group: set or not */
    bool nmi_runs;
} ref;

static struct vgic *vm;
static struct vgic_cpu *cpu;
static unsigned long failures;

static bool pending(const struct reference_irq *irq)
{
    return irq->latch || (!irq->edge && irq->line);
}

static unsigned group_bits(unsigned group)
{
    unsigned low = group == 0 || ref.cbpr ? ref.bpr[0] + 1 : ref.bpr[1];

    return 0xff & ~((1U << low) - 1);
}

/* Of what NMIs may have preempted. */
static unsigned running(void)
{
    for (unsigned priority = 0; priority < 256; priority++)
        if (ref.depth[0][priority] != 0 || ref.depth[1][priority] != 0)
            return priority;
    return IDLE;
}

static int priority_of(const struct reference_irq *irq)
{
    return irq->nmi && irq->group == 1 ? NMI : (int)irq->priority;
}

/* The priority and group of the highest pending interrupt; IDLE when there is none. Group 0 wins a tie. */
static int highest(unsigned *group)
{
    int best = IDLE;

    for (unsigned i = 0; i < INTIDS; i++) {
        const struct reference_irq *irq = &ref.irq[i];

        if (!irq->enabled || !pending(irq) || irq->active || !ref.distributor_group[irq->group] ||
            !ref.cpu_group[irq->group])
            continue;
        if (priority_of(irq) < best || (priority_of(irq) == best && irq->group < *group)) {
            best = priority_of(irq);
            *group = irq->group;
        }
    }
    return best;
}

static bool signalled(int priority, unsigned group)
{
    unsigned bits = group_bits(group);

    if (priority == IDLE || ref.nmi_runs)
        return false;
    if (priority == NMI)
        return true;
    return (unsigned)priority < ref.pmr && (running() == IDLE || ((unsigned)priority & bits) < (running() & bits));
}

static void fail(const char *what, unsigned long operation, uint64_t got, uint64_t expected)
{
    printf("# operation %lu: %s: got 0x%lx, expected 0x%lx\n", operation, what, got, expected);
    failures++;
}

static uint64_t word(unsigned first, bool (*property)(const struct reference_irq *irq))
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 32; i++)
        value |= (uint64_t)property(&ref.irq[first + i]) << i;
    return value;
}

static bool is_enabled(const struct reference_irq *irq)
{
    return irq->enabled;
}

static bool is_nmi(const struct reference_irq *irq)
{
    return irq->nmi;
}

static bool is_active(const struct reference_irq *irq)
{
    return irq->active;
}

/* An access of `size` bytes to the redistributor's registers for private interrupts, else to the distributor's. */
static uint64_t read_frame(bool private, uint32_t offset, unsigned size)
{
    return private ? vgic_gicr_read(cpu, GICR_SGI + offset, size) : vgic_gicd_read(cpu, offset, size);
}

static void write_frame(bool private, uint32_t offset, unsigned size, uint64_t value)
{
    if (private)
        vgic_gicr_write(cpu, GICR_SGI + offset, size, value);
    else
        vgic_gicd_write(cpu, offset, size, value);
}

static bool is_private(unsigned bank)
{
    return bank % 2 == 0;
}

/* Of the word of a register at `offset` that stands for the bank: extended SPIs have registers of their own. */
static uint32_t bits_offset(unsigned bank, uint32_t offset)
{
    static const uint32_t words[BANKS] = {0, 4, 8, 0x7c};

    if (bank == 3 && offset == 0xf80)
        return 0x3b00 + words[bank];
    return (bank == 3 ? 0x1000 + 4 * (offset - 0x80) : offset) + words[bank];
}

static uint64_t read_bits(unsigned bank, uint32_t offset)
{
    return read_frame(is_private(bank), bits_offset(bank, offset), 4);
}

static void write_bits(unsigned bank, uint32_t offset, uint32_t value)
{
    write_frame(is_private(bank), bits_offset(bank, offset), 4, value);
}

/* The place in the reference of the interrupt with `intid`; INTIDS when it is not part of it. */
static unsigned place_of(uint32_t intid)
{
    for (unsigned bank = 0; bank < BANKS; bank++)
        if (intid - first_intid[bank] < 32)
            return 32 * bank + intid - first_intid[bank];
    return INTIDS;
}

static uint32_t intid_of(unsigned place)
{
    return first_intid[place / 32] + place % 32;
}

static void expect(const char *what, unsigned long operation, uint64_t got, uint64_t expected)
{
    if (got != expected)
        fail(what, operation, got, expected);
}

/* 2 to the power of the bits that preempt: at most seven. */
static unsigned levels(void)
{
    return 1U << (ref.priority_bits < 7 ? ref.priority_bits : 7);
}

static unsigned *depth_of(unsigned group, unsigned level)
{
    unsigned priority = level * (256 / levels());

    return &ref.depth[group][priority];
}

/* ICC_AP0R<n> or ICC_AP1R<n>: bit m stands for level 32n + m, the highest first. */
static uint64_t active_levels(unsigned group, unsigned n)
{
    uint64_t value = group == 1 && n == 0 && ref.nmi_runs ? NMI_RUNS : 0;

    for (unsigned m = 0; m < 32 && 32 * n + m < levels(); m++)
        value |= (uint64_t)(*depth_of(group, 32 * n + m) != 0) << m;
    return value;
}

static void compare_active(unsigned long operation)
{
    expect("active priority registers", operation, vcpuif_apr_words(cpu), (levels() + 31) / 32);
    for (unsigned n = 0; n < vcpuif_apr_words(cpu); n++)
        for (unsigned group = 0; group < 2; group++)
            expect("AP", operation, vcpuif_read_apr(cpu, group, n), active_levels(group, n));
}

static void compare(unsigned long operation)
{
    unsigned group = 0;
    int priority = highest(&group);
    enum vcpuif_signal signal = vcpuif_signal(cpu);
    uint32_t hppir[2] = {vcpuif_highest_pending(cpu, 0), vcpuif_highest_pending(cpu, 1)};

    for (unsigned bank = 0; bank < BANKS; bank++) {
        expect("ISENABLER", operation, read_bits(bank, GICD_ISENABLER), word(32 * bank, is_enabled));
        expect("ISPENDR", operation, read_bits(bank, GICD_ISPENDR), word(32 * bank, pending));
        expect("ISACTIVER", operation, read_bits(bank, GICD_ISACTIVER), word(32 * bank, is_active));
        expect("INMIR", operation, read_bits(bank, GICD_INMIR), word(32 * bank, is_nmi));
    }
    expect("signal", operation, signal,
           !signalled(priority, group) ? VCPUIF_NONE
           : priority == NMI           ? VCPUIF_NMI
           : group == 1                ? VCPUIF_IRQ
                                       : VCPUIF_FIQ);
    compare_active(operation);
    expect("RPR", operation, vcpuif_read_rpr(cpu), ref.nmi_runs ? NMI_RUNS : running() == IDLE ? 0xff : running());
    for (unsigned g = 0; g < 2; g++) {
        if (priority == IDLE || group != g)
            expect("HPPIR", operation, hppir[g], 1023);
        else if (place_of(hppir[g]) == INTIDS || priority_of(&ref.irq[place_of(hppir[g])]) != priority)
            fail("HPPIR priority", operation, hppir[g], (uint64_t)priority);
    }
}

/* What IAR1 and NMIAR1 read with SCTLR_ELx.NMI = 1, or the IAR of a group with 0. */
enum acknowledge { IAR1, NMIAR1, IAR };

static uint32_t read_acknowledge(enum acknowledge how, unsigned group)
{
    return how == IAR1     ? vcpuif_acknowledge_maskable(cpu)
           : how == NMIAR1 ? vcpuif_acknowledge_nmi(cpu)
                           : vcpuif_acknowledge(cpu, group);
}

static void acknowledge(unsigned long operation, enum acknowledge how, unsigned group)
{
    unsigned best_group = 0;
    int best = highest(&best_group);
    uint32_t intid = read_acknowledge(how, group);
    unsigned place = place_of(intid);

    if (!signalled(best, best_group) || best_group != group || (how == NMIAR1 && best != NMI)) {
        expect("IAR", operation, intid, 1023);
        return;
    }
    if (how == IAR1 && best == NMI) {
        expect("IAR1 of an NMI", operation, intid, 1022);
        return;
    }
    if (place == INTIDS || priority_of(&ref.irq[place]) != best || ref.irq[place].group != group ||
        !pending(&ref.irq[place]) || ref.irq[place].active || !ref.irq[place].enabled) {
        fail("IAR took the wrong interrupt", operation, intid, (uint64_t)best);
        return;
    }
    ref.irq[place].latch = false;
    ref.irq[place].active = true;
    if (best == NMI)
        ref.nmi_runs = true;
    else
        ref.depth[group][(unsigned)best & group_bits(group)] = 1;
}

/* The highest active priority goes if it is of the group; whether it was. */
static bool drop(unsigned group)
{
    unsigned top = running();
    bool own = ref.nmi_runs ? group == 1 : top != IDLE && ref.depth[group][top] != 0;

    if (own && ref.nmi_runs)
        ref.nmi_runs = false;
    else if (own)
        ref.depth[group][top] = 0;
    return own;
}

static void end(unsigned group, uint32_t intid)
{
    vcpuif_end(cpu, group, intid);
    if ((intid >= 1020 && intid <= 1023) || !drop(group))
        return;
    if (!ref.eoimode && place_of(intid) < INTIDS)
        ref.irq[place_of(intid)].active = false;
}

static void deactivate(uint32_t intid)
{
    vcpuif_deactivate(cpu, intid);
    if (ref.eoimode && place_of(intid) < INTIDS)
        ref.irq[place_of(intid)].active = false;
}

/* One of the one-bit-per-interrupt registers, written with a random word. */
static void write_state(unsigned kind, unsigned bank, uint32_t value)
{
    static const uint32_t offsets[] = {GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR,
                                       GICD_ICPENDR,   GICD_ISACTIVER, GICD_ICACTIVER};

    write_bits(bank, offsets[kind], value);
    for (unsigned i = 0; i < 32; i++) {
        struct reference_irq *irq = &ref.irq[32 * bank + i];
        bool *state[] = {&irq->enabled, &irq->latch, &irq->active};

        if ((value >> i & 1) != 0)
            *state[kind / 2] = kind % 2 == 0;
    }
}

static void set_groups(unsigned bank, uint32_t value)
{
    write_bits(bank, GICD_IGROUPR, value);
    for (unsigned i = 0; i < 32; i++)
        ref.irq[32 * bank + i].group = value >> i & 1;
}

static void set_nmis(unsigned bank, uint32_t value)
{
    write_bits(bank, GICD_INMIR, value);
    for (unsigned i = 0; i < 32; i++)
        ref.irq[32 * bank + i].nmi = value >> i & 1;
}

static void set_priority(unsigned place, unsigned priority)
{
    static const uint32_t words[BANKS] = {0x400, 0x420, 0x440, 0x23e0};

    write_frame(is_private(place / 32), words[place / 32] + place % 32, 1, priority);
    ref.irq[place].priority = priority & (0xff00 >> ref.priority_bits) & 0xff;
}

static void set_line(unsigned place, bool asserted)
{
    struct reference_irq *irq = &ref.irq[place];

    vgic_set_line(vgic_irq(cpu, intid_of(place)), asserted);
    if (irq->edge && asserted && !irq->line)
        irq->latch = true;
    irq->line = asserted;
}

static void set_config(unsigned place, bool edge)
{
    static const uint32_t words[BANKS] = {0xc00, 0xc08, 0xc10, 0x30f8};
    uint32_t offset = words[place / 32] + place % 32 / 16 * 4;
    unsigned shift = 2 * (place % 16) + 1;
    uint64_t value = read_frame(is_private(place / 32), offset, 4) & ~(UINT64_C(1) << shift);

    write_frame(is_private(place / 32), offset, 4, value | (uint64_t)edge << shift);
    ref.irq[place].edge = edge;
}

static void set_bpr(unsigned group, unsigned value)
{
    unsigned preempting = ref.priority_bits < 7 ? ref.priority_bits : 7;
    unsigned minimum = 7 - preempting + group;

    vcpuif_write_bpr(cpu, group, value);
    if (group == 1 && ref.cbpr)
        return;
    ref.bpr[group] = (value & 7) < minimum ? minimum : value & 7;
}

static void control(uint64_t random)
{
    switch (random >> 8 & 3) {
    case 0:
        ref.distributor_group[0] = (random >> 16 & 7) != 0;
        ref.distributor_group[1] = (random >> 20 & 7) != 0;
        vgic_gicd_write(cpu, GICD_CTLR, 4, (uint64_t)ref.distributor_group[1] << 1 | ref.distributor_group[0]);
        break;
    case 1:
        ref.cpu_group[0] = (random >> 16 & 7) != 0;
        ref.cpu_group[1] = (random >> 20 & 7) != 0;
        vcpuif_write_igrpen(cpu, 0, ref.cpu_group[0]);
        vcpuif_write_igrpen(cpu, 1, ref.cpu_group[1]);
        break;
    case 2:
        vcpuif_write_pmr(cpu, random >> 16 & 0xff);
        ref.pmr = (unsigned)(random >> 16) & (0xff00 >> ref.priority_bits) & 0xff;
        break;
    default:
        ref.eoimode = (random >> 16 & 1) != 0;
        vcpuif_write_ctlr(cpu, ref.eoimode, ref.cbpr);
    }
}

/* The binary point and CBPR only while nothing is active: what running priorities mean then changes under them. */
static void binary_point(uint64_t random)
{
    if (running() != IDLE)
        return;
    ref.cbpr = (random >> 16 & 3) == 0;
    vcpuif_write_ctlr(cpu, ref.eoimode, ref.cbpr);
    set_bpr(random >> 20 & 1, random >> 24 & 7);
}

/* INTIDs that are special, reserved, of LPIs, or of interrupts that are never active. */
static const uint32_t others[16] = {1000, 1019, 1020, 1021, 1022, 1023, 1024, 1055,
                                    1056, 1120, 4095, 4096, 5120, 8191, 8192, 0xffffff};

/* One of these registers, as a guest that restores a context writes it; not a level that the other group has too. */
static void write_active(uint64_t random)
{
    unsigned group = random >> 8 & 1, n = (random >> 9 & 3) % vcpuif_apr_words(cpu);
    uint32_t levels_active =
        (uint32_t)(random >> 32) & (uint32_t)(random >> 20) & (uint32_t)~active_levels(1 - group, n);
    uint64_t value = levels_active | (random >> 12 & 1) << 63;

    vcpuif_write_apr(cpu, group, n, value);
    if (group == 1 && n == 0)
        ref.nmi_runs = value >> 63;
    for (unsigned m = 0; m < 32 && 32 * n + m < levels(); m++)
        *depth_of(group, 32 * n + m) = value >> m & 1;
}

static void operate(unsigned long operation, uint64_t random)
{
    unsigned place = (unsigned)(random >> 32) % INTIDS;
    unsigned bank = place / 32;
    uint32_t few = (uint32_t)(random >> 40) & (uint32_t)(random >> 24) & (uint32_t)(random >> 16);

    switch (random % 16) {
    case 0:
    case 1:
    case 2:
        if ((random >> 9 & 1) != 0)
            acknowledge(operation, IAR, random >> 8 & 1);
        else
            acknowledge(operation, (random >> 8 & 1) != 0 ? IAR1 : NMIAR1, 1);
        break;
    case 3:
    case 4:
        end(random >> 8 & 1, (random >> 9 & 7) == 0 ? others[random >> 12 & 15] : intid_of(place));
        break;
    case 5:
        deactivate((random >> 9 & 7) == 0 ? others[random >> 12 & 15] : intid_of(place));
        break;
    case 6:
    case 7:
    case 8:
        write_state((unsigned)(random >> 8) % 6, bank, few);
        break;
    case 9:
        if ((random >> 8 & 1) != 0)
            set_groups(bank, (uint32_t)(random >> 32));
        else
            set_nmis(bank, few);
        break;
    case 10:
    case 11:
        set_priority(place, random >> 8 & 0xff);
        break;
    case 12:
    case 13:
        set_line(place, (random >> 8 & 1) != 0);
        break;
    case 14:
        if (place >= 16)
            set_config(place, (random >> 8 & 1) != 0);
        break;
    default:
        if ((random >> 4 & 3) == 0)
            binary_point(random);
        else if ((random >> 4 & 63) == 1)
            write_active(random);
        else
            control(random);
    }
}

static void reset(unsigned priority_bits)
{
    fake_priority_bits = priority_bits;
    vm = fake_vm(1);
    cpu = vm->cpu[0];
    vgic_set_asleep(cpu, false);
    memset(&ref, 0, sizeof(ref));
    ref.priority_bits = priority_bits;
    ref.bpr[0] = 7 - (priority_bits < 7 ? priority_bits : 7);
    ref.bpr[1] = ref.bpr[0] + 1;
    for (unsigned i = 0; i < 16; i++)
        ref.irq[i].edge = true;
    for (uint64_t kind = 0; kind < 4; kind++)
        control(UINT64_C(0xff0000) | kind << 8);
}

int main(int argc, char **argv)
{
    uint64_t state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 100000;

    printf("1..5\n");
    for (unsigned bits = 4; bits <= 8; bits++) {
        failures = 0;
        reset(bits);
        for (unsigned long i = 0; i < operations && failures == 0; i++) {
            operate(i, fake_random(&state));
            compare(i);
        }
        printf("%sok %u %u priority bits, %lu operations\n", failures == 0 ? "" : "not ", bits - 3, bits, operations);
        if (failures != 0)
            return 1;
    }
    return 0;
}
