/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategies on list registers, lr and gicv2, on a fake of their virtual interfaces: whatever the guest, its other
 * CPUs and its devices do, the virtual interface signals what a GIC would (lists_ref.h), nothing is lost or comes
 * twice, and the maintenance interrupt falls silent. With every number of list registers, and with QEMU's deviations
 * from the architecture and without them. Usage: test_lists SEED OPERATIONS. TAP on stdout.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fake.h"
#include "lists.h"
#include "lists_ref.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"

#define GROUP1 0xf0f0f0f0
#define PHASE  200 /* operations */

static unsigned version;
static bool failed;
/* The INTIDs that a phase is about: one to all, half the time all, so that list registers are sometimes enough. */
static uint32_t window_first, window_count;

static void fail(const char *what, unsigned long got, unsigned long expected)
{
    printf("# %s: got 0x%lx, expected 0x%lx\n", what, got, expected);
    failed = true;
}

static void compare(const char *what, unsigned long got, unsigned long expected)
{
    if (got != expected)
        fail(what, got, expected);
}

/* SGIs and PPIs are in this test with a GICv2, whose distributor has their registers. */
static uint32_t first(void)
{
    return version == 2 ? 0 : LISTS_FIRST;
}

static bool is_sgi(uint32_t intid)
{
    return intid < LISTS_REF_SGIS;
}

static void compare_signal(void)
{
    unsigned group = 0;
    int best = lists_ref_signalled(&group);

    for (unsigned g = 0; g < 2; g++) {
        uint32_t intid = fake_icv_signalled(g);
        bool expected = best != LISTS_REF_IDLE && group == g;

        if (expected != (intid != FAKE_SPURIOUS))
            fail("signalled INTID of a group", intid, expected);
        else if (expected && (intid >= LISTS_REF_INTIDS || lists_ref_priority(intid) != best))
            fail("priority inversion: INTID", intid, (unsigned long)best);
    }
}

/* As CPU `cpu` reads them; SGIs and PPIs are CPU 0's. */
static void compare_registers(unsigned cpu)
{
    compare("ISPENDR1", lists_read(cpu, GICD_ISPENDR + 4, 4), lists_ref_pending_word(32));
    compare("ISACTIVER1", lists_read(cpu, GICD_ISACTIVER + 4, 4), lists_ref_active_word(32));
    if (version == 3)
        return;
    compare("ISPENDR0", lists_read(0, GICD_ISPENDR, 4), lists_ref_pending_word(0));
    compare("ISACTIVER0", lists_read(0, GICD_ISACTIVER, 4), lists_ref_active_word(0));
    for (unsigned intid = 0; intid < LISTS_REF_SGIS; intid++)
        compare("SPENDSGIR", lists_read(0, GICD_SPENDSGIR + intid, 1), lists_ref[intid].sources);
}

static void acknowledge(unsigned group)
{
    uint32_t value = fake_icv_iar(group);

    if (value != FAKE_SPURIOUS && !lists_ref_acknowledge(value, group))
        fail("acknowledged", value, FAKE_SPURIOUS);
}

static void end(void)
{
    uint32_t value;
    unsigned group;

    if (lists_ref_end(&value, &group))
        fake_icv_eoir(group, value);
}

static void deactivate(uint32_t from)
{
    uint32_t value;

    if (lists_ref_deactivate(from, &value) && !fake_icv_dir(value))
        lists_dir(value);
}

static void set_group(unsigned group, bool on)
{
    lists_ref_interface.group[group] = on;
    if (!fake_icv_igrpen(group, on))
        lists_write_sysreg(group == 0 ? ISS_ICC_IGRPEN0_EL1 : ISS_ICC_IGRPEN1_EL1, on);
}

/* A line that drops while its interrupt waits in a list register is not seen: not here (docs/architecture.md). */
static void set_line(uint32_t intid, bool asserted)
{
    if (lists_linked(intid)) {
        if (!asserted && lists_ref[intid].enabled && !lists_ref[intid].active)
            return;
        fake_phys_line[intid] = asserted;
    } else {
        lists_enter(0);
        vgic_set_line(vgic_irq(&lists_cpus[0], intid), asserted);
        lists_leave();
    }
    if (lists_ref[intid].edge && asserted && !lists_ref[intid].line)
        lists_ref[intid].latch = true;
    lists_ref[intid].line = asserted;
}

/* IGRPENn, PMR: without an exit. EOImode: while nothing is active. */
static void control(uint64_t random)
{
    if ((random & 3) == 0)
        lists_ref_interface.pmr = (int)(random >> 8 & 0xf8);
    else
        set_group(random & 1, (random >> 4 & 3) != 0);
    if ((random >> 16 & 7) == 0)
        lists_ref_interface.pmr = 0xf8;
    if (lists_ref_nothing_active())
        lists_ref_interface.eoimode = (random >> 20 & 1) != 0;
    fake_icv_pmr((unsigned)lists_ref_interface.pmr);
    fake_icv_eoimode(lists_ref_interface.eoimode);
}

