/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_lpis.h"

#include <string.h>

#include "lpis.h"
#include "vits_tables.h"

#define CPUS FUZZ_LPIS_CPUS

struct fuzz_lpis fuzz_lpis;

/* Two in three steps name things that there are, or steps would seldom meet. */
#define NEAR(step) (fuzz_lpis.tame || (step)->kind >> 6 != 0)

/* Somewhere: of the guest's tables, at an edge of its memory, or anywhere. */
static uint64_t address_of(const struct fuzz_step *step)
{
    static const uint64_t places[] = {LPIS_CONFIG,
                                      LPIS_PENDING(0),
                                      LPIS_QUEUE,
                                      LPIS_DEVICES,
                                      LPIS_ITT(1),
                                      LPIS_FREE,
                                      LPIS_COLLECTIONS,
                                      LPIS_BASE + LPIS_SIZE - 0x1000,
                                      LPIS_BASE + LPIS_SIZE - 0x10000,
                                      LPIS_BASE + LPIS_SIZE,
                                      LPIS_BASE - 0x10000};

    return NEAR(step) ? places[step->value % ARRAY_SIZE(places)] : (uint64_t)step->value << 12;
}

static uint32_t device_of(const struct fuzz_step *step)
{
    return NEAR(step) ? 1 + step->offset % 2 : step->offset;
}

static uint32_t event_of(const struct fuzz_step *step)
{
    return NEAR(step) ? step->value % ((step->value >> 27 & 1) != 0 ? 64 : 16) : step->value;
}

/* Some in the ITS, some in memory, some nowhere. */
static uint32_t icid_of(const struct fuzz_step *step)
{
    static const uint16_t near[] = {0, 1, 2, 15, 16, 17, 100, 8191};

    return NEAR(step) ? near[step->offset >> 8 & 7] : step->offset;
}

static uint32_t lpi_of(const struct fuzz_step *step)
{
    return NEAR(step) ? INTID_LPI_FIRST + step->value / 16 % 64 : step->value;
}

static void command(struct vgic *vm, const struct fuzz_step *step)
{
    static const uint8_t all[] = {ITS_MAPD, ITS_MAPC,    ITS_MAPTI, ITS_MAPI, ITS_MOVI,   ITS_MOVALL, ITS_INT, ITS_INT,
                                  ITS_INT,  ITS_DISCARD, ITS_CLEAR, ITS_INV,  ITS_INVALL, ITS_SYNC,   ITS_MOVI};
    uint64_t number = NEAR(step) ? all[step->more % ARRAY_SIZE(all)] : step->more;
    uint64_t word1 = event_of(step), word2 = icid_of(step), word3 = 0;

    if (number == ITS_MAPD) {
        word1 = NEAR(step) ? 3 + (step->value >> 28 & 3) : step->value & 31;
        word2 = (NEAR(step) ? LPIS_ITT(device_of(step)) : address_of(step)) | (uint64_t)(step->value >> 31) << 63;
    } else if (number == ITS_MAPC || number == ITS_MOVALL || number == ITS_SYNC) {
        word2 |= FIELD_PREP(ITS_RDBASE_2, step->value & (NEAR(step) ? 3 : 0xff)) | (uint64_t)(step->value >> 31) << 63;
        word3 = FIELD_PREP(ITS_MOVALL_TO_3, step->value >> 8 & 3);
    } else if (number == ITS_MAPTI) {
        word1 |= FIELD_PREP(ITS_MAPTI_PINTID_1, lpi_of(step));
    }
    if (vm->its.cwriter < LPIS_QUEUE_SIZE)
        lpis_command(vm, number | FIELD_PREP(ITS_DEVICEID_0, device_of(step)), word1, word2, word3);
}

/* The guest's own stores to its memory, a doubleword each. */
static void forge(const struct fuzz_step *step)
{
    uint64_t place = LPIS_BASE + (((uint64_t)step->offset << 5 | step->more) * 8) % LPIS_SIZE, value;
    uint64_t near[] = {LPIS_DEVICES + UINT64_C(8) * device_of(step),
                       LPIS_ITT(1) + UINT64_C(8) * (step->offset & 15),
                       LPIS_COLLECTIONS + UINT64_C(8) * icid_of(step),
                       LPIS_PENDING(step->offset % CPUS) + 1024,
                       LPIS_CONFIG + (step->offset & 0x38),
                       LPIS_FREE + (step->offset & 0x18),
                       LPIS_QUEUE + (step->offset & 0xff8)};

    value = step->value | (uint64_t)(step->value * UINT32_C(0x9e3779b9)) << 32;
    if (NEAR(step)) {
        place = near[step->more % ARRAY_SIZE(near)];
        if ((step->value & 3) != 0)
            value = VITS_VALID | (address_of(step) & ~UINT64_C(0xff)) | (step->value >> 4 & 0xff);
    }
    if (place - LPIS_BASE < LPIS_SIZE)
        memcpy(lpis_at(place), &value, sizeof(value));
}

