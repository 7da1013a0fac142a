/* SPDX-License-Identifier: Apache-2.0 */
#include "vsecure_filter.h"

#include "regs/gicd.h"
#include "regs/gicr.h"
#include "vregs.h"

static const struct vsecure_place nowhere;

static struct vsecure_place spi_bank(struct vgic *vm, unsigned index)
{
    return (struct vsecure_place){&vm->spi[index], &vsecure_of_vm(vm)->spi[index]};
}

struct vsecure_place vsecure_spi_place(const struct virq *spi)
{
    struct vgic *vm = spi->bank->vm;

    return spi_bank(vm, (unsigned)(spi->bank - vm->spi));
}

struct vsecure_place vsecure_spis(struct vgic_cpu *cpu, unsigned number)
{
    return number >= 1 && number <= VGIC_SPI_BANKS ? spi_bank(cpu->vm, number - 1) : nowhere;
}

struct vsecure_place vsecure_extended_spis(struct vgic_cpu *cpu, unsigned number)
{
    return cpu->vm->limits.extended && number < VGIC_ESPI_BANKS ? spi_bank(cpu->vm, VGIC_SPI_BANKS + number) : nowhere;
}

struct vsecure_place vsecure_private(struct vgic_cpu *cpu, unsigned number)
{
    struct vsecure_cpu *owner = vsecure_of_cpu(cpu);

    if (number == 0)
        return (struct vsecure_place){&cpu->local, &owner->bank[0]};
    if (!cpu->vm->limits.extended || number > VGIC_EPPI_BANKS)
        return nowhere;
    return (struct vsecure_place){&cpu->extended[number - 1], &owner->bank[number]};
}

bool vsecure_permitted(const struct vsecure_place *place, unsigned bit, unsigned access)
{
    if ((place->bank->group1 >> bit & 1) != 0)
        return true;
    return (place->more->nsacr[bit / 16] >> 2 * (bit % 16) & 3) >= access;
}

/*
 * A run of registers with a field of `bits` for each interrupt: what NSACR has to be for Non-secure software to see,
 * and to change, the field of a Secure interrupt (12.9 GICD_NSACR). GICR_NSACR is about generating SGIs only.
 */
struct vsecure_run {
    uint32_t first, end;
    uint8_t bits, sees, changes;
    struct vsecure_place (*find)(struct vgic_cpu *cpu, unsigned number);
};

#define NEVER     4
#define BITS(reg) GICR_SGI + (reg), GICR_SGI + (reg) + 12, 1

