/* SPDX-License-Identifier: Apache-2.0 */
#include "vits_commands.h"

#include "regs/gicr.h"
#include "vits_direct.h"
#include "vits_tables.h"

static uint32_t device_of(const uint64_t *command)
{
    return (uint32_t)FIELD_GET(ITS_DEVICEID_0, command[0]);
}

static uint32_t event_of(const uint64_t *command)
{
    return (uint32_t)FIELD_GET(ITS_EVENTID_1, command[1]);
}

static uint32_t icid_of(const uint64_t *command)
{
    return (uint32_t)FIELD_GET(ITS_ICID_2, command[2]);
}

/* RDbase is a processor number, GITS_TYPER.PTA = 0; NULL: there is no such vCPU. */
static struct vgic_cpu *redistributor(struct vgic *vm, uint64_t number)
{
    return number < vm->cpus ? vm->cpu[number] : NULL;
}

/* What MAPD and MAPC write, or 0 where V = 0 unmaps. */
static uint64_t if_valid(const uint64_t *command, uint64_t entry)
{
    return (command[2] & ITS_VALID_2) != 0 ? VITS_VALID | entry : 0;
}

static bool mapd(struct vgic *vm, const uint64_t *command)
{
    uint64_t size = FIELD_GET(ITS_MAPD_SIZE_1, command[1]), address;
    uint64_t entry = if_valid(command, (command[2] & FIELD_MASK(ITS_MAPD_ADDRESS_2)) | size);

    if (entry != 0 && size >= VITS_ID_BITS)
        return false;
    return vits_entry(vm, VITS_DEVICES, device_of(command), &address) &&
           guest_memory_write(&vm->memory, address, entry);
}

static bool mapc(struct vgic *vm, const uint64_t *command)
{
    uint64_t processor = FIELD_GET(ITS_RDBASE_2, command[2]);

    if ((command[2] & ITS_VALID_2) == 0)
        return vits_map_collection(vm, icid_of(command), VITS_UNMAPPED);
    return redistributor(vm, processor) != NULL && vits_map_collection(vm, icid_of(command), (uint32_t)processor);
}

static bool map_event(struct vgic *vm, const uint64_t *command, uint64_t intid)
{
    uint64_t address, entry = VITS_VALID | FIELD_PREP(VITS_EVENT_ICID, icid_of(command)) | intid;

    return intid >= INTID_LPI_FIRST && intid < BIT(vm->lpi_bits) &&
           vits_event_entry(vm, device_of(command), event_of(command), &address) &&
           guest_memory_write(&vm->memory, address, entry);
}

static bool mapti(struct vgic *vm, const uint64_t *command)
{
    return map_event(vm, command, FIELD_GET(ITS_MAPTI_PINTID_1, command[1]));
}

static bool mapi(struct vgic *vm, const uint64_t *command)
{
    return map_event(vm, command, event_of(command));
}

/* The event that the command names, and the redistributor that it goes to. False: one of them is not mapped. */
static bool translate(struct vgic *vm, const uint64_t *command, struct vits_event *event, struct vgic_cpu **cpu)
{
    if (!vits_find(vm, device_of(command), event_of(command), event))
        return false;
    *cpu = vits_collection(vm, event->icid);
    return *cpu != NULL;
}

static bool movi(struct vgic *vm, const uint64_t *command)
{
    struct vgic_cpu *from, *to = vits_collection(vm, icid_of(command));
    struct vits_event event;

    if (to == NULL || !translate(vm, command, &event, &from) ||
        !guest_memory_write(&vm->memory, event.entry_address,
                            VITS_VALID | FIELD_PREP(VITS_EVENT_ICID, icid_of(command)) | event.intid))
        return false;
    if (from != to && vlpi_clear(from, event.intid))
        vlpi_raise(to, event.intid);
    return true;
}

static bool movall(struct vgic *vm, const uint64_t *command)
{
    const struct vits_direct *direct = vm->delivery->direct;
    struct vgic_cpu *from = redistributor(vm, FIELD_GET(ITS_MOVALL_FROM_2, command[2]));
    struct vgic_cpu *to = redistributor(vm, FIELD_GET(ITS_MOVALL_TO_3, command[3]));

    if (from == NULL || to == NULL)
        return false;
    if (from == to)
        return true;
    if (direct != NULL)
        direct->surrender(from);
    vlpi_move_all(from, to);
    if (direct != NULL)
        direct->adopt(to);
    return true;
}

static bool clear(struct vgic *vm, const uint64_t *command)
{
    struct vits_event event;
    struct vgic_cpu *cpu;

    if (!translate(vm, command, &event, &cpu))
        return false;
    (void)vlpi_clear(cpu, event.intid);
    return true;
}

/* One whose collection is not mapped is pending nowhere. */
static bool discard(struct vgic *vm, const uint64_t *command)
{
    struct vits_event event;
    struct vgic_cpu *cpu;

    if (!vits_find(vm, device_of(command), event_of(command), &event))
        return false;
    cpu = vits_collection(vm, event.icid);
    if (cpu != NULL)
        (void)vlpi_clear(cpu, event.intid);
    return guest_memory_write(&vm->memory, event.entry_address, 0);
}

