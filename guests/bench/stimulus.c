/* SPDX-License-Identifier: Apache-2.0 */
#include "stimulus.h"

#include "guest.h"
#include "regs/intid.h"

uint64_t stimulus_ticks(const char *argument)
{
    uint64_t ns = args_number(machine.bootargs, argument, 0), frequency = read_sysreg(cntfrq_el0);

    return ns / 1000 * frequency / 1000000 + ns % 1000 * frequency / 1000000000;
}

struct stimulus stimulus_told(void)
{
    uint64_t intid = args_number(machine.bootargs, "stimulus.intid", 0);

    return (struct stimulus){
        .intid = intid >= INTID_SPI_FIRST && intid < INTID_SPI_END ? (uint32_t)intid : 0,
        .first = stimulus_ticks("stimulus.start_ns"),
        .period = stimulus_ticks("stimulus.period_ns"),
        .end = stimulus_ticks("stimulus.end_ns"),
    };
}
