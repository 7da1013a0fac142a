/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that virqlab's own guests get, of this machine. */
#include <stddef.h>

#include "assigned.h"
#include "guest_fdt.h"
#include "platform.h"
#include "vmm.h"

struct platform platform = {.uart = {UART_BASE, 0x1000}};

static struct vm vm = {
    .ram = {RAM_BASE, RAM_SIZE},
    .gicd = {GICD_BASE, GICD_SIZE},
    .gits = {GITS_BASE, 0x20000},
};

const struct assigned *assigned_of(const struct vm *of)
{
    static const struct assigned nothing;

    (void)of;
    return &nothing;
}

/* There is none: count is 0. */
const struct assigned_function *assigned_function(const struct vm *of, unsigned n)
{
    (void)of;
    (void)n;
    return NULL;
}

int tree_write(const struct model *model, const char *bootargs)
{
    vm.vgic.version = model->gic;
    vm.vgic.cpus = model->vcpus;
    if (model->gic == 2) {
        vm.gicr = (struct range){GICC_BASE, GICC_SIZE};
        vm.gits.size = 0;
    } else {
        vm.gicr = (struct range){GICR_BASE, model->vcpus * (uint64_t)GICR_SIZE};
    }
    return guest_fdt(&vm, bootargs, machine_memory(FDT_BASE), FDT_SIZE);
}
