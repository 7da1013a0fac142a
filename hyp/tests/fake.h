/* SPDX-License-Identifier: Apache-2.0 */
/* A VM without hardware: the model under test, driven by a strategy that keeps nothing resident. */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "vgic.h"

#define FAKE_PRIORITY_BITS_DEFAULT 5

/* What the fake strategy promises: priority bits, and to a GICv3 guest extended INTIDs, NMIs. Set before fake_vm(). */
extern unsigned fake_priority_bits;
extern bool fake_extended, fake_nmi;

/* The strategy; and whether the next acknowledge of a linked interrupt finds its line dropped. */
extern const struct delivery fake_delivery;
extern bool fake_line_dropped;

/* A fresh VM with `cpus` vCPUs, all groups and the CPU interfaces as they are after reset. */
struct vgic *fake_vm(unsigned cpus);
/* ditto, with a GIC of that architecture version: 2 or 3 (fake_vm()). */
struct vgic *fake_vm_version(unsigned cpus, unsigned version);
struct vgic *fake_vm_of(const struct delivery *delivery, unsigned cpus, unsigned version);

/* A reproducible stream of numbers (xorshift64*, Vigna 2016); `state` is the seed, never 0. */
uint64_t fake_random(uint64_t *state);

#endif
