/* SPDX-License-Identifier: Apache-2.0 */
#include "pe.h"

#include "check.h"

#define STACK_SIZE 4096

/* RES1 of SCTLR_EL1, and of SCTLR_EL2 and SCTLR_EL3 (DDI 0487 D24.2): MMU and caches off, alignment not checked. */
#define SCTLR_EL1_RES1  UINT64_C(0x30d00800)
#define SCTLR_EL23_RES1 UINT64_C(0x30c50830)

static const struct {
    unsigned el;
    uint64_t scr, spsr;
} places[PLACES] = {
    [EL3] = {3, 0, SPSR_EL3H},
    [SECURE_EL0] = {0, 0, SPSR_EL0T},
    [SECURE_EL1] = {1, 0, SPSR_EL1H},
    [SECURE_EL2] = {2, SCR_EL3_EEL2, SPSR_EL2H},
    [NONSECURE_EL0] = {0, SCR_EL3_NS, SPSR_EL0T},
    [NONSECURE_EL1] = {1, SCR_EL3_NS, SPSR_EL1H},
    [NONSECURE_EL2] = {2, SCR_EL3_NS, SPSR_EL2H},
};

extern const char vectors_el1[], vectors_el2[], vectors_el3[];
extern const char pe_return_el0[], pe_return[], pe_return_el3[];

void pe_enter(struct trip *trip, uint64_t elr, uint64_t spsr, const uint64_t arguments[2], uint64_t lr);
uint64_t pe_spin(uint64_t a, uint64_t b);

uint64_t pe_scr, pe_hcr;
bool pe_hcr_first;
unsigned pe_interrupts[3][2];

static char stacks[3][STACK_SIZE] __attribute__((aligned(16)));

unsigned place_el(enum place place)
{
    return places[place].el;
}

bool place_secure(enum place place)
{
    return (places[place].scr & SCR_EL3_NS) == 0;
}

enum gic_pe place_pe(enum place place)
{
    if (place == EL3)
        return GIC_PE_EL3;
    return place_secure(place) ? GIC_PE_SECURE : GIC_PE_NONSECURE;
}

uint64_t trip_taken(const struct trip *trip)
{
    return trip->where == 0 ? 0 : TAKEN(FIELD_GET(TRIP_EL, trip->where), FIELD_GET(TRIP_KIND, trip->where));
}

static void count(const struct trip *trip)
{
    unsigned kind = (unsigned)FIELD_GET(TRIP_KIND, trip->where);

    if (trip->where != 0 && (kind == TRIP_IRQ || kind == TRIP_FIQ))
        pe_interrupts[FIELD_GET(TRIP_EL, trip->where) - 1][kind == TRIP_FIQ]++;
}

static void write_scr(uint64_t value)
{
    write_sysreg(scr_el3, value | SCR_EL3_RES1 | SCR_EL3_RW | SCR_EL3_HCE);
    isb();
}

/* ICC_SRE_EL1 is banked; ICC_SRE_EL3 comes first, it decides about the others (IHI 0069H 12.2 ICC_SRE_EL3). */
static void system_registers(void)
{
    uint64_t sre = ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB;

    write_sysreg(icc_sre_el3, sre | ICC_SRE_EL2_EN);
    isb();
    write_sysreg(icc_sre_el1, sre);
    write_scr(SCR_EL3_NS);
    write_sysreg(icc_sre_el2, sre | ICC_SRE_EL2_EN);
    write_sysreg(icc_sre_el1, sre);
    write_scr(0);
}

void pe_init(void)
{
    write_sysreg(vbar_el1, (uintptr_t)vectors_el1);
    write_sysreg(vbar_el2, (uintptr_t)vectors_el2);
    write_sysreg(vbar_el3, (uintptr_t)vectors_el3);
    write_sysreg(sctlr_el1, SCTLR_EL1_RES1);
    write_sysreg(sctlr_el2, SCTLR_EL23_RES1);
    write_sysreg(sctlr_el3, SCTLR_EL23_RES1);
    write_sysreg(hcr_el2, HCR_EL2_RW);
    write_scr(0);
    system_registers();
}

struct trip pe_run(enum place place, uint64_t masked, pe_code *code, uint64_t a, uint64_t b)
{
    const char *lr = place_el(place) == 0 ? pe_return_el0 : place_el(place) == 3 ? pe_return_el3 : pe_return;
    uint64_t daif = SPSR_DAIF & ~(PSTATE_I | PSTATE_F);
    uint64_t arguments[2] = {a, b};
    struct trip trip;

    write_sysreg(sp_el0, (uintptr_t)stacks[0] + STACK_SIZE);
    write_sysreg(sp_el1, (uintptr_t)stacks[1] + STACK_SIZE);
    write_sysreg(sp_el2, (uintptr_t)stacks[2] + STACK_SIZE);
    if (pe_hcr_first)
        write_sysreg(hcr_el2, HCR_EL2_RW | pe_hcr);
    write_scr(places[place].scr | pe_scr);
    if (!pe_hcr_first)
        write_sysreg(hcr_el2, HCR_EL2_RW | pe_hcr);
    pe_enter(&trip, (uintptr_t)code, places[place].spsr | daif | masked, arguments, (uintptr_t)lr);
    write_scr(0);
    write_sysreg(hcr_el2, HCR_EL2_RW);
    isb();
    count(&trip);
    return trip;
}

uint64_t pe_call(enum place place, pe_code *code, uint64_t a, uint64_t b)
{
    struct trip trip = pe_run(place, PSTATE_I | PSTATE_F, code, a, b);

    if (trip.where != 0)
        print("# at place %u: where 0x%lx, ESR 0x%lx\n", place, trip.where, trip.esr);
    CHECK(trip.where == 0);
    return trip.value;
}

uint64_t pe_wait(enum place place, uint64_t masked)
{
    struct trip trip = pe_run(place, masked, pe_spin, 0, 0);

    return trip_taken(&trip);
}
