/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wake.h"

#include <stdatomic.h>
#include <stddef.h>

#include "machine.h"

static atomic_bool waiting;

const char *wake_by_guest(void)
{
    const char *missing = machine_find_flush();

    atomic_store(&waiting, missing == NULL);
    return missing;
}

bool wake_watched(void)
{
    return !atomic_load_explicit(&waiting, memory_order_relaxed);
}

void wake_guest_runs(unsigned int index)
{
    if (atomic_exchange(&waiting, false)) {
        machine_flush(index);
    }
}
