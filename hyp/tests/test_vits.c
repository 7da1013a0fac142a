/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual ITS: registers, queue, each command, tables that are not what they should be (IHI 0069H 5, 12.19). */
#include <string.h>

#include "consistent.h"
#include "lpis.h"
#include "regs/gicd.h"
#include "tap.h"
#include "vits_tables.h"

#define LPI  8200
#define NONE INTID_SPURIOUS

static struct vgic *vm;

/* Device 1, event 0 to 15, is LPI to LPI + 15 of vCPU 0; collection n is vCPU n, collection 100 vCPU 1. */
static void map(unsigned cpus)
{
    vm = lpis_vm(cpus, true);
    lpis_mapd(vm, 1, 4, true);
    for (unsigned i = 0; i < cpus; i++)
        lpis_mapc(vm, i, i, true);
    if (cpus > 1)
        lpis_mapc(vm, 100, 1, true);
    for (unsigned i = 0; i < 16; i++)
        lpis_mapti(vm, 1, i, LPI + i, 0);
    EXPECT(vm->misuse, 0);
}

/* An entry of any table, of either level: a doubleword. */
static uint64_t *entry_of(uint64_t table, uint64_t number)
{
    return lpis_at(table + number * VITS_ENTRY_SIZE);
}

static void raise(uint32_t event)
{
    lpis_event(vm, ITS_INT, 1, event);
}

static void registers(void)
{
    uint64_t typer;

    vm = lpis_vm(1, true);
    typer = lpis_gits_read(vm, GITS_TYPER);
    EXPECT(typer & (GITS_TYPER_PHYSICAL | GITS_TYPER_VIRTUAL | GITS_TYPER_PTA | GITS_TYPER_SEIS), GITS_TYPER_PHYSICAL);
    EXPECT(FIELD_GET(GITS_TYPER_HCC, typer), VITS_COLLECTIONS);
    EXPECT(vgic_gits_read(vm->cpu[0], GITS_TYPER + 4, 4), typer >> 32);
    EXPECT(lpis_gits_read(vm, GITS_CTLR), GITS_CTLR_ENABLED);
    EXPECT(FIELD_GET(PIDR2_ARCHREV, lpis_gits_read(vm, GITS_PIDR2)), PIDR2_ARCHREV_GICV3);
    EXPECT(FIELD_GET(GITS_BASER_TYPE, lpis_gits_read(vm, GITS_BASER)), GITS_BASER_TYPE_DEVICE);
    EXPECT(FIELD_GET(GITS_BASER_TYPE, lpis_gits_read(vm, GITS_BASER + 8)), GITS_BASER_TYPE_COLLECTION);
    for (unsigned n = 2; n < GITS_BASERS; n++) {
        lpis_gits_write(vm, GITS_BASER + 8 * n, UINT64_MAX);
        EXPECT(lpis_gits_read(vm, GITS_BASER + 8 * n), 0);
    }
    EXPECT(vm->misuse, 0);
    lpis_gits_write(vm, GITS_CTLR, 0);
    EXPECT(lpis_gits_read(vm, GITS_CTLR), GITS_CTLR_QUIESCENT);
    lpis_gits_write(vm, GITS_BASER, UINT64_MAX);
    EXPECT(lpis_gits_read(vm, GITS_BASER) & ~(FIELD_MASK(GITS_BASER_INNER) | FIELD_MASK(GITS_BASER_SHARE)),
           GITS_BASER_VALID | GITS_BASER_INDIRECT | FIELD_PREP(GITS_BASER_TYPE, GITS_BASER_TYPE_DEVICE) |
               FIELD_PREP(GITS_BASER_ENTRY_SIZE, 7) | FIELD_MASK(GITS_BASER_ADDRESS) |
               FIELD_PREP(GITS_BASER_PAGE_SIZE, GITS_BASER_PAGE_64K) | FIELD_MASK(GITS_BASER_SIZE));
}

static void fixed_while_enabled(void)
{
    uint64_t device, queue;

    vm = lpis_vm(1, true);
    device = lpis_gits_read(vm, GITS_BASER);
    queue = lpis_gits_read(vm, GITS_CBASER);
    lpis_gits_write(vm, GITS_BASER, 0);
    lpis_gits_write(vm, GITS_CBASER, 0);
    EXPECT(lpis_gits_read(vm, GITS_BASER), device);
    EXPECT(lpis_gits_read(vm, GITS_CBASER), queue);
    EXPECT(vm->misuse, 2);
}

