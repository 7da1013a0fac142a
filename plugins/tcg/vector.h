/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions, noticed by the first instruction of a vector. */
#ifndef VIRQLAB_VECTOR_H
#define VIRQLAB_VECTOR_H

#include "vcpu.h"

/* A block at a multiple of 0x80 starts at EL1, EL2 or EL3; vcpu->block still is the block before. */
void vector_reached(struct vcpu *vcpu, const struct site *site, uint64_t insn);

#endif
