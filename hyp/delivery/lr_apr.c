/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The active priorities of this core's virtual CPU interface, ICH_AP0R<n>_EL2 and ICH_AP1R<n>_EL2: a bit for each
 * preemption level, those of 32 levels to a register; the registers of levels that the machine lacks do not exist (IHI
 * 0069H 12.4.1, 12.4.2).
 */
#include "lr_state.h"

static unsigned preemption_bits(void)
{
    return (unsigned)FIELD_GET(ICH_VTR_PREBITS, read_sysreg(ich_vtr_el2)) + 1;
}

void lr_clear_active_priorities(void)
{
    unsigned bits = preemption_bits();

    write_sysreg(ich_ap0r0_el2, 0);
    write_sysreg(ich_ap1r0_el2, 0);
    if (bits < 6)
        return;
    write_sysreg(ich_ap0r1_el2, 0);
    write_sysreg(ich_ap1r1_el2, 0);
    if (bits < 7)
        return;
    write_sysreg(ich_ap0r2_el2, 0);
    write_sysreg(ich_ap0r3_el2, 0);
    write_sysreg(ich_ap1r2_el2, 0);
    write_sysreg(ich_ap1r3_el2, 0);
}

/* 32 levels of both groups. */
static uint64_t active_levels(unsigned word)
{
    switch (word) {
    case 0:
        return read_sysreg(ich_ap0r0_el2) | read_sysreg(ich_ap1r0_el2);
    case 1:
        return read_sysreg(ich_ap0r1_el2) | read_sysreg(ich_ap1r1_el2);
    case 2:
        return read_sysreg(ich_ap0r2_el2) | read_sysreg(ich_ap1r2_el2);
    default:
        return read_sysreg(ich_ap0r3_el2) | read_sysreg(ich_ap1r3_el2);
    }
}

unsigned lr_running_priority(void)
{
    unsigned bits = preemption_bits();
    unsigned words = bits < 5 ? 1 : 1U << (bits - 5);

    for (unsigned word = 0; word < words; word++) {
        uint32_t levels = (uint32_t)active_levels(word);

        if (levels != 0)
            return (32 * word + (unsigned)__builtin_ctz(levels)) << (8 - bits);
    }
    return PRIORITY_IDLE;
}
