/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of interrupt identifiers (IHI 0069H 2.2). */
#ifndef GIC_REGS_INTID_H
#define GIC_REGS_INTID_H

#define INTID_SGI_COUNT 16
#define INTID_PPI_FIRST 16
#define INTID_SPI_FIRST 32
#define INTID_SPI_END   1020
#define INTID_SPECIAL   1020
#define INTID_NMI       1022 /* of ICC_IAR1_EL1: to be acknowledged by ICC_NMIAR1_EL1 */
#define INTID_SPURIOUS  1023
/* extended ranges (GICv3.1); what lies between them up to the LPIs is reserved */
#define INTID_EPPI_FIRST 1056
#define INTID_EPPI_COUNT 64
#define INTID_ESPI_FIRST 4096
#define INTID_ESPI_COUNT 1024
#define INTID_LPI_FIRST  8192

/* PPIs that the Base System Architecture assigns (DEN0094, 5.1) */
#define INTID_MAINTENANCE 25
#define INTID_HTIMER      26
#define INTID_VTIMER      27
#define INTID_PTIMER      30

#endif
