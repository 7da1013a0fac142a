/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was the vector reached by an exception? QEMU 10.0 tells a plugin that a block runs, not why, and code may also
 * branch to, fall into or ERET to an address of its own vector table. Pure: tested on the build host.
 */
#ifndef VIRQLAB_FLOW_H
#define VIRQLAB_FLOW_H

#include "decode.h"

/* How the block that ran before the vector ended. */
struct flow_origin {
    bool known;       /* some block ran on this vCPU since reset */
    bool finished;    /* its last instruction started, and may continue at an address that a vector can have */
    uint8_t el;       /* level it ran at */
    uint64_t pc;      /* its first instruction */
    uint64_t last_pc; /* its last instruction */
    uint32_t opcode;  /* the last instruction's opcode */
};

/* The state in which the vector's first instruction finds the vCPU. */
struct flow_arrival {
    uint64_t pc;
    uint8_t el;
    uint64_t elr;      /* ELR of level `el` */
    uint64_t spsr;     /* SPSR of level `el` */
    uint64_t pstate;   /* in the layout of SPSR_ELx */
    uint64_t rn;       /* the register an indirect branch went to */
    uint64_t from_elr; /* ELR of level origin.el: where its ERET went */
};

#define VECTOR_TABLE_SIZE 0x800 /* DDI 0487 D1.3.2: 16 vectors of 0x80 bytes, aligned to 2 KiB */
#define VECTOR_SIZE       0x80

/* The four vectors of each group. */
#define VECTOR_KIND(address) ((unsigned int)((address) / VECTOR_SIZE % 4))
#define VECTOR_SYNC          0
#define VECTOR_IRQ           1
#define VECTOR_FIQ           2
#define VECTOR_SERROR        3

/* DDI 0487, SPSR_EL1. */
#define SPSR_MODE_SP 0x1  /* M[0]: SP_ELx selected */
#define SPSR_AARCH32 0x10 /* M[4] */
#define SPSR_F       0x40
#define SPSR_I       0x80
#define SPSR_A       0x100
#define SPSR_DAIF    0x3c0
#define SPSR_IL      0x100000

/* An instruction that may end at a multiple of 0x80 by plain execution; only those need the full question. */
bool flow_may_reach_vector(uint32_t opcode, uint64_t pc);

/* A block that did not finish left by an exception: then `flow_by_exception` needs no register. */
bool flow_needs_registers(const struct flow_origin *from);

bool flow_by_exception(const struct flow_origin *from, const struct flow_arrival *at);

#endif
