/* SPDX-License-Identifier: Apache-2.0 */
#include <libfdt.h>
#include <stddef.h>

#include "smmu.h"

#define GIC_CELLS 3
#define GIC_SPI   0
#define GIC_EDGE  1

bool smmu_find(const void *fdt, struct range *registers, uint32_t *intid)
{
    static const char compatible[] = "arm,smmu-v3";
    int node = fdt_node_offset_by_compatible(fdt, -1, compatible), length = 0;
    const fdt32_t *cells = node < 0 ? NULL : fdt_getprop(fdt, node, "interrupts", &length);
    int index = node < 0 ? -1 : fdt_stringlist_search(fdt, node, "interrupt-names", "eventq");

    *intid = 0;
    if (cells != NULL && index >= 0 && length >= GIC_CELLS * (index + 1) * (int)sizeof(*cells)) {
        cells += (ptrdiff_t)GIC_CELLS * index;
        if (fdt32_to_cpu(cells[0]) == GIC_SPI && fdt32_to_cpu(cells[2]) == GIC_EDGE)
            *intid = 32 + fdt32_to_cpu(cells[1]);
    }
    return devtree_reg(fdt, compatible, 0, registers);
}
