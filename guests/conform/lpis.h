/* SPDX-License-Identifier: Apache-2.0 */
/* What rules about LPIs begin with: an ITS, LPIs enabled, devices and collections mapped. */
#ifndef GUESTS_CONFORM_LPIS_H
#define GUESTS_CONFORM_LPIS_H

#include "cpus.h"
#include "gic_its.h"

#define DEVICE    0 /* that of a CPU's stores, where a CPU's reach an ITS: there are its events without a device */
#define OTHER     2 /* a device that is not mapped */
#define LPI       (INTID_LPI_FIRST + 40)
#define EVENTS    32
#define IN_MEMORY 200  /* a collection that no ITS keeps in itself (GITS_TYPER.HCC), of CPU 0 */
#define UNMAPPED  7777 /* a collection that is not mapped */

/*
 * LPIs of CPUs 0 to `cpus` - 1 are enabled; event n of DEVICE is LPI + n of collection 0, enabled, of PRIORITY_DEFAULT;
 * collection n is CPU n. False: the ITS did not take a command.
 */
bool lpis_begin(unsigned cpus);

/* Begins a rule that needs so many CPUs, an ITS and that. */
#define NEED_LPIS(cpus)                                                                                                \
    do {                                                                                                               \
        if ((cpus) > 1)                                                                                                \
            NEED_CPUS(cpus);                                                                                           \
        SKIP_UNLESS(its_lacks() == NULL, its_lacks());                                                                 \
        EXPECT("tables and mappings made", lpis_begin(cpus), true);                                                    \
    } while (0)

/* A command that the ITS has to take. */
#define COMMAND(done) EXPECT("the ITS took the command", (done), true)

/* Configures an LPI of DEVICE and says so. */
bool lpi_set(uint32_t event, uint8_t priority, bool enabled);

/* INT of an event of DEVICE. */
static inline bool send(uint32_t event)
{
    return its_event(ITS_INT, DEVICE, event);
}

/* What is acknowledged, when the change has arrived, and ended. */
uint32_t acknowledge_lpi(void);
uint32_t take_lpi(void);

#endif
