/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode.h"

/* DDI 0487, ISS encoding for an exception from MSR, MRS or System instruction execution, Rt and direction clear. */
#define SYSREG(op0, op1, crn, crm, op2)                                                                                \
    ((uint32_t)(op0) << 20 | (uint32_t)(op2) << 17 | (uint32_t)(op1) << 14 | (uint32_t)(crn) << 10 |                   \
     (uint32_t)(crm) << 1)

/* IHI 0069H chapter 12: System register encodings. */
#define ICC_IAR0_EL1   SYSREG(3, 0, 12, 8, 0)
#define ICC_EOIR0_EL1  SYSREG(3, 0, 12, 8, 1)
#define ICC_NMIAR1_EL1 SYSREG(3, 0, 12, 9, 5)
#define ICC_DIR_EL1    SYSREG(3, 0, 12, 11, 1)
#define ICC_SGI1R_EL1  SYSREG(3, 0, 12, 11, 5)
#define ICC_ASGI1R_EL1 SYSREG(3, 0, 12, 11, 6)
#define ICC_SGI0R_EL1  SYSREG(3, 0, 12, 11, 7)
#define ICC_IAR1_EL1   SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1_EL1  SYSREG(3, 0, 12, 12, 1)
#define ICH_LR0_EL2    SYSREG(3, 4, 12, 12, 0)
#define ICH_LR8_EL2    SYSREG(3, 4, 12, 13, 0)
#define HCR_EL2        SYSREG(3, 4, 1, 1, 0)
#define DAIF           SYSREG(3, 3, 4, 2, 1)
#define VBAR_EL1       SYSREG(3, 0, 12, 0, 0)
#define VBAR_EL2       SYSREG(3, 4, 12, 0, 0)
#define VBAR_EL3       SYSREG(3, 6, 12, 0, 0)
#define VBAR_EL12      SYSREG(3, 5, 12, 0, 0)

#define SYSREG_OP2_MASK SYSREG(0, 0, 0, 0, 7)

static uint32_t bits(uint32_t opcode, unsigned int high, unsigned int low)
{
    return (opcode >> low) & ((2U << (high - low)) - 1);
}

/* A branch offset: a signed field of `width` bits at `low`, in words. */
static uint64_t branch_target(uint64_t pc, uint32_t opcode, unsigned int width, unsigned int low)
{
    const uint64_t sign = 1ULL << (width - 1);
    const uint64_t field = bits(opcode, low + width - 1, low);

    return pc + (((field ^ sign) - sign) << 2);
}

uint32_t a64_sysreg(uint32_t opcode)
{
    return SYSREG(bits(opcode, 20, 19), bits(opcode, 18, 16), bits(opcode, 15, 12), bits(opcode, 11, 8),
                  bits(opcode, 7, 5));
}

uint8_t a64_rt(uint32_t opcode)
{
    return (uint8_t)bits(opcode, 4, 0);
}

uint16_t a64_mark_id(uint32_t opcode)
{
    return (uint16_t)bits(opcode, 20, 5);
}

uint8_t a64_daif_imm(uint32_t opcode)
{
    return (uint8_t)bits(opcode, 11, 8);
}

static enum a64_class classify_read(uint32_t sysreg)
{
    switch (sysreg) {
    case ICC_IAR0_EL1:
    case ICC_IAR1_EL1:
    case ICC_NMIAR1_EL1:
        return A64_GIC_ACK;
    default:
        return A64_OTHER;
    }
}

static enum a64_class classify_write(uint32_t sysreg)
{
    switch (sysreg) {
    case ICC_EOIR0_EL1:
    case ICC_EOIR1_EL1:
    case ICC_DIR_EL1:
        return A64_GIC_EOI;
    case ICC_SGI0R_EL1:
    case ICC_SGI1R_EL1:
    case ICC_ASGI1R_EL1:
        return A64_GIC_WRITE;
    case VBAR_EL1:
    case VBAR_EL2:
    case VBAR_EL3:
    case VBAR_EL12:
        return A64_VBAR_WRITE;
    case HCR_EL2:
        return A64_HCR_WRITE;
    case DAIF:
        return A64_DAIF_WRITE;
    default:
        sysreg &= ~SYSREG_OP2_MASK;
        return sysreg == ICH_LR0_EL2 || sysreg == ICH_LR8_EL2 ? A64_GIC_WRITE : A64_OTHER;
    }
}

