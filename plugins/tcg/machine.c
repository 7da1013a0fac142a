/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values of QEMU's enumerations QEMUClockType and ShutdownCause, and its SCALE_NS. */
#define CLOCK_VIRTUAL        1
#define SCALE_NS             1
#define SHUTDOWN_HOST_ERROR  1
#define SHUTDOWN_HOST_SIGNAL 4

/* MemTxAttrs.requester_id: behind secure, space (2 bits), user, memory and debug. */
#define REQUESTER_SHIFT 6

/* QEMUTimer is 56 bytes in QEMU 10.0; nothing here looks inside. */
#define TIMER_SIZE 256

typedef void (*timer_init_fn)(void *timer, void *group, int clock, int scale, int attributes, void (*cb)(void *),
                              void *opaque);
typedef void (*timer_mod_fn)(void *timer, int64_t expire);
typedef void (*shutdown_fn)(int cause);
typedef void (*shutdown_code_fn)(int cause, int code);
typedef void *(*get_cpu_fn)(int index);
typedef void (*icount_update_fn)(void *cpu);
typedef int64_t (*clock_get_fn)(int clock);
typedef void (*store_fn)(void *space, uint64_t address, uint32_t value, uint64_t attributes, uint32_t *result);

typedef uint32_t (*cflags_fn)(void *cpu);
typedef void (*cflags_init_fn)(void *cpu, bool parallel);
typedef void (*cpu_exit_fn)(void *cpu);
typedef void (*flush_fn)(void *cpu);

static timer_init_fn timer_init;
static timer_mod_fn timer_mod;
static shutdown_fn shutdown_request;
static shutdown_code_fn shutdown_request_code;
static get_cpu_fn get_cpu;
static icount_update_fn icount_update;
static clock_get_fn clock_get;
static store_fn store;
static cflags_fn cflags;
static cflags_init_fn cflags_init;
static cpu_exit_fn cpu_exit;
static flush_fn flush;
static void **current_cpu; /* the instance of the thread that all vCPUs share */
static void *memory;       /* QEMU's address_space_memory: what a bus master without an IOMMU sees */

/* ISO C has no conversion from the object pointer that dlsym returns to a function pointer. */
static bool find(const char *name, void *function, size_t size)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);

    memcpy(function, (void *)&symbol, size);
    return symbol != NULL;
}

struct symbol {
    const char *name;
    void *function;
    size_t size;
};

/* Looks all of them up; the name of the first that is missing, or NULL. */
static const char *find_all(const struct symbol *symbols, size_t count)
{
    const char *missing = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!find(symbols[i].name, symbols[i].function, symbols[i].size) && !missing) {
            missing = symbols[i].name;
        }
    }
    return missing;
}

const char *machine_find(void)
{
    const struct symbol symbols[] = {
        {"timer_init_full", (void *)&timer_init, sizeof(timer_init)},
        {"timer_mod_ns", (void *)&timer_mod, sizeof(timer_mod)},
        {"qemu_system_shutdown_request", (void *)&shutdown_request, sizeof(shutdown_request)},
        {"qemu_system_shutdown_request_with_code", (void *)&shutdown_request_code, sizeof(shutdown_request_code)},
        {"qemu_get_cpu", (void *)&get_cpu, sizeof(get_cpu)},
        {"icount_update", (void *)&icount_update, sizeof(icount_update)},
    };

    return find_all(symbols, sizeof(symbols) / sizeof(symbols[0]));
}

const char *machine_find_store(void)
{
    const struct symbol symbols[] = {
        {"qemu_clock_get_ns", (void *)&clock_get, sizeof(clock_get)},
        {"address_space_stl", (void *)&store, sizeof(store)},
        {"address_space_memory", (void *)&memory, sizeof(memory)},
    };

    return find_all(symbols, sizeof(symbols) / sizeof(symbols[0]));
}

const char *machine_find_turns(void)
{
    const struct symbol symbols[] = {
        {"qemu_get_cpu", (void *)&get_cpu, sizeof(get_cpu)},
        {"curr_cflags", (void *)&cflags, sizeof(cflags)},
        {"tcg_cpu_init_cflags", (void *)&cflags_init, sizeof(cflags_init)},
        {"cpu_exit", (void *)&cpu_exit, sizeof(cpu_exit)},
        {"current_cpu", (void *)&current_cpu, sizeof(current_cpu)},
    };

    return find_all(symbols, sizeof(symbols) / sizeof(symbols[0]));
}

const char *machine_find_flush(void)
{
    const struct symbol symbols[] = {
        {"qemu_get_cpu", (void *)&get_cpu, sizeof(get_cpu)},
        {"tb_flush", (void *)&flush, sizeof(flush)},
    };

    return find_all(symbols, sizeof(symbols) / sizeof(symbols[0]));
}

void machine_flush(unsigned int vcpu)
{
    flush(get_cpu((int)vcpu));
}

void *machine_cpu(unsigned int index)
{
    return get_cpu((int)index);
}

bool machine_runs(const void *cpu)
{
    return *current_cpu == cpu;
}

/* QEMU's own function for a new vCPU, which adds flags and takes none away. */
uint32_t machine_make_parallel(void *cpu)
{
    const uint32_t before = cflags(cpu);

    cflags_init(cpu, true);
    return before ^ cflags(cpu);
}

void machine_end_turn(void *cpu)
{
    cpu_exit(cpu);
}

void *machine_timer_new(void (*expired)(void *))
{
    void *timer = calloc(1, TIMER_SIZE);

    if (!timer) {
        (void)fprintf(stderr, "virqlab: out of memory\n");
        exit(EXIT_FAILURE);
    }
    timer_init(timer, NULL, CLOCK_VIRTUAL, SCALE_NS, 0, expired, NULL);
    return timer;
}

void machine_timer_set(void *timer, uint64_t ns)
{
    timer_mod(timer, (int64_t)ns);
}

uint64_t machine_clock_ns(void)
{
    return (uint64_t)clock_get(CLOCK_VIRTUAL);
}

/* The attributes are a struct of bit fields, 8 bytes by value: zero but for requester_id is a Non-secure access. */
uint32_t machine_store(uint64_t address, uint32_t value, uint16_t requester)
{
    uint32_t result = UINT32_MAX;

    store(memory, address, value, (uint64_t)requester << REQUESTER_SHIFT, &result);
    return result;
}

bool machine_counts_insns(void)
{
    const int *use_icount = dlsym(RTLD_DEFAULT, "use_icount");

    return use_icount && *use_icount != 0;
}

void machine_settle_clock(unsigned int vcpu)
{
    if (get_cpu && icount_update && machine_counts_insns()) {
        icount_update(get_cpu((int)vcpu));
    }
}

void machine_stop(int code)
{
    if (code != 0 && shutdown_request_code) {
        shutdown_request_code(SHUTDOWN_HOST_ERROR, code);
    } else if (shutdown_request) {
        shutdown_request(SHUTDOWN_HOST_SIGNAL);
    }
}
