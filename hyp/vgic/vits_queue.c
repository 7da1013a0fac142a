/* SPDX-License-Identifier: Apache-2.0 */
/* The command queue (IHI 0069H 5.3.1): a ring in the guest's memory, from GITS_CREADR up to GITS_CWRITER. */
#include "vits_commands.h"
#include "vits_tables.h"

/* So many run at one exit; a longer queue takes several. */
#define COMMANDS_PER_EXIT 64

static uint32_t queue_size(const struct vits *its)
{
    return (uint32_t)(FIELD_GET(GITS_CBASER_SIZE, its->cbaser) + 1) * GITS_CBASER_PAGE;
}

/* NULL: it is not all the guest's memory. */
static const uint64_t *queue(const struct vgic *vm, uint32_t size)
{
    return guest_memory_at(&vm->memory, vm->its.cbaser & FIELD_MASK(GITS_CBASER_ADDRESS), size);
}

_Static_assert(ITS_COMMAND_WORDS == 4, "read_command() counts on it");

/* Each doubleword is read once: the guest may change it meanwhile. No loop: it would be twice as long. */
static void read_command(const uint64_t *from, uint64_t *command)
{
    command[0] = __atomic_load_n(&from[0], __ATOMIC_RELAXED);
    command[1] = __atomic_load_n(&from[1], __ATOMIC_RELAXED);
    command[2] = __atomic_load_n(&from[2], __ATOMIC_RELAXED);
    command[3] = __atomic_load_n(&from[3], __ATOMIC_RELAXED);
}

/* A GITS_CWRITER behind the end of the queue is none: nothing runs (12.19 GITS_CWRITER). */
static bool runs(struct vgic *vm, uint32_t size)
{
    struct vits *its = &vm->its;

    if (!its->enabled || (its->cbaser & GITS_CBASER_VALID) == 0 || its->stalled || its->creadr == its->cwriter)
        return false;
    if (its->cwriter < size)
        return true;
    vm->misuse++;
    return false;
}

bool vits_run(struct vgic *vm)
{
    struct vits *its = &vm->its;
    uint32_t size = queue_size(its);
    uint64_t command[ITS_COMMAND_WORDS];
    unsigned left = COMMANDS_PER_EXIT;
    const uint64_t *commands;

    if (!runs(vm, size))
        return true;
    commands = queue(vm, size);
    if (commands == NULL) {
        its->stalled = true;
        vm->misuse++;
        return true;
    }
    do {
        read_command(commands + its->creadr / sizeof(uint64_t), command);
        its->creadr = its->creadr + ITS_COMMAND_SIZE == size ? 0 : its->creadr + ITS_COMMAND_SIZE;
        if (!vits_command(vm, command))
            vm->misuse++;
    } while (its->creadr != its->cwriter && --left != 0 && !vits_command_is_long(vm, command));
    return its->creadr == its->cwriter;
}