static void raised(void)
{
    map(2);
    raise(3);
    EXPECT(lpis_take(vm, 1), NONE);
    EXPECT(lpis_take(vm, 0), LPI + 3);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_gits_write(vm, GITS_TRANSLATION + GITS_TRANSLATER, 3); /* of device 0, which is not mapped */
    EXPECT(vm->misuse, 1);
    lpis_mapd(vm, 0, 4, true);
    lpis_mapti(vm, 0, 3, LPI + 3, 1);
    EXPECT(vgic_gits_write(vm->cpu[0], GITS_TRANSLATION + GITS_TRANSLATER, 4, 3), true);
    EXPECT(lpis_take(vm, 1), LPI + 3);
}

static void mapi(void)
{
    map(1);
    lpis_mapd(vm, 2, 14, true);
    lpis_command(vm, ITS_MAPI | FIELD_PREP(ITS_DEVICEID_0, 2), 9000, 0, 0);
    lpis_event(vm, ITS_INT, 2, 9000);
    EXPECT(lpis_take(vm, 0), 9000);
    EXPECT(vm->misuse, 0);
    lpis_command(vm, ITS_MAPI | FIELD_PREP(ITS_DEVICEID_0, 2), 8191, 0, 0); /* an INTID that is no LPI */
    EXPECT(vm->misuse, 1);
}

static void moved(void)
{
    map(2);
    raise(0);
    raise(1);
    lpis_movi(vm, 1, 0, 100); /* a collection in memory */
    EXPECT(lpis_take(vm, 1), LPI);
    EXPECT(lpis_take(vm, 1), NONE);
    EXPECT(lpis_take(vm, 0), LPI + 1);
    EXPECT(lpis_take(vm, 0), NONE);
    raise(0);
    EXPECT(lpis_take(vm, 1), LPI);
    lpis_movi(vm, 1, 0, 7); /* a collection that is not mapped */
    EXPECT(vm->misuse, 1);
    raise(0);
    EXPECT(lpis_take(vm, 1), LPI);
}

static void moved_all(void)
{
    map(2);
    for (unsigned i = 0; i < 16; i++)
        raise(i);
    lpis_config(LPI + 5, 0, false);
    lpis_event(vm, ITS_INV, 1, 5);
    lpis_movall(vm, 0, 1);
    EXPECT(lpis_take(vm, 0), NONE);
    for (unsigned i = 0; i < 16; i++)
        if (i != 5)
            EXPECT(lpis_take(vm, 1), LPI + i);
    EXPECT(lpis_take(vm, 1), NONE);
    lpis_config(LPI + 5, 0, true);
    lpis_invall(vm, 100);
    EXPECT(lpis_take(vm, 1), LPI + 5);
    raise(2);
    EXPECT(lpis_take(vm, 0), LPI + 2); /* what is mapped stays so */
    lpis_movall(vm, 0, 2);
    EXPECT(vm->misuse, 1);
}

static void cleared(void)
{
    map(1);
    raise(0);
    raise(1);
    lpis_event(vm, ITS_CLEAR, 1, 0);
    EXPECT(lpis_take(vm, 0), LPI + 1);
    EXPECT(lpis_take(vm, 0), NONE);
    raise(0);
    EXPECT(lpis_take(vm, 0), LPI);
}

static void discarded(void)
{
    map(1);
    raise(0);
    lpis_event(vm, ITS_DISCARD, 1, 0);
    EXPECT(lpis_take(vm, 0), NONE);
    EXPECT(vm->misuse, 0);
    raise(0);
    EXPECT(vm->misuse, 1);
    lpis_event(vm, ITS_DISCARD, 1, 0);
    EXPECT(vm->misuse, 2);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void configured(void)
{
    map(1);
    lpis_config(LPI, 0x80, false);
    raise(0);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_config(LPI, 0x80, true);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_event(vm, ITS_INV, 1, 0);
    EXPECT(vcpuif_acknowledge(vm->cpu[0], 1), LPI);
    EXPECT(vcpuif_read_rpr(vm->cpu[0]), 0x80);
}

/* A device, a collection that are no longer mapped; what was pending stays so. */
static void unmapped(void)
{
    map(2);
    raise(0);
    lpis_mapd(vm, 1, 4, false);
    EXPECT(vm->misuse, 0);
    EXPECT(lpis_take(vm, 0), LPI);
    raise(0);
    EXPECT(vm->misuse, 1);
    lpis_mapd(vm, 1, 4, true);
    lpis_mapc(vm, 0, 0, false);
    raise(0);
    EXPECT(vm->misuse, 2);
    lpis_movi(vm, 1, 0, 1);
    EXPECT(vm->misuse, 3);
    lpis_event(vm, ITS_DISCARD, 1, 0);
    EXPECT(vm->misuse, 3);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void wrong_commands(void)
{
    uint64_t before;

    map(1);
    before = vm->misuse;
    lpis_command(vm, 0, 0, 0, 0);
    lpis_command(vm, 0xff, 0, 0, 0);
    lpis_command(vm, ITS_VMAPP, 0, 0, 0);
    lpis_mapc(vm, 3, 1, true);                           /* no such vCPU */
    lpis_mapd(vm, 8192, 4, true);                        /* behind the table */
    lpis_mapd(vm, 65536, 4, true);                       /* more bits than there are */
    lpis_mapd(vm, 2, 17, true);                          /* an EventID with too many bits */
    lpis_mapti(vm, 2, 0, LPI, 0);                        /* a device that is not mapped */
    lpis_mapti(vm, 1, 16, LPI, 0);                       /* an event that it does not have */
    lpis_mapti(vm, 1, 0, 16384, 0);                      /* no such LPI */
    lpis_mapc(vm, 9000, 0, true);                        /* behind the table */
    lpis_invall(vm, 5);                                  /* not mapped */
    lpis_command(vm, ITS_SYNC, 0, UINT64_C(1) << 16, 0); /* no such vCPU */
    lpis_event(vm, ITS_INT, 1, 16);
    EXPECT(vm->misuse - before, 14);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), lpis_gits_read(vm, GITS_CWRITER));
    lpis_command(vm, ITS_SYNC, 0, 0, 0);
    raise(0);
    EXPECT(lpis_take(vm, 0), LPI);
    EXPECT(vm->misuse - before, 14);
}

