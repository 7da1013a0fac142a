/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzzers have in common. The input is a list of eight-byte steps: each is one access of a guest, or an event
 * from outside. Whatever a guest does, no CHECK and no sanitizer may fail, and the model stays consistent.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "vgic.h"

struct fuzz_step {
    uint8_t kind; /* bit 0: write; bits 1-2: log2 of the size; bits 3-5: vCPU; bits 6-7: 0-2 an access, 3 an event */
    uint8_t more;
    uint16_t offset;
    uint32_t value;
};

/* The SPI that is linked to a physical one; of PPIs it is the virtual timer's. */
#define FUZZ_LINKED_SPI 33

/* What the VM is that a fuzzer's guest runs in. */
struct fuzz_vm {
    const struct delivery *delivery;
    unsigned version, cpus;
    void (*prepare)(struct vgic *vm); /* what the guest did before the input begins; NULL: nothing */
};

/* That VM as after reset, its timers and an SPI linked to physical interrupts; every access by `access`. */
void fuzz(const uint8_t *data, size_t size, const struct fuzz_vm *shape,
          void (*access)(struct vgic_cpu *cpu, const struct fuzz_step *step));

static inline unsigned fuzz_size(const struct fuzz_step *step)
{
    return 1U << (step->kind >> 1 & 3);
}

/* Every offset of the frame, but two in three lie where registers are, aligned to the access. */
static inline uint32_t fuzz_offset(const struct fuzz_step *step)
{
    uint32_t aligned = step->offset & ~(fuzz_size(step) - 1);

    switch (step->kind >> 6) {
    case 0:
        return step->offset;
    case 1:
        return aligned & 0x3fff;
    default:
        return aligned < 0x8000 ? 0x6000 + (aligned & 0x3fff) : 0xff00 + (aligned & 0xff);
    }
}

/* An interrupt of `cpu`, of any range that the VM has. */
struct virq *fuzz_irq(struct vgic_cpu *cpu, const struct fuzz_step *step);

static inline bool fuzz_write(const struct fuzz_step *step)
{
    return (step->kind & 1) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
