/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "robin.h"

#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

#define API_KNOWN 4 /* QEMU 10.0's: what is done here rests on how that one generates code */

static bool active;
static uint64_t slice;
static uint64_t slice_end;
static void *slice_timer;

const char *robin_join(struct vcpu *vcpu, unsigned int index, int api)
{
    static char message[96];
    const char *missing = machine_find_turns();
    uint32_t changed;

    if (vcpus_announced() == 1) {
        return NULL;
    }
    if (missing) {
        (void)snprintf(message, sizeof(message), "this QEMU does not export %s", missing);
        return message;
    }
    vcpu->cpu = machine_cpu(index);
    changed = machine_make_parallel(vcpu->cpu);
    if ((changed & (changed - 1)) != 0 || (index > 0 && active != (changed != 0))) {
        return "self-test failed: this QEMU keeps its translation flags in another way";
    }
    active = changed != 0;
    return active && api != API_KNOWN ? "under -icount known for QEMU 10.0 only: use that" : NULL;
}

bool robin_active(void)
{
    return active;
}

static bool counted_for(const struct vcpu *vcpu, const struct site *site)
{
    const struct site *block = block_site(vcpu->block);

    return block && block->el == site->el && site->pc - block->pc <= block->last_pc - block->pc;
}

void robin_check(const struct vcpu *vcpu, const struct site *site)
{
    if (active && (!machine_runs(vcpu->cpu) || (site && !counted_for(vcpu, site)))) {
        (void)fprintf(stderr, "virqlab: several vCPUs: self-test failed: QEMU attributes one's code to another\n");
        _Exit(EXIT_FAILURE);
    }
}

void robin_end_turn(const struct vcpu *vcpu)
{
    machine_end_turn(vcpu->cpu);
}

static void on_slice(void *opaque)
{
    (void)opaque;
    slice_end += slice;
    machine_timer_set(slice_timer, slice_end);
}

const char *robin_slice(uint64_t ns)
{
    if (!machine_counts_insns()) {
        return "needs -icount: elsewhere vCPUs run at once";
    }
    slice = ns;
    slice_end = ns;
    slice_timer = machine_timer_new(on_slice);
    machine_timer_set(slice_timer, slice_end);
    return NULL;
}
