/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vector.h"

#include <stddef.h>

#include "event.h"
#include "flow.h"
#include "registers.h"

static struct flow_origin origin_of(const struct vcpu *vcpu)
{
    const struct site *site = block_site(vcpu->block);

    if (!site) {
        return (struct flow_origin){.known = false};
    }
    return (struct flow_origin){
        .known = true,
        .finished = (vcpu->block & BLOCK_FINISHED) != 0,
        .el = site->el,
        .pc = site->pc,
        .last_pc = site->last_pc,
        .opcode = site->opcode,
    };
}

/*
 * `interrupted` is the PSTATE that the vector would have started with, if it did not start, else NULL. Exceptions
 * change no general register: the one that a branch went to still holds its target.
 */
static bool by_exception(const struct vcpu *vcpu, unsigned int el, uint64_t vector, const uint64_t *interrupted)
{
    const struct flow_origin from = origin_of(vcpu);
    struct flow_arrival at = {.pc = vector, .el = (uint8_t)el, .from_elr = vcpu->eret_target};
    struct a64_flow flow;

    if (flow_needs_registers(&from)) {
        flow = a64_flow_of(from.opcode, from.last_pc);
        at.pstate = interrupted ? *interrupted : register_read(REG_CPSR);
        at.elr = register_read_el(REG_ELR_EL1, el);
        at.spsr = register_read_el(REG_SPSR_EL1, el);
        if (flow.kind == A64_FLOW_INDIRECT && flow.rn != A64_REG_ZR) {
            at.rn = register_read((enum register_id)(REG_X0 + flow.rn));
        }
    }
    return flow_by_exception(&from, &at);
}

/*
 * An interrupt to `el` may be taken when an exception to a lower level has been taken but its vector has not started:
 * it will start by an ERET, and only here can be told that an exception led there.
 */
static void note_preempted(struct vcpu *vcpu, unsigned int el)
{
    const uint64_t vector = register_read_el(REG_ELR_EL1, el);
    const struct site *before = block_site(vcpu->block);
    unsigned int lower;
    uint64_t spsr;

    if (vector % VECTOR_SIZE != 0) {
        return;
    }
    spsr = register_read_el(REG_SPSR_EL1, el);
    lower = spsr & SPSR_AARCH32 ? 0 : (unsigned int)(spsr >> 2) & 3;
    if (lower == 0 || lower >= el || vector - vcpu_vbar(vcpu, lower) >= VECTOR_TABLE_SIZE) {
        return;
    }
    if (before && before->el == lower && before->pc == vector) {
        return; /* the vector did start, and faulted or was trapped */
    }
    if (by_exception(vcpu, lower, vector, &spsr)) {
        vcpu->preempted[lower] = vector;
    }
}

void vector_reached(struct vcpu *vcpu, const struct site *site, uint64_t insn)
{
    const unsigned int el = site->el;
    const uint64_t offset = site->pc - vcpu_vbar(vcpu, el);

    if (offset >= VECTOR_TABLE_SIZE) {
        return;
    }
    if (el < 3 && site->pc != 0 && vcpu->preempted[el] == site->pc) {
        vcpu->preempted[el] = 0;
    } else if (!by_exception(vcpu, el, site->pc, NULL)) {
        return;
    }
    if (el > 1) {
        note_preempted(vcpu, el);
    }
    if (el < 3) {
        event_exception(vcpu, el, (unsigned int)offset, insn);
    }
}
