/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of the conformance guest: interrupts are acknowledged, noted and completed, expected faults skipped. */
#include "nmi.h"

#define SOURCE_EL0   2
#define SPURIOUS_MAX 64 /* so many in a row: something storms, the interrupted code goes on with interrupts masked */

/* As vectors.S stores it; AAPCS64 preserves the other registers. */
struct frame {
    uint64_t x[20]; /* x0 to x18, x30 */
    uint64_t elr, spsr;
};

struct log taken;
void (*on_interrupt)(uint32_t intid);
bool expect_fault;

void conform_exception(uint64_t vector, struct frame *frame);
void el1_spin(uint64_t daif);
void el1_spin_sp0(uint64_t daif);
extern const char el0_back[], el0_spin[];
_Noreturn void guest_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far);

static void mask_all(struct frame *frame)
{
    frame->spsr |= SPSR_DAIF | (nmis() ? SPSR_ALLINT : 0);
}

static void interrupt(unsigned group, unsigned source, struct frame *frame)
{
    bool eoimode = (get_ctlr() & 2) != 0;
    uint32_t intid = acknowledge(group);
    bool nmi = gic->version == 3 && intid == INTID_NMI;

    if (nmi)
        intid = acknowledge_nmi();
    if (intid >= INTID_SPECIAL && intid <= INTID_SPURIOUS) {
        if (++taken.spurious >= SPURIOUS_MAX)
            mask_all(frame);
        return;
    }
    if (taken.count < ARRIVALS_MAX)
        taken.arrival[taken.count] = (struct arrival){intid, group, source, frame->elr, frame->spsr, nmi};
    if (++taken.count >= ARRIVALS_MAX)
        mask_all(frame);
    if (on_interrupt != NULL)
        on_interrupt(intid);
    end(group, intid);
    if (eoimode)
        deactivate(intid);
}

static void synchronous(uint64_t vector, struct frame *frame)
{
    uint64_t esr = read_sysreg(esr_el1);

    if (vector / 4 == SOURCE_EL0 && FIELD_GET(ESR_EC, esr) == EC_SVC64) {
        frame->elr = (uintptr_t)el0_back;
        frame->spsr = SPSR_EL1H | SPSR_DAIF;
    } else if (expect_fault) {
        taken.faults++;
        taken.esr = esr;
        frame->elr += 4;
    } else {
        guest_fatal(vector, esr, frame->elr, read_sysreg(far_el1));
    }
}

void conform_exception(uint64_t vector, struct frame *frame)
{
    switch (vector % 4) {
    case 0:
        synchronous(vector, frame);
        break;
    case 1:
        interrupt(GROUP1, (unsigned)vector / 4, frame);
        break;
    case 2:
        interrupt(GROUP0, (unsigned)vector / 4, frame);
        break;
    default:
        guest_fatal(vector, read_sysreg(esr_el1), frame->elr, read_sysreg(far_el1));
    }
}

unsigned take(uint64_t mask)
{
    taken = (struct log){.count = 0};
    el1_spin(mask);
    return taken.count;
}

unsigned take_unmasked(uint64_t mask)
{
    taken = (struct log){.count = 0};
    set_allint(false);
    el1_spin(mask);
    set_allint(true);
    return taken.count;
}

unsigned take_unmasked_on_sp0(uint64_t mask)
{
    taken = (struct log){.count = 0};
    set_allint(false);
    el1_spin_sp0(mask);
    set_allint(true);
    return taken.count;
}

unsigned take_on_sp0(uint64_t mask)
{
    taken = (struct log){.count = 0};
    el1_spin_sp0(mask);
    return taken.count;
}

unsigned take_at_el0(uint64_t mask)
{
    taken = (struct log){.count = 0};
    el0_run(mmu_map_el0((uintptr_t)el0_spin), SPSR_DAIF & ~mask, 0);
    return taken.count;
}

void run_at_el0(const void *code)
{
    taken = (struct log){.count = 0};
    el0_run(mmu_map_el0((uintptr_t)code), SPSR_DAIF, 0);
}