/* C4.1.95 "Branches, Exception Generating and System instructions". */
enum a64_class a64_classify(uint32_t opcode)
{
    if ((opcode & 0xffe0001f) == 0xd280001f) {
        return A64_MARK;
    }
    if (opcode == 0xd503207f || (opcode & 0xffffffe0) == 0xd5031020) {
        return A64_WFI;
    }
    if (opcode == 0xd503205f || (opcode & 0xffffffe0) == 0xd5031000) {
        return A64_WFE;
    }
    if (opcode == 0xd503203f) {
        return A64_YIELD;
    }
    if (opcode == 0xd69f03e0 || opcode == 0xd69f0bff || opcode == 0xd69f0fff) {
        return A64_ERET;
    }
    if ((opcode & 0xfffff0ff) == 0xd50340df) {
        return A64_DAIF_SET;
    }
    if ((opcode & 0xfffff0ff) == 0xd50340ff) {
        return A64_DAIF_CLEAR;
    }
    if ((opcode & 0xfff00000) == 0xd5100000) {
        return classify_write(a64_sysreg(opcode));
    }
    if ((opcode & 0xfff00000) == 0xd5300000) {
        return classify_read(a64_sysreg(opcode));
    }
    return A64_OTHER;
}

/*
 * Whether an instruction that is not the last of its translation block may leave the block: by a fault, a trap or a
 * branch. Traps that depend on the state the block was translated for (FPEN, ZEN) end the block; what remains
 * safe is data processing, except pointer authentication, which faults (FEAT_FPAC) and traps (HCR_EL2.API) at run time.
 * C4.1: op0 = bits 28:25.
 */
bool a64_may_leave(uint32_t opcode)
{
    if (bits(opcode, 28, 26) == 4) { /* 100x: data processing, immediate */
        return false;
    }
    if (bits(opcode, 27, 25) == 5) { /* x101: data processing, register; 1-source with opcode2 = 1 authenticates */
        const bool one_source = (opcode & 0x5fe00000) == 0x5ac00000;
        const bool pacga = (opcode & 0xffe0fc00) == 0x9ac03000;

        return pacga || (one_source && bits(opcode, 20, 16) != 0);
    }
    return bits(opcode, 27, 25) != 7; /* x111: data processing, SIMD and floating point */
}

/* C4.1.96 "Loads and Stores", load/store register: op0 = xx11, V = 0; atomic memory operations among them do two. */
bool a64_accesses_once(uint32_t opcode)
{
    const bool one_register = (opcode & 0x3e000000) == 0x38000000;
    const bool atomic = (opcode & 0x01200c00) == 0x00200000;

    return one_register && !atomic;
}

/* BR, BLR, RET and their authenticating forms: bits 24:21 = Z:0:op, bit 11 = authenticated. */
static struct a64_flow indirect_flow(uint32_t opcode)
{
    struct a64_flow flow = {.kind = A64_FLOW_INDIRECT, .rn = (uint8_t)bits(opcode, 9, 5)};
    const bool link = bits(opcode, 22, 21) == 1;
    const bool ret = bits(opcode, 22, 21) == 2;

    flow.signed_pointer = bits(opcode, 11, 11) != 0;
    if (ret && flow.signed_pointer) {
        flow.rn = 30;
    }
    if (link && flow.rn == 30) {
        flow.kind = A64_FLOW_LOST;
    }
    return flow;
}

struct a64_flow a64_flow_of(uint32_t opcode, uint64_t pc)
{
    if (a64_classify(opcode) == A64_ERET) {
        return (struct a64_flow){.kind = A64_FLOW_ERET};
    }
    if ((opcode & 0x7c000000) == 0x14000000) { /* B, BL */
        return (struct a64_flow){.kind = A64_FLOW_DIRECT, .target = branch_target(pc, opcode, 26, 0)};
    }
    if ((opcode & 0xff000000) == 0x54000000 || (opcode & 0x7e000000) == 0x34000000) { /* B.cond, BC.cond, CBZ, CBNZ */
        return (struct a64_flow){.kind = A64_FLOW_CONDITIONAL, .target = branch_target(pc, opcode, 19, 5)};
    }
    if ((opcode & 0x7e000000) == 0x36000000) { /* TBZ, TBNZ */
        return (struct a64_flow){.kind = A64_FLOW_CONDITIONAL, .target = branch_target(pc, opcode, 14, 5)};
    }
    if ((opcode & 0xfe800000) == 0xd6000000) {
        return indirect_flow(opcode);
    }
    if ((opcode & 0xffe0001f) == 0xd4000001) { /* SVC; HVC and SMC return here where they are QEMU's PSCI conduit */
        return (struct a64_flow){.kind = A64_FLOW_NEVER};
    }
    return (struct a64_flow){.kind = A64_FLOW_NEXT};
}
