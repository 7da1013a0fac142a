/* SPDX-License-Identifier: Apache-2.0 */
#include "dist.h"

void dist_reset(uint32_t groups)
{
    uintptr_t gicd = gic_map.gicd.base;
    unsigned banks = (unsigned)FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(gicd + GICD_TYPER));

    for (uintptr_t n = 1; n <= banks; n++) {
        mmio_write32(gicd + GICD_ICENABLER + 4 * n, UINT32_MAX);
        mmio_write32(gicd + GICD_ICPENDR + 4 * n, UINT32_MAX);
        mmio_write32(gicd + GICD_ICACTIVER + 4 * n, UINT32_MAX);
        mmio_write32(gicd + GICD_IGROUPR + 4 * n, groups);
        for (unsigned i = 0; i < 8; i += 4)
            mmio_write32(gicd + GICD_ICFGR + 8 * n + i, 0);
        for (unsigned i = 0; i < 32; i += 4)
            mmio_write32(gicd + GICD_IPRIORITYR + 32 * n + i, PRIORITY_HOST * UINT32_C(0x01010101));
    }
}

void dist_set_edge(uint32_t intid, bool edge)
{
    uintptr_t icfgr = gic_map.gicd.base + GICD_ICFGR + 4 * (uintptr_t)(intid / 16);
    uint32_t config = mmio_read32(icfgr), bit = BIT32(2 * (intid % 16) + 1);

    if (((config & bit) != 0) != edge)
        mmio_write32(icfgr, config ^ bit);
}
