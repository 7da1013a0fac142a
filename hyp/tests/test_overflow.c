/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other hypervisors got wrong with list registers, and what this one did, each for once and on the virtual
 * interfaces of GICv3 and GICv2 (docs/architecture.md). TAP on stdout.
 */
#include <string.h>

#include "check.h"
#include "lists.h"
#include "regs/gicd.h"
#include "regs/gicv2.h"
#include "tap.h"

#define SPI(i)   (LISTS_FIRST + (i))
#define LINKED   31
#define PRIORITY 0x80
#define PENDING  (GICD_ISPENDR + 4)
#define ENABLE   (GICD_ISENABLER + 4)
#define DISABLE  (GICD_ICENABLER + 4)
#define SGI      5

static unsigned version = 3;

/* What CPU 0 writes. */
static void set(uint32_t offset, unsigned size, uint64_t value)
{
    lists_write(0, offset, size, value);
}

/* Group 1, edge-triggered but the linked ones, enabled, all of one priority. */
static void fresh(unsigned list_registers)
{
    lists_reset(version, list_registers, UINT32_MAX, 0xaaaaaaaa);
    fake_icv_pmr(0xf8);
    EXPECT(fake_icv_igrpen(0, true), true);
    EXPECT(fake_icv_igrpen(1, true), true);
    for (uint32_t intid = version == 2 ? 0 : LISTS_FIRST; intid < LISTS_END; intid++)
        set(GICD_IPRIORITYR + intid, 1, PRIORITY);
    set(ENABLE, 4, UINT32_MAX);
}

/* All list registers active and one more pending: no maintenance interrupt stays asserted (Bao's storm). */
static void all_active_one_pending(void)
{
    fresh(4);
    for (unsigned i = 0; i < 4; i++) {
        set(GICD_IPRIORITYR + SPI(i), 1, 0xa0 - 8 * i);
        set(PENDING, 4, BIT32(i));
        EXPECT(fake_icv_iar(1), SPI(i));
    }
    set(GICD_IPRIORITYR + SPI(4), 1, 0xc0);
    set(PENDING, 4, BIT32(4));
    EXPECT(lists_settle(), true);
    for (unsigned i = 4; i-- > 0;) {
        fake_icv_eoir(1, SPI(i));
        EXPECT(lists_settle(), true);
    }
    EXPECT(fake_icv_iar(1), SPI(4));
    fake_icv_eoir(1, SPI(4));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

/* Nor with the one that waits in a group that the guest has disabled. */
static void waiting_of_a_disabled_group(void)
{
    fresh(1);
    set(PENDING, 4, BIT32(0));
    EXPECT(fake_icv_iar(1), SPI(0));
    EXPECT(fake_icv_igrpen(0, false), true);
    set(GICD_IGROUPR + 4, 4, ~BIT32(1));
    set(PENDING, 4, BIT32(1));
    EXPECT(lists_settle(), true);
}

/* Disabled while it is active: its EOI still deactivates the physical interrupt, which comes again once it is enabled.
 */
static void disabled_while_active(void)
{
    fresh(4);
    fake_phys_line[SPI(LINKED)] = true;
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(LINKED));
    set(DISABLE, 4, BIT32(LINKED));
    fake_icv_eoir(1, SPI(LINKED));
    EXPECT(lists_settle(), true);
    EXPECT(fake_phys_active[SPI(LINKED)], false);
    set(ENABLE, 4, BIT32(LINKED));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(LINKED));
}

/* It fires again while it is in a list register, in every state that it can have there: one more is delivered. */
static void fires_again_while_resident(void)
{
    fresh(4);
    set(PENDING, 4, BIT32(0));
    set(PENDING, 4, BIT32(0)); /* pending already: the same one */
    EXPECT(fake_icv_iar(1), SPI(0));
    set(PENDING, 4, BIT32(0)); /* active */
    fake_icv_eoir(1, SPI(0));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(0));
    fake_icv_eoir(1, SPI(0));
    set(PENDING, 4, BIT32(0)); /* inactive, its list register not looked at since */
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(0));
    fake_icv_eoir(1, SPI(0));
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

