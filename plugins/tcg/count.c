/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "count.h"

#include <stdbool.h>

#define LOAD   (1U << COUNT_LOAD)
#define STORE  (1U << COUNT_STORE)
#define ISB    (1U << COUNT_ISB)
#define DSB    (1U << COUNT_DSB)
#define TLBI   (1U << COUNT_TLBI)
#define ICH    (1U << COUNT_ICH)
#define ICC    (1U << COUNT_ICC)
#define SYSREG (1U << COUNT_SYSREG)

static uint32_t bits(uint32_t opcode, unsigned int high, unsigned int low)
{
    return (opcode >> low) & ((2U << (high - low)) - 1);
}

static unsigned int load_if(bool load)
{
    return load ? LOAD : STORE;
}

/* "Load/store ordered" and its neighbours: o2 = bit 23, L = bit 22, o1 = bit 21. CAS and CASP do both. */
static unsigned int exclusive(uint32_t opcode)
{
    if (bits(opcode, 21, 21) && (bits(opcode, 23, 23) || !bits(opcode, 31, 31))) {
        return LOAD | STORE;
    }
    return load_if(bits(opcode, 22, 22));
}

/* "Atomic memory operations": o3 = bit 15, opc = bits 14:12. */
static unsigned int atomic(uint32_t opcode)
{
    if (!bits(opcode, 15, 15) || bits(opcode, 14, 12) == 0) {
        return LOAD | STORE; /* LDADD to LDUMIN, SWP */
    }
    return load_if(bits(opcode, 14, 14)); /* LDAPR, LD64B; ST64B, ST64BV, ST64BV0 */
}

/* "Load/store register" in all its forms: V = bit 26, opc = bits 23:22. */
static unsigned int single(uint32_t opcode)
{
    const uint32_t opc = bits(opcode, 23, 22);

    if (!bits(opcode, 24, 24) && bits(opcode, 21, 21) && bits(opcode, 11, 10) != 2) {
        return bits(opcode, 11, 10) == 0 ? atomic(opcode) : LOAD; /* LDRAA, LDRAB */
    }
    if (bits(opcode, 26, 26)) {
        return load_if(opc & 1);
    }
    if (bits(opcode, 31, 30) == 3 && opc == 2) {
        return 0; /* PRFM */
    }
    return load_if(opc != 0);
}

/* Memory tags, memory copy and set, RCpc accesses: opc = bits 23:22, op2 = bits 11:10. */
static unsigned int newer(uint32_t opcode)
{
    const uint32_t opc = bits(opcode, 23, 22);
    const uint32_t op2 = bits(opcode, 11, 10);

    if (bits(opcode, 21, 21) && bits(opcode, 31, 30) != 3) {
        return LOAD | STORE; /* RCWCAS */
    }
    if (bits(opcode, 21, 21)) {
        return load_if(op2 == 0 && (opc & 1)); /* LDG, LDGM; STG and so on */
    }
    if (op2 == 1) {
        return opc == 3 ? STORE : LOAD | STORE; /* SET; CPY */
    }
    return load_if(op2 == 2 ? (opc & 1) : opc != 0); /* LDIAPP, STILP; LDAPUR, STLUR */
}

/* C4.1.94 "Loads and Stores". */
static unsigned int load_store(uint32_t opcode)
{
    if ((opcode & 0xbe000000) == 0x0c000000) { /* Advanced SIMD structures */
        return load_if(bits(opcode, 22, 22));
    }
    if ((opcode & 0x3f000000) == 0x08000000) {
        return exclusive(opcode);
    }
    if ((opcode & 0x3b000000) == 0x18000000) { /* literal; opc = 3 is PRFM */
        return bits(opcode, 31, 30) == 3 && !bits(opcode, 26, 26) ? 0 : LOAD;
    }
    if ((opcode & 0x3b000000) == 0x19000000) {
        return newer(opcode);
    }
    if ((opcode & 0x3a000000) == 0x28000000) { /* pairs */
        return load_if(bits(opcode, 22, 22));
    }
    return (opcode & 0x3a000000) == 0x38000000 ? single(opcode) : 0;
}

/* IHI 0069H chapter 12: op1, CRn, CRm of the GIC's registers; ICC_SRE_EL2 lies among ICH_*. */
static unsigned int system_register(uint32_t opcode)
{
    const uint32_t op1 = bits(opcode, 18, 16);
    const uint32_t crn = bits(opcode, 15, 12);
    const uint32_t crm = bits(opcode, 11, 8);
    const uint32_t op2 = bits(opcode, 7, 5);

    if (!bits(opcode, 19, 19)) { /* op0 = 2 */
        return SYSREG;
    }
    if (op1 == 0 && ((crn == 12 && crm >= 8) || (crn == 4 && crm == 6))) {
        return ICC;
    }
    if (op1 == 4 && crn == 12 && crm >= 8) {
        return crm == 9 && op2 == 5 ? ICC : ICH;
    }
    return SYSREG;
}

static unsigned int barrier(uint32_t opcode)
{
    const uint32_t crm = bits(opcode, 11, 8);

    switch (bits(opcode, 7, 5)) {
    case 6:
        return ISB;
    case 4:
        return crm != 0 && crm != 4 ? DSB : 0; /* SSBB, PSSBB */
    case 1:
        return (crm & 3) == 2 ? DSB : 0; /* DSB nXS */
    default:
        return 0;
    }
}

/* C4.1 "A64 instruction set encoding". */
unsigned int count_classes(uint32_t opcode)
{
    if ((opcode & 0x0a000000) == 0x08000000) {
        return load_store(opcode);
    }
    if ((opcode & 0x9e000000) == 0x84000000) { /* SVE memory: bits 30:29 = 3 stores */
        return load_if(bits(opcode, 30, 29) != 3);
    }
    if ((opcode & 0xffd00000) == 0xd5100000) {
        return system_register(opcode);
    }
    if ((opcode & 0xfff8e000) == 0xd5088000) { /* SYS with CRn = 8 or 9 */
        return TLBI;
    }
    return (opcode & 0xfffff01f) == 0xd503301f ? barrier(opcode) : 0;
}
