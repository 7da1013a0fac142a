/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores to the emulated frames of a VM (DDI 0487, ISS encoding for an exception from a Data Abort). */
#include "assigned.h"
#include "console.h"
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
    vgic_set_x(&vcpu->vgic, srt, value);
}

static uint64_t stored(const struct vcpu *vcpu, uint64_t esr, unsigned size)
{
    unsigned srt = (unsigned)FIELD_GET(ISS_SRT, esr);
    unsigned unused = 64 - 8 * size;

    return vcpu->vgic.x[srt] << unused >> unused;
}

/* Queues of the ITS run in the store that fills them; what is left of a long one, when the guest repeats it. */
bool mmio_emulate_its(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
    unsigned size = 1U << FIELD_GET(ISS_SAS, esr);
    uint32_t offset = (uint32_t)(ipa - vcpu->vm->gits.base);

    if (!inside(&vcpu->vm->gits, ipa))
        return false;
    if ((esr & ISS_WNR) == 0)
        load(vcpu, esr, vgic_gits_read(&vcpu->vgic, offset, size), size);
    else if (!vgic_gits_write(&vcpu->vgic, offset, size, stored(vcpu, esr, size)))
        repeat_instruction();
    return true;
}

bool mmio_emulate_config(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
    const struct range *ecam = &assigned_of(vcpu->vm)->ecam;
    unsigned size = 1U << FIELD_GET(ISS_SAS, esr);

    if (!inside(ecam, ipa) || size > sizeof(uint32_t) || (ipa & (size - 1)) != 0)
        return false;
    if ((esr & ISS_WNR) != 0)
        assigned_config_write(vcpu->vm, ipa - ecam->base, size, (uint32_t)stored(vcpu, esr, size));
    else
        load(vcpu, esr, assigned_config_read(vcpu->vm, ipa - ecam->base, size), size);
    return true;
}

bool mmio_emulate_console(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
    const struct range *frame = console_frame();
    unsigned size = 1U << FIELD_GET(ISS_SAS, esr);

    if (!inside(frame, ipa))
        return false;
    if ((esr & ISS_WNR) != 0)
        console_write(vcpu->vm, (uint32_t)(ipa - frame->base), (uint32_t)stored(vcpu, esr, size));
    else
        load(vcpu, esr, console_read(vcpu->vm, (uint32_t)(ipa - frame->base)), size);
    return true;
}

bool mmio_emulate(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
    const struct vm *vm = vcpu->vm;
    unsigned size = 1U << FIELD_GET(ISS_SAS, esr);
    const struct vgic_frame *frame;
    uint32_t offset;

    if (inside(&vm->gicd, ipa)) {
        frame = vcpu->vgic.strategy->gicd;
        offset = (uint32_t)(ipa - vm->gicd.base);
    } else if (inside(&vm->gicr, ipa)) {
        frame = vcpu->vgic.strategy->gicr;
        offset = (uint32_t)(ipa - vm->gicr.base);
    } else {
        return false;
    }
    if ((esr & ISS_WNR) != 0)
        frame->write(&vcpu->vgic, offset, size, stored(vcpu, esr, size));
    else
        load(vcpu, esr, frame->read(&vcpu->vgic, offset, size), size);
    return true;
}
