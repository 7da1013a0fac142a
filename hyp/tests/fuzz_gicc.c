/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv2 frames, distributor and CPU interface: accesses of any size at any offset. */
#include "fake.h"
#include "fuzz.h"

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    bool gicc = (step->more & 1) != 0;
    uint32_t offset = fuzz_offset(step) & (gicc ? 0x1fff : 0xfff);

    if (fuzz_write(step) && gicc)
        vgic_gicc_write(cpu, offset, fuzz_size(step), step->value);
    else if (fuzz_write(step))
        vgic_gicd_v2_write(cpu, offset, fuzz_size(step), step->value);
    else if (gicc)
        (void)vgic_gicc_read(cpu, offset, fuzz_size(step));
    else
        (void)vgic_gicd_v2_read(cpu, offset, fuzz_size(step));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz(data, size, &(struct fuzz_vm){&fake_delivery, 2, 4, NULL}, access);
    return 0;
}
