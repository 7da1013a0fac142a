/* SPDX-License-Identifier: Apache-2.0 */
/* The command queue (IHI 0069H 5.3.1): a ring; empty when both offsets are equal, so one place stays free. */
#include "exclusive.h"
#include "its.h"
#include "poll.h"
#include "table.h"

static uint64_t after(uint64_t offset)
{
    return (offset + ITS_COMMAND_SIZE) % ITS_QUEUE_SIZE;
}

/* GITS_CBASER.Valid needs GITS_CTLR.Enabled = 0; writing it makes GITS_CREADR 0 (12.19.2). */
const char *its_queue_init(void)
{
    uintptr_t cbaser = its.base + GITS_CBASER;
    uint64_t value;

    its.queue.commands = table_alloc(ITS_QUEUE_SIZE, ITS_QUEUE_SIZE);
    if (its.queue.commands == NULL)
        return "no memory for the ITS's command queue";
    value = ((uintptr_t)its.queue.commands & FIELD_MASK(GITS_CBASER_ADDRESS)) |
            FIELD_PREP(GITS_CBASER_SIZE, ITS_QUEUE_SIZE / GITS_CBASER_PAGE - 1);
    its.queue.coherent = table_attributes(cbaser, value, 59);
    table_publish(its.queue.coherent, its.queue.commands, ITS_QUEUE_SIZE);
    mmio_write64(cbaser, mmio_read64(cbaser) | GITS_CBASER_VALID);
    mmio_write64(its.base + GITS_CWRITER, 0);
    its.queue.write = 0;
    value = mmio_read64(cbaser);
    return (value & GITS_CBASER_VALID) != 0 &&
                   (value & FIELD_MASK(GITS_CBASER_ADDRESS)) == (uintptr_t)its.queue.commands
               ? NULL
               : "the ITS does not take its command queue (GITS_CBASER)";
}

/* Waits until the ITS read up to a place that is not `offset`, or with `up_to` until it is `offset`. */
static const char *wait(uint64_t offset, bool up_to)
{
    for (unsigned i = 0; i < POLL_LIMIT; i++) {
        uint64_t creadr = mmio_read64(its.base + GITS_CREADR);

        if ((creadr & GITS_CREADR_STALLED) != 0)
            return "the ITS refused a command (GITS_CREADR.Stalled)";
        if (((creadr & FIELD_MASK(GITS_CREADR_OFFSET)) == offset) == up_to)
            return NULL;
    }
    return "the ITS does not answer in its deadline (GITS_CREADR)";
}

/* A place in the ring, written and visible; the ITS does not know of it yet. */
static const char *put(const struct its_command *command)
{
    struct its_command *to = &its.queue.commands[its.queue.write / ITS_COMMAND_SIZE];
    const char *reason = wait(after(its.queue.write), false);

    if (reason != NULL)
        return reason;
    *to = *command;
    table_publish(its.queue.coherent, to, ITS_COMMAND_SIZE);
    its.queue.write = after(its.queue.write);
    return NULL;
}

static const char *send(const struct its_command *commands, unsigned count)
{
    const char *reason;

    for (unsigned i = 0; i < count; i++) {
        reason = put(&commands[i]);
        if (reason != NULL)
            return reason;
        mmio_write64(its.base + GITS_CWRITER, its.queue.write);
    }
    return wait(its.queue.write, true);
}

const char *its_send(const struct its_command *commands, unsigned count)
{
    while (!exclusive_claim(&its.lock, &its))
        exclusive_sleep(&its.lock);
    if (its.failed == NULL)
        its.failed = send(commands, count);
    exclusive_release(&its.lock);
    return its.failed;
}
