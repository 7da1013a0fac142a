/* SPDX-License-Identifier: Apache-2.0 */
#include "env.h"

static const struct rules *const subjects[] = {
    &rules_ident, &rules_reserved, &rules_bits,      &rules_lifecycle, &rules_mask, &rules_preempt,
    &rules_bpr,   &rules_eoi,      &rules_group,     &rules_route,     &rules_sgi,  &rules_arrive,
    &rules_timer, &rules_line,     &rules_undefined, &rules_message,
};

void guest_main(void)
{
    env_init();
    rules_run(subjects, ARRAY_SIZE(subjects), env_reset);
}
