/* SPDX-License-Identifier: Apache-2.0 */
#include "host_irq.h"

#include <stddef.h>

#include "assigned.h"
#include "cpu.h"
#include "gic.h"
#include "passthrough.h"
#include "platform.h"
#include "regs/intid.h"
#include "sched.h"
#include "visit.h"

/* Under pass the guest has this core's CPU interface: the hypervisor would never see it. */
static bool core_is_lent(void)
{
    const struct vcpu *vcpu = sched_vcpu(cpu_index(), 0);

    return vcpu != NULL && vcpu->vgic.vm->limits.physical;
}

void host_irq_init(void)
{
    uint64_t intid = args_number(platform.args, "host.irq", UINT64_MAX);
    const struct vm *owner;

    if (intid == UINT64_MAX)
        return;
    if (intid < INTID_SPI_FIRST || intid >= gic_spi_end())
        platform_refuse("host.irq=%lu: give an INTID of this machine's SPIs, 32 to %u", intid, gic_spi_end() - 1);
    owner = passthrough_owner((uint32_t)intid);
    if (owner != NULL)
        platform_refuse("host.irq=%lu: it is vm%u's: give one that no VM has", intid, owner->id);
    if (core_is_lent())
        platform_refuse("host.irq=%lu: core %u takes none for the hypervisor under pass: give another strategy", intid,
                        cpu_index());
    gic->enable_spi((uint32_t)intid, cpu_affinity(), true);
}

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
