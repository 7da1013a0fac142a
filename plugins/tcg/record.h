/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace record: 32 bytes, little-endian, one file per vCPU, no header. `metadata` (CTF 1.8) describes the
 * same bytes to babeltrace2, analysis/trace.py to numpy. docs/trace-format.md is the reference for every field.
 */
#ifndef VIRQLAB_RECORD_H
#define VIRQLAB_RECORD_H

#include <stdint.h>

enum record_kind {
    RECORD_EXC_EL2 = 1,     /* exception taken to EL2: first instruction of the vector */
    RECORD_ERET_EL2 = 2,    /* ERET at EL2, before it executes */
    RECORD_EXC_EL1 = 3,     /* exception taken to EL1 */
    RECORD_ERET_EL1 = 4,    /* ERET at EL1, before it executes */
    RECORD_SYSREG = 5,      /* GIC system register access, before it executes (SGI*R, ICH_LR*) */
    RECORD_SYSREG_DONE = 6, /* ditto, at the first instruction after it at its own EL (IAR*, EOIR*, DIR) */
    RECORD_MARK = 7,        /* movz xzr, #imm16 */
    RECORD_WFX = 8,         /* WFI or WFE, before it executes */
    RECORD_END = 9,         /* last record of a file */
    RECORD_COUNTS = 10,     /* struct counts: what was executed since the last one */
    RECORD_MMIO = 11,       /* access to a device, after it was done; of a guest's that EL2 emulates: where the guest
                               goes on */
    RECORD_DAIF = 12,       /* write of PSTATE.DAIF at EL2, before it executes */
    RECORD_STIMULUS = 13,   /* store of the stimulus, before the next instruction; in the file of every vCPU */
    RECORD_SYNC = 14,       /* how far another vCPU is, right before the record it is told for */
};

enum record_flag {
    RECORD_GUEST = 1,    /* guest context: EL0/EL1 with HCR_EL2.VM=1 and TGE=0 (EXC_EL2: where the exception came
                            from; ERET_EL2: where it goes; others: where the instruction executed) */
    RECORD_VALID = 2,    /* SYSREG*: `a` holds the value, MMIO: `c` does (an XZR or unread register leaves it clear) */
    RECORD_EMULATED = 4, /* MMIO: no access happened, EL2 emulated one */
};

enum record_access {
    RECORD_READ = 0,
    RECORD_WRITE = 1,
    RECORD_SIZE_SHIFT = 4, /* sub[7:4]: log2 of the bytes */
};

enum record_daif {
    RECORD_DAIF_WRITE = 0, /* MSR DAIF, Xt */
    RECORD_DAIF_SET = 1,   /* MSR DAIFSet, #imm4 */
    RECORD_DAIF_CLEAR = 2, /* MSR DAIFClr, #imm4 */
};

enum record_end_reason {
    RECORD_END_EXIT = 0,     /* the machine was powered off or QEMU was ended */
    RECORD_END_DEADLINE = 1, /* the virtual-time deadline stopped it */
};

struct record {
    uint64_t insn; /* instructions this vCPU executed at EL0..EL2 before this event (EL3 is outside the account) */
    uint8_t kind;
    uint8_t el;    /* EXC_*: level the exception came from; ERET_*: level it returns to; else: level of execution */
    uint8_t sub;   /* EXC_*: vector offset / 0x80; WFX: 0 WFI, 1 WFE; END, MMIO, DAIF: the enumeration above */
    uint8_t flags; /* record_flag */
    uint32_t c; /* EXC_*: ESR[31:0]; ERET_EL2 to a guest: its VMID; SYSREG*: ESR-style encoding (docs/trace-format.md);
                   MARK: imm16; MMIO: value[31:0]; DAIF: imm4; STIMULUS: value stored; SYNC: index of the other vCPU */
    uint64_t a; /* EXC_*: ELR; ERET_*: target PC; SYSREG*, DAIF: value; MARK: x0; WFX: PC; END: PC of the last TB;
                   MMIO, STIMULUS: physical address, of an emulated access the guest's; SYNC: its instructions */
    uint64_t b; /* EXC_*: FAR, or the IPA for a stage 2 abort; ERET_*: SPSR; SYSREG*, MMIO, DAIF: PC; MARK: x1;
                   STIMULUS: virtual time in ns */
};

/* A COUNTS record: instructions since the previous one, in the order of enum count_id. */
struct counts {
    uint64_t insn;
    uint8_t kind;
    uint8_t el; /* level at which they executed */
    uint8_t sub;
    uint8_t flags; /* RECORD_GUEST: they executed in guest context */
    uint32_t wide[2];
    uint16_t narrow[6];
};

_Static_assert(sizeof(struct record) == 32 && sizeof(struct counts) == 32, "the trace format is 32-byte records");

#endif
