/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy lr on a fake of ICH_*_EL2: whatever the guest and its devices do, the virtual interface signals what a
 * GIC would (a reference that shares no code with the model: one array, linear scans), nothing is lost or comes twice,
 * and the maintenance interrupt falls silent. With every number of list registers, and with QEMU's two deviations from
 * the architecture and without them. Usage: test_lists SEED OPERATIONS. TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "deliver.h"
#include "fake.h"
#include "lists.h"
#include "regs/gicd.h"

#define FIRST  LISTS_FIRST
#define INTIDS LISTS_INTIDS
#define IDLE   0x100
#define NMI    (-1)
#define GROUP1 0xf0f0f0f0

struct reference {
    bool enabled, edge, latch, line, active, nmi;
    unsigned group, priority;
};

static struct reference ref[INTIDS];
static struct {
    int priority;
    unsigned group, irq;
} stack[INTIDS];
static unsigned depth;
static struct {
    unsigned pmr;
    bool group[2], eoimode;
} interface;

static bool failed;

static void fail(const char *what, unsigned long got, unsigned long expected)
{
    printf("# %s: got %lu, expected %lu\n", what, got, expected);
    failed = true;
}

static bool pending(const struct reference *irq)
{
    return irq->latch || (irq->line && !irq->edge);
}

static int running(void)
{
    return depth == 0 ? IDLE : stack[depth - 1].priority;
}

static int priority_of(const struct reference *irq)
{
    return irq->nmi && irq->group == 1 ? NMI : (int)irq->priority;
}

/* The group of the highest pending interrupt, and its priority; IDLE when there is none. */
static int highest(unsigned *group)
{
    int best = IDLE;

    for (unsigned i = 0; i < INTIDS; i++) {
        if (!ref[i].enabled || ref[i].active || !pending(&ref[i]) || !interface.group[ref[i].group])
            continue;
        if (priority_of(&ref[i]) < best || (priority_of(&ref[i]) == best && ref[i].group < *group)) {
            best = priority_of(&ref[i]);
            *group = ref[i].group;
        }
    }
    return best;
}

static void compare_signal(void)
{
    unsigned group = 0;
    int best = highest(&group);

    for (unsigned g = 0; g < 2; g++) {
        uint32_t intid = fake_icv_signalled(g);
        bool expected = best != IDLE && group == g && best < (int)interface.pmr && best < running();

        if (expected != (intid != FAKE_SPURIOUS))
            fail("signalled INTID of a group", intid, expected);
        else if (expected && (intid - FIRST >= INTIDS || priority_of(&ref[intid - FIRST]) != best))
            fail("priority inversion: INTID", intid, (unsigned long)best);
    }
}

static uint32_t word(bool (*is)(const struct reference *irq))
{
    uint32_t value = 0;

    for (unsigned i = 0; i < INTIDS; i++)
        value |= (uint32_t)is(&ref[i]) << i;
    return value;
}

static bool is_active(const struct reference *irq)
{
    return irq->active;
}

static bool is_nmi(const struct reference *irq)
{
    return irq->nmi;
}

static void compare_registers(void)
{
    uint64_t seen[2];

    lists_enter();
    seen[0] = vgic_gicd_read(&lists_cpu, GICD_ISPENDR + 4, 4);
    seen[1] = vgic_gicd_read(&lists_cpu, GICD_ISACTIVER + 4, 4);
    lists_leave();
    if (seen[0] != word(pending))
        fail("ISPENDR", seen[0], word(pending));
    if (seen[1] != word(is_active))
        fail("ISACTIVER", seen[1], word(is_active));
}

static void acknowledge(unsigned group)
{
    uint32_t intid = fake_icv_iar(group);
    struct reference *irq = intid - FIRST < INTIDS ? &ref[intid - FIRST] : NULL;

    if (intid == FAKE_SPURIOUS)
        return;
    if (irq == NULL || !pending(irq) || irq->active || !irq->enabled || irq->group != group) {
        fail("acknowledged", intid, FAKE_SPURIOUS);
        return;
    }
    irq->latch = false;
    irq->active = true;
    stack[depth].priority = priority_of(irq);
    stack[depth].group = group;
    stack[depth++].irq = intid - FIRST;
}

