/* SPDX-License-Identifier: Apache-2.0 */
/* lib/mmio.h for the build host: the registers are those of a fake (fake_its.h; of a test, test_pass.c). */
#ifndef TESTS_ARCH_MMIO_H
#define TESTS_ARCH_MMIO_H

#include <stdint.h>

uint8_t mmio_read8(uintptr_t address);
void mmio_write8(uintptr_t address, uint8_t value);
uint32_t mmio_read32(uintptr_t address);
uint64_t mmio_read64(uintptr_t address);
void mmio_write32(uintptr_t address, uint32_t value);
void mmio_write64(uintptr_t address, uint64_t value);

#endif
