/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A load or store of a guest that traps to EL2 and is emulated there: what it accessed, and when the guest goes on
 * behind it. Whatever the software at EL2 is, it shows by a Data Abort that describes its instruction (ESR_EL2.ISV) and
 * an ERET of the same vCPU to the instruction behind. Pure: the caller reads the registers.
 */
#ifndef VIRQLAB_EMULATION_H
#define VIRQLAB_EMULATION_H

#include <stdbool.h>
#include <stdint.h>

enum emulation_state {
    EMULATION_NONE,
    EMULATION_TRAPPED,  /* at EL2, which may run other vCPUs before this one goes on */
    EMULATION_RETURNED, /* by ERET to the instruction behind, which has yet to start */
};

/* A vCPU of the software at EL2, as long as it does not move. */
struct emulation_owner {
    uint64_t vttbr;
    uint64_t vmpidr;
};

struct emulation {
    enum emulation_state state;
    struct emulation_owner owner;
    uint64_t pc;
    uint64_t address; /* intermediate physical */
    uint64_t value;   /* of a store */
    uint8_t el;
    uint8_t rt;
    uint8_t size_shift;
    bool write;
};

/* Whether this syndrome of an exception from a guest names an access that may be emulated. */
bool emulation_describes(uint64_t esr);

/* Such an exception; `el` is the guest's level. The value of a store is the caller's to add. */
void emulation_trap(struct emulation *emulation, uint64_t esr, unsigned int el, uint64_t elr, uint64_t address,
                    const struct emulation_owner *owner);

/* Whether an ERET from EL2 to a guest's `target` at `el` could end or give up what waits: only then its owner counts.
 */
bool emulation_waits(const struct emulation *emulation);
void emulation_return(struct emulation *emulation, unsigned int el, uint64_t target,
                      const struct emulation_owner *owner);

/* Whether the guest goes on behind the access with this instruction, or with an exception that returns to it. */
bool emulation_done(const struct emulation *emulation, unsigned int el, uint64_t pc);

/* An interrupt to EL2 came first: the next ERET counts. */
void emulation_interrupt(struct emulation *emulation);

/* The low bits of a register that the access moved. */
uint64_t emulation_value(const struct emulation *emulation, uint64_t reg);

#endif
