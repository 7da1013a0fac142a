/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of an ITS as the queue holds them (IHI 0069H 5.3), by name; pure. `rdbase` is what its_rdbase() gives: bits
 * 51 to 16 of a redistributor's address, or its processor number (GITS_TYPER.PTA).
 */
#ifndef GIC_ITS_COMMAND_H
#define GIC_ITS_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "regs/itscmd.h"

struct its_command {
    uint64_t word[ITS_COMMAND_WORDS];
};

/* Device `device` has its translations of `event_bits` bits of EventID at `itt`, 256-byte aligned; or has none. */
struct its_command its_mapd(uint32_t device, uint64_t itt, unsigned event_bits, bool valid);
struct its_command its_mapc(uint16_t collection, uint64_t rdbase, bool valid);
struct its_command its_mapti(uint32_t device, uint32_t event, uint32_t pintid, uint16_t collection);
struct its_command its_mapi(uint32_t device, uint32_t event, uint16_t collection);
struct its_command its_movi(uint32_t device, uint32_t event, uint16_t collection);
struct its_command its_movall(uint64_t from, uint64_t to);
struct its_command its_discard(uint32_t device, uint32_t event);
struct its_command its_inv(uint32_t device, uint32_t event);
struct its_command its_invall(uint16_t collection);
struct its_command its_int(uint32_t device, uint32_t event);
struct its_command its_clear(uint32_t device, uint32_t event);
struct its_command its_sync(uint64_t rdbase);

/* GICv4.0. The virtual pending table at `pending`, 64 KiB aligned, is of `id_bits` bits of vINTID. A doorbell is a
 * physical INTID, ITS_NO_DOORBELL for none. */
struct its_command its_vmapp(uint16_t vpe, uint64_t rdbase, uint64_t pending, unsigned id_bits, bool valid);
struct its_command its_vmapti(uint32_t device, uint32_t event, uint16_t vpe, uint32_t vintid, uint32_t doorbell);
struct its_command its_vmapi(uint32_t device, uint32_t event, uint16_t vpe, uint32_t doorbell);
/* `change`: the doorbell becomes `doorbell`, else it stays. */
struct its_command its_vmovi(uint32_t device, uint32_t event, uint16_t vpe, bool change, uint32_t doorbell);
/* `sequence` and `list`, a bit for each ITS that is told, count where GITS_TYPER.VMOVP = 0. */
struct its_command its_vmovp(uint16_t vpe, uint64_t rdbase, uint16_t sequence, uint16_t list);
struct its_command its_vsync(uint16_t vpe);
struct its_command its_vinvall(uint16_t vpe);

/* GICv4.1 (GITS_TYPER.VMAPP = 1): VMAPP names the configuration table and the default doorbell too; `alloc`: the first
 * VMAPP of this vPE on any ITS, or with `valid` false the last; `zeroed`: the pending table holds zeros. */
struct its_vmapp41 {
    uint16_t vpe;
    uint64_t rdbase, pending, config;
    unsigned id_bits;
    uint32_t doorbell;
    bool alloc, zeroed, valid;
};
struct its_command its_vmapp41(const struct its_vmapp41 *map);
/* `change`: the default doorbell becomes `doorbell`. */
struct its_command its_vmovp41(uint16_t vpe, uint64_t rdbase, uint16_t sequence, uint16_t list, bool change,
                               uint32_t doorbell);
/* Virtual SGI `vintid`: its configuration, or with `clear` its pending state goes. */
struct its_command its_vsgi(uint16_t vpe, unsigned vintid, unsigned priority, bool group1, bool enable, bool clear);
struct its_command its_invdb(uint16_t vpe);

#endif
