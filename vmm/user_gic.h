/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VMM_USER_GIC_H
#define VMM_USER_GIC_H

#include <stdbool.h>
#include <stdint.h>

/* A GICv2 for the vCPUs of the machine `vm`, which has none of KVM's. The rest does nothing without it. */
void user_gic_create(int vm, unsigned vcpus);

/* An access of `size` bytes by a vCPU. False when no frame is there. */
bool user_gic_access(unsigned vcpu, uint64_t address, unsigned size, bool write, uint64_t *value);

/* The outputs of a vCPU's timers, KVM_ARM_DEV_*. */
void user_gic_timers(unsigned vcpu, uint64_t levels);

#endif
