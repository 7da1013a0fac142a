/* SPDX-License-Identifier: Apache-2.0 */
#include "gic.h"

#include <libfdt.h>

#include "field.h"
#include "mmio.h"
#include "regs/gicd.h"
#include "regs/intid.h"

const struct gic_ops *gic;
struct gic_map gic_map;

static const struct gic_ops *const known[] = {&gic_v3, &gic_v2};

static bool in_device_tree(const struct gic_ops *ops, const void *fdt)
{
    for (unsigned i = 0; ops->compatible[i] != NULL; i++)
        if (fdt_node_offset_by_compatible(fdt, -1, ops->compatible[i]) >= 0)
            return true;
    return false;
}

const char *gic_probe(const void *fdt)
{
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        if (in_device_tree(known[i], fdt)) {
            gic = known[i];
            return gic->init(fdt);
        }
    }
    return "no interrupt controller that virqlab drives: it needs an arm,gic-v3, arm,gic-400 or arm,cortex-a15-gic "
           "node";
}

/* GICD_TYPER.ITLinesNumber is the same in both versions (IHI 0048B 4.3.2, IHI 0069H 12.9.38). */
uint32_t gic_spi_end(void)
{
    uint32_t end = 32 * ((uint32_t)FIELD_GET(GICD_TYPER_ITLINES, mmio_read32(gic_map.gicd.base + GICD_TYPER)) + 1);

    return end < INTID_SPI_END ? end : INTID_SPI_END;
}
