/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#define ADDRESS_MASK ((1ULL << 48) - 1)

static bool is_vector_aligned(uint64_t pc)
{
    return pc % VECTOR_SIZE == 0;
}

bool flow_may_reach_vector(uint32_t opcode, uint64_t pc)
{
    const struct a64_flow flow = a64_flow_of(opcode, pc);

    switch (flow.kind) {
    case A64_FLOW_NEXT:
        return is_vector_aligned(pc + 4);
    case A64_FLOW_DIRECT:
        return is_vector_aligned(flow.target);
    case A64_FLOW_CONDITIONAL:
        return is_vector_aligned(flow.target) || is_vector_aligned(pc + 4);
    case A64_FLOW_INDIRECT:
    case A64_FLOW_ERET:
        return true;
    case A64_FLOW_LOST: /* nobody calls his own vector through X30; the target cannot be known afterwards */
    case A64_FLOW_NEVER:
        return false;
    }
    return false;
}

bool flow_needs_registers(const struct flow_origin *from)
{
    return !from->known || from->finished;
}

/* Whether plain execution of the last instruction goes to the vector. */
static bool leads_to(const struct flow_origin *from, const struct flow_arrival *at)
{
    const struct a64_flow flow = a64_flow_of(from->opcode, from->last_pc);
    const uint64_t mask = flow.signed_pointer ? ADDRESS_MASK : ~0ULL;

    switch (flow.kind) {
    case A64_FLOW_NEXT:
        return from->last_pc + 4 == at->pc;
    case A64_FLOW_DIRECT:
        return flow.target == at->pc;
    case A64_FLOW_CONDITIONAL:
        return flow.target == at->pc || from->last_pc + 4 == at->pc;
    case A64_FLOW_INDIRECT:
        return ((at->rn ^ at->pc) & mask) == 0;
    case A64_FLOW_ERET:
        return at->from_elr == at->pc;
    case A64_FLOW_LOST:
    case A64_FLOW_NEVER:
        return false;
    }
    return false;
}

/*
 * The vector is where plain execution would have arrived, so an exception was either raised by the last instruction,
 * whose address then is in ELR_ELx, or taken at the vector's own address before it ran, to itself: an interrupt that
 * was not masked, or an illegal execution state. ELR_ELx alone says little: software that prepared an ERET to the
 * vector left its address there.
 */
static bool taken_on_arrival(const struct flow_origin *from, const struct flow_arrival *at)
{
    static const uint64_t required_clear[] = {0, SPSR_I, SPSR_F, SPSR_A};
    const unsigned int kind = VECTOR_KIND(at->pc);

    if (at->elr == at->pc) {
        return kind == VECTOR_SYNC ? (at->spsr & SPSR_IL) != 0 : (at->spsr & required_clear[kind]) == 0;
    }
    return kind == VECTOR_SYNC && at->elr == from->last_pc && a64_flow_of(from->opcode, at->elr).kind == A64_FLOW_NEXT;
}

/*
 * DDI 0487 D1.3.1: an exception masks DAIF, selects SP_ELx and writes ELR_ELx. So:
 * - a block that did not get through, or whose last instruction goes elsewhere, was left by an exception;
 * - without all of DAIF and SP it was none;
 * - only an ERET changes the level without one.
 */
bool flow_by_exception(const struct flow_origin *from, const struct flow_arrival *at)
{
    if (!from->known) {
        return false;
    }
    if (!from->finished) {
        return true;
    }
    if ((at->pstate & (SPSR_DAIF | SPSR_MODE_SP)) != (SPSR_DAIF | SPSR_MODE_SP)) {
        return false;
    }
    if (from->el != at->el && a64_classify(from->opcode) != A64_ERET) {
        return true;
    }
    return !leads_to(from, at) || taken_on_arrival(from, at);
}