/* More commands than the queue has places, one at a time; and a full queue at once, which takes several stores. */
static void ring(void)
{
    uint64_t command[] = {ITS_INT | FIELD_PREP(ITS_DEVICEID_0, 1), 0, 0, 0};

    map(1);
    for (unsigned i = 0; i < 1000; i++) {
        raise(i % 16);
        EXPECT(lpis_take(vm, 0), LPI + i % 16);
    }
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_CBASER, lpis_gits_read(vm, GITS_CBASER));
    EXPECT(lpis_gits_read(vm, GITS_CREADR), 0);
    for (unsigned i = 0; i < LPIS_QUEUE_SIZE / ITS_COMMAND_SIZE - 1; i++) {
        command[1] = i % 16;
        memcpy(lpis_at(LPIS_QUEUE + UINT64_C(32) * i), command, sizeof(command));
    }
    EXPECT(lpis_gits_write(vm, GITS_CWRITER, LPIS_QUEUE_SIZE - ITS_COMMAND_SIZE), 1);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), 0);
    EXPECT(lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED), 2);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), LPIS_QUEUE_SIZE - ITS_COMMAND_SIZE);
    for (unsigned i = 0; i < 16; i++)
        EXPECT(lpis_take(vm, 0), LPI + i);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void long_commands_end_an_exit(void)
{
    uint64_t command[] = {ITS_INVALL, 0, 0, 0};

    map(1);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_CBASER, lpis_gits_read(vm, GITS_CBASER));
    for (unsigned i = 0; i < 5; i++)
        memcpy(lpis_at(LPIS_QUEUE + UINT64_C(32) * i), command, sizeof(command));
    lpis_gits_write(vm, GITS_CWRITER, 5 * UINT64_C(32));
    EXPECT(lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED), 5);
}

static void bad_queue(void)
{
    map(1);
    lpis_gits_write(vm, GITS_CWRITER, LPIS_QUEUE_SIZE); /* behind its end: nothing runs */
    EXPECT(lpis_gits_read(vm, GITS_CREADR) & GITS_CREADR_STALLED, 0);
    EXPECT(vm->misuse, 1);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_CBASER, GITS_CBASER_VALID | (LPIS_BASE + LPIS_SIZE - 0x10000) | 16);
    lpis_gits_write(vm, GITS_CWRITER, ITS_COMMAND_SIZE);
    lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), GITS_CREADR_STALLED);
    lpis_gits_write(vm, GITS_CWRITER, ITS_COMMAND_SIZE);
    EXPECT(vm->misuse, 2);
    lpis_gits_write(vm, GITS_CWRITER, ITS_COMMAND_SIZE | GITS_CWRITER_RETRY);
    EXPECT(vm->misuse, 3);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), GITS_CREADR_STALLED);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_CBASER, GITS_CBASER_VALID | LPIS_QUEUE);
    EXPECT(lpis_gits_read(vm, GITS_CREADR), 0);
}

