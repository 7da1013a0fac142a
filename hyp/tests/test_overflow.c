/* SPDX-License-Identifier: Apache-2.0 */
/* What other hypervisors got wrong with list registers, each for once (docs/architecture.md). TAP on stdout. */
#include "lists.h"
#include "regs/gicd.h"
#include "tap.h"

#define SPI(i)   (LISTS_FIRST + (i))
#define LINKED   31
#define PRIORITY 0x80
#define PENDING  (GICD_ISPENDR + 4)
#define ENABLE   (GICD_ISENABLER + 4)
#define DISABLE  (GICD_ICENABLER + 4)
#define ALL_OPEN (FIELD_PREP(ICH_VMCR_VPMR, 0xf8) | ICH_VMCR_VENG0 | ICH_VMCR_VENG1)

/* Group 1, edge-triggered but the linked ones, enabled, all of one priority. */
static void fresh(unsigned list_registers)
{
    lists_reset(list_registers, UINT32_MAX, 0xaaaaaaaa);
    write_sysreg(ich_vmcr_el2, ALL_OPEN);
    for (unsigned i = 0; i < LISTS_INTIDS; i++)
        lists_write(GICD_IPRIORITYR + SPI(i), 1, PRIORITY);
    lists_write(ENABLE, 4, UINT32_MAX);
}

/* All list registers active and one more pending: no maintenance interrupt stays asserted (Bao's storm). */
static void all_active_one_pending(void)
{
    fresh(4);
    for (unsigned i = 0; i < 4; i++) {
        lists_write(GICD_IPRIORITYR + SPI(i), 1, 0xa0 - 8 * i);
        lists_write(PENDING, 4, BIT32(i));
        EXPECT(fake_icv_iar(1), SPI(i));
    }
    lists_write(GICD_IPRIORITYR + SPI(4), 1, 0xc0);
    lists_write(PENDING, 4, BIT32(4));
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
    lists_write(PENDING, 4, BIT32(0));
    EXPECT(fake_icv_iar(1), SPI(0));
    EXPECT(fake_icv_igrpen(0, false), true);
    lists_write(GICD_IGROUPR + 4, 4, ~BIT32(1));
    lists_write(PENDING, 4, BIT32(1));
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
    lists_write(DISABLE, 4, BIT32(LINKED));
    fake_icv_eoir(1, SPI(LINKED));
    EXPECT(lists_settle(), true);
    EXPECT(fake_phys_active[SPI(LINKED)], false);
    lists_write(ENABLE, 4, BIT32(LINKED));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(LINKED));
}

/* It fires again while it is in a list register, in every state that it can have there: one more is delivered. */
static void fires_again_while_resident(void)
{
    fresh(4);
    lists_write(PENDING, 4, BIT32(0));
    lists_write(PENDING, 4, BIT32(0)); /* pending already: the same one */
    EXPECT(fake_icv_iar(1), SPI(0));
    lists_write(PENDING, 4, BIT32(0)); /* active */
    fake_icv_eoir(1, SPI(0));
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(0));
    fake_icv_eoir(1, SPI(0));
    lists_write(PENDING, 4, BIT32(0)); /* inactive, its list register not looked at since */
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
    lists_write(GICD_IGROUPR + 4 * (intid / 32), 4, UINT32_MAX);
    lists_write(GICD_IPRIORITYR + intid, 1, PRIORITY);
    lists_write(GICD_ISENABLER + 4 * (intid / 32), 4, BIT32(intid % 32));
    lists_write(GICD_ISPENDR + 4 * (intid / 32), 4, BIT32(intid % 32));
    EXPECT(fake_icv_iar(1), intid);
}

/* A vCPU with nothing pending touches no list register. */
static void nothing_pending(void)
{
    unsigned long before;

    fresh(4);
    before = fake_ich_writes();
    lists_write(GICD_IPRIORITYR + SPI(3), 1, 0x40);
    lists_write(DISABLE, 4, BIT32(3));
    EXPECT(lists_settle(), true);
    EXPECT(fake_ich_writes(), before);
}

/* As an SGI does: an edge on what may be in a list register. */
static void edge(unsigned i)
{
    lists_enter();
    vgic_raise(vgic_irq(&lists_cpu, SPI(i)));
    lists_leave();
}

static void active_of_low_priority(void)
{
    fresh(2);
    lists_write(GICD_IPRIORITYR + SPI(0), 1, 0xc0);
    lists_write(GICD_IPRIORITYR + SPI(1), 1, 0x40);
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
    lists_write(PENDING, 4, BIT32(i));
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
    lists_write(GICD_IPRIORITYR + SPI(0), 1, 0xc0);
    lists_write(GICD_IPRIORITYR + SPI(1), 1, 0x40);
    lists_write(GICD_IPRIORITYR + SPI(2), 1, 0x60);
    take(0);
    lists_write(GICD_IPRIORITYR + SPI(0), 1, 0x20);
    take(1);
    lists_write(PENDING, 4, BIT32(2));
    EXPECT(lists_settle(), true);
    end(1);
    lists_write(PENDING, 4, BIT32(0)); /* active and pending: not to be taken again yet */
    EXPECT(lists_settle(), true);
    EXPECT(fake_icv_iar(1), SPI(2));
    end(2);
    end(0);
    EXPECT(fake_icv_iar(1), SPI(0));
    end(0);
    take(1);
    end(1);
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"all_active_one_pending", all_active_one_pending},
        {"waiting_of_a_disabled_group", waiting_of_a_disabled_group},
        {"disabled_while_active", disabled_while_active},
        {"fires_again_while_resident", fires_again_while_resident},
        {"large_intid", large_intid},
        {"nothing_pending", nothing_pending},
        {"pending_again_before_others_wait", pending_again_before_others_wait},
        {"pending_again_while_others_wait", pending_again_while_others_wait},
        {"priority_changed_while_active", priority_changed_while_active},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing);
}