/* INTIDs of more than eight bits. */
static void large_intid(void)
{
    const uint32_t intid = 1019;

    fresh(4);
    set(GICD_IGROUPR + 4 * (intid / 32), 4, UINT32_MAX);
    set(GICD_IPRIORITYR + intid, 1, PRIORITY);
    if (version == 2)
        set(GICD_ITARGETSR + intid, 1, 1);
    set(GICD_ISENABLER + 4 * (intid / 32), 4, BIT32(intid % 32));
    set(GICD_ISPENDR + 4 * (intid / 32), 4, BIT32(intid % 32));
    EXPECT(fake_icv_iar(1), intid);
}

/* A vCPU with nothing pending touches no list register. */
static void nothing_pending(void)
{
    unsigned long before;

    fresh(4);
    before = fake_vif.writes;
    set(GICD_IPRIORITYR + SPI(3), 1, 0x40);
    set(DISABLE, 4, BIT32(3));
    EXPECT(lists_settle(), true);
    EXPECT(fake_vif.writes, before);
}

/* As an SGI does: an edge on what may be in a list register. */
static void edge(unsigned i)
{
    lists_enter(0);
    vgic_raise(vgic_irq(&lists_cpus[0], SPI(i)));
    lists_leave();
}

static void active_of_low_priority(void)
{
    fresh(2);
    set(GICD_IPRIORITYR + SPI(0), 1, 0xc0);
    set(GICD_IPRIORITYR + SPI(1), 1, 0x40);
    edge(0);
    EXPECT(fake_icv_iar(1), SPI(0));
}

/* Of the three that are pending then, one waits: it comes before the one that became pending in its list register. */
static void taken_by_priority(void)
{
    fake_icv_eoir(1, SPI(0));
    EXPECT(lists_settle(), true);
    for (unsigned i = 1; i <= 3; i++) {
        EXPECT(fake_icv_iar(1), SPI(i % 3));
        EXPECT(lists_settle(), true);
        fake_icv_eoir(1, SPI(i % 3));
        EXPECT(lists_settle(), true);
    }
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

/* Active, made pending again, and then others wait for a list register. */
static void pending_again_before_others_wait(void)
{
    active_of_low_priority();
    edge(0);
    edge(1);
    edge(2);
    taken_by_priority();
}

/* ditto, while they wait. */
static void pending_again_while_others_wait(void)
{
    active_of_low_priority();
    edge(1);
    edge(2);
    edge(0);
    taken_by_priority();
}

static void take(unsigned i)
{
    set(PENDING, 4, BIT32(i));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(i));
}

static void end(unsigned i)
{
    fake_icv_eoir(1, SPI(i));
    EXPECT(lists_settle(), true);
}

/* Two active ones outside list registers, one's priority changed since its IAR: an EOI ends the one that it names. */
static void priority_changed_while_active(void)
{
    fresh(1);
    set(GICD_IPRIORITYR + SPI(0), 1, 0xc0);
    set(GICD_IPRIORITYR + SPI(1), 1, 0x40);
    set(GICD_IPRIORITYR + SPI(2), 1, 0x60);
    take(0);
    set(GICD_IPRIORITYR + SPI(0), 1, 0x20);
    take(1);
    set(PENDING, 4, BIT32(2));
    EXPECT(lists_settle(), true);
    end(1);
    set(PENDING, 4, BIT32(0)); /* active and pending: not to be taken again yet */
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(2));
    end(2);
    end(0);
    EXPECT(fake_icv_iar(1), SPI(0));
    end(0);
    take(1);
    end(1);
}