#define GICD_RUNS(suffix, find)                                                                                        \
    {GICD_ISENABLER##suffix, GICD_ISENABLER##suffix + 0x80, 1, NEVER, NEVER, find},                                    \
        {GICD_ICENABLER##suffix, GICD_ICENABLER##suffix + 0x80, 1, NEVER, NEVER, find},                                \
        {GICD_ISPENDR##suffix, GICD_ISPENDR##suffix + 0x80, 1, 1, 1, find},                                            \
        {GICD_ICPENDR##suffix, GICD_ICPENDR##suffix + 0x80, 1, 2, 2, find},                                            \
        {GICD_ISACTIVER##suffix, GICD_ISACTIVER##suffix + 0x80, 1, 2, NEVER, find},                                    \
        {GICD_ICACTIVER##suffix, GICD_ICACTIVER##suffix + 0x80, 1, 2, NEVER, find},                                    \
        {GICD_IPRIORITYR##suffix, GICD_IPRIORITYR##suffix + 0x400, 8, NEVER, NEVER, find},                             \
        {GICD_ICFGR##suffix, GICD_ICFGR##suffix + 0x100, 2, NEVER, NEVER, find},                                       \
    {                                                                                                                  \
        GICD_IROUTER##suffix, GICD_IROUTER##suffix + 0x2000, 64, 3, 3, find                                            \
    }

static const struct vsecure_run gicd[] = {GICD_RUNS(, vsecure_spis), GICD_RUNS(_E, vsecure_extended_spis)};
static const struct vsecure_run gicr[] = {
    {BITS(GICR_ISENABLER0), NEVER, NEVER, vsecure_private},
    {BITS(GICR_ICENABLER0), NEVER, NEVER, vsecure_private},
    {BITS(GICR_ISPENDR0), NEVER, NEVER, vsecure_private},
    {BITS(GICR_ICPENDR0), NEVER, NEVER, vsecure_private},
    {BITS(GICR_ISACTIVER0), NEVER, NEVER, vsecure_private},
    {BITS(GICR_ICACTIVER0), NEVER, NEVER, vsecure_private},
    {GICR_SGI + GICR_IPRIORITYR, GICR_SGI + GICR_IPRIORITYR + 96, 8, NEVER, NEVER, vsecure_private},
    {GICR_SGI + GICR_ICFGR0, GICR_SGI + GICR_ICFGR0 + 24, 2, NEVER, NEVER, vsecure_private},
};

const struct vsecure_runs vsecure_gicd_runs = {gicd, ARRAY_SIZE(gicd)}, vsecure_gicr_runs = {gicr, ARRAY_SIZE(gicr)};

static const struct vsecure_run *find_run(const struct vsecure_runs *runs, uint32_t offset)
{
    for (const struct vsecure_run *run = runs->run; run < runs->run + runs->count; run++)
        if (offset - run->first < run->end - run->first)
            return run;
    return NULL;
}

/* The interrupt that the first field of the access belongs to, counted from the beginning of the run. */
static unsigned first_of(const struct vsecure_run *run, uint32_t offset)
{
    return (offset - run->first) * 8 / run->bits;
}

/* The bits of an access whose interrupts Non-secure software may do that with. */
static uint64_t permitted_bits(const struct vsecure_run *run, struct vgic_cpu *cpu, uint32_t offset, unsigned size,
                               unsigned access)
{
    unsigned first = first_of(run, offset), count = size * 8 > run->bits ? size * 8 / run->bits : 1;
    uint64_t field = run->bits == 64 ? UINT64_MAX : BIT(run->bits) - 1, bits = 0;

    for (unsigned i = 0; i < count; i++) {
        struct vsecure_place place = run->find(cpu, (first + i) / 32);

        if (place.bank != NULL && vsecure_permitted(&place, (first + i) % 32, access))
            bits |= field << (run->bits * i & 63);
    }
    return bits;
}

/* Non-secure software has the lower half of the priorities, and calls it the whole (4.8.1): each byte of a word. */
static uint64_t nonsecure_priorities(uint64_t value)
{
    return value << 1 & UINT64_C(0xfefefefefefefefe);
}

static uint64_t secure_priorities(uint64_t value)
{
    return (value >> 1 & UINT64_C(0x7f7f7f7f7f7f7f7f)) | UINT64_C(0x8080808080808080);
}

uint64_t vsecure_filter_read(const struct vsecure_runs *runs, struct vgic_cpu *cpu, uint32_t offset, unsigned size,
                             uint64_t value)
{
    const struct vsecure_run *run = find_run(runs, offset);

    if (run == NULL)
        return value;
    value &= permitted_bits(run, cpu, offset, size, run->sees);
    return run->bits == 8 ? nonsecure_priorities(value) : value;
}

/* The fields of priorities or configuration as they are; nothing where the registers have no such access. */
static uint64_t current(const struct vsecure_run *run, struct vgic_cpu *cpu, uint32_t offset, unsigned size)
{
    unsigned first = first_of(run, offset);
    struct vsecure_place place = run->find(cpu, first / 32);

    if (place.bank == NULL || size > 4 || (offset & (size - 1)) != 0)
        return 0;
    if (run->bits == 8)
        return vreg_priorities(place.bank, first % 32, size);
    return run->bits == 2 ? vreg_config(place.bank, first % 32 / 16) : 0;
}

bool vsecure_filter_write(const struct vsecure_runs *runs, struct vgic_cpu *cpu, uint32_t offset, unsigned size,
                          uint64_t *value)
{
    const struct vsecure_run *run = find_run(runs, offset);
    uint64_t bits;

    if (run == NULL)
        return true;
    bits = permitted_bits(run, cpu, offset, size, run->changes);
    if (run->bits == 8)
        *value = secure_priorities(*value);
    *value = (*value & bits) | (current(run, cpu, offset, size) & ~bits);
    return bits != 0;
}
