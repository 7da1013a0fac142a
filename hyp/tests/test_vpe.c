/* SPDX-License-Identifier: Apache-2.0 */
/* The driver of vPEs on a fake of ITS and redistributor: scenarios. */
#include "its_device.h"
#include "its_rig.h"

#define EDU 0x18

static struct its_device edu;
static struct vlpi_config config;
static struct vpe vpe;

static void with_vpe(void)
{
    rig_started();
    OK(vpe_init());
    OK(vlpi_config_create(&config, 14));
    OK(vpe_create(&vpe, 5, 0, &config));
}

static void vpes_are_mapped(void)
{
    with_vpe();
    EXPECT(fake_its.vpes[5].mapped, true);
    EXPECT(fake_its.vpes[5].bits, 14);
    EXPECT(fake_its.vpes[5].pending, (uintptr_t)vpe.pending);
    EXPECT(fake_its_cleaned((uintptr_t)vpe.pending, 0x800), true);
    /* its doorbell is event 5 of DeviceID 0xffff, which no device has here; it is off */
    EXPECT(fake_its_event(0xffff, 5)->intid, vpe.doorbell);
    EXPECT(rig_config_byte(vpe.doorbell), 0xa2);
    OK(its_device_add(&edu, EDU, 32));
    OK(its_event_vmap(&edu, 9, &vpe, 8200));
    EXPECT(fake_its_event(EDU, 9)->kind, FAKE_VIRTUAL);
    EXPECT(fake_its_event(EDU, 9)->intid, 8200);
    EXPECT(fake_its_event(EDU, 9)->vpe, 5);
    EXPECT(fake_its_event(EDU, 9)->doorbell, vpe.doorbell);
    vlpi_config_set(&config, 8200, 0x43);
    OK(its_event_configured(&edu, 9, &vpe));
    OK(its_event_vunmap(&edu, 9, &vpe));
    EXPECT(fake_its_event(EDU, 9)->kind, FAKE_UNMAPPED);
    rig_no_rule_broken();
}

static void residency(void)
{
    bool pending = true;

    with_vpe();
    fake_its.dirty_polls = 3;
    OK(vpe_load(&vpe));
    EXPECT(fake_its.vpropbaser, (uintptr_t)config.bytes | 0x78d); /* 14 bits, RaWaWb, Inner Shareable */
    EXPECT(fake_its.vpendbaser, (uintptr_t)vpe.pending | UINT64_C(0xa000000000000780)); /* Valid, PendingLast */
    OK(vpe_put(&vpe, &pending));
    EXPECT(pending, false);
    EXPECT(fake_its.vpendbaser >> 63, 0);
    OK(vpe_load(&vpe));
    fake_its.pending_last = true;
    OK(vpe_put(&vpe, &pending));
    EXPECT(pending, true);
    rig_no_rule_broken();
}

static void doorbells_ring_for_who_waits(void)
{
    bool pending;

    with_vpe();
    OK(vpe_load(&vpe));
    OK(vpe_put(&vpe, &pending));
    EXPECT(rig_config_byte(vpe.doorbell), 0xa2);
    OK(vpe_load(&vpe));
    OK(vpe_block(&vpe, &pending));
    EXPECT(rig_config_byte(vpe.doorbell), 0xa3);
    EXPECT((uintptr_t)vpe_of_doorbell(vpe.doorbell), (uintptr_t)&vpe);
    EXPECT((uintptr_t)vpe_of_doorbell(vpe.doorbell + 100), 0);
    OK(vpe_load(&vpe));
    EXPECT(rig_config_byte(vpe.doorbell), 0xa2);
    EXPECT(fake_its.log[fake_its.count - 2][0], UINT64_C(0x0000ffff00000004)); /* CLEAR of the doorbell, SYNC */
    fake_its.pending_last = true;
    OK(vpe_block(&vpe, &pending));
    EXPECT(pending, true);
    EXPECT(rig_config_byte(vpe.doorbell), 0xa2); /* it need not wait */
    rig_no_rule_broken();
}

