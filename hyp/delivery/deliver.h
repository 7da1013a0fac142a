/* SPDX-License-Identifier: Apache-2.0 */
/* The strategies' tables; the rest of the hypervisor finds them by tag (vgic/delivery.h). */
#ifndef DELIVERY_DELIVER_H
#define DELIVERY_DELIVER_H

#include <stddef.h>

#include "delivery.h"

extern const struct delivery deliver_te, deliver_te_v2, deliver_lr, deliver_gicv2, deliver_gicv4, deliver_pass;

/* `begin` of a strategy that has nothing to do then. */
static inline const char *deliver_begin(struct vgic *vm)
{
    (void)vm;
    return NULL;
}

#endif
