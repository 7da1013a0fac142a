/* SPDX-License-Identifier: Apache-2.0 */
#include "gic.h"

#include <libfdt.h>

#include "field.h"

const struct gic_ops *gic;
struct gic_map gic_map;

static const struct gic_ops *const known[] = {&gic_v3};

const char *gic_probe(const void *fdt)
{
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        if (fdt_node_offset_by_compatible(fdt, -1, known[i]->compatible) >= 0) {
            gic = known[i];
            return gic->init(fdt);
        }
    }
    return "no interrupt controller that virqlab drives: it needs an arm,gic-v3 node";
}
