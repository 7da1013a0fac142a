/* SPDX-License-Identifier: Apache-2.0 */
#include "upcalls.h"

#include <stdbool.h>
#include <stddef.h>

#include "its.h"
#include "lpi.h"
#include "platform.h"
#include "table.h"

/*
 * All tables of ITS and redistributors, each aligned to 64 KiB: queue, first levels and a page of devices, an LPI
 * pending table and a virtual one for each core, configurations; and for each LPI there is, an entry of a translation
 * table and what direct injection notes of it.
 */
#define TABLES_SIZE  UINT64_C(0x400000)
#define TABLES_ALIGN UINT64_C(0x10000)

static const char *start(void)
{
    struct range pool = {platform_alloc(TABLES_SIZE, TABLES_ALIGN), TABLES_SIZE};
    const char *reason;

    if (pool.base == 0)
        return "no memory for the ITS";
    table_pool(pool);
    reason = lpi_init(devtree_cpus(platform.fdt));
    return reason != NULL ? reason : its_probe(platform.fdt);
}

const char *messages_start(void)
{
    static bool started;
    static const char *reason;

    if (!started)
        reason = start();
    started = true;
    return reason;
}

void messages_failed(const char *reason)
{
    platform_refuse("%s", reason);
}
