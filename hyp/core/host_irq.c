/* SPDX-License-Identifier: Apache-2.0 */
#include "host_irq.h"

#include <stddef.h>

#include "assigned.h"
#include "cpu.h"
#include "gic.h"
#include "passthrough.h"
#include "regs/intid.h"
#include "sched.h"
#include "visit.h"

/*
 * The guest routes it to a vCPU of this core that is not loaded: the model keeps it, and it stays active until that
 * one completes it. Of what was on its way while the guest routed it elsewhere an edge is kept, too; a level is let go:
 * its line is still asserted, so it comes again where the route now leads.
 */
static void spi(struct vm *vm, uint32_t pintid)
{
    struct virq *irq = vgic_irq(vm->vgic.cpu[0], pintid);

    visit_begin(&vm->vgic);
    if ((irq->bank->edge & irq->mask) != 0 ||
        (irq->target != NULL && !irq->target->loaded && irq->target->core_index == cpu_index()))
        vgic_arrived(irq);
    else
        gic->deactivate(pintid);
    visit_end(&vm->vgic);
}

static void message(uint32_t pintid)
{
    struct vcpu *loaded = sched_loaded();

    assigned_message(loaded != NULL ? &loaded->vgic : NULL, pintid);
}

void host_irq(uint32_t pintid)
{
    struct vm *vm;

    if (pintid >= INTID_SPECIAL) {
        if (pintid >= INTID_LPI_FIRST) /* has no active state */
            message(pintid);
        return;
    }
    vm = passthrough_owner(pintid);
    if (vm != NULL) {
        spi(vm, pintid);
        return;
    }
    assigned_interrupt(pintid);
    gic->deactivate(pintid);
}
