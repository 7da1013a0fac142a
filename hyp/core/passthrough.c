/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest has of the machine itself: the console, and what the parameters name: `vm0.spis=`, physical interrupts,
 * each as the guest's own of the same INTID, and `vm0.mmio=`, registers, at the same addresses.
 */
#include "passthrough.h"

#include "assigned.h"
#include "gic.h"
#include "platform.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "stage2.h"
#include "stdlib.h"

#define LIST_SIZE 256 /* characters of a parameter */

static bool overlap(const struct range *a, const struct range *b)
{
    return a->base < b->base + b->size && b->base < a->base + a->size;
}

static struct vm *owners[INTID_SPI_END]; /* of physical SPIs */

struct vm *passthrough_owner(uint32_t intid)
{
    return intid < INTID_SPI_END ? owners[intid] : NULL;
}

void passthrough_link(struct vm *vm, uint32_t intid)
{
    if (owners[intid] != NULL && owners[intid] != vm)
        platform_refuse("vm%u: vm%u has the physical interrupt %u already", vm->id, owners[intid]->id, intid);
    owners[intid] = vm;
    vgic_link(&vm->vcpu[0]->vgic, intid, intid);
}

void passthrough_take_back(const struct vm *vm)
{
    for (uint32_t intid = INTID_SPI_FIRST; intid < INTID_SPI_END; intid++)
        if (owners[intid] == vm)
            gic->disable_spi(intid);
}

/*
 * The machine's own, registers and interrupt: a lone VM has it for itself after the hypervisor's first lines. Several
 * have one each that prints to it (core/console.h).
 */
static void give_console(struct vm *vm)
{
    if (platform.uart.base == 0 || vm_count() > 1)
        return;
    stage2_map_device(&vm->stage2, platform.uart.base, platform.uart.base, PAGE_SIZE);
    if (platform.uart_intid >= VGIC_INTIDS)
        platform_refuse("the console's interrupt %u is not one of a guest's: 32 to %u", platform.uart_intid,
                        VGIC_INTIDS - 1);
    if (platform.uart_intid != 0)
        passthrough_link(vm, platform.uart_intid);
}

/* vm<id>.spis=INTID|FIRST-LAST[,…] */
static void give_spis(struct vm *vm)
{
    char list[LIST_SIZE];
    const char *at = list;
    uint32_t end = gic_spi_end();
    uint64_t first, last;

    if (!vm_text(vm, "spis", list, sizeof(list)))
        return;
    for (;; at++) {
        at = args_span(at, &first, &last);
        if (at == NULL || first < INTID_SPI_FIRST || last < first || last >= end)
            platform_refuse("vm%u.spis=%s: give INTIDs of this machine's SPIs, 32 to %u: INTID|FIRST-LAST[,...]",
                            vm->id, list, end - 1);
        for (; first <= last; first++)
            passthrough_link(vm, (uint32_t)first);
        if (*at == '\0')
            return;
    }
}

/* Neither memory nor the interrupt controller: the guest would have what is not its own. */
static bool may_have(const struct vm *vm, const struct range *range)
{
    struct range its = {0, 0}; /* the machine's own */
    const struct range *const taken[] = {&vm->ram,      &vm->gicr,     &vm->gits,     &gic_map.gicd, &gic_map.gicr,
                                         &gic_map.gicc, &gic_map.gich, &gic_map.gicv, &its};

    (void)devtree_reg(platform.fdt, "arm,gic-v3-its", 0, &its);
    for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
        if (overlap(range, taken[i]))
            return false;
    return !platform_has_memory(range);
}

/* vm<id>.mmio=ADDRESS,SIZE[,ADDRESS,SIZE…] */
static void give_registers(struct vm *vm)
{
    char list[LIST_SIZE], *end;
    const char *at = list;

    if (!vm_text(vm, "mmio", list, sizeof(list)))
        return;
    for (;; at = end + 1) {
        struct range range = {strtoul(at, &end, 0), 0};

        if (*end == ',')
            range.size = strtoul(end + 1, &end, 0);
        if ((*end != ',' && *end != '\0') || range.size == 0 || ((range.base | range.size) & (PAGE_SIZE - 1)) != 0 ||
            range.size > BIT(STAGE2_IPA_BITS) || range.base > BIT(STAGE2_IPA_BITS) - range.size)
            platform_refuse("vm%u.mmio=%s: give ADDRESS,SIZE[,...] in multiples of 4096, below 2^%u", vm->id, list,
                            STAGE2_IPA_BITS);
        if (!may_have(vm, &range))
            platform_refuse("vm%u.mmio=%s: 0x%lx has memory or the interrupt controller, no device for a guest", vm->id,
                            list, range.base);
        stage2_map_device(&vm->stage2, range.base, range.base, range.size);
        if (*end == '\0')
            return;
    }
}

void passthrough_give(struct vm *vm)
{
    give_console(vm);
    give_spis(vm);
    give_registers(vm);
    assigned_give(vm);
}
