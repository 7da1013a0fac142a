/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classification of A64 instructions (DDI 0487, chapter C4 "A64 instruction set encoding"). Pure: opcode in, facts
 * out, so it is tested on the build host.
 */
#ifndef VIRQLAB_DECODE_H
#define VIRQLAB_DECODE_H

#include <stdbool.h>
#include <stdint.h>

enum a64_class {
    A64_OTHER,      /* nothing the trace records */
    A64_MARK,       /* movz xzr, #imm16 */
    A64_WFI,        /* WFI, WFIT */
    A64_WFE,        /* WFE, WFET */
    A64_ERET,       /* ERET, ERETAA, ERETAB */
    A64_GIC_WRITE,  /* write of ICC_SGI0R/SGI1R/ASGI1R_EL1 or ICH_LR<n>_EL2 */
    A64_GIC_ACK,    /* read of ICC_IAR0/IAR1/NMIAR1_EL1 */
    A64_GIC_EOI,    /* write of ICC_EOIR0/EOIR1/DIR_EL1 */
    A64_VBAR_WRITE, /* write of any VBAR_ELx */
    A64_HCR_WRITE,  /* write of HCR_EL2 */
    A64_DAIF_WRITE, /* MSR DAIF, Xt */
    A64_DAIF_SET,   /* MSR DAIFSet, #imm4 */
    A64_DAIF_CLEAR, /* MSR DAIFClr, #imm4 */
    A64_YIELD,
};

/* How an instruction passes control to the next one when it raises no exception. */
enum a64_flow_kind {
    A64_FLOW_NEXT,        /* the next address */
    A64_FLOW_DIRECT,      /* `target` */
    A64_FLOW_CONDITIONAL, /* `target` or the next address */
    A64_FLOW_INDIRECT,    /* the address in register `rn` */
    A64_FLOW_LOST,        /* an address that the instruction itself overwrites (BLR X30) */
    A64_FLOW_ERET,        /* ELR_ELx, level from SPSR_ELx */
    A64_FLOW_NEVER,       /* it always raises an exception */
};

struct a64_flow {
    enum a64_flow_kind kind;
    uint64_t target;
    uint8_t rn;
    bool signed_pointer; /* rn may hold a pointer authentication code */
};

#define A64_REG_ZR 31

enum a64_class a64_classify(uint32_t opcode);
uint16_t a64_mark_id(uint32_t opcode);
uint8_t a64_daif_imm(uint32_t opcode);
bool a64_may_leave(uint32_t opcode);
bool a64_accesses_once(uint32_t opcode); /* a load or store of one general register, so one access at most */
struct a64_flow a64_flow_of(uint32_t opcode, uint64_t pc);

/* MSR/MRS (register): the system register as ESR_ELx.ISS names it (docs/trace-format.md), and Rt. */
uint32_t a64_sysreg(uint32_t opcode);
uint8_t a64_rt(uint32_t opcode);

#endif