static void end(void)
{
    if (depth == 0)
        return;
    depth--;
    fake_icv_eoir(stack[depth].group, FIRST + stack[depth].irq);
    if (!interface.eoimode)
        ref[stack[depth].irq].active = false;
}

static bool on_stack(unsigned i)
{
    for (unsigned n = 0; n < depth; n++)
        if (stack[n].irq == i)
            return true;
    return false;
}

/* The next one from `i` on that waits for it. */
static void deactivate(unsigned i)
{
    unsigned tries = 0;

    while (tries++ < INTIDS && (!ref[i].active || on_stack(i)))
        i = (i + 1) % INTIDS;
    if (!interface.eoimode || tries > INTIDS)
        return;
    ref[i].active = false;
    if (fake_icv_dir(FIRST + i))
        return;
    lists_write_sysreg(ISS_ICC_DIR_EL1, FIRST + i);
}

static void set_group(unsigned group, bool on)
{
    interface.group[group] = on;
    if (!fake_icv_igrpen(group, on))
        lists_write_sysreg(group == 0 ? ISS_ICC_IGRPEN0_EL1 : ISS_ICC_IGRPEN1_EL1, on);
}

/* A line that drops while its interrupt waits in a list register is not seen: not here (docs/architecture.md). */
static void set_line(unsigned i, bool asserted)
{
    if (lists_linked(i)) {
        if (!asserted && ref[i].enabled && !ref[i].active)
            return;
        fake_phys_line[FIRST + i] = asserted;
    } else {
        lists_enter();
        vgic_set_line(vgic_irq(&lists_cpu, FIRST + i), asserted);
        lists_leave();
    }
    if (ref[i].edge && asserted && !ref[i].line)
        ref[i].latch = true;
    ref[i].line = asserted;
}

/* IGRPENn, PMR: without an exit. EOImode: while nothing is active. */
static void control(uint64_t random)
{
    uint64_t vmcr;
    bool idle = word(is_active) == 0;

    if ((random & 3) == 0)
        interface.pmr = (unsigned)(random >> 8) & 0xf8;
    else
        set_group(random & 1, (random >> 4 & 3) != 0);
    if ((random >> 16 & 7) == 0)
        interface.pmr = 0xf8;
    if (idle)
        interface.eoimode = (random >> 20 & 1) != 0;
    vmcr = read_sysreg(ich_vmcr_el2) & ~(FIELD_MASK(ICH_VMCR_VPMR) | ICH_VMCR_VEOIM);
    vmcr |= FIELD_PREP(ICH_VMCR_VPMR, interface.pmr) | (interface.eoimode ? ICH_VMCR_VEOIM : 0);
    write_sysreg(ich_vmcr_el2, vmcr);
}

static void set_enabled(unsigned i, bool on)
{
    lists_write((on ? GICD_ISENABLER : GICD_ICENABLER) + 4, 4, BIT32(i));
    ref[i].enabled = on;
}

/* By a message, which raises an interrupt where it is, or by a register, which takes it out first. */
static void raise(unsigned i, bool message)
{
    if (message && ref[i].edge)
        lists_write(GICD_SETSPI_NSR, 4, FIRST + i);
    else
        lists_write(GICD_ISPENDR + 4, 4, BIT32(i));
    ref[i].latch = true;
}

static void clear_pending(unsigned i)
{
    lists_write(GICD_ICPENDR + 4, 4, BIT32(i));
    ref[i].latch = false;
}

/* What another vCPU leaves of itself in the virtual interface; its list registers are empty. */
static void scramble(uint64_t random)
{
    CHECK(read_sysreg(ich_elrsr_el2) == lists_cpu.delivery.lr.all);
    write_sysreg(ich_vmcr_el2, random & UINT32_MAX);
    write_sysreg(ich_ap0r0_el2, random >> 8 & UINT32_MAX);
    write_sysreg(ich_ap1r0_el2, random >> 16 & UINT32_MAX);
    write_sysreg(ich_hcr_el2, ICH_HCR_TC | ICH_HCR_TALL0 | ICH_HCR_TALL1);
}