static void two_level(unsigned page_size, uint64_t page)
{
    uint64_t level1 = LPIS_FREE, level2 = LPIS_FREE + 0x20000;
    uint32_t per_page = (uint32_t)(page / VITS_ENTRY_SIZE), device = 3 * per_page + 7;

    vm = lpis_vm(1, true);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_BASER,
                    GITS_BASER_VALID | GITS_BASER_INDIRECT | level1 | FIELD_PREP(GITS_BASER_PAGE_SIZE, page_size));
    lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    lpis_mapc(vm, 0, 0, true);
    lpis_command(vm, ITS_MAPD | FIELD_PREP(ITS_DEVICEID_0, device), 0, LPIS_ITT(1) | ITS_VALID_2, 0);
    EXPECT(vm->misuse, 1); /* no second level there */
    *entry_of(level1, 3) = GITS_LEVEL1_VALID | level2;
    lpis_command(vm, ITS_MAPD | FIELD_PREP(ITS_DEVICEID_0, device), 0, LPIS_ITT(1) | ITS_VALID_2, 0);
    EXPECT(vm->misuse, 1);
    EXPECT(*entry_of(level2, 7) != 0, true);
    lpis_mapti(vm, device, 1, LPI, 0);
    lpis_event(vm, ITS_INT, device, 1);
    EXPECT(lpis_take(vm, 0), LPI);
    *entry_of(level1, 3) = GITS_LEVEL1_VALID | (LPIS_BASE + LPIS_SIZE);
    lpis_event(vm, ITS_INT, device, 1);
    EXPECT(vm->misuse, 2);
    *entry_of(level1, 3) = level2;
    lpis_event(vm, ITS_INT, device, 1);
    EXPECT(vm->misuse, 3);
}

static void two_levels(void)
{
    two_level(GITS_BASER_PAGE_4K, 0x1000);
    two_level(GITS_BASER_PAGE_16K, 0x4000);
    two_level(GITS_BASER_PAGE_64K, 0x10000);
}

/* Entries that the guest wrote itself. */
static void forged(void)
{
    uint64_t *device, *event;

    map(1);
    device = entry_of(LPIS_DEVICES, 1);
    event = lpis_at(LPIS_ITT(1));
    *event = VITS_VALID | 16384; /* no such LPI */
    raise(0);
    *event = VITS_VALID | FIELD_PREP(VITS_EVENT_ICID, 0xffff) | LPI; /* no such collection */
    raise(0);
    *device = VITS_VALID | FIELD_MASK(VITS_DEVICE_ITT) | FIELD_MASK(VITS_DEVICE_SIZE); /* no memory */
    raise(0);
    lpis_event(vm, ITS_INT, 1, UINT32_MAX);
    EXPECT(vm->misuse, 4);
    EXPECT(lpis_take(vm, 0), NONE);
    *entry_of(LPIS_COLLECTIONS, 100) = VITS_VALID | 0xffff; /* no such vCPU */
    lpis_invall(vm, 100);
    EXPECT(vm->misuse, 5);
    *entry_of(LPIS_COLLECTIONS, 100) = VITS_VALID | VGIC_CPUS_MAX;
    lpis_invall(vm, 100);
    EXPECT(vm->misuse, 6);
}

/* Pages of 64 KiB have bits 51 to 48 of their address where others have 15 to 12. */
static void high_address(void)
{
    vm = lpis_vm(1, true);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_BASER,
                    GITS_BASER_VALID | LPIS_DEVICES | BIT(12) | FIELD_PREP(GITS_BASER_PAGE_SIZE, GITS_BASER_PAGE_64K));
    lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    lpis_mapd(vm, 1, 4, true);
    EXPECT(vm->misuse, 1);
}

static void disabled(void)
{
    map(1);
    lpis_mapd(vm, 0, 4, true);
    lpis_mapti(vm, 0, 0, LPI, 0);
    lpis_gits_write(vm, GITS_CTLR, 0);
    lpis_gits_write(vm, GITS_TRANSLATION + GITS_TRANSLATER, 0);
    raise(0);
    EXPECT(lpis_take(vm, 0), NONE);
    lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
    EXPECT(lpis_take(vm, 0), LPI);
    EXPECT(lpis_take(vm, 0), NONE);
}

static void check(void)
{
    consistent(vm);
}

static const struct tap_test tests[] = {
    {"what the registers say", registers},
    {"queue and tables are fixed while it is enabled", fixed_while_enabled},
    {"INT, and a message", raised},
    {"MAPI", mapi},
    {"MOVI takes what is pending along", moved},
    {"MOVALL and INVALL", moved_all},
    {"CLEAR", cleared},
    {"DISCARD", discarded},
    {"INV", configured},
    {"what is no longer mapped", unmapped},
    {"commands that are wrong are skipped", wrong_commands},
    {"the queue is a ring", ring},
    {"a command that takes long ends its exit", long_commands_end_an_exit},
    {"a queue that is none", bad_queue},
    {"tables with two levels", two_levels},
    {"tables that the guest forged", forged},
    {"a table above 48 bits of address", high_address},
    {"disabled it translates nothing and runs nothing", disabled},
};

int main(void)
{
    return tap_run(tests, ARRAY_SIZE(tests), check);
}
