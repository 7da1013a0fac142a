/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records into the file of a vCPU, from that vCPU; `el` is its level, `insn` the index of its instruction. */
#ifndef VIRQLAB_PUT_H
#define VIRQLAB_PUT_H

#include "vcpu.h"

/* RECORD_GUEST where this level is a guest now, else 0. */
uint8_t put_guest_flag(struct vcpu *vcpu, unsigned int el);

/* The next record, with what the arguments say, behind SYNC records; the caller fills in the rest. */
struct record *put_record(struct vcpu *vcpu, enum record_kind kind, unsigned int el, uint64_t insn);

/* COUNTS of what executed at level `el` since the last time, for the boundary `insn`; none when nothing did. */
void put_counts(struct vcpu *vcpu, unsigned int el, uint64_t insn);

#endif
