/* SPDX-License-Identifier: Apache-2.0 */
#include "its_command.h"

/* A command on (DeviceID, EventID), as most are. */
static struct its_command on_event(unsigned number, uint32_t device, uint32_t event)
{
    return (struct its_command){{
        FIELD_PREP(ITS_NUMBER_0, number) | FIELD_PREP(ITS_DEVICEID_0, device),
        FIELD_PREP(ITS_EVENTID_1, event),
    }};
}

static struct its_command on_vpe(unsigned number, uint16_t vpe)
{
    return (struct its_command){{FIELD_PREP(ITS_NUMBER_0, number), FIELD_PREP(ITS_VPEID_1, vpe)}};
}

struct its_command its_mapd(uint32_t device, uint64_t itt, unsigned event_bits, bool valid)
{
    return (struct its_command){{
        FIELD_PREP(ITS_NUMBER_0, ITS_MAPD) | FIELD_PREP(ITS_DEVICEID_0, device),
        FIELD_PREP(ITS_MAPD_SIZE_1, event_bits - 1),
        (itt & FIELD_MASK(ITS_MAPD_ADDRESS_2)) | (valid ? ITS_VALID_2 : 0),
    }};
}

struct its_command its_mapc(uint16_t collection, uint64_t rdbase, bool valid)
{
    return (struct its_command){{
        FIELD_PREP(ITS_NUMBER_0, ITS_MAPC),
        0,
        FIELD_PREP(ITS_ICID_2, collection) | FIELD_PREP(ITS_RDBASE_2, rdbase) | (valid ? ITS_VALID_2 : 0),
    }};
}

struct its_command its_mapti(uint32_t device, uint32_t event, uint32_t pintid, uint16_t collection)
{
    struct its_command command = on_event(ITS_MAPTI, device, event);

    command.word[1] |= FIELD_PREP(ITS_MAPTI_PINTID_1, pintid);
    command.word[2] = FIELD_PREP(ITS_ICID_2, collection);
    return command;
}

struct its_command its_mapi(uint32_t device, uint32_t event, uint16_t collection)
{
    struct its_command command = on_event(ITS_MAPI, device, event);

    command.word[2] = FIELD_PREP(ITS_ICID_2, collection);
    return command;
}

struct its_command its_movi(uint32_t device, uint32_t event, uint16_t collection)
{
    struct its_command command = on_event(ITS_MOVI, device, event);

    command.word[2] = FIELD_PREP(ITS_ICID_2, collection);
    return command;
}

struct its_command its_movall(uint64_t from, uint64_t to)
{
    return (struct its_command){{
        FIELD_PREP(ITS_NUMBER_0, ITS_MOVALL),
        0,
        FIELD_PREP(ITS_MOVALL_FROM_2, from),
        FIELD_PREP(ITS_MOVALL_TO_3, to),
    }};
}

struct its_command its_discard(uint32_t device, uint32_t event)
{
    return on_event(ITS_DISCARD, device, event);
}

struct its_command its_inv(uint32_t device, uint32_t event)
{
    return on_event(ITS_INV, device, event);
}

struct its_command its_invall(uint16_t collection)
{
    return (struct its_command){{FIELD_PREP(ITS_NUMBER_0, ITS_INVALL), 0, FIELD_PREP(ITS_ICID_2, collection)}};
}

struct its_command its_int(uint32_t device, uint32_t event)
{
    return on_event(ITS_INT, device, event);
}

struct its_command its_clear(uint32_t device, uint32_t event)
{
    return on_event(ITS_CLEAR, device, event);
}

struct its_command its_sync(uint64_t rdbase)
{
    return (struct its_command){{FIELD_PREP(ITS_NUMBER_0, ITS_SYNC), 0, FIELD_PREP(ITS_RDBASE_2, rdbase)}};
}

struct its_command its_vmapp(uint16_t vpe, uint64_t rdbase, uint64_t pending, unsigned id_bits, bool valid)
{
    struct its_command command = on_vpe(ITS_VMAPP, vpe);

