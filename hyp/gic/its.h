/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical Interrupt Translation Service (IHI 0069H chapter 5): one, the first of the device tree. its_send() is
 * for any core; everything else is for one core at a time, and its_init() for the boot core.
 *
 * A function that returns text returns NULL when it is done, else why it could not be: the ITS did not answer in its
 * deadline, refused, or has no room. Nothing is sent to an ITS that did not answer once.
 */
#ifndef GIC_ITS_H
#define GIC_ITS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "its_command.h"

/* A table of GITS_BASER<n>; entries 0 where this ITS needs none of its type. */
struct its_table {
    uint8_t *base;      /* of the table, or of its first level */
    uint64_t page_size; /* bytes */
    uint64_t entries;   /* that it can have */
    unsigned entry_size;
    bool two_level, coherent;
};

struct its_device;

struct its {
    uintptr_t base; /* 0: not in use */
    uint64_t typer;
    const char *failed; /* why it is not to be used any more; NULL */
    void *lock;
    struct its_table devices, collections, vpes;
    struct {
        struct its_command *commands;
        uint64_t write; /* byte offset of the next one */
        bool coherent;
    } queue;
    uint64_t rdbase[CPUS_MAX];
    uint32_t collected;        /* cores whose collection is mapped, a bit each */
    struct its_device *mapped; /* devices, a list (its_device.c) */
};
extern struct its its;

/* Finds it in the device tree and starts it, no device mapped; memory by table_pool(), before. */
const char *its_probe(const void *fdt);
/* ditto, where its registers are mapped at `base`. */
const char *its_init(uintptr_t base);

/* The part of core `cpu` with the redistributor at `redistributor`, whose LPIs are enabled: its collection, number
 * `cpu`. Nothing when no ITS is in use. */
const char *its_cpu_init(unsigned cpu, uintptr_t redistributor);

/* Sends them and waits until the ITS has executed all; their effects are complete after a SYNC or VSYNC only. */
const char *its_send(const struct its_command *commands, unsigned count);
#define ITS_SEND(...)                                                                                                  \
    its_send((const struct its_command[]){__VA_ARGS__},                                                                \
             sizeof((const struct its_command[]){__VA_ARGS__}) / sizeof(struct its_command))

/* The queue (its_queue.c) and the tables (its_table.c), for its_init(). */
#define ITS_QUEUE_SIZE 0x10000
const char *its_queue_init(void);
const char *its_tables_init(void);
/* Gives `table` memory for entry `id`; false when it cannot have that. */
bool its_table_reach(struct its_table *table, uint32_t id);

#endif
