/* SPDX-License-Identifier: Apache-2.0 */
/* GICH_* of a fake virtual interface, by loads and stores (IHI 0048B.b 5.3). */
#include "check.h"
#include "fake_core.h"
#include "fake_vif.h"
#include "gic.h"
#include "mmio.h"
#include "regs/gich.h"

#define GICH  UINT64_C(0x08030000)
#define STATE 29, 28

struct gic_map gic_map = {.gich = {.base = GICH, .size = 0x1000}, .gicv = {.base = 0x08040000, .size = 0x2000}};

static uint32_t read_lr(const struct fake_lr *lr)
{
    uint64_t value = FIELD_PREP(GICH_LR_VIRTUALID, lr->intid) |
                     FIELD_PREP(GICH_LR_PRIORITY, (unsigned)lr->priority >> FAKE_LEVEL_SHIFT) |
                     FIELD_PREP(STATE, lr->state) | (lr->group != 0 ? GICH_LR_GRP1 : 0);

    if (lr->hw)
        return (uint32_t)(value | GICH_LR_HW | FIELD_PREP(GICH_LR_PHYSICALID, lr->pintid));
    return (uint32_t)(value | FIELD_PREP(GICH_LR_CPUID, lr->cpu) | (lr->eoi ? GICH_LR_EOI : 0));
}

static struct fake_lr as_written(uint32_t value)
{
    bool hw = (value & GICH_LR_HW) != 0;

    return (struct fake_lr){
        .state = (unsigned)FIELD_GET(STATE, value),
        .intid = (uint32_t)FIELD_GET(GICH_LR_VIRTUALID, value),
        .pintid = hw ? (uint32_t)FIELD_GET(GICH_LR_PHYSICALID, value) : 0,
        .priority = (int)(FIELD_GET(GICH_LR_PRIORITY, value) << FAKE_LEVEL_SHIFT),
        .group = (value & GICH_LR_GRP1) != 0,
        .hw = hw,
        .eoi = !hw && (value & GICH_LR_EOI) != 0,
        .cpu = hw ? 0 : (unsigned)FIELD_GET(GICH_LR_CPUID, value),
    };
}

/* The number of a list register by its offset; false when there is none. */
static bool lr_at(uintptr_t offset, unsigned *n)
{
    *n = (unsigned)(offset - GICH_LR) / 4;
    return offset >= GICH_LR && *n < fake_vif.count;
}

uint32_t mmio_read32(uintptr_t address)
{
    unsigned n;

    CHECK(fake_vif.version == 2 && fake_core_number == 0);
    switch (address - GICH) {
    case GICH_HCR:
        return (uint32_t)fake_vif.hcr;
    case GICH_VMCR:
        return (uint32_t)fake_vif.vmcr;
    case GICH_VTR:
        return (uint32_t)(FIELD_PREP(GICH_VTR_LISTREGS, fake_vif.count - 1) | FIELD_PREP(GICH_VTR_PREBITS, 4) |
                          FIELD_PREP(GICH_VTR_PRIBITS, 4));
    case GICH_APR:
        return (uint32_t)fake_vif.levels[0];
    case GICH_ELSR0:
        return fake_vif_empty();
    case GICH_EISR0:
        return fake_vif_ended();
    default:
        CHECK(lr_at(address - GICH, &n));
        return read_lr(&fake_vif.lr[n]);
    }
}

void mmio_write32(uintptr_t address, uint32_t value)
{
    unsigned n;

    CHECK(fake_vif.version == 2 && fake_core_number == 0);
    switch (address - GICH) {
    case GICH_HCR:
        CHECK((value & ~GICH_HCR_FIELDS) == 0);
        fake_vif.hcr = value;
        break;
    case GICH_VMCR:
        fake_vif.vmcr = value;
        break;
    case GICH_APR:
        fake_vif.levels[0] = value;
        break;
    default:
        CHECK(lr_at(address - GICH, &n));
        fake_vif_write(n, as_written(value));
    }
}
