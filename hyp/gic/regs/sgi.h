/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of ICC_SGI0R_EL1, ICC_SGI1R_EL1 and ICC_ASGI1R_EL1 (IHI 0069H 12.2.24). */
#ifndef GIC_REGS_SGI_H
#define GIC_REGS_SGI_H

#include "field.h"

#define ICC_SGI_TARGETLIST 15, 0
#define ICC_SGI_AFF1       23, 16
#define ICC_SGI_INTID      27, 24
#define ICC_SGI_AFF2       39, 32
#define ICC_SGI_IRM        BIT(40)
#define ICC_SGI_RS         47, 44
#define ICC_SGI_AFF3       55, 48

#endif
