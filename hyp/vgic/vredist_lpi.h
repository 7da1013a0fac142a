/* SPDX-License-Identifier: Apache-2.0 */
/* What a redistributor has for LPIs, beside GICR_CTLR and GICR_TYPER (IHI 0069H 12.11). Without LPIs it is RES0. */
#ifndef VGIC_VREDIST_LPI_H
#define VGIC_VREDIST_LPI_H

#include "vregs.h"

VREG_READER(vredist_read_propbaser);
VREG_WRITER(vredist_write_propbaser);
VREG_READER(vredist_read_pendbaser);
VREG_WRITER(vredist_write_pendbaser);

/* Where there is no ITS: GICR_TYPER.DirectLPI = 1. */
VREG_WRITER(vredist_write_setlpir);
VREG_WRITER(vredist_write_clrlpir);
VREG_WRITER(vredist_write_invlpir);
VREG_WRITER(vredist_write_invallr);
VREG_READER(vredist_read_syncr);

/* LPIs come by GICR_SETLPIR, from no ITS. */
static inline bool vredist_direct(const struct vgic *vm)
{
    return vm->lpi_bits != 0 && !vm->its.present;
}

#endif
