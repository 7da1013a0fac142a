/* SPDX-License-Identifier: Apache-2.0 */
/* LPIs of redistributors without an ITS: GICR_SETLPIR and the like, tables in memory (IHI 0069H 5.1, 12.11). */
#include <string.h>

#include "consistent.h"
#include "fake.h"
#include "lpis.h"
#include "regs/gicd.h"
#include "tap.h"

#define LPI  8200
#define LPI2 16383
#define NONE INTID_SPURIOUS

static struct vgic *vm;

static void set(unsigned cpu, uint32_t intid)
{
    lpis_gicr_write(vm, cpu, GICR_SETLPIR, 8, intid);
}

static void enable(unsigned cpu, bool on)
{
    lpis_gicr_write(vm, cpu, GICR_CTLR, 4, on ? GICR_CTLR_ENABLELPIS : 0);
}

static uint8_t pending_byte(unsigned cpu, uint32_t intid)
{
    return *(const uint8_t *)lpis_at(LPIS_PENDING(cpu) + intid / 8);
}

static void announced(void)
{
    vm = lpis_vm(1, false);
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_TYPER, 4) & GICD_TYPER_LPIS, GICD_TYPER_LPIS);
    EXPECT(FIELD_GET(GICD_TYPER_IDBITS, vgic_gicd_read(vm->cpu[0], GICD_TYPER, 4)), 13);
    EXPECT(lpis_gicr_read(vm, 0, GICR_TYPER, 8) & (GICR_TYPER_PLPIS | GICR_TYPER_DIRECTLPI),
           GICR_TYPER_PLPIS | GICR_TYPER_DIRECTLPI);
    EXPECT(lpis_gicr_read(vm, 0, GICR_CTLR, 4), GICR_CTLR_ENABLELPIS | GICR_CTLR_CES | GICR_CTLR_IR);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PENDBASER, 8) & FIELD_MASK(GICR_PENDBASER_ADDRESS), LPIS_PENDING(0));
    EXPECT(lpis_gicr_read(vm, 0, GICR_PROPBASER, 4) & FIELD_MASK(GICR_PROPBASER_IDBITS), 13);
    EXPECT(lpis_gicr_read(vm, 0, GICR_SYNCR, 4), 0);
    EXPECT(vm->misuse, 0);
}

static void with_an_its(void)
{
    vm = lpis_vm(1, true);
    EXPECT(lpis_gicr_read(vm, 0, GICR_TYPER, 8) & (GICR_TYPER_PLPIS | GICR_TYPER_DIRECTLPI), GICR_TYPER_PLPIS);
    EXPECT(lpis_gicr_read(vm, 0, GICR_CTLR, 4), GICR_CTLR_ENABLELPIS | GICR_CTLR_CES);
    set(0, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
    EXPECT(vm->misuse, 1);
}

static void absent(void)
{
    vm = fake_vm(1);
    EXPECT(vgic_gicd_read(vm->cpu[0], GICD_TYPER, 4) & GICD_TYPER_LPIS, 0);
    EXPECT(lpis_gicr_read(vm, 0, GICR_TYPER, 8) & (GICR_TYPER_PLPIS | GICR_TYPER_DIRECTLPI), 0);
    enable(0, true);
    EXPECT(lpis_gicr_read(vm, 0, GICR_CTLR, 4), 0);
    lpis_gicr_write(vm, 0, GICR_PROPBASER, 8, UINT64_MAX);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PROPBASER, 8), 0);
    lpis_gicr_write(vm, 0, GICR_PENDBASER, 8, UINT64_MAX);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PENDBASER, 8), 0);
    set(0, LPI);
    EXPECT(vm->misuse, 5);
}

static void taken(void)
{
    vm = lpis_vm(2, false);
    set(1, LPI);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_NONE);
    EXPECT(vcpuif_signal(vm->cpu[1]), VCPUIF_IRQ);
    EXPECT(vcpuif_highest_pending(vm->cpu[1], 1), LPI);
    EXPECT(vcpuif_acknowledge(vm->cpu[1], 1), LPI);
    EXPECT(vcpuif_signal(vm->cpu[1]), VCPUIF_NONE);
    vcpuif_end(vm->cpu[1], 1, LPI);
    EXPECT(vcpuif_read_rpr(vm->cpu[1]), 0xff);
    EXPECT(lpis_take(vm, 1), NONE);
    EXPECT(vm->misuse, 0);
}

