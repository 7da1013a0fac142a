/* SPDX-License-Identifier: Apache-2.0 */
/* Message interrupts of this machine: the physical ITS and the LPIs of its redistributors; upcalls.h starts them. */
#ifndef CORE_MESSAGES_H
#define CORE_MESSAGES_H

/* `its.check=1`: checks them and turns the machine off; after gic_probe(). */
_Noreturn void messages_check(void);

#endif
