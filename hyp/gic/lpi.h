/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical LPIs: the configuration table that all redistributors share, and their pending tables (IHI 0069H 5.1).
 * LPI_FIRST + n for n below lpi_count() are there. Functions that return text: as in its.h.
 */
#ifndef GIC_LPI_H
#define GIC_LPI_H

#include <stdbool.h>
#include <stdint.h>

#include "regs/intid.h"

/* Memory for the tables of `cores` cores by table_pool(); lpi_cpu_init() uses them. Boot core, once. */
const char *lpi_init(unsigned cores);

/* Lets core `cpu` have LPIs, whose redistributor is at `redistributor`. Nothing before lpi_init(). */
const char *lpi_cpu_init(unsigned cpu, uintptr_t redistributor);

/* The frames of core `cpu`'s redistributor; 0 while it has no LPIs. */
uintptr_t lpi_redistributor(unsigned cpu);

/* `count` INTIDs one behind the other, for good; 0 when there are not so many left. All are disabled. */
uint32_t lpi_reserve(uint32_t count);

/* Its configuration byte, with the hypervisor's priority. The redistributor sees the change after an INV only. */
void lpi_enable(uint32_t intid, bool on);

#endif
