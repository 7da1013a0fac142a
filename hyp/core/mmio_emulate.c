/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores to the emulated frames of a VM (DDI 0487, ISS encoding for an exception from a Data Abort). */
#include "sysreg.h"
#include "trap.h"

static bool inside(const struct range *range, uint64_t ipa)
{
    return ipa - range->base < range->size;
}

/* The register a load writes: `size` bytes, zero-extended, or sign-extended to the width of the destination. */
static void load(struct vcpu *vcpu, uint64_t esr, uint64_t value, unsigned size)
{
    unsigned srt = (unsigned)FIELD_GET(ISS_SRT, esr);
    unsigned unused = 64 - 8 * size;

    value = value << unused >> unused;
    if ((esr & ISS_SSE) != 0) {
        value = (uint64_t)((int64_t)(value << unused) >> unused);
        value = (esr & ISS_SF) != 0 ? value : (uint32_t)value;
    }
    if (srt < 31)
        vcpu->x[srt] = value;
}

static uint64_t stored(const struct vcpu *vcpu, uint64_t esr, unsigned size)
{
    unsigned srt = (unsigned)FIELD_GET(ISS_SRT, esr);
    unsigned unused = 64 - 8 * size;

    return srt < 31 ? vcpu->x[srt] << unused >> unused : 0;
}

bool mmio_emulate(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
    const struct vm *vm = vcpu->vm;
    unsigned size = 1U << FIELD_GET(ISS_SAS, esr);
    bool write = (esr & ISS_WNR) != 0;

    if (inside(&vm->gicd, ipa)) {
        uint32_t offset = (uint32_t)(ipa - vm->gicd.base);

        if (write)
            vgic_gicd_write(&vcpu->vgic, offset, size, stored(vcpu, esr, size));
        else
            load(vcpu, esr, vgic_gicd_read(&vcpu->vgic, offset, size), size);
        return true;
    }
    if (inside(&vm->gicr, ipa)) {
        uint32_t offset = (uint32_t)(ipa - vm->gicr.base);

        if (write)
            vgic_gicr_write(&vcpu->vgic, offset, size, stored(vcpu, esr, size));
        else
            load(vcpu, esr, vgic_gicr_read(&vcpu->vgic, offset, size), size);
        return true;
    }
    return false;
}
