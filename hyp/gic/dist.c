/* SPDX-License-Identifier: Apache-2.0 */
#include "dist.h"

#include "exclusive.h"

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

void dist_update(uintptr_t address, uint32_t mask, uint32_t value)
{
    static const void *changing;

    exclusive_take(&changing, &changing);
    mmio_write32(address, (mmio_read32(address) & ~mask) | (value & mask));
    exclusive_release(&changing);
}

void dist_set_edge(uint32_t intid, bool edge)
{
    uintptr_t icfgr = gic_map.gicd.base + GICD_ICFGR + 4 * (uintptr_t)(intid / 16);
    uint32_t bit = BIT32(2 * (intid % 16) + 1);

    if (((mmio_read32(icfgr) & bit) != 0) != edge)
        dist_update(icfgr, bit, edge ? bit : 0);
}
