/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "profile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vcpu.h"
#include "writer.h"

#define COUNTERS_PER_BANK 4096
#define TABLE_START       1024

struct segment {
    uint64_t pc;
    uint32_t length; /* in instructions; 0: an empty place */
    uint32_t index;  /* of its counter */
    uint64_t total;  /* of the regions that were left */
};

/* File format: 16 bytes each, the first is {PROFILE_MAGIC, VBAR_EL2}. */
struct entry {
    uint64_t pc;
    uint64_t count;
};

#define PROFILE_MAGIC 0x31464f5250515256ULL /* "VRQPROF1" */

static bool enabled;
static bool region_left; /* at least once */
static uint16_t begin_mark;
static uint16_t end_mark;
static uint64_t vbar_el2;

static struct segment *table; /* open addressing, a power of two, at most half full */
static size_t table_size;
static size_t segments;
static struct qemu_plugin_scoreboard **banks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* without -icount vCPUs translate in parallel */

void profile_enable(uint16_t begin, uint16_t end)
{
    enabled = true;
    begin_mark = begin;
    end_mark = end;
}

bool profile_enabled(void)
{
    return enabled;
}

static void *allocated(void *memory)
{
    if (!memory) {
        (void)fprintf(stderr, "virqlab: out of memory\n");
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* The segment's place in the table, or the empty one where it belongs. */
static struct segment *place_of(uint64_t pc, uint32_t length)
{
    size_t at = (size_t)((pc / 4 + (uint64_t)length * 0x9e3779b9U) * 0x9e3779b97f4a7c15ULL >> 20) & (table_size - 1);

    while (table[at].length != 0 && (table[at].pc != pc || table[at].length != length)) {
        at = (at + 1) & (table_size - 1);
    }
    return &table[at];
}

static void grow_table(void)
{
    struct segment *old = table;
    const size_t old_size = table_size;

    table_size = old_size ? 2 * old_size : TABLE_START;
    table = allocated(calloc(table_size, sizeof(*table)));
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].length != 0) {
            *place_of(old[i].pc, old[i].length) = old[i];
        }
    }
    free(old);
}

static qemu_plugin_u64 counter(uint32_t index)
{
    return (qemu_plugin_u64){
        .score = banks[index / COUNTERS_PER_BANK],
        .offset = index % COUNTERS_PER_BANK * sizeof(uint64_t),
    };
}

static struct segment *add(struct segment *segment, uint64_t pc, uint32_t length)
{
    if (segments % COUNTERS_PER_BANK == 0) {
        const size_t count = segments / COUNTERS_PER_BANK;

        banks = allocated(realloc(banks, (count + 1) * sizeof(struct qemu_plugin_scoreboard *)));
        banks[count] = qemu_plugin_scoreboard_new(COUNTERS_PER_BANK * sizeof(uint64_t));
    }
    *segment = (struct segment){.pc = pc, .length = length, .index = (uint32_t)segments};
    segments++;
    return segment;
}

qemu_plugin_u64 profile_segment(uint64_t pc, size_t length)
{
    struct segment *segment;
    qemu_plugin_u64 found;

    (void)pthread_mutex_lock(&lock);
    if (2 * segments >= table_size) {
        grow_table();
    }
    segment = place_of(pc, (uint32_t)length);
    if (segment->length == 0) {
        segment = add(segment, pc, (uint32_t)length);
    }
    found = counter(segment->index);
    (void)pthread_mutex_unlock(&lock);
    return found;
}

/* What all vCPUs counted since the last call. */
static uint64_t take(uint32_t index)
{
    const qemu_plugin_u64 entry = counter(index);
    uint64_t sum = 0;

    for (unsigned int i = 0; i < vcpus_count(); i++) {
        uint64_t *value = (void *)((char *)qemu_plugin_scoreboard_find(entry.score, i) + entry.offset);

        sum += *value;
        *value = 0;
    }
    return sum;
}

void profile_mark(uint16_t id, uint64_t vbar)
{
    const bool leave = id == end_mark;

    if (!enabled || (id != begin_mark && !leave)) {
        return;
    }
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < table_size; i++) {
        const uint64_t count = table[i].length != 0 ? take(table[i].index) : 0;

        table[i].total += leave ? count : 0;
    }
    (void)pthread_mutex_unlock(&lock);
    if (leave) {
        region_left = true;
        vbar_el2 = vbar;
    }
}

static int by_pc(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;

    return (left->pc > right->pc) - (left->pc < right->pc);
}

/* One entry for each instruction that ran: the sum over the segments that contain it. */
static size_t collect(struct entry *entries)
{
    size_t used = 0;
    size_t merged = 0;

    for (size_t i = 0; i < table_size; i++) {
        for (uint32_t j = 0; table[i].total != 0 && j < table[i].length; j++) {
            entries[used++] = (struct entry){.pc = table[i].pc + 4 * (uint64_t)j, .count = table[i].total};
        }
    }
    qsort(entries, used, sizeof(*entries), by_pc);
    for (size_t i = 0; i < used; i++) {
        if (merged > 0 && entries[merged - 1].pc == entries[i].pc) {
            entries[merged - 1].count += entries[i].count;
        } else {
            entries[merged++] = entries[i];
        }
    }
    return merged;
}

bool profile_write(const char *path)
{
    size_t instructions = 1;
    struct entry *entries;
    bool ok;

    if (!region_left) {
        return true;
    }
    for (size_t i = 0; i < table_size; i++) {
        instructions += table[i].total != 0 ? table[i].length : 0;
    }
    entries = allocated(calloc(instructions, sizeof(*entries)));
    entries[0] = (struct entry){.pc = PROFILE_MAGIC, .count = vbar_el2};
    instructions = 1 + collect(entries + 1);
    ok = writer_put_file(path, entries, instructions * sizeof(*entries));
    free(entries);
    return ok;
}