/* The distributor's group enables, by any CPU. */
static void forward(unsigned cpu, uint64_t random)
{
    lists_ref_interface.forwarded[0] = (random & 3) != 0;
    lists_ref_interface.forwarded[1] = (random >> 2 & 3) != 0;
    lists_write(cpu, GICD_CTLR, 4,
                (lists_ref_interface.forwarded[0] ? GICD_CTLR_ENABLEGRP0 : 0) |
                    (lists_ref_interface.forwarded[1] ? GICD_CTLR_ENABLEGRP1 : 0));
}

/* What another vCPU leaves of itself in the virtual interface; its list registers are empty. */
static void scramble(uint64_t random)
{
    CHECK(fake_vif_empty() == lists_cpus[0].delivery.lr.all);
    fake_vif.vmcr = random & UINT32_MAX;
    fake_vif.levels[0] = random >> 8 & UINT32_MAX;
    fake_vif.levels[1] = version == 3 ? random >> 16 & UINT32_MAX : 0;
    if (version == 3)
        fake_vif.hcr = ICH_HCR_TC | ICH_HCR_TALL0 | ICH_HCR_TALL1;
}

/* Another vCPU runs on this core for a while; meanwhile software elsewhere makes an interrupt pending. */
static void preempt(uint32_t intid, uint64_t random, bool settled)
{
    unsigned group = 0;
    int best;

    lists_enter(0);
    lists_put();
    lists_vm.owner = NULL;
    scramble(random);
    if (!lists_linked(intid) && !is_sgi(intid) && (random & 1) != 0) {
        vgic_raise(vgic_irq(&lists_cpus[0], intid));
        lists_ref[intid].latch = true;
    }
    best = lists_ref_highest(&group);
    if (settled &&
        lists_delivery->signalled(&lists_cpus[0]) != (best != LISTS_REF_IDLE && best < lists_ref_interface.pmr))
        fail("an interrupt for who is not loaded: priority", (unsigned long)best,
             (unsigned long)lists_ref_interface.pmr);
    lists_enter(0);
    lists_load();
    lists_leave();
}

static uint32_t word(uint32_t reg, uint32_t intid)
{
    return reg + intid / 32 * 4;
}

/* SGIs of GICv2 stay enabled. */
static void set_enabled(unsigned cpu, uint32_t intid, bool on)
{
    lists_write(cpu, word(on ? GICD_ISENABLER : GICD_ICENABLER, intid), 4, BIT32(intid % 32));
    lists_ref[intid].enabled = on || is_sgi(intid);
}

/* Sent by one CPU, or by CPU 0 in the name of some. */
static void raise_sgi(uint32_t intid, uint64_t random)
{
    unsigned from = (unsigned)(random >> 4) % LISTS_CPUS, sources = (unsigned)(random >> 8) % (1U << LISTS_CPUS);

    if ((random & 3) != 0) {
        lists_write(from, GICD_SGIR, 4, FIELD_PREP(GICD_SGIR_TARGETLIST, 1) | intid);
        sources = 1U << from;
    } else {
        lists_write(0, GICD_SPENDSGIR + intid, 1, sources);
    }
    lists_ref[intid].sources |= sources;
}

/* By a message, which raises an interrupt where it is, or by a register, which takes it out first. */
static void raise(unsigned cpu, uint32_t intid, uint64_t random)
{
    if (is_sgi(intid)) {
        raise_sgi(intid, random);
        return;
    }
    if ((random & 1) != 0 && lists_ref[intid].edge && version == 3)
        lists_write(cpu, GICD_SETSPI_NSR, 4, intid);
    else
        lists_write(cpu, word(GICD_ISPENDR, intid), 4, BIT32(intid % 32));
    lists_ref[intid].latch = true;
}

static void clear_pending(unsigned cpu, uint32_t intid, uint64_t random)
{
    if (is_sgi(intid)) {
        lists_write(0, GICD_CPENDSGIR + intid, 1, random & 0xf);
        lists_ref[intid].sources &= ~(unsigned)random & 0xf;
    } else {
        lists_write(cpu, word(GICD_ICPENDR, intid), 4, BIT32(intid % 32));
        lists_ref[intid].latch = false;
    }
}

static void change_pending(unsigned cpu, uint32_t intid, uint64_t random)
{
    if (!lists_linked(intid) && (random & 7) != 0)
        raise(cpu, intid, random >> 4);
    else
        clear_pending(cpu, intid, random >> 4);
}

static void set_priority(unsigned cpu, uint32_t intid, unsigned priority)
{
    lists_write(cpu, GICD_IPRIORITYR + intid, 1, priority);
    lists_ref[intid].priority = priority;
}

