/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI and SMCCC function identifiers (DEN0022 5.1, DEN0028 7), and calls to the level below: the machine's firmware, a
 * guest's hypervisor. */
#ifndef ARCH_PSCI_H
#define ARCH_PSCI_H

#include <stdint.h>

#define PSCI_VERSION           UINT32_C(0x84000000)
#define PSCI_CPU_SUSPEND       UINT32_C(0x84000001)
#define PSCI_CPU_OFF           UINT32_C(0x84000002)
#define PSCI_CPU_ON            UINT32_C(0xc4000003)
#define PSCI_CPU_ON_32         UINT32_C(0x84000003)
#define PSCI_AFFINITY_INFO     UINT32_C(0xc4000004)
#define PSCI_AFFINITY_INFO_32  UINT32_C(0x84000004)
#define PSCI_MIGRATE_INFO_TYPE UINT32_C(0x84000006)
#define PSCI_SYSTEM_OFF        UINT32_C(0x84000008)
#define PSCI_SYSTEM_RESET      UINT32_C(0x84000009)
#define PSCI_FEATURES          UINT32_C(0x8400000a)
#define SMCCC_ARCH_FEATURES    UINT32_C(0x80000001)
#define PSCI_CPU_SUSPEND_64    UINT32_C(0xc4000001)
#define SMCCC_VERSION          UINT32_C(0x80000000)
#define PSCI_VERSION_1_1       UINT64_C(0x10001)
#define SMCCC_VERSION_1_1      UINT64_C(0x10001)
/* PSCI error codes (DEN0022 5.2.2) */
#define PSCI_SUCCESS            INT64_C(0)
#define PSCI_NOT_SUPPORTED      INT64_C(-1)
#define PSCI_INVALID_PARAMETERS INT64_C(-2)
#define PSCI_ALREADY_ON         INT64_C(-4)
#define PSCI_INTERNAL_FAILURE   INT64_C(-6)
#define SMCCC_UNKNOWN           UINT64_MAX /* -1: NOT_SUPPORTED in both */

uint64_t psci_call(uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2);

/* Powers the machine off. */
_Noreturn void psci_system_off(void);

#endif
