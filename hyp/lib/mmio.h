/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to device registers. Inline assembly, because the compiler may choose an addressing mode with writeback,
 * whose abort carries no syndrome (ISS.ISV = 0, DDI 0487 ISS encoding for a Data Abort): a hypervisor cannot emulate
 * it.
 */
#ifndef LIB_MMIO_H
#define LIB_MMIO_H

#include <stdint.h>

static inline uint8_t mmio_read8(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return (uint8_t)value;
}

static inline uint32_t mmio_read32(uintptr_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline uint64_t mmio_read64(uintptr_t address)
{
    uint64_t value;

    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void mmio_write8(uintptr_t address, uint8_t value)
{
    __asm__ volatile("strb %w0, [%1]" ::"rZ"(value), "r"(address) : "memory");
}

static inline void mmio_write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"rZ"(value), "r"(address) : "memory");
}

static inline void mmio_write64(uintptr_t address, uint64_t value)
{
    __asm__ volatile("str %x0, [%1]" ::"rZ"(value), "r"(address) : "memory");
}

#endif
