/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State of one vCPU. It lives in a QEMU scoreboard, because translated code counts and stores into it: the first part
 * is written by inline operations, the rest by callbacks only.
 */
#ifndef VIRQLAB_VCPU_H
#define VIRQLAB_VCPU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "count.h"
#include "emulation.h"
#include "writer.h"

/* A place in translated code, constant data of its callbacks. */
struct site {
    uint64_t pc;
    uint64_t last_pc; /* block heads: the block's last instruction */
    uint32_t opcode;  /* block heads: the last instruction's */
    uint16_t bias;    /* vcpu.insns minus the index of the instruction at pc, at that instruction */
    uint8_t el;
};

/* vcpu.block is the address of a site with this bit set once the block's last instruction has started. */
#define BLOCK_FINISHED 1U

/* Accesses to a GIC register of which the next instruction in the same context is awaited. */
enum access_context {
    ACCESS_HOST_EL1, /* a KVM host on nVHE shares EL1 with its guests */
    ACCESS_GUEST,
    ACCESS_EL2,
    ACCESS_CONTEXTS,
};

struct access {
    uint64_t pc;
    uint64_t value; /* value written */
    uint32_t opcode;
    bool waiting;
};

/* Of a guest's vCPU that does not run: vcpu.access[ACCESS_GUEST], emulation and preempted[1] (guests.h). */
#define VCPU_AWAITED 128
struct awaited {
    struct emulation_owner owner;
    struct access access;
    struct emulation emulation;
    uint64_t preempted;
};

struct vcpu {
    /* Written by inline operations. */
    uint64_t insns;        /* instructions counted: those of the segments that started */
    uint64_t block;        /* the block that runs or ran last: struct site | BLOCK_FINISHED */
    uint64_t attention[3]; /* by level: not zero while the instruction after an access is awaited there */
    uint64_t vbar_cached;  /* zeroed by a write of a VBAR_ELx */
    uint64_t hcr_cached;   /* zeroed by a write of HCR_EL2 */
    uint64_t counts[COUNT_IDS];

    uint64_t recorded[COUNT_IDS]; /* of counts: in a COUNTS record */

    uint64_t vbar[4];      /* by level */
    bool vm_enabled;       /* HCR_EL2.VM=1 and TGE=0: EL0 and EL1 are a guest */
    uint64_t eret_target;  /* where the last ERET went */
    uint64_t preempted[3]; /* by level: vector of an exception taken whose first instruction has yet to run */
    struct access access[ACCESS_CONTEXTS];
    struct emulation emulation;
    struct emulation_owner running; /* the guest's vCPU that was entered last */
    struct awaited *awaited;        /* VCPU_AWAITED places, of others */

    void *cpu;      /* QEMU's; where there are several */
    uint64_t *told; /* of each other vCPU: the instructions that the last SYNC told */
    struct writer *writer;
    struct site *flushed; /* copy of *block when its memory is released */
    atomic_bool ended;    /* nothing is recorded any more */
    uint8_t end_reason;
    uint64_t end_insns;
    uint64_t end_block;
};

/* At installation; false after one line on stderr. */
bool vcpus_open(const char *directory, unsigned int count);
unsigned int vcpus_announced(void); /* those that the machine will have, from vcpus_open on */
unsigned int vcpus_count(void);     /* those that QEMU has started */
struct vcpu *vcpu_get(unsigned int index);
void vcpu_init(unsigned int index);

/* HCR_EL2 and VBAR_ELx as they are now; for callbacks with R_REGS. */
bool vcpu_vm_enabled(struct vcpu *vcpu);
uint64_t vcpu_vbar(struct vcpu *vcpu, unsigned int el);

static inline const struct site *block_site(uint64_t block)
{
    return (const struct site *)(uintptr_t)(block & ~(uint64_t)BLOCK_FINISHED);
}

#endif