/* Pending again as soon as it was acknowledged; it comes when the priority has dropped, without a deactivation. */
static void again(void)
{
    vm = lpis_vm(1, false);
    vcpuif_write_ctlr(vm->cpu[0], true, false);
    set(0, LPI);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI);
    set(0, LPI);
    EXPECT(vcpuif_highest_pending(vm->cpu[0], 1), LPI);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_NONE);
    vcpuif_end(vm->cpu[0], 1, LPI);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_IRQ);
    EXPECT(lpis_take(vm, 0), LPI);
    EXPECT(lpis_take(vm, 0), NONE);
}

/* The two lowest bits of a priority are none; of the rest as many as there are. */
static void priorities(void)
{
    vm = lpis_vm(1, false);
    lpis_config(LPI, 0xa4, true);
    lpis_config(LPI2, 0x80, true);
    lpis_config(LPI + 1, 0x48, true);
    set(0, LPI);
    set(0, LPI2);
    set(0, LPI + 1);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI + 1);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0x48);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_NONE);
    vcpuif_end(vm->cpu[0], 1, LPI + 1);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI2);
    vcpuif_end(vm->cpu[0], 1, LPI2);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0xa0);
}

static void disabled_stays_pending(void)
{
    vm = lpis_vm(1, false);
    lpis_config(LPI, 0x80, false);
    set(0, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_config(LPI, 0x80, true);
    lpis_gicr_write(vm, 0, GICR_INVLPIR, 8, LPI);
    EXPECT(lpis_take(vm, 0), LPI);
    lpis_config(LPI, 0x80, false);
    set(0, LPI);
    lpis_config(LPI, 0x80, true);
    lpis_gicr_write(vm, 0, GICR_INVALLR, 8, 0);
    EXPECT(lpis_take(vm, 0), LPI);
}

/* Until it is told the redistributor goes by what it read when the LPI became pending. */
static void invalidated(void)
{
    vm = lpis_vm(1, false);
    set(0, LPI);
    lpis_config(LPI, 0x80, false);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_IRQ);
    lpis_gicr_write(vm, 0, GICR_INVLPIR, 4, LPI);
    EXPECT(vcpuif_signal(vm->cpu[0]), VCPUIF_NONE);
    lpis_config(LPI, 0x90, true);
    lpis_gicr_write(vm, 0, GICR_INVALLR, 4, 0);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0x90);
}

static void cleared(void)
{
    vm = lpis_vm(2, false);
    set(0, LPI);
    set(1, LPI);
    lpis_gicr_write(vm, 0, GICR_CLRLPIR, 8, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
    EXPECT(lpis_take(vm, 1), LPI);
    lpis_gicr_write(vm, 0, GICR_SETLPIR + 4, 4, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void none_such(void)
{
    static const uint32_t intids[] = {0, 33, 1023, 5000, 8191, 16384, UINT32_MAX};

    vm = lpis_vm(1, false);
    for (unsigned i = 0; i < ARRAY_SIZE(intids); i++) {
        set(0, intids[i]);
        lpis_gicr_write(vm, 0, GICR_CLRLPIR, 8, intids[i]);
        lpis_gicr_write(vm, 0, GICR_INVLPIR, 8, intids[i]);
    }
    EXPECT(lpis_take(vm, 0), NONE);
    EXPECT(vm->misuse, 3 * ARRAY_SIZE(intids));
}

/* Turned off, what is pending is in the table; turned on, it is what the table says, or nothing if it is zero. */
static void pending_table(void)
{
    vm = lpis_vm(1, false);
    set(0, LPI);
    set(0, LPI2);
    enable(0, false);
    EXPECT(lpis_gicr_read(vm, 0, GICR_CTLR, 4) & GICR_CTLR_ENABLELPIS, 0);
    EXPECT(lpis_take(vm, 0), NONE);
    EXPECT(pending_byte(0, LPI), BIT(LPI % 8));
    EXPECT(pending_byte(0, LPI2), BIT(LPI2 % 8));
    set(0, LPI + 1);
    EXPECT(vm->misuse, 1);
    enable(0, true);
    EXPECT(lpis_take(vm, 0), LPI);
    EXPECT(lpis_take(vm, 0), LPI2);
    EXPECT(lpis_take(vm, 0), NONE);
    enable(0, false);
    EXPECT(pending_byte(0, LPI), 0);
    memset(lpis_at(LPIS_PENDING(0)), 0xff, 2048);
    lpis_gicr_write(vm, 0, GICR_PENDBASER, 8, LPIS_PENDING(0) | GICR_PENDBASER_PTZ);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PENDBASER, 8) & GICR_PENDBASER_PTZ, 0);
    enable(0, true);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void tables_change_while_off(void)
{
    uint64_t before;

    vm = lpis_vm(1, false);
    before = lpis_gicr_read(vm, 0, GICR_PROPBASER, 8);
    lpis_gicr_write(vm, 0, GICR_PROPBASER, 8, LPIS_FREE | 13);
    lpis_gicr_write(vm, 0, GICR_PENDBASER, 8, LPIS_FREE);
    EXPECT(vm->misuse, 2);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PROPBASER, 8), before);
    enable(0, false);
    lpis_gicr_write(vm, 0, GICR_PROPBASER + 4, 4, 0x12);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PROPBASER, 8) >> 32, 0x12);
    EXPECT(lpis_gicr_read(vm, 0, GICR_PROPBASER, 4) & UINT32_MAX, before & UINT32_MAX);
}

