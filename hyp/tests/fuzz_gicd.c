/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 distributor frame: accesses of any size at any offset. */
#include "fake.h"
#include "fuzz.h"

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    uint64_t value = (uint64_t)step->more << 32 | step->value;

    if (fuzz_write(step))
        vgic_gicd_write(cpu, fuzz_offset(step), fuzz_size(step), value);
    else
        (void)vgic_gicd_read(cpu, fuzz_offset(step), fuzz_size(step));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz(data, size, &(struct fuzz_vm){&fake_delivery, 3, 4, NULL}, access);
    return 0;
}