static void vpes_move(void)
{
    with_vpe();
    its.rdbase[1] = 1;
    fake_its.collections[1].mapped = true;
    OK(vpe_move(&vpe, 1));
    EXPECT(vpe.cpu, 1);
    EXPECT(fake_its.vpes[5].rdbase, 1);
    EXPECT(fake_its_event(0xffff, 5)->collection, 1);
    EXPECT(fake_its.log[fake_its.count - 5][0], 0x22);
    EXPECT(fake_its.log[fake_its.count - 5][1], UINT64_C(0x0000000500000000));
    its.typer &= ~(UINT64_C(1) << 37); /* VMOVP = 0: the ITSs are listed, and the move is numbered */
    OK(vpe_move(&vpe, 0));
    OK(vpe_move(&vpe, 1));
    EXPECT(fake_its.log[fake_its.count - 5][0], UINT64_C(0x0000000100000022));
    EXPECT(fake_its.log[fake_its.count - 5][1], UINT64_C(0x0000000500000001));
    rig_no_rule_broken();
}

static void vpes_past_the_caches(void)
{
    rig_fresh();
    fake_its.shareable = false;
    OK(rig_start());
    OK(vpe_init());
    OK(vlpi_config_create(&config, 14));
    OK(vpe_create(&vpe, 5, 0, &config));
    OK(vpe_load(&vpe));
    EXPECT(fake_its.vpropbaser & 0xf80, 0x80);
    EXPECT(fake_its.vpendbaser & 0xf80, 0x80);
    EXPECT(fake_its_cleaned((uintptr_t)config.bytes, 0x2000), true);
    fake_its_forget();
    vlpi_config_set(&config, 9000, 0x43);
    EXPECT(config.bytes[9000 - 8192], 0x43);
    EXPECT(fake_its_cleaned((uintptr_t)config.bytes + 9000 - 8192, 1), true);
    rig_no_rule_broken();
}

/* The table in memory is old while the vPE is resident, and up to a VSYNC; past the caches, until they are given up. */
static void what_is_pending(void)
{
    bool pending;

    OK(its_device_add(&edu, EDU, 32));
    OK(its_event_vmap(&edu, 9, &vpe, 8200));
    fake_its_message(EDU, 9);
    OK(vpe_settle(&vpe));
    EXPECT(vpe_pending(&vpe, 8200), true);
    EXPECT(vpe_pending(&vpe, 8201), false);
    OK(vpe_load(&vpe));
    OK(its_event_vclear(&edu, 9, &vpe));
    OK(vpe_put(&vpe, &pending));
    OK(vpe_settle(&vpe));
    EXPECT(vpe_pending(&vpe, 8200), false);
    rig_no_rule_broken();
}

static void pending_in_memory(void)
{
    with_vpe();
    what_is_pending();
    rig_fresh();
    fake_its.shareable = false;
    OK(rig_start());
    OK(vpe_init());
    OK(vlpi_config_create(&config, 14));
    OK(vpe_create(&vpe, 5, 0, &config));
    what_is_pending();
}

static void a_vpe_that_stays_dirty(void)
{
    bool pending;

    with_vpe();
    fake_its.dirty_polls = 0xffffffff;
    OK(vpe_load(&vpe));
    SAYS(vpe_put(&vpe, &pending), "Dirty");
    SAYS(vpe_load(&vpe), "Dirty");
}

static void no_gicv4(void)
{
    rig_fresh();
    fake_its.typer &= ~UINT64_C(2);
    OK(rig_start());
    SAYS(vpe_init(), "no virtual LPIs");
    rig_fresh();
    fake_its.gicr_typer = 1;
    OK(rig_start());
    SAYS(vpe_init(), "VLPIS");
    rig_fresh();
    fake_its.typer |= UINT64_C(1) << 40;
    OK(rig_start());
    SAYS(vpe_init(), "GICv4.1");
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"vPEs and virtual LPIs are mapped", vpes_are_mapped},
        {"a vPE becomes resident and not", residency},
        {"a doorbell rings for who waits only", doorbells_ring_for_who_waits},
        {"a vPE moves with its doorbell", vpes_move},
        {"virtual tables past the caches", vpes_past_the_caches},
        {"what is pending of a vPE that is not resident", pending_in_memory},
        {"a vPE that stays dirty", a_vpe_that_stays_dirty},
        {"machines without GICv4.0", no_gicv4},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), fake_its_reset);
}
