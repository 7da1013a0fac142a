/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 virtual interface control frame (IHI 0048B.b 5.3). GICH_HCR and GICH_VMCR have the fields of ICH_HCR_EL2 and
 * ICH_VMCR_EL2 (arch/sysreg.h), but for TDIR and the like, which GICH_HCR lacks.
 */
#ifndef GIC_REGS_GICH_H
#define GIC_REGS_GICH_H

#include "field.h"

#define GICH_HCR   0x000
#define GICH_VTR   0x004
#define GICH_VMCR  0x008
#define GICH_MISR  0x010
#define GICH_EISR0 0x020
#define GICH_ELSR0 0x030
#define GICH_APR   0x0f0
#define GICH_LR    0x100

#define GICH_HCR_FIELDS UINT32_C(0xf80000ff) /* EOICount, VGrp*IE to En */

#define GICH_VTR_LISTREGS 5, 0
#define GICH_VTR_PREBITS  28, 26
#define GICH_VTR_PRIBITS  31, 29

#define GICH_LR_VIRTUALID  9, 0
#define GICH_LR_PHYSICALID 19, 10  /* with HW */
#define GICH_LR_CPUID      12, 10  /* without HW, of an SGI */
#define GICH_LR_EOI        BIT(19) /* without HW */
#define GICH_LR_PRIORITY   27, 23  /* bits 7 to 3 of the priority */
#define GICH_LR_PENDING    BIT(28)
#define GICH_LR_ACTIVE     BIT(29)
#define GICH_LR_GRP1       BIT(30)
#define GICH_LR_HW         BIT(31)

#endif
