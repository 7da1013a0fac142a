/* SPDX-License-Identifier: Apache-2.0 */
/* The redistributor frames of all vCPUs: accesses of any size at any offset. */
#include "fake.h"
#include "fuzz.h"

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    uint32_t offset = (step->more % (2 * cpu->vm->cpus)) << 16 | fuzz_offset(step);

    if (fuzz_write(step))
        vgic_gicr_write(cpu, offset, fuzz_size(step), step->value);
    else
        (void)vgic_gicr_read(cpu, offset, fuzz_size(step));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz(data, size, &(struct fuzz_vm){&fake_delivery, 3, 4, NULL}, access);
    return 0;
}
