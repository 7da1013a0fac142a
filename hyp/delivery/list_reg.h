/* SPDX-License-Identifier: Apache-2.0 */
/* List registers of GICv3, ICH_LR<n>_EL2 (IHI 0069H 12.4.12). */
#ifndef DELIVERY_LIST_REG_H
#define DELIVERY_LIST_REG_H

#include <stdint.h>

/* `n` below ICH_VTR_EL2.ListRegs + 1. The register's number is part of the instruction, hence the functions. */
uint64_t list_reg_read(unsigned n);
void list_reg_write(unsigned n, uint64_t value);

#endif
