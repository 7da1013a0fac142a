/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's physical address space: stage 2, 39-bit IPAs, one level-1 root. */
#ifndef ARCH_STAGE2_H
#define ARCH_STAGE2_H

#include "pgtable.h"

#define STAGE2_IPA_BITS 39

void stage2_map_memory(struct pgtable *table, uint64_t ipa, uint64_t pa, uint64_t size);
void stage2_map_device(struct pgtable *table, uint64_t ipa, uint64_t pa, uint64_t size);

/*
 * This core's TLB and instruction cache forget what they hold for the loaded VMID. A guest may use one ASID for
 * different tables on different CPUs, whose TLBs are their own (DDI 0487 D8.16): its vCPUs that share a core would find
 * each other's entries.
 */
void stage2_forget(void);

/* Nothing is mapped any more, on any core. The VM whose `table` it is runs on this core, or ran last. */
void stage2_revoke(struct pgtable *table);

/* Once on each core: how its tables are walked. */
void stage2_init(void);

/* Makes `table` the one of this core, under `vmid` (never 0), from the next ERET on. */
void stage2_load(const struct pgtable *table, unsigned vmid);

#endif
