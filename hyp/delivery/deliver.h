/* SPDX-License-Identifier: Apache-2.0 */
/* The strategies' tables; the rest of the hypervisor finds them by tag (vgic/delivery.h). */
#ifndef DELIVERY_DELIVER_H
#define DELIVERY_DELIVER_H

#include "delivery.h"

extern const struct delivery deliver_te, deliver_te_v2, deliver_lr, deliver_gicv2, deliver_gicv4;

#endif
