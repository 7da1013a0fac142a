/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs for a VM: `vm<id>.its=1`, or a strategy that injects them directly, gives it an ITS, `vm<id>.lpi_bits=` LPIs,
 * and without an ITS registers of the redistributors that make them pending (GICR_TYPER.DirectLPI).
 */
#include "devtree.h"
#include "gic.h"
#include "platform.h"
#include "regs/gits.h"
#include "string.h"
#include "vm.h"

#define ITS_BEHIND_DISTRIBUTOR UINT64_C(0x80000) /* where QEMU's virt machine has it */

/* The guest sees its ITS where this machine has one, else behind the distributor. */
static struct range find_frames(void)
{
    struct range frames;

    if (!devtree_reg(platform.fdt, "arm,gic-v3-its", 0, &frames))
        frames.base = gic_map.gicd.base + ITS_BEHIND_DISTRIBUTOR;
    return (struct range){frames.base, GITS_SIZE};
}

void lpis_give(struct vm *vm)
{
    bool its = vm_number(vm, "its", vm->vgic.delivery->direct != NULL) != 0;
    uint64_t bits = vm_number(vm, "lpi_bits", its ? VLPI_BITS_LEAST : 0);
    uint64_t memory, size;

    if (bits == 0 && !its)
        return;
    if (vm->vgic.version != 3)
        platform_refuse("vm%u: a guest with GICv2 has no LPIs: give gic=3, or neither its=1 nor lpi_bits=", vm->id);
    if (bits < VLPI_BITS_LEAST || bits > VLPI_BITS_MOST)
        platform_refuse("vm%u.lpi_bits=%lu: give %u to %u", vm->id, bits, VLPI_BITS_LEAST, VLPI_BITS_MOST);
    if (vm->vgic.limits.physical)
        platform_refuse("vm%u.strategy=%s: no LPIs, whose tables would have to be at physical addresses: give neither "
                        "its=1 nor lpi_bits=",
                        vm->id, vm->vgic.delivery->tag);
    size = vlpi_size((unsigned)bits, vm->vgic.cpus);
    memory = platform_alloc(size, 64);
    if (memory == 0)
        platform_refuse("no %lu KiB of free memory for the LPIs of vm%u: give the machine more or set vm%u.lpi_bits=%u",
                        size >> 10, vm->id, vm->id, VLPI_BITS_LEAST);
    memset((void *)memory, 0, size);
    vm->vgic.memory = (struct guest_memory){vm->ram.base, vm->ram.size, vm->ram_pa};
    vlpi_give(&vm->vgic, (unsigned)bits, (void *)memory);
    if (!its)
        return;
    vits_give(&vm->vgic);
    vm->gits = find_frames();
}