    command.word[2] = FIELD_PREP(ITS_RDBASE_2, rdbase) | (valid ? ITS_VALID_2 : 0);
    command.word[3] = (pending & FIELD_MASK(ITS_VMAPP_ADDRESS_3)) | FIELD_PREP(ITS_VMAPP_SIZE_3, id_bits - 1);
    return command;
}

struct its_command its_vmapti(uint32_t device, uint32_t event, uint16_t vpe, uint32_t vintid, uint32_t doorbell)
{
    struct its_command command = on_event(ITS_VMAPTI, device, event);

    command.word[1] |= FIELD_PREP(ITS_VPEID_1, vpe);
    command.word[2] = FIELD_PREP(ITS_VMAPTI_VINTID_2, vintid) | FIELD_PREP(ITS_VMAPTI_DOORBELL_2, doorbell);
    return command;
}

struct its_command its_vmapi(uint32_t device, uint32_t event, uint16_t vpe, uint32_t doorbell)
{
    struct its_command command = on_event(ITS_VMAPI, device, event);

    command.word[1] |= FIELD_PREP(ITS_VPEID_1, vpe);
    command.word[2] = FIELD_PREP(ITS_VMAPTI_DOORBELL_2, doorbell);
    return command;
}

struct its_command its_vmovi(uint32_t device, uint32_t event, uint16_t vpe, bool change, uint32_t doorbell)
{
    struct its_command command = on_event(ITS_VMOVI, device, event);

    command.word[1] |= FIELD_PREP(ITS_VPEID_1, vpe);
    command.word[2] = change ? ITS_VMOVI_D_2 | FIELD_PREP(ITS_VMAPTI_DOORBELL_2, doorbell) : 0;
    return command;
}

struct its_command its_vmovp(uint16_t vpe, uint64_t rdbase, uint16_t sequence, uint16_t list)
{
    struct its_command command = on_vpe(ITS_VMOVP, vpe);

    command.word[0] |= FIELD_PREP(ITS_VMOVP_SEQUENCE_0, sequence);
    command.word[1] |= FIELD_PREP(ITS_VMOVP_ITSLIST_1, list);
    command.word[2] = FIELD_PREP(ITS_RDBASE_2, rdbase);
    return command;
}

struct its_command its_vsync(uint16_t vpe)
{
    return on_vpe(ITS_VSYNC, vpe);
}

struct its_command its_vinvall(uint16_t vpe)
{
    return on_vpe(ITS_VINVALL, vpe);
}

struct its_command its_vmapp41(const struct its_vmapp41 *map)
{
    struct its_command command = its_vmapp(map->vpe, map->rdbase, map->pending, map->id_bits, map->valid);

    command.word[0] |= (map->config & FIELD_MASK(ITS_VMAPP_CONFIG_0)) | (map->alloc ? ITS_VMAPP_ALLOC_0 : 0) |
                       (map->zeroed ? ITS_VMAPP_PTZ_0 : 0);
    command.word[1] |= FIELD_PREP(ITS_VMAPP_DOORBELL_1, map->doorbell);
    return command;
}

struct its_command its_vmovp41(uint16_t vpe, uint64_t rdbase, uint16_t sequence, uint16_t list, bool change,
                               uint32_t doorbell)
{
    struct its_command command = its_vmovp(vpe, rdbase, sequence, list);

    if (change) {
        command.word[2] |= ITS_VMOVP_DB_2;
        command.word[3] = FIELD_PREP(ITS_VMOVP_DOORBELL_3, doorbell);
    }
    return command;
}

struct its_command its_vsgi(uint16_t vpe, unsigned vintid, unsigned priority, bool group1, bool enable, bool clear)
{
    struct its_command command = on_vpe(ITS_VSGI, vpe);

    command.word[0] |= FIELD_PREP(ITS_VSGI_VINTID_0, vintid) | FIELD_PREP(ITS_VSGI_PRIORITY_0, priority >> 4) |
                       (group1 ? ITS_VSGI_GROUP_0 : 0) | (enable ? ITS_VSGI_ENABLE_0 : 0) |
                       (clear ? ITS_VSGI_CLEAR_0 : 0);
    return command;
}

struct its_command its_invdb(uint16_t vpe)
{
    return on_vpe(ITS_INVDB, vpe);
}
