/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stimulus.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "machine.h"

#define LINE_SIZE 256
#define NOWHERE   0xffffffffff000ULL /* top of 52 bits of physical address: no machine has a device there */

struct store {
    uint64_t ns;
    uint64_t address;
    uint32_t value;
    uint16_t requester;
};

static struct store *stores;
static size_t count, done;
static void *timer;

/* A number, decimal or 0x…, and what follows it; NULL when there is none or it exceeds `limit`. */
static char *parse_number(char *text, uint64_t limit, uint64_t *number)
{
    char *end = NULL;

    text += strspn(text, " \t");
    errno = 0;
    *number = strtoull(text, &end, 0);
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && *number <= limit ? end : NULL;
}

static bool at_end(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* TIME ADDRESS VALUE [REQUESTER] */
static bool parse_store(char *text, struct store *store)
{
    uint64_t value = 0;
    uint64_t requester = 0;

    text = parse_number(text, INT64_MAX, &store->ns);
    text = text ? parse_number(text, UINT64_MAX, &store->address) : NULL;
    text = text ? parse_number(text, UINT32_MAX, &value) : NULL;
    if (text && !at_end(text)) {
        text = parse_number(text, UINT16_MAX, &requester);
    }
    store->value = (uint32_t)value;
    store->requester = (uint16_t)requester;
    return text && at_end(text) && store->ns > 0 && store->address % sizeof(uint32_t) == 0;
}

static bool append(const struct store *store)
{
    if ((count & (count - 1)) == 0) { /* room for the next power of two */
        struct store *larger = realloc(stores, (count ? 2 * count : 1) * sizeof(*stores));

        if (!larger) {
            return false;
        }
        stores = larger;
    }
    stores[count++] = *store;
    return true;
}

/* Returns what is wrong with the line, NULL when it is a store, a comment or empty. */
static const char *parse_line(char *line)
{
    struct store store;

    if (strlen(line) == LINE_SIZE - 1) {
        return "this line is too long";
    }
    line[strcspn(line, "#")] = '\0';
    if (line[strspn(line, " \t\r\n")] == '\0') {
        return NULL;
    }
    if (!parse_store(line, &store)) {
        return "say TIME ADDRESS VALUE [REQUESTER]: ns of virtual time from 1 on, a multiple of 4, 32 bits, 16 bits";
    }
    if (count > 0 && store.ns < stores[count - 1].ns) {
        return "this time is before the one above";
    }
    return append(&store) ? NULL : "out of memory";
}

bool stimulus_load(const char *path, char *error, unsigned int size)
{
    FILE *file = fopen(path, "re");
    char line[LINE_SIZE];
    const char *problem = NULL;
    unsigned int number = 0;

    if (!file) {
        (void)snprintf(error, size, "stimulus: cannot read %s: %s", path, strerror(errno));
        return false;
    }
    while (!problem && fgets(line, sizeof(line), file)) {
        number++;
        problem = parse_line(line);
    }
    if (problem) {
        (void)snprintf(error, size, "stimulus: %s line %u: %s", path, number, problem);
    }
    (void)fclose(file);
    return !problem;
}

static void fail(const struct store *store, const char *reason)
{
    (void)fprintf(stderr, "virqlab: stimulus: store of 0x%x to 0x%llx at %llu ns: %s\n", store->value,
                  (unsigned long long)store->address, (unsigned long long)store->ns, reason);
    machine_stop(1);
}

/* Every store whose time has come, then the timer for the next one. */
static void on_time(void *opaque)
{
    const uint64_t now = stores[done].ns;

    (void)opaque;
    if (machine_clock_ns() != now) {
        fail(&stores[done], "the clock is elsewhere");
        return;
    }
    for (; done < count && stores[done].ns == now; done++) {
        const struct store *store = &stores[done];

        if (machine_store(store->address, store->value, store->requester) != STORE_DONE) {
            fail(store, "nothing answers there");
            return;
        }
        for (unsigned int i = 0; i < vcpus_count(); i++) {
            event_stimulus(vcpu_get(i), store->ns, store->address, store->value);
        }
    }
    if (done < count) {
        machine_timer_set(timer, stores[done].ns);
    }
}

const char *stimulus_start(void)
{
    if (!machine_counts_insns()) {
        return "needs -icount: else stores have no exact place among the instructions";
    }
    if (machine_store(NOWHERE, 0, 0) != STORE_NOWHERE) {
        return "self-test failed: this QEMU does not refuse a store to nowhere as QEMU 10.0 does";
    }
    if (count > 0) {
        timer = machine_timer_new(on_time);
        machine_timer_set(timer, stores[0].ns);
    }
    return NULL;
}