static bool raise(struct vgic *vm, const uint64_t *command)
{
    struct vits_event event;
    struct vgic_cpu *cpu;

    if (!translate(vm, command, &event, &cpu))
        return false;
    vlpi_raise(cpu, event.intid);
    return true;
}

static bool inv(struct vgic *vm, const uint64_t *command)
{
    struct vits_event event;
    struct vgic_cpu *cpu;

    if (!translate(vm, command, &event, &cpu))
        return false;
    vlpi_invalidate(cpu, event.intid);
    return true;
}

static bool invall(struct vgic *vm, const uint64_t *command)
{
    struct vgic_cpu *cpu = vits_collection(vm, icid_of(command));

    if (cpu == NULL)
        return false;
    vlpi_invalidate_all(cpu);
    return true;
}

/* What a command does is done when it has run. */
static bool sync(struct vgic *vm, const uint64_t *command)
{
    return redistributor(vm, FIELD_GET(ITS_RDBASE_2, command[2])) != NULL;
}

static bool (*const commands[])(struct vgic *vm, const uint64_t *command) = {
    [ITS_MOVI] = movi, [ITS_INT] = raise,     [ITS_CLEAR] = clear,   [ITS_SYNC] = sync,
    [ITS_MAPD] = mapd, [ITS_MAPC] = mapc,     [ITS_MAPTI] = mapti,   [ITS_MAPI] = mapi,
    [ITS_INV] = inv,   [ITS_INVALL] = invall, [ITS_MOVALL] = movall, [ITS_DISCARD] = discard,
};

static uint64_t number_of(const uint64_t *command)
{
    return FIELD_GET(ITS_NUMBER_0, command[0]);
}

/* INT and CLEAR of an event that the model has not. */
static bool done_directly(struct vgic *vm, const uint64_t *command)
{
    const struct vits_direct *direct = vm->delivery->direct;

    if (number_of(command) == ITS_INT)
        return direct->raise(vm, device_of(command), event_of(command));
    return number_of(command) == ITS_CLEAR && direct->clear(vm, device_of(command), event_of(command));
}

/* What the command changed of events that the model has not. */
static void follow(struct vgic *vm, const uint64_t *command)
{
    const struct vits_direct *direct = vm->delivery->direct;

    switch (number_of(command)) {
    case ITS_MOVI:
    case ITS_DISCARD:
        direct->moved(vm, device_of(command), event_of(command));
        break;
    case ITS_MAPTI:
    case ITS_MAPI:
    case ITS_INV:
        direct->changed(vm, device_of(command), event_of(command));
        break;
    case ITS_MAPD:
        direct->changed_device(vm, device_of(command));
        break;
    case ITS_MAPC:
    case ITS_INVALL:
        direct->changed_collection(vm, icid_of(command));
        break;
    default:
        break;
    }
}

static inline bool run(struct vgic *vm, const uint64_t *command)
{
    uint64_t number = number_of(command);

    return number < ARRAY_SIZE(commands) && commands[number] != NULL && commands[number](vm, command);
}

/* Out of line: where nothing is injected directly, nothing is saved for it. */
static __attribute__((noinline)) bool run_and_follow(struct vgic *vm, const uint64_t *command)
{
    if (done_directly(vm, command))
        return true;
    if (!run(vm, command))
        return false;
    follow(vm, command);
    return true;
}

bool vits_command(struct vgic *vm, const uint64_t *command)
{
    return vm->delivery->direct != NULL ? run_and_follow(vm, command) : run(vm, command);
}

void vits_translate(struct vgic *vm, uint32_t device, uint32_t event, struct vits_target *target)
{
    struct vits_event found;

    *target = (struct vits_target){NULL, 0, VITS_UNMAPPED};
    if (!vm->its.enabled || !vits_find(vm, device, event, &found))
        return;
    target->icid = found.icid;
    target->intid = found.intid;
    target->cpu = vits_collection(vm, found.icid);
    if (target->cpu != NULL && vlpi_irq(target->cpu, target->intid) == NULL)
        target->cpu = NULL;
}

/* By number: commands of one event come first, then MAPD and MAPC, which direct injection looks at all events for. */
bool vits_command_is_long(const struct vgic *vm, const uint64_t *command)
{
    uint64_t number = number_of(command);

    if (number < ITS_MAPD)
        return false;
    if (number == ITS_MAPD || number == ITS_MAPC)
        return vm->delivery->direct != NULL;
    return number == ITS_INVALL || number == ITS_MOVALL;
}

/* The same translation as INT's: an interrupt that is not mapped goes nowhere (IHI 0069H 5.1.2). */
void vits_message(struct vgic *vm, uint32_t device, uint32_t event)
{
    const uint64_t command[ITS_COMMAND_WORDS] = {FIELD_PREP(ITS_DEVICEID_0, device), event};

    if (!vm->its.enabled || !raise(vm, command))
        vm->misuse++;
}
