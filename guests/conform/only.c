/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules are about what only one version of the architecture has, or only some implementations of it. */
#include "env.h"

#include "string.h"

enum need { GICV2, GICV3, SGI_ENABLE };

/* By the beginning of their names; the first row that fits decides. */
static const struct {
    const char *name;
    enum need need;
    const char *otherwise; /* why there is nothing to check */
} only[] = {
    {"v2.", GICV2, "GICv2 has it"},
    {"ident.archrev_agrees", GICV3, "no redistributor"},
    {"ident.gicd_archrev", GICV3, "GICD_PIDR2 is elsewhere: see v2.archrev"},
    {"ident.pidr2_read_only", GICV3, "GICD_PIDR2 is elsewhere"},
    {"ident.gicr_", GICV3, "no redistributor"},
    {"ident.typer_idbits", GICV3, "no GICD_TYPER.IDbits"},
    {"ident.ctlr_ds", GICV3, "no GICD_CTLR.DS"},
    {"ident.ctlr_are", GICV3, "no affinity routing"},
    {"ident.sre", GICV3, "no system registers"},
    {"ident.id_register", GICV3, "no system registers"},
    {"ident.pribits", GICV3, "no ICC_CTLR_EL1: see v2.pmr_bits"},
    {"ident.icc_ctlr_constant", GICV3, "no ICC_CTLR_EL1"},
    {"reserved.", GICV3, "no affinity routing: the registers are not reserved"},
    {"bits.enable_sets.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"bits.disable_clears.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"bits.zeros_ignored.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"lifecycle.pending_disabled.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"lifecycle.disabled_while_pending.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"lifecycle.pended_while_active_disabled.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"mask.highest_disabled.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"mask.priority_changed.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"preempt.priority_of_active.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"bpr.minimum", GICV3, "the minimum of GICC_ABPR is IMPLEMENTATION DEFINED"},
    {"bpr.cbpr_reads", GICV3, "GICC_ABPR has a value of its own"},
    {"bpr.cbpr_saturates", GICV3, "GICC_ABPR has a value of its own"},
    {"bpr.cbpr_ignores", GICV3, "GICC_ABPR has a value of its own"},
    {"bpr.mixed_waits", GICV3, "not known to be the same in GICv2"},
    {"group.distributor_only", GICV3, "groups may be masked after prioritization (IHI 0048B.b 3.7)"},
    {"group.moved.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"route.reads", GICV3, "no affinity routing: see v2.itargetsr"},
    {"route.halves", GICV3, "no affinity routing: see v2.itargetsr"},
    {"route.to_nobody", GICV3, "no affinity routing: see v2.itargetsr"},
    {"route.rerouted", GICV3, "no affinity routing: see v2.itargetsr"},
    {"route.one_rerouted", GICV3, "no affinity routing: see v2.itargetsr"},
    {"route.enabled_elsewhere", GICV3, "no affinity routing: see v2.itargetsr"},
    {"sgi.group0_to_self", GICV3, "GICD_SGIR names no group"},
    {"sgi.sgi", GICV3, "GICD_SGIR names no group"},
    {"sgi.nobody", GICV3, "no ICC_SGI1R_EL1: see v2.sgir"},
    {"sgi.other_", GICV3, "no ICC_SGI1R_EL1: see v2.sgir"},
    {"sgi.all_targets", GICV3, "no ICC_SGI1R_EL1: see v2.sgir"},
    {"sgi.broadcast", GICV3, "no ICC_SGI1R_EL1: see v2.sgir"},
    {"sgi.disabled", SGI_ENABLE, "SGIs are always enabled"},
    {"undefined.", GICV3, "no system registers"},
    {"message.", GICV3, "no message-based SPIs"},
    {"priority.", GICV3, "no ICC_CTLR_EL1.PRIbits"},
    {"cpus.typer_", GICV3, "no redistributor"},
    {"cpus.processor_numbers", GICV3, "no redistributor"},
    {"cpus.last", GICV3, "no redistributor"},
    {"power.interface_reset", GICV3, "the CPU interface is no part of the PE"},
    {"power.waker", GICV3, "no redistributor"},
    {"power.pended_while_off.sgi", GICV3, "banked: a CPU that is off does not read it"},
    {"power.pended_while_off.ppi", GICV3, "banked: a CPU that is off does not read it"},
    {"power.active_over_off", GICV3, "the CPU interface is no part of the PE"},
    {"power.sgi_while_off", GICV3, "banked: see v2.sgi_while_off"},
    {"power.pending_then_off.sgi", GICV3, "banked: a CPU that is off does not read it"},
    {"power.pending_then_off.ppi", GICV3, "banked: a CPU that is off does not read it"},
    {"sgi_smp.sgi", GICV3, "GICD_SGIR names no group"},
    {"sgi_smp.asgi1r", GICV3, "no system registers"},
    {"sgi_smp.two_senders", GICV3, "each sender's is one of its own: see v2.each_source"},
    {"sgi_smp.disabled_there", SGI_ENABLE, "SGIs are always enabled"},
    {"route_smp.active_stays", GICV3, "each CPU interface has a state of its own (IHI 0048B.b 3.2.4)"},
    {"remote.disabled_pending.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"remote.disabled_active.sgi", SGI_ENABLE, "SGIs are always enabled"},
    {"wake.pended.ppi", GICV3, "banked: a CPU that sleeps does not make it pending"},
    {"wake.unmasked.ppi", GICV3, "banked: a CPU that sleeps does not make it pending"},
    {"wake.timer_enabled", GICV3, "banked: a CPU that sleeps does not enable it"},
    {"wake.timer_inactivated", GICV3, "banked: a CPU that sleeps does not clear its active state"},
    {"timer_smp.off_and_on", GICV3, "banked: a CPU that is off does not read it"},
    {"extended.", GICV3, "no extended INTIDs"},
    {"any.", GICV3, "no affinity routing"},
    {"sleep.", GICV3, "no redistributor"},
    {"lpi.", GICV3, "no LPIs"},
    {"its", GICV3, "no LPIs"},
    {"nmi", GICV3, "no GICD_INMIR<n>"},
};

static bool met(enum need need)
{
    static int sgi_enable = -1; /* not known yet */

    if (need == SGI_ENABLE && sgi_enable < 0)
        sgi_enable = sgis_can_be_disabled();
    return need == GICV2 ? gic->version == 2 : need == GICV3 ? gic->version == 3 : sgi_enable != 0;
}

const char *lacks_version(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(only); i++)
        if (strncmp(name, only[i].name, strlen(only[i].name)) == 0)
            return met(only[i].need) ? NULL : only[i].otherwise;
    return NULL;
}