/* The others of the word keep theirs. A GICv2 ignores it. */
static void set_nmi(unsigned cpu, uint32_t intid, bool nmi)
{
    uint64_t others = lists_read(cpu, word(GICD_INMIR, intid), 4) & ~BIT(intid % 32);

    lists_write(cpu, word(GICD_INMIR, intid), 4, others | (nmi ? BIT(intid % 32) : 0));
    lists_ref[intid].nmi = nmi && version == 3;
}

/* What CPU 0's guest does at its CPU interface. False: another kind of operation is due. */
static bool operate_interface(uint64_t random, uint32_t intid)
{
    switch (random % 16) {
    case 0:
    case 1:
    case 2:
        acknowledge(random >> 8 & 1);
        return true;
    case 3:
    case 4:
    case 5:
        end();
        if ((random >> 8 & 7) == 0) /* before what it causes arrives */
            preempt(intid, random >> 12, false);
        return true;
    case 6:
        deactivate(intid);
        return true;
    case 14:
        control(random >> 8);
        return true;
    default:
        return false;
    }
}

/* Disabled, and if it is an SGI not pending. */
static void quiet(uint32_t intid)
{
    if (is_sgi(intid))
        clear_pending(0, intid, UINT64_MAX);
    else
        set_enabled(0, intid, false);
}

static void begin_phase(uint64_t random)
{
    uint32_t all = LISTS_REF_INTIDS - first(), count = UINT32_C(1) << random % 13;

    window_count = count < all ? count : all;
    window_first = first() + (uint32_t)(random >> 32) % (all - window_count + 1);
    for (uint32_t intid = first(); intid < LISTS_REF_INTIDS; intid++)
        if (intid - window_first >= window_count)
            quiet(intid);
}

static void operate(uint64_t random)
{
    uint32_t intid = window_first + (uint32_t)(random >> 32) % window_count;
    unsigned cpu = version == 2 && intid >= LISTS_FIRST ? (unsigned)(random >> 60) % LISTS_CPUS : 0;

    if (operate_interface(random, intid))
        return;
    switch (random % 16) {
    case 7:
    case 8:
    case 9:
        change_pending(cpu, intid, random >> 8);
        break;
    case 10:
        set_enabled(cpu, intid, (random >> 8 & 3) != 0);
        break;
    case 11:
        if ((random >> 16 & 3) != 0)
            set_priority(cpu, intid, (unsigned)(random >> 8) & 0xf8);
        else
            set_nmi(cpu, intid, (random >> 18 & 3) == 0);
        break;
    case 12:
    case 13:
        if (!is_sgi(intid))
            set_line(intid, (random >> 8 & 1) != 0);
        break;
    default:
        if ((random >> 8 & 3) == 0)
            forward(cpu, random >> 16);
        else if ((random >> 8 & 3) == 1)
            preempt(intid, random >> 12, true);
        else
            compare_registers(cpu);
    }
}

static void reset(unsigned list_registers)
{
    lists_ref_reset();
    lists_reset(version, list_registers, GROUP1, 0x88888888);
    for (uint32_t intid = first(); intid < LISTS_REF_INTIDS; intid++) {
        lists_ref[intid].group = GROUP1 >> intid % 32 & 1;
        lists_ref[intid].edge = intid >= LISTS_FIRST && intid < LISTS_FIRST + 16 && intid % 2 == 1;
        lists_ref[intid].enabled = is_sgi(intid);
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
        if (n % PHASE == 0)
            begin_phase(fake_random(&state));
        operate(fake_random(&state));
        if (!lists_settle())
            fail("maintenance storm, hypervisor control", fake_vif.hcr, 0);
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
        unsigned version;
        bool as_qemu, fgt;
    } machines[] = {
        {"by the architecture, without FEAT_FGT", 3, false, false},
        {"by the architecture", 3, false, true},
        {"by QEMU", 3, true, true}, /* without FEAT_FGT nothing would tell of a Group 0 that is disabled alone */
        {"GICv2 by the architecture", 2, false, false},
        {"GICv2 by QEMU", 2, true, false},
    };
    unsigned number = 0;
    bool all = true;

    printf("1..%u\n", (unsigned)(ARRAY_SIZE(machines) * ARRAY_SIZE(sizes)));
    for (unsigned k = 0; k < ARRAY_SIZE(machines); k++) {
        version = machines[k].version;
        fake_vif_as_qemu = machines[k].as_qemu;
        fake_vif_fgt = machines[k].fgt;
        for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
            bool good = run(seed, operations, sizes[i]);

            printf("%sok %u %u list registers, %s\n", good ? "" : "not ", ++number, sizes[i], machines[k].name);
            all &= good;
        }
    }
    return all ? 0 : 1;
}
