/* SPDX-License-Identifier: Apache-2.0 */
#include "vits_tables.h"

static bool read_valid(const struct vgic *vm, uint64_t address, uint64_t *entry)
{
    return guest_memory_read(&vm->memory, address, entry) && (*entry & VITS_VALID) != 0;
}

/* 64 KiB pages have the upper bits of the address where the other ones have the lower (IHI 0069H 12.19 GITS_BASER). */
static uint64_t table_address(uint64_t baser, unsigned page_size)
{
    if (page_size < GITS_BASER_PAGE_64K)
        return baser & FIELD_MASK(GITS_BASER_ADDRESS);
    return (baser & FIELD_MASK(GITS_BASER_ADDRESS64K)) | FIELD_GET(GITS_BASER_ADDRESS_HI, baser) << 48;
}

bool vits_entry(const struct vgic *vm, enum vits_table table, uint32_t id, uint64_t *address)
{
    uint64_t baser = vm->its.baser[table];
    unsigned page_size = (unsigned)FIELD_GET(GITS_BASER_PAGE_SIZE, baser);
    unsigned page_shift = 12 + 2 * page_size;
    uint64_t base = table_address(baser, page_size), offset = (uint64_t)id * VITS_ENTRY_SIZE;
    uint64_t size = (FIELD_GET(GITS_BASER_SIZE, baser) + 1) << page_shift;

    if ((baser & GITS_BASER_VALID) == 0 || id >= BIT32(VITS_ID_BITS))
        return false;
    if ((baser & GITS_BASER_INDIRECT) != 0) {
        uint64_t level1 = (offset >> page_shift) * GITS_LEVEL1_SIZE;

        if (level1 >= size || !read_valid(vm, base + level1, &base))
            return false;
        base &= FIELD_MASK(GITS_LEVEL1_ADDRESS) & ~(BIT(page_shift) - 1);
        offset &= BIT(page_shift) - 1;
    } else if (offset >= size) {
        return false;
    }
    *address = base + offset;
    return true;
}

bool vits_event_entry(const struct vgic *vm, uint32_t device, uint32_t event, uint64_t *address)
{
    uint64_t entry;

    if (!vits_entry(vm, VITS_DEVICES, device, address) || !read_valid(vm, *address, &entry) ||
        event >> FIELD_GET(VITS_DEVICE_SIZE, entry) > 1)
        return false;
    *address = (entry & FIELD_MASK(VITS_DEVICE_ITT)) + (uint64_t)event * VITS_ENTRY_SIZE;
    return true;
}

bool vits_find(const struct vgic *vm, uint32_t device, uint32_t event, struct vits_event *found)
{
    uint64_t entry;

    if (!vits_event_entry(vm, device, event, &found->entry_address) || !read_valid(vm, found->entry_address, &entry))
        return false;
    found->intid = (uint32_t)FIELD_GET(VITS_EVENT_INTID, entry);
    found->icid = (uint32_t)FIELD_GET(VITS_EVENT_ICID, entry);
    return true;
}

struct vgic_cpu *vits_collection(struct vgic *vm, uint32_t icid)
{
    uint64_t address, entry;
    uint32_t processor;

    if (icid < VITS_COLLECTIONS)
        processor = vm->its.collection[icid];
    else if (vits_entry(vm, VITS_COLLECTION_TABLE, icid, &address) && read_valid(vm, address, &entry))
        processor = (uint32_t)FIELD_GET(VITS_COLLECTION_RD, entry);
    else
        return NULL;
    return processor < vm->cpus ? vm->cpu[processor] : NULL;
}

bool vits_map_collection(struct vgic *vm, uint32_t icid, uint32_t processor)
{
    uint64_t address, entry = processor == VITS_UNMAPPED ? 0 : VITS_VALID | processor;

    if (icid < VITS_COLLECTIONS) {
        vm->its.collection[icid] = processor;
        return true;
    }
    return vits_entry(vm, VITS_COLLECTION_TABLE, icid, &address) && guest_memory_write(&vm->memory, address, entry);
}
