/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the trace records, independent of how it was noticed. Today vector.c and translate.c notice it with plugin
 * API 4 alone; a QEMU that reports exceptions itself replaces vector.c and calls the same functions.
 * But for the last ones all are called from the vCPU they describe, with its registers readable; `insn` is the index of
 * the instruction.
 */
#ifndef VIRQLAB_EVENT_H
#define VIRQLAB_EVENT_H

#include "vcpu.h"

void event_exception(struct vcpu *vcpu, unsigned int el, unsigned int offset, uint64_t insn);
bool event_eret(struct vcpu *vcpu, const struct site *site, uint64_t insn); /* whether EL2 enters a guest */
void event_gic_write(struct vcpu *vcpu, const struct site *site, uint64_t insn);
void event_mark(struct vcpu *vcpu, const struct site *site, uint64_t insn);
void event_wfx(struct vcpu *vcpu, const struct site *site, uint64_t insn);
void event_daif(struct vcpu *vcpu, const struct site *site, uint64_t insn);

/* An access to a device. */
struct mmio {
    uint64_t address;
    uint64_t value;
    uint8_t size_shift; /* log2 of the bytes */
    bool write;
};

void event_mmio(struct vcpu *vcpu, const struct site *site, uint64_t insn, const struct mmio *mmio);

/* Whether accesses of guests that EL2 emulates are recorded. */
void event_watch_emulated(bool watch);

/* A GIC access begins; an instruction at the same level starts; an exception is taken to the same level. */
void event_access(struct vcpu *vcpu, const struct site *site);
void event_resume(struct vcpu *vcpu, const struct site *site, uint64_t insn);

/* A store of the stimulus (stimulus.h): from outside the vCPU, while it does not run. */
void event_stimulus(struct vcpu *vcpu, uint64_t ns, uint64_t address, uint32_t value);

/* No more records: from outside the vCPU, while it does not run. The END record is written by event_end. */
void event_stop(struct vcpu *vcpu, enum record_end_reason reason);
void event_end(struct vcpu *vcpu);

#endif
