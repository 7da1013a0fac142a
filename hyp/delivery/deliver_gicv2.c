/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gicv2: list registers of GICv2's virtual interface (IHI 0048B.b chapter 5). The guest has the virtual CPU interface,
 * GICV, where it expects its GICC: it acknowledges and completes without a trap.
 */
#include "deliver.h"

#include <stddef.h>

#include "gic.h"
#include "lr_deliver.h"
#include "lr_state.h"
#include "mmio.h"
#include "regs/gich.h"
#include "vif.h"

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    if (gic->version != 2 || gic_map.gich.size == 0 || gic_map.gicv.size == 0)
        return "gicv2 needs a machine with GICv2 and its virtual interface (GICH, GICV): run te";
    if (version != 2)
        return "gicv2 serves GICv2 guests only: set vm0.gic=2";
    vif = &vif_v2;
    vif_v2_limits(limits);
    return NULL;
}

/* What the guest sends itself: its list register is empty and serves once more. All else goes the long way. */
static void raise_resident(struct virq *irq)
{
    const struct vgic_cpu *cpu = irq->holder;
    struct virq_bank *bank = irq->bank;
    uintptr_t lr = gic_map.gich.base + GICH_LR + (uintptr_t)4 * irq->lr;

    if (irq->intid < INTID_SGI_COUNT && cpu == bank->vm->owner && !lr_waiting(cpu) &&
        (bank->forwarded & irq->mask) != 0 &&
        lr_take_source(irq, (mmio_read32(lr) & (GICH_LR_PENDING | GICH_LR_ACTIVE)) == 0)) {
        bank->latch |= irq->mask;
        mmio_write32(lr, (uint32_t)cpu->delivery.lr.written[irq->lr] | GICH_LR_PENDING);
    } else {
        lr_raise_resident(irq);
    }
}

const struct delivery deliver_gicv2 = {
    .tag = "gicv2",
    .version = 2,
    .limits = limits,
    .gicd = &vgic_gicd_v2,
    .gicr = &vgic_gicc_v2,
    .begin = deliver_begin,
    LR_DELIVER,
    .load = lr_load,
    .put = lr_put,
    .signalled = lr_signalled,
    .raise_resident = raise_resident,
    .sysreg = lr_sysreg,
};