/* Another vCPU runs on this core for a while; meanwhile software elsewhere makes an interrupt pending. */
static void preempt(uint64_t random, bool settled)
{
    unsigned group = 0, i = (unsigned)(random >> 20) % INTIDS;
    int best;

    lists_enter();
    deliver_lr.put(&lists_cpu, PUT_PREEMPT);
    lists_cpu.loaded = false;
    lists_vm.owner = NULL;
    scramble(random);
    if (!lists_linked(i) && (random & 1) != 0) {
        vgic_raise(vgic_irq(&lists_cpu, FIRST + i));
        ref[i].latch = true;
    }
    best = highest(&group);
    if (settled && deliver_lr.signalled(&lists_cpu) != (best != IDLE && best < (int)interface.pmr))
        fail("an interrupt for who is not loaded: priority", (unsigned long)best, interface.pmr);
    lists_enter();
    deliver_lr.load(&lists_cpu);
    lists_cpu.loaded = true;
    lists_leave();
}

/* The others keep the property. */
static void set_nmi(unsigned i, bool nmi)
{
    ref[i].nmi = nmi;
    lists_write(GICD_INMIR + 4, 4, word(is_nmi));
}

static void set_priority(unsigned i, unsigned priority)
{
    lists_write(GICD_IPRIORITYR + FIRST + i, 1, priority);
    ref[i].priority = priority;
}

static void operate(uint64_t random)
{
    unsigned i = (unsigned)(random >> 32) % INTIDS;

    switch (random % 16) {
    case 0:
    case 1:
    case 2:
        acknowledge(random >> 8 & 1);
        break;
    case 3:
    case 4:
    case 5:
        end();
        if ((random >> 8 & 7) == 0) /* before what it causes arrives */
            preempt(random >> 12, false);
        break;
    case 6:
        deactivate(i);
        break;
    case 7:
    case 8:
    case 9:
        if (!lists_linked(i) && (random >> 8 & 7) != 0)
            raise(i, (random >> 12 & 1) != 0);
        else
            clear_pending(i);
        break;
    case 10:
        set_enabled(i, (random >> 8 & 3) != 0);
        break;
    case 11:
        if ((random >> 16 & 3) != 0)
            set_priority(i, (unsigned)(random >> 8) & 0xf8);
        else
            set_nmi(i, (random >> 18 & 3) == 0);
        break;
    case 12:
    case 13:
        set_line(i, (random >> 8 & 1) != 0);
        break;
    case 14:
        control(random >> 8);
        break;
    default:
        if ((random >> 8 & 1) != 0)
            preempt(random >> 12, true);
        else
            compare_registers();
    }
}

static void reset(unsigned list_registers)
{
    memset(ref, 0, sizeof(ref));
    depth = 0;
    lists_reset(list_registers, GROUP1, 0x88888888);
    for (unsigned i = 0; i < INTIDS; i++) {
        ref[i].group = GROUP1 >> i & 1;
        ref[i].edge = i < 16 && i % 2 == 1;
    }
    set_group(0, true);
    set_group(1, true);
    control(0x10000);
}

static bool run(uint64_t seed, unsigned long operations, unsigned list_registers)
{
    uint64_t state = seed;

    failed = false;
    reset(list_registers);
    for (unsigned long n = 0; n < operations && !failed; n++) {
        operate(fake_random(&state));
        if (!lists_settle())
            fail("maintenance storm, ICH_HCR_EL2", read_sysreg(ich_hcr_el2), 0);
        compare_signal();
        if (failed)
            printf("# operation %lu\n", n);
    }
    return !failed;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;
    static const unsigned sizes[] = {1, 2, 3, 4, 8, 16};
    static const struct {
        const char *name;
        bool as_qemu, fgt;
    } machines[] = {
        {"by the architecture, without FEAT_FGT", false, false},
        {"by the architecture", false, true},
        {"by QEMU", true, true}, /* without FEAT_FGT nothing would tell of a Group 0 that is disabled alone */
    };
    unsigned number = 0;
    bool all = true;

    printf("1..%u\n", (unsigned)(ARRAY_SIZE(machines) * ARRAY_SIZE(sizes)));
    for (unsigned k = 0; k < ARRAY_SIZE(machines); k++) {
        fake_ich_as_qemu = machines[k].as_qemu;
        fake_ich_fgt = machines[k].fgt;
        for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
            bool good = run(seed, operations, sizes[i]);

            printf("%sok %u %u list registers, %s\n", good ? "" : "not ", ++number, sizes[i], machines[k].name);
            all &= good;
        }
    }
    return all ? 0 : 1;
}
