/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tracer needs of QEMU beyond its plugin interface: timers on the virtual clock, stores to physical memory, a
 * shutdown request, and the account of that clock. They are functions that QEMU's executable exports for its own
 * modules, found by name at run time.
 */
#ifndef VIRQLAB_MACHINE_H
#define VIRQLAB_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the name of a function that this QEMU does not export, or NULL; the second one's are for stores and the
 * clock. Nothing of the rest may be called when one is missing, but machine_stop and machine_settle_clock. */
const char *machine_find(void);
const char *machine_find_store(void);

/*
 * For several vCPUs that share a thread. machine_find_turns as above, for the functions behind it; `cpu` is what
 * machine_cpu returns. Callers are on that thread.
 */
const char *machine_find_turns(void);
void *machine_cpu(unsigned int index);
bool machine_runs(const void *cpu); /* it is the one whose code runs */
/* From now on its code is translated as for vCPUs that run at once. Returns the flags that changed: none or one bit. */
uint32_t machine_make_parallel(void *cpu);
void machine_end_turn(void *cpu); /* with the translated block that runs */

/* A timer that calls `expired` at `ns` of virtual time, while no vCPU runs if QEMU counts instructions (-icount). */
void *machine_timer_new(void (*expired)(void *));
void machine_timer_set(void *timer, uint64_t ns);
uint64_t machine_clock_ns(void);

/* A 32-bit store by no vCPU to a physical address, as PCI function `requester` makes it; QEMU's MemTxResult. From
 * QEMU's timers and a vCPU's init only. */
uint32_t machine_store(uint64_t address, uint32_t value, uint16_t requester);
#define STORE_DONE    0U /* MEMTX_OK */
#define STORE_NOWHERE 2U /* MEMTX_DECODE_ERROR */

/* QEMU counts instructions (-icount): all vCPUs share one thread and their translated code. From a vCPU's init on. */
bool machine_counts_insns(void);

/*
 * The instructions that vCPU `vcpu` has executed go into the virtual clock now. With sleep=off QEMU's main loop moves
 * the clock to the next deadline as soon as it finds every vCPU halted, which may be before the halting vCPU's thread
 * has accounted for its last instructions: the clock then passes the deadline by as many. To be called at a WFI, the
 * last instruction of its block.
 */
void machine_settle_clock(unsigned int vcpu);

/* All translated code is thrown away once the vCPU has left its block. The first one is as machine_find(). */
const char *machine_find_flush(void);
void machine_flush(unsigned int vcpu);

/* Asks QEMU to exit with `code`; does nothing where QEMU does not export it. */
void machine_stop(int code);

#endif
