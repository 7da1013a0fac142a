/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vCPU runs on a core. A vCPU is at one core at a time: only that one runs it, loads it, and changes its state
 * here, so there are no locks; other cores leave it a bit and an SGI. It stays there, or goes to the next of its VM's
 * every `vm<id>.move=` ns, from where it runs, in the hands of the core that it leaves. Policy: core/runqueue.h.
 *
 * A core that has one vCPU never takes it away from there: it stays loaded while it is on, waits in its own WFI, and
 * no timer interrupts it.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "vcpu.h"

/* `sched=wait|boost`, `sched.slice=`: after platform_init(). */
void sched_init(void);

/* Before sched_start(): `vcpu` begins at `core`, by its number; it may come to `core`, too. */
void sched_place(struct vcpu *vcpu, unsigned core);
void sched_admit(struct vcpu *vcpu, unsigned core);

/* How many vCPUs may be at a core; and one of them, NULL behind the last. */
unsigned sched_admitted(unsigned core);
struct vcpu *sched_vcpu(unsigned core, unsigned n);

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
