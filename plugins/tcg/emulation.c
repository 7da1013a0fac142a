/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulation.h"

/* DDI 0487, ESR_ELx: EC, and ISS encoding for an exception from a Data Abort. */
#define ESR_EC(esr)         ((unsigned int)((esr) >> 26) & 0x3f)
#define EC_DATA_ABORT_LOWER 0x24
#define ISS_ISV             (1U << 24)
#define ISS_SAS(esr)        ((uint8_t)((esr) >> 22 & 3))
#define ISS_SRT(esr)        ((uint8_t)((esr) >> 16 & 0x1f))
#define ISS_WNR             (1U << 6)

bool emulation_describes(uint64_t esr)
{
    return ESR_EC(esr) == EC_DATA_ABORT_LOWER && (esr & ISS_ISV) != 0;
}

void emulation_trap(struct emulation *emulation, uint64_t esr, unsigned int el, uint64_t elr, uint64_t address,
                    const struct emulation_owner *owner)
{
    *emulation = (struct emulation){
        .state = EMULATION_TRAPPED,
        .owner = *owner,
        .pc = elr,
        .address = address,
        .el = (uint8_t)el,
        .rt = ISS_SRT(esr),
        .size_shift = ISS_SAS(esr),
        .write = (esr & ISS_WNR) != 0,
    };
}

bool emulation_waits(const struct emulation *emulation)
{
    return emulation->state == EMULATION_TRAPPED;
}

/* To the access itself: it is done again. Elsewhere: to an exception that the software at EL2 injected. */
void emulation_return(struct emulation *emulation, unsigned int el, uint64_t target,
                      const struct emulation_owner *owner)
{
    if (owner->vttbr != emulation->owner.vttbr || owner->vmpidr != emulation->owner.vmpidr) {
        return;
    }
    emulation->state = el == emulation->el && target == emulation->pc + 4 ? EMULATION_RETURNED : EMULATION_NONE;
}

bool emulation_done(const struct emulation *emulation, unsigned int el, uint64_t pc)
{
    return emulation->state == EMULATION_RETURNED && el == emulation->el && pc == emulation->pc + 4;
}

void emulation_interrupt(struct emulation *emulation)
{
    emulation->state = EMULATION_TRAPPED;
}

uint64_t emulation_value(const struct emulation *emulation, uint64_t reg)
{
    const unsigned int bits = 8U << emulation->size_shift;

    return bits == 64 ? reg : reg & ((1ULL << bits) - 1);
}
