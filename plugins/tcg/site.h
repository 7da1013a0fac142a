/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the sites: as long-lived as the translated code that refers to them. */
#ifndef VIRQLAB_SITE_H
#define VIRQLAB_SITE_H

#include "vcpu.h"

struct site *site_new(const struct site *value);

/* When QEMU has discarded all translated code. Blocks that vCPUs still refer to are copied first. */
void sites_release(void);

#endif
