/* SPDX-License-Identifier: Apache-2.0 */
/* Message interrupts of this machine: the physical ITS and the LPIs of its redistributors. */
#ifndef CORE_MESSAGES_H
#define CORE_MESSAGES_H

/* Starts them, before the first gic->cpu_init(). NULL, or why this machine has none, or does not answer. */
const char *messages_start(void);

/* `its.check=1`: checks them and turns the machine off; after gic_probe(). */
_Noreturn void messages_check(void);

#endif