/* No memory: nothing is enabled, nothing was pending, and nobody is hurt. */
static void outside_memory(void)
{
    vm = lpis_vm(1, false);
    enable(0, false);
    lpis_gicr_write(vm, 0, GICR_PROPBASER, 8, UINT64_C(0xfffffffffff000) | 13);
    lpis_gicr_write(vm, 0, GICR_PENDBASER, 8, LPIS_BASE + LPIS_SIZE);
    enable(0, true);
    set(0, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
    enable(0, false);
    EXPECT(vm->misuse > 1, true);
}

static void fewer_bits(void)
{
    vm = lpis_vm(1, false);
    enable(0, false);
    lpis_gicr_write(vm, 0, GICR_PROPBASER, 8, LPIS_CONFIG | 12);
    enable(0, true);
    set(0, LPI);
    EXPECT(lpis_take(vm, 0), NONE);
    enable(0, false);
    lpis_gicr_write(vm, 0, GICR_PROPBASER, 8, LPIS_CONFIG | 31);
    enable(0, true);
    set(0, LPI2);
    EXPECT(lpis_take(vm, 0), LPI2);
    set(0, LPI2 + 1);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void group_and_sleep(void)
{
    vm = lpis_vm(1, false);
    set(0, LPI);
    vgic_enable_groups(vm, true, false);
    EXPECT(lpis_take(vm, 0), NONE);
    set(0, LPI2);
    vgic_enable_groups(vm, false, true);
    lpis_gicr_write(vm, 0, GICR_WAKER, 4, GICR_WAKER_PROCESSORSLEEP);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_gicr_write(vm, 0, GICR_WAKER, 4, 0);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 0), NONE);
    EXPECT(lpis_take(vm, 0), LPI);
    EXPECT(lpis_take(vm, 0), LPI2);
}

static void check(void)
{
    consistent(vm);
}

static const struct tap_test tests[] = {
    {"registers say that there are LPIs, and how they come", announced},
    {"with an ITS they come by that alone", with_an_its},
    {"a VM without LPIs has none of it", absent},
    {"acknowledged it is inactive", taken},
    {"pending again while it is handled", again},
    {"priorities are those of the table", priorities},
    {"disabled it stays pending", disabled_stays_pending},
    {"its configuration is read anew when the guest says so", invalidated},
    {"cleared in one redistributor", cleared},
    {"INTIDs that are no LPIs", none_such},
    {"the pending table", pending_table},
    {"tables change while LPIs are off", tables_change_while_off},
    {"tables outside the guest's memory", outside_memory},
    {"INTIDs of fewer bits, and of more", fewer_bits},
    {"disabled group, sleeping redistributor", group_and_sleep},
};

int main(void)
{
    return tap_run(tests, ARRAY_SIZE(tests), check);
}
