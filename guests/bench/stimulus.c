/* SPDX-License-Identifier: Apache-2.0 */
#include "stimulus.h"

#include "guest.h"
#include "regs/intid.h"

static uint64_t ticks_of(const char *argument)
{
    return args_number(machine.bootargs, argument, 0) / 1000 * read_sysreg(cntfrq_el0) / 1000000;
}

struct stimulus stimulus_told(void)
{
    uint64_t intid = args_number(machine.bootargs, "stimulus.intid", 0);

    return (struct stimulus){
        .intid = intid >= INTID_SPI_FIRST && intid < INTID_SPI_END ? (uint32_t)intid : 0,
        .first = ticks_of("stimulus.start_ns"),
        .period = ticks_of("stimulus.period_ns"),
    };
}
