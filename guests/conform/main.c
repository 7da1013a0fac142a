/* SPDX-License-Identifier: Apache-2.0 */
#include "env.h"

static const struct rules *const subjects[] = {
    &rules_ident, &rules_reserved,  &rules_bits,      &rules_lifecycle, &rules_mask,     &rules_preempt,
    &rules_bpr,   &rules_eoi,       &rules_group,     &rules_route,     &rules_sgi,      &rules_arrive,
    &rules_timer, &rules_line,      &rules_undefined, &rules_message,   &rules_extended, &rules_cpus,
    &rules_power, &rules_sgi_smp,   &rules_route_smp, &rules_banked,    &rules_remote,   &rules_many,
    &rules_once,  &rules_wake,      &rules_timer_smp, &rules_priority,  &rules_sgi_v2,   &rules_cpuif_v2,
    &rules_any,   &rules_sleep,     &rules_lpi,       &rules_its,       &rules_its_smp,  &rules_smp_v2,
    &rules_nmi,   &rules_nmi_taken,
};

static const char *lacks(const struct rule *rule)
{
    if (rule->number - EXTENDED_FIRST >= EXTENDED_COUNT)
        return lacks_version(rule->name);
    if (rule->subject < INTID_ESPI_FIRST)
        return extended_ppis() == 0 ? NO_EXTENDED_PPIS : NULL;
    return extended_spis() == 0 ? NO_EXTENDED_SPIS : NULL;
}

void guest_main(void)
{
    env_init();
    rules_run_where(subjects, ARRAY_SIZE(subjects), env_reset, lacks);
}
