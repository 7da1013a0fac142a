/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own address space: EL2 stage 1, identity-mapped. */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdint.h>

/* Maps this image (code read-only and executable, the rest writable), turns the MMU and the caches on. */
void mmu_init(void);

/* Turns them on at another core, with the same map. */
void mmu_enable(void);

/* Identity-map memory or device registers, in whole pages; what is mapped already stays as it is. */
void mmu_map_memory(uint64_t base, uint64_t size);
void mmu_map_device(uint64_t base, uint64_t size);

/* First and last + 1 address of this image, bss and boot stack included. */
uint64_t mmu_image_start(void);
uint64_t mmu_image_end(void);

#endif
