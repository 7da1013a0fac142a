/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gicv4: lr, and LPIs of devices that the VM has come as virtual LPIs of GICv4.0 without an exit (direct.h). What
 * cannot come so, comes by list registers.
 */
#include "deliver.h"

#include <stddef.h>

#include "direct.h"
#include "lr_deliver.h"
#include "string.h"
#include "sysreg.h"

#define OFFER "; run lr"

/* Why not, and what to do instead. */
static const char *refuse(const char *reason)
{
    static char text[160];
    size_t length = strlen(reason);

    if (length + sizeof(OFFER) > sizeof(text))
        return reason;
    memcpy(text, reason, length + 1);
    memcpy(text + length, OFFER, sizeof(OFFER));
    return text;
}

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    const char *reason = deliver_lr.limits(limits, version);

    if (reason != NULL)
        return reason;
    if ((read_sysreg(ich_vtr_el2) & ICH_VTR_NV4) != 0)
        return refuse("this core's CPU interface has no direct injection (ICH_VTR_EL2.nV4)");
    reason = direct_init();
    return reason != NULL ? refuse(reason) : NULL;
}

static void load(struct vgic_cpu *cpu)
{
    lr_load(cpu);
    direct_load(cpu);
}

static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    direct_put(cpu, why);
    lr_put(cpu, why);
}

static bool signalled(const struct vgic_cpu *cpu)
{
    return lr_signalled(cpu) || direct_pending(cpu);
}

const struct delivery deliver_gicv4 = {
    .tag = "gicv4",
    .version = 3,
    .limits = limits,
    .gicd = &vgic_gicd_v3,
    .gicr = &vgic_gicr_v3,
    .begin = deliver_begin,
    LR_DELIVER,
    .load = load,
    .put = put,
    .signalled = signalled,
    .raise_resident = lr_raise_resident,
    .sysreg = lr_sysreg_v3,
    .direct = &direct_events,
};