/* Active and pending again, which the distributor did not forward and then does: it is pending at once. */
static void forwarded_while_active(void)
{
    fresh(4);
    set(PENDING, 4, BIT32(0));
    EXPECT(fake_icv_iar(1), SPI(0));
    set(GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0);
    set(PENDING, 4, BIT32(0));
    set(GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    fake_icv_eoir(1, SPI(0));
    EXPECT(fake_icv_iar(1), SPI(0));
}

/* Raised while it is active and disabled: not signalled before it is enabled. */
static void raised_while_disabled(void)
{
    fresh(4);
    set(PENDING, 4, BIT32(0));
    EXPECT(fake_icv_iar(1), SPI(0));
    set(DISABLE, 4, BIT32(0));
    edge(0);
    fake_icv_eoir(1, SPI(0));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
    set(ENABLE, 4, BIT32(0));
    EXPECT(fake_icv_iar(1), SPI(0));
}

/* GICv2: CPU 1 stops the distributor and lets it go on; CPU 0 alone can tell that the line of its PPI has dropped. */
static void line_of_another_core(void)
{
    fresh(4);
    set(GICD_ISENABLER, 4, BIT32(LISTS_PPI));
    fake_phys_line[LISTS_PPI] = true;
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_signalled(1), LISTS_PPI);
    fake_phys_line[LISTS_PPI] = false;
    lists_write(1, GICD_CTLR, 4, 0);
    EXPECT(fake_phys_active[LISTS_PPI], false);
    lists_write(1, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

static void send(unsigned from)
{
    lists_write(from, GICD_SGIR, 4, FIELD_PREP(GICD_SGIR_TARGETLIST, 1) | SGI);
}

/* GICV_IAR, then GICV_EOIR, of an SGI that CPU `from` sent. */
static void expect_from(unsigned from)
{
    uint32_t value = SGI | (uint32_t)FIELD_PREP(GICC_IAR_CPUID, from);

    EXPECT(fake_icv_iar(1), value);
    fake_icv_eoir(1, value);
}

/* GICv2: an SGI that was completed is sent again, by its source and by another, before an exit tells of the EOI. */
static void sent_again(void)
{
    fresh(4);
    for (unsigned i = 0; i < 6; i++) {
        send(0);
        expect_from(0);
        send(0);
        EXPECT(fake_icv_iar(1), SGI);
        EXPECT(lists_read(0, GICD_SPENDSGIR + SGI, 1), 0);
        fake_icv_eoir(1, SGI);
        send(1 + i % 3);
        expect_from(1 + i % 3);
    }
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

/* GICv2: several sources before it is acknowledged, and one while it is active: once from each. */
static void several_sources(void)
{
    fresh(1);
    for (unsigned from = 0; from < LISTS_CPUS; from++)
        send(from);
    EXPECT(fake_icv_iar(1), SGI);
    send(0);
    EXPECT(lists_read(0, GICD_SPENDSGIR + SGI, 1), 0xf);
    fake_icv_eoir(1, SGI);
    for (unsigned from = 0; from < LISTS_CPUS; from++) {
        EXPECT(lists_settle(), true);
        expect_from(from);
    }
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), FAKE_SPURIOUS);
}

static const struct tap_test shared[] = {
    {"all_active_one_pending", all_active_one_pending},
    {"waiting_of_a_disabled_group", waiting_of_a_disabled_group},
    {"disabled_while_active", disabled_while_active},
    {"fires_again_while_resident", fires_again_while_resident},
    {"large_intid", large_intid},
    {"nothing_pending", nothing_pending},
    {"pending_again_before_others_wait", pending_again_before_others_wait},
    {"pending_again_while_others_wait", pending_again_while_others_wait},
    {"priority_changed_while_active", priority_changed_while_active},
    {"forwarded_while_active", forwarded_while_active},
    {"raised_while_disabled", raised_while_disabled},
};

static const struct tap_test gicv2[] = {
    {"line_of_another_core", line_of_another_core},
    {"sent_again", sent_again},
    {"several_sources", several_sources},
};

/* Those that both versions share run on GICv3 first, then all on GICv2. */
static void next(void)
{
    static unsigned finished;

    if (++finished == ARRAY_SIZE(shared))
        version = 2;
}

int main(void)
{
    struct tap_test tests[2 * ARRAY_SIZE(shared) + ARRAY_SIZE(gicv2)];

    memcpy(tests, shared, sizeof(shared));
    memcpy(tests + ARRAY_SIZE(shared), shared, sizeof(shared));
    memcpy(tests + 2 * ARRAY_SIZE(shared), gicv2, sizeof(gicv2));
    return tap_run(tests, ARRAY_SIZE(tests), next);
}