static void its_register(struct vgic *vm, const struct fuzz_step *step)
{
    static const uint32_t offsets[] = {
        GITS_CTLR,      GITS_CBASER,     GITS_CWRITER, GITS_CREADR, GITS_BASER,
        GITS_BASER + 8, GITS_BASER + 16, GITS_TYPER,   GITS_CTLR,   GITS_TRANSLATION + GITS_TRANSLATER};
    uint32_t offset = NEAR(step) ? offsets[step->more % ARRAY_SIZE(offsets)] : (uint32_t)step->offset << 1;
    uint64_t value = address_of(step) | (step->offset & 0xfff) | (uint64_t)(step->value >> 30) << 62;
    unsigned size = 1U << (step->value >> 20 & 3); /* kind says that it is such a register */

    if (NEAR(step))
        size = offset == GITS_CTLR || offset >= GITS_TRANSLATION ? 4 : 8;
    if (fuzz_lpis.tame && (offset == GITS_CBASER || (offset >= GITS_BASER && offset < GITS_ID)))
        return;
    if (offset == GITS_CWRITER)
        value = step->offset & (NEAR(step) ? 0xfe1 : 0xfffff);
    else if (offset == GITS_CTLR)
        value = step->value & 1;
    else if (offset >= GITS_TRANSLATION)
        value = event_of(step);
    for (unsigned i = 0; fuzz_write(step) && !vgic_gits_write(vm->owner, offset & ~(size - 1), size, value) && i < 9;)
        i++;
    if (!fuzz_write(step))
        (void)vgic_gits_read(vm->owner, offset & ~(size - 1), size);
}

static void redistributor(struct vgic *vm, const struct fuzz_step *step)
{
    static const uint32_t offsets[] = {GICR_CTLR,    GICR_CTLR,    GICR_PROPBASER, GICR_PENDBASER,
                                       GICR_SETLPIR, GICR_SETLPIR, GICR_CLRLPIR,   GICR_INVLPIR,
                                       GICR_INVALLR, GICR_SYNCR,   GICR_WAKER};
    uint32_t offset = offsets[step->more % ARRAY_SIZE(offsets)];
    uint64_t value = lpi_of(step);
    unsigned size = NEAR(step) ? (offset == GICR_CTLR || offset == GICR_WAKER || offset == GICR_SYNCR ? 4 : 8)
                               : 1U << (step->value >> 28 & 3);

    if (fuzz_lpis.tame && (offset == GICR_PROPBASER || offset == GICR_PENDBASER))
        return;
    if (offset == GICR_PROPBASER || offset == GICR_PENDBASER)
        value = address_of(step) | (step->offset & 31) | (uint64_t)(step->offset >> 14) << 62;
    else if (offset == GICR_CTLR || offset == GICR_WAKER)
        value = step->value & 3;
    if (fuzz_write(step))
        lpis_gicr_write(vm, step->offset % CPUS, offset, size, value);
    else
        (void)lpis_gicr_read(vm, step->offset % CPUS, offset, size);
}

bool fuzz_lpis_step(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    switch (step->kind >> 1 & 3) {
    case 0:
        if (!fuzz_lpis.tame)
            forge(step);
        return true;
    case 1:
        if (fuzz_lpis.its)
            its_register(cpu->vm, step);
        return true;
    case 2:
        if ((step->more & 0x80) != 0)
            return false;
        redistributor(cpu->vm, step);
        return true;
    default:
        if (fuzz_lpis.its)
            command(cpu->vm, step);
        return true;
    }
}

/* Device 1, events 0 to 15: LPIs 8192 to 8207, of collection 0; collections 0, 1, 16 and 17 of vCPUs 0 to 2. */
static void map(struct vgic *vm)
{
    lpis_mapd(vm, 1, 4, true);
    for (unsigned i = 0; i < 2; i++) {
        lpis_mapc(vm, i, i, true);
        lpis_mapc(vm, 16 + i, 1 + i, true);
    }
    for (unsigned i = 0; i < 16; i++)
        lpis_mapti(vm, 1, i, INTID_LPI_FIRST + i, 0);
}

void fuzz_lpis_open(struct vgic *vm)
{
    if (!fuzz_lpis.opened)
        return;
    memset(lpis_at(LPIS_CONFIG), 0xa0 | LPI_CONFIG_ENABLE, 8192);
    lpis_open(vm);
    if (fuzz_lpis.its)
        map(vm);
}
