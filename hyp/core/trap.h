/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include "vcpu.h"

/* Called by arch/vectors.S with the guest's registers saved in `vcpu`; their return resumes the guest. */
void trap_sync(struct vcpu *vcpu);
void trap_irq(struct vcpu *vcpu);
void trap_serror(struct vcpu *vcpu);

/* An exception that nobody expects: reports and powers off. */
_Noreturn void trap_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far);

/*
 * Emulates the load or store of a data abort with a valid syndrome (ESR_EL2.ISS.ISV = 1) at `ipa`. False when nothing
 * is there.
 */
bool mmio_emulate(struct vcpu *vcpu, uint64_t esr, uint64_t ipa);
/* ditto in the frames of the ITS, which are not asked for at first: others pay nothing for it. */
bool mmio_emulate_its(struct vcpu *vcpu, uint64_t esr, uint64_t ipa);
/* ditto of a console that the VM shares (core/console.h). */
bool mmio_emulate_console(struct vcpu *vcpu, uint64_t esr, uint64_t ipa);
/* ditto in the configuration space of PCI. */
bool mmio_emulate_config(struct vcpu *vcpu, uint64_t esr, uint64_t ipa);

#endif
