/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMMUv3 that confines the DMA of assigned devices by stage 2 (IHI 0070F): one, the first "arm,smmu-v3" of the
 * device tree. A stream that is not assigned is terminated. One core at a time.
 *
 * A function that returns text returns NULL when it is done, else why it could not be. Every wait has a deadline.
 */
#ifndef DEV_SMMU_H
#define DEV_SMMU_H

#include <stdbool.h>
#include <stdint.h>

#include "devtree.h"
#include "pgtable.h"

/* What smmu_init() needs: bytes, and their alignment. */
#define SMMU_MEMORY       UINT64_C(0x20000)
#define SMMU_MEMORY_ALIGN UINT64_C(0x10000)

struct smmu_event {
    uint8_t number; /* 7.3: 0x02 C_BAD_STREAMID, 0x04 C_BAD_STE, 0x10 F_TRANSLATION, 0x13 F_PERMISSION, ... */
    uint32_t stream;
    uint64_t address; /* of faults */
};

/* Where it is; false: the machine has none. `*intid`: of its event queue, edge-triggered; 0: none. */
bool smmu_find(const void *fdt, struct range *registers, uint32_t *intid);

/* Starts it, its registers mapped at `base`, every stream terminated. `memory`: SMMU_MEMORY bytes, zero. */
const char *smmu_init(uintptr_t base, struct range memory);

/* DMA of `stream` goes through `stage2`, a table of STAGE2_IPA_BITS bits, under `vmid`, which no other
 * table has. */
const char *smmu_assign(uint32_t stream, const struct pgtable *stage2, uint16_t vmid);

/* The next event that the SMMU reported; false: there is none. */
bool smmu_event(struct smmu_event *event);

#endif
