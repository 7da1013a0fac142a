/* SPDX-License-Identifier: Apache-2.0 */
#include "its_rig.h"

#include <stddef.h>
#include <string.h>

#include "lpi.h"
#include "table.h"

#define POOL 0x400000

static uint8_t pool[POOL] __attribute__((aligned(0x10000)));

void rig_fresh(void)
{
    fake_its_reset();
    memset(pool, 0xa5, sizeof(pool));
    table_pool((struct range){(uintptr_t)pool, POOL});
}

const char *rig_start(void)
{
    const char *reason = lpi_init(1);

    if (reason == NULL)
        reason = its_init(FAKE_ITS);
    if (reason == NULL)
        reason = lpi_cpu_init(0, FAKE_GICR);
    return reason != NULL ? reason : its_cpu_init(0, FAKE_GICR);
}

void rig_started(void)
{
    rig_fresh();
    OK(rig_start());
}

void rig_no_rule_broken(void)
{
    EXPECT((uintptr_t)fake_its.why, 0);
    EXPECT(fake_its.uncleaned, 0);
}

uint8_t rig_config_byte(uint32_t lpi)
{
    return ((const uint8_t *)(uintptr_t)(fake_its.propbaser & UINT64_C(0xffffffffff000)))[lpi - 8192];
}

bool rig_says(const char *reason, const char *text)
{
    return reason != NULL && strstr(reason, text) != NULL;
}
