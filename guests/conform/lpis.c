/* SPDX-License-Identifier: Apache-2.0 */
#include "lpis.h"

static bool map(unsigned cpus)
{
    bool done = its_mapd(DEVICE, true);

    for (unsigned cpu = 0; cpu < cpus; cpu++)
        done = done && its_mapc(cpu, cpu, true);
    for (uint32_t event = 0; event < EVENTS; event++) {
        lpi_configure(LPI + event, PRIORITY_DEFAULT, true);
        done = done && its_mapti(DEVICE, event, LPI + event, 0);
    }
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        done = done && its_invall(cpu);
    return done;
}

bool lpis_begin(unsigned cpus)
{
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
        lpi_enable(cpu, false);
    its_init();
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        lpi_enable(cpu, true);
    return map(cpus);
}

bool lpi_set(uint32_t event, uint8_t priority, bool enabled)
{
    lpi_configure(LPI + event, priority, enabled);
    return its_event(ITS_INV, DEVICE, event);
}

uint32_t acknowledge_lpi(void)
{
    (void)signalled();
    return acknowledge(GROUP1);
}

uint32_t take_lpi(void)
{
    uint32_t intid = acknowledge_lpi();

    if (intid != INTID_SPURIOUS)
        end(GROUP1, intid);
    return intid;
}
