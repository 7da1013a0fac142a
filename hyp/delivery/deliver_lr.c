/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lr: list registers of the GICv3 virtual interface (IHI 0069H chapter 6). The guest acknowledges and completes without
 * a trap; an interrupt linked to hardware is deactivated by the guest's own EOI.
 */
#include "deliver.h"

#include <stddef.h>

#include "lr_deliver.h"
#include "model.h"
#include "sysreg.h"
#include "vif.h"

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    if (gic->version != 3)
        return "lr needs a machine with GICv3 (ICH_*_EL2): run te";
    if (version != 3)
        return "lr on GICv3 serves GICv3 guests only (ICC_SRE_EL1.SRE = 0 is not supported): run te";
    vif = &vif_v3;
    vif_v3_limits(limits);
    return NULL;
}

/* DIR traps while an active interrupt is outside the list registers, or may be in those of another vCPU. */
void lr_sysreg_v3(struct vgic_cpu *cpu, uint64_t esr)
{
    if (sysreg_access(esr) != ISS_ICC_DIR_EL1) {
        lr_sysreg(cpu, esr);
        return;
    }
    model_take(cpu);
    lr_deactivate(cpu, (uint32_t)cpu->x[sysreg_rt(esr)] & ICC_INTID);
    model_release(cpu);
    skip_instruction();
}

const struct delivery deliver_lr = {
    .tag = "lr",
    .version = 3,
    .limits = limits,
    .gicd = &vgic_gicd_v3,
    .gicr = &vgic_gicr_v3,
    .begin = deliver_begin,
    LR_DELIVER,
    .load = lr_load,
    .put = lr_put,
    .signalled = lr_signalled,
    .raise_resident = lr_raise_resident,
    .sysreg = lr_sysreg_v3,
};
