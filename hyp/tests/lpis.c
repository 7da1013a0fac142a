/* SPDX-License-Identifier: Apache-2.0 */
#include "lpis.h"

#include <string.h>

#include "check.h"
#include "fake.h"
#include "regs/gicd.h"

uint8_t lpis_memory[LPIS_SIZE] __attribute__((aligned(0x10000)));

void lpis_give(struct vgic *vm, bool its)
{
    static struct virq_bank banks[VGIC_CPUS_MAX * 256];
    size_t size = vlpi_size(VLPI_BITS_LEAST, vm->cpus);

    CHECK(size <= sizeof(banks));
    memset(banks, 0, size);
    memset(lpis_memory, 0, sizeof(lpis_memory));
    vm->memory = (struct guest_memory){LPIS_BASE, LPIS_SIZE, (uintptr_t)lpis_memory};
    vlpi_give(vm, VLPI_BITS_LEAST, banks);
    if (its)
        vits_give(vm);
}

struct vgic *lpis_bare_vm(const struct delivery *delivery, unsigned cpus, bool its)
{
    struct vgic *vm = fake_vm_of(delivery, cpus, 3);

    vm->owner = vm->cpu[0];
    lpis_give(vm, its);
    return vm;
}

static void open_its(struct vgic *vm)
{
    lpis_gits_write(vm, GITS_BASER, GITS_BASER_VALID | LPIS_DEVICES | FIELD_PREP(GITS_BASER_PAGE_SIZE, 2));
    lpis_gits_write(vm, GITS_BASER + 8, GITS_BASER_VALID | LPIS_COLLECTIONS | FIELD_PREP(GITS_BASER_PAGE_SIZE, 2));
    lpis_gits_write(vm, GITS_CBASER, GITS_CBASER_VALID | LPIS_QUEUE | (LPIS_QUEUE_SIZE / GITS_CBASER_PAGE - 1));
    lpis_gits_write(vm, GITS_CWRITER, 0);
    lpis_gits_write(vm, GITS_CTLR, GITS_CTLR_ENABLED);
}

void lpis_open(struct vgic *vm)
{
    vgic_enable_groups(vm, true, true);
    for (unsigned i = 0; i < vm->cpus; i++) {
        vgic_set_asleep(vm->cpu[i], false);
        vcpuif_write_igrpen(vm->cpu[i], 1, true);
        vcpuif_write_pmr(vm->cpu[i], 0xff);
        lpis_gicr_write(vm, i, GICR_PROPBASER, 8, LPIS_CONFIG | (VLPI_BITS_LEAST - 1));
        lpis_gicr_write(vm, i, GICR_PENDBASER, 8, LPIS_PENDING(i));
        lpis_gicr_write(vm, i, GICR_CTLR, 4, GICR_CTLR_ENABLELPIS);
    }
    if (vm->its.present)
        open_its(vm);
}

struct vgic *lpis_vm(unsigned cpus, bool its)
{
    struct vgic *vm = lpis_bare_vm(&fake_delivery, cpus, its);

    memset(lpis_at(LPIS_CONFIG), LPI_CONFIG_ENABLE, 8192);
    lpis_open(vm);
    return vm;
}

void lpis_config(uint32_t intid, uint8_t priority, bool enabled)
{
    *(uint8_t *)lpis_at(LPIS_CONFIG + intid - INTID_LPI_FIRST) = (uint8_t)((priority & 0xfc) | enabled);
}

uint64_t lpis_gicr_read(struct vgic *vm, unsigned cpu, uint32_t offset, unsigned size)
{
    return vgic_gicr_read(vm->cpu[0], cpu * GICR_SIZE + offset, size);
}

void lpis_gicr_write(struct vgic *vm, unsigned cpu, uint32_t offset, unsigned size, uint64_t value)
{
    vgic_gicr_write(vm->cpu[0], cpu * GICR_SIZE + offset, size, value);
}

static unsigned size_of(uint32_t offset)
{
    return offset == GITS_CTLR || offset == GITS_IIDR || offset >= GITS_ID ? 4 : 8;
}

uint64_t lpis_gits_read(struct vgic *vm, uint32_t offset)
{
    return vgic_gits_read(vm->cpu[0], offset, size_of(offset));
}

unsigned lpis_gits_write(struct vgic *vm, uint32_t offset, uint64_t value)
{
    unsigned times = 1;

    while (!vgic_gits_write(vm->cpu[0], offset, size_of(offset), value))
        CHECK(++times < 100000);
    return times;
}

void lpis_command(struct vgic *vm, uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3)
{
    uint64_t writer = lpis_gits_read(vm, GITS_CWRITER), command[] = {word0, word1, word2, word3};

    memcpy(lpis_at(LPIS_QUEUE + writer), command, sizeof(command));
    lpis_gits_write(vm, GITS_CWRITER, (writer + ITS_COMMAND_SIZE) % LPIS_QUEUE_SIZE);
}

static uint64_t word0(unsigned command, uint32_t device)
{
    return command | FIELD_PREP(ITS_DEVICEID_0, device);
}

void lpis_mapd(struct vgic *vm, uint32_t device, unsigned event_bits, bool valid)
{
    lpis_command(vm, word0(ITS_MAPD, device), event_bits - 1, LPIS_ITT(device) | (valid ? ITS_VALID_2 : 0), 0);
}

void lpis_mapc(struct vgic *vm, uint32_t icid, unsigned cpu, bool valid)
{
    lpis_command(vm, ITS_MAPC, 0, icid | FIELD_PREP(ITS_RDBASE_2, cpu) | (valid ? ITS_VALID_2 : 0), 0);
}

void lpis_mapti(struct vgic *vm, uint32_t device, uint32_t event, uint32_t intid, uint32_t icid)
{
    lpis_command(vm, word0(ITS_MAPTI, device), event | FIELD_PREP(ITS_MAPTI_PINTID_1, intid), icid, 0);
}

void lpis_movi(struct vgic *vm, uint32_t device, uint32_t event, uint32_t icid)
{
    lpis_command(vm, word0(ITS_MOVI, device), event, icid, 0);
}

void lpis_movall(struct vgic *vm, unsigned from, unsigned to)
{
    lpis_command(vm, ITS_MOVALL, 0, FIELD_PREP(ITS_MOVALL_FROM_2, from), FIELD_PREP(ITS_MOVALL_TO_3, to));
}

void lpis_event(struct vgic *vm, unsigned command, uint32_t device, uint32_t event)
{
    lpis_command(vm, word0(command, device), event, 0, 0);
}

void lpis_invall(struct vgic *vm, uint32_t icid)
{
    lpis_command(vm, ITS_INVALL, 0, icid, 0);
}

uint32_t lpis_take(struct vgic *vm, unsigned cpu)
{
    uint32_t intid = vcpuif_acknowledge(vm->cpu[cpu], 1);

    vcpuif_end(vm->cpu[cpu], 1, intid);
    return intid;
}
