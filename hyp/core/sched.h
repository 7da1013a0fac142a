/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vCPU runs on a core. A vCPU is pinned: only its core runs it, loads it, and changes its state here, so there
 * are no locks; other cores leave it a bit and an SGI. Policy: core/runqueue.h.
 *
 * A core that has one vCPU never takes it away from there: it stays loaded while it is on, waits in its own WFI, and
 * no timer interrupts it.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "vcpu.h"

/* `sched=wait|boost`, `sched.slice=`: after platform_init(). */
void sched_init(void);

/* Pins `vcpu` to its core (vgic.core_index); before sched_start(). */
void sched_pin(struct vcpu *vcpu);

/* How many vCPUs a core has; and one of them, NULL behind the last. */
unsigned sched_pinned(unsigned core);
struct vcpu *sched_vcpu(unsigned core, unsigned slot);

/* Starts the other cores that have vCPUs, and makes this one, the boot core, serve its own. */
_Noreturn void sched_start(void);

/* The vCPU that is loaded on this core, NULL: none. */
struct vcpu *sched_loaded(void);

/* From any core: `vcpu`, which is not loaded, has an interrupt, or its VM has ended. */
void sched_poke(struct vcpu *vcpu);

/* ditto: it is to be turned on. */
void sched_on(struct vcpu *vcpu);

/* A physical interrupt that is none of the loaded vCPU's, taken: returns when that one goes on. */
void sched_interrupt(struct vcpu *vcpu, uint32_t pintid);

/* The loaded vCPU waits for an interrupt; lets others run; is off. Its registers say where it goes on. */
_Noreturn void sched_wait(struct vcpu *vcpu);
_Noreturn void sched_yield(struct vcpu *vcpu);
_Noreturn void sched_off(struct vcpu *vcpu);

/* The loaded vCPU uses FP or Advanced SIMD, which trapped: the registers become its own. */
void sched_give_fp(struct vcpu *vcpu);

#endif
