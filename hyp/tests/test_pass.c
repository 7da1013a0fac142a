/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of pass on frames that only store what they are given: nothing of an SPI that the VM does not have is
 * read, set or cleared, whatever the guest accesses. TAP on stdout.
 */
#include "fake.h"
#include "gic.h"
#include "mmio.h"
#include "pass_frames.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "string.h"
#include "tap.h"

#define CPUS         2
#define OTHER        5 /* a core of the machine that is not the VM's */
#define ROUTE(intid) (GICD_IROUTER + 8U * (uint32_t)(intid))
#define BASE         UINT64_C(0x8000000)
#define RD(n)        (BASE + GICD_SIZE + GICR_SIZE * (uint64_t)(n))

struct gic_map gic_map;
static uint8_t frames[GICD_SIZE + CPUS * GICR_SIZE];
static bool strange; /* an access that the architecture does not define: it might be an external abort */
static struct vgic *vm;
static struct vgic_cpu *cpu;

static uint8_t *at(uintptr_t address, unsigned size)
{
    uint64_t offset = address - BASE;

    strange |= offset > sizeof(frames) - size || offset % size != 0;
    if (size == 1)
        strange |= (offset < GICD_SIZE ? offset : (offset & 0xffff)) - GICD_IPRIORITYR >= 0x400;
    if (size == 8)
        strange |=
            offset < GICD_SIZE ? offset - GICD_IROUTER >= 0x2000 : ((offset - GICD_SIZE) & 0x1ffff) != GICR_TYPER;
    return strange ? frames : frames + offset;
}

#define ACCESS(bits)                                                                                                   \
    uint##bits##_t mmio_read##bits(uintptr_t address)                                                                  \
    {                                                                                                                  \
        uint##bits##_t value;                                                                                          \
        memcpy(&value, at(address, (bits) / 8), (bits) / 8);                                                           \
        return value;                                                                                                  \
    }                                                                                                                  \
    void mmio_write##bits(uintptr_t address, uint##bits##_t value)                                                     \
    {                                                                                                                  \
        memcpy(at(address, (bits) / 8), &value, (bits) / 8);                                                           \
    }
ACCESS(8)
ACCESS(32)
ACCESS(64)

uintptr_t gic_v3_redistributor(uint64_t mpidr)
{
    return mpidr < CPUS || mpidr == OTHER ? RD(mpidr) : 0;
}

static bool own(uint32_t intid)
{
    return intid % 3 == 0;
}

/* Every third SPI is the VM's. */
static void fresh(void)
{
    memset(frames, 0, sizeof(frames));
    gic_map.gicd.base = BASE;
    vm = fake_vm(CPUS);
    for (unsigned i = 0; i < CPUS; i++) {
        vm->cpu[i]->core = i;
        vm->cpu[i]->delivery.pass.redistributor = RD(i);
    }
    cpu = vm->cpu[0];
    for (uint32_t intid = INTID_SPI_FIRST; intid < VGIC_INTIDS; intid++)
        if (own(intid))
            vgic_link(cpu, intid, intid);
}

static void nothing_strange(void)
{
    EXPECT(strange, false);
    strange = false;
}

static uint32_t word(uint32_t offset)
{
    return mmio_read32(BASE + offset);
}

static void only_own_bits(void)
{
    fresh();
    pass_gicd.write(cpu, GICD_ISENABLER + 4, 4, UINT32_MAX);
    EXPECT(word(GICD_ISENABLER + 4), 0x92492492); /* 33, 36, ... 63 */
    mmio_write32(BASE + GICD_ISPENDR + 4, UINT32_MAX);
    EXPECT(pass_gicd.read(cpu, GICD_ISPENDR + 4, 4), 0x92492492);
    mmio_write32(BASE + GICD_IGROUPR + 4, UINT32_MAX);
    pass_gicd.write(cpu, GICD_IGROUPR + 4, 4, 0);
    EXPECT(word(GICD_IGROUPR + 4), ~0x92492492U);
}

static void only_own_fields(void)
{
    fresh();
    mmio_write32(BASE + GICD_IPRIORITYR + 32, 0xa0a0a0a0);
    pass_gicd.write(cpu, GICD_IPRIORITYR + 32, 4, 0x10203040);
    EXPECT(word(GICD_IPRIORITYR + 32), 0xa0a030a0);
    pass_gicd.write(cpu, GICD_IPRIORITYR + 32, 1, 0x10);
    EXPECT(word(GICD_IPRIORITYR + 32), 0xa0a030a0);
    pass_gicd.write(cpu, GICD_IPRIORITYR + 33, 1, 0x50);
    EXPECT(pass_gicd.read(cpu, GICD_IPRIORITYR + 32, 4), 0x00005000);
    pass_gicd.write(cpu, GICD_ICFGR + 8, 4, UINT32_MAX);
    EXPECT(word(GICD_ICFGR + 8), 0xc30c30c); /* 33, 36, 39, 42, 45 */
}

/* To a core of its own, to none, not to another VM's; not to any of them. */
static void routes(void)
{
    fresh();
    pass_gicd.write(cpu, ROUTE(33), 8, 1);
    EXPECT(pass_gicd.read(cpu, ROUTE(33), 8), 1);
    pass_gicd.write(cpu, ROUTE(33), 8, OTHER);
    EXPECT(mmio_read64(BASE + ROUTE(33)), 1);
    pass_gicd.write(cpu, ROUTE(33) + 4, 4, 2);
    EXPECT(mmio_read64(BASE + ROUTE(33)), UINT64_C(0x200000001));
    pass_gicd.write(cpu, ROUTE(33), 8, GICD_IROUTER_IRM);
    EXPECT(mmio_read64(BASE + ROUTE(33)), 0);
    pass_gicd.write(cpu, ROUTE(34), 8, 1);
    EXPECT(mmio_read64(BASE + ROUTE(34)), 0);
}

static void messages(void)
{
    fresh();
    pass_gicd.write(cpu, GICD_SETSPI_NSR, 4, 34);
    EXPECT(word(GICD_SETSPI_NSR), 0);
    pass_gicd.write(cpu, GICD_SETSPI_NSR, 4, 33);
    EXPECT(word(GICD_SETSPI_NSR), 33);
}

/* No LPIs: their tables would be at physical addresses. The VM's last redistributor is the last one. */
static void redistributors(void)
{
    fresh();
    for (unsigned i = 0; i < CPUS; i++)
        mmio_write64(RD(i) + GICR_TYPER, GICR_TYPER_PLPIS | GICR_TYPER_DIRECTLPI | GICR_TYPER_DPGS);
    EXPECT(pass_gicr.read(cpu, GICR_TYPER, 8), GICR_TYPER_DPGS);
    EXPECT(pass_gicr.read(cpu, GICR_SIZE + GICR_TYPER, 8), GICR_TYPER_DPGS | GICR_TYPER_LAST);
    pass_gicr.write(cpu, GICR_CTLR, 4, GICR_CTLR_ENABLELPIS | GICR_CTLR_DPG0);
    EXPECT(mmio_read32(RD(0) + GICR_CTLR), GICR_CTLR_DPG0);
    pass_gicr.write(cpu, GICR_PROPBASER, 8, UINT64_MAX);
    pass_gicr.write(cpu, GICR_SETLPIR, 8, 8192);
    EXPECT(mmio_read32(RD(0) + GICR_PROPBASER) | mmio_read32(RD(0) + GICR_SETLPIR), 0);
    pass_gicr.write(cpu, GICR_SIZE + GICR_SGI + GICR_ISENABLER0, 4, UINT32_MAX);
    EXPECT(mmio_read32(RD(1) + GICR_SGI + GICR_ISENABLER0), UINT32_MAX);
    EXPECT(mmio_read32(RD(0) + GICR_SGI + GICR_ISENABLER0), 0);
}

/* The bytes of fields that are not the VM's are as before. */
static uint64_t foreign(uint32_t intid)
{
    unsigned bit = intid % 32;
    uint64_t bits = 0;

    for (uint32_t offset = GICD_IGROUPR; offset <= GICD_ICACTIVER; offset += 0x80)
        bits = bits << 1 | (word(offset + intid / 32 * 4) >> bit & 1);
    bits = bits << 1 | (word(GICD_INMIR + intid / 32 * 4) >> bit & 1);
    bits = bits << 2 | (word(GICD_ICFGR + intid / 16 * 4) >> 2 * (intid % 16) & 3);
    return bits << 8 | mmio_read8(BASE + GICD_IPRIORITYR + intid) | mmio_read64(BASE + ROUTE(intid)) << 32;
}

static void random_accesses(void)
{
    uint64_t state = 1;

    fresh();
    for (unsigned n = 0; n < 200000; n++) {
        uint32_t offset = (uint32_t)fake_random(&state) % (n % 2 == 0 ? 0x1000 : GICD_SIZE);
        unsigned size = 1U << fake_random(&state) % 4;

        pass_gicd.write(cpu, offset, size, fake_random(&state));
        (void)pass_gicd.read(cpu, offset, size);
        offset = (uint32_t)fake_random(&state) % (CPUS * GICR_SIZE);
        pass_gicr.write(cpu, offset, size, fake_random(&state));
        (void)pass_gicr.read(cpu, offset, size);
    }
    for (uint32_t intid = INTID_SPI_FIRST; intid < VGIC_INTIDS; intid++)
        if (!own(intid))
            EXPECT(foreign(intid), 0);
    EXPECT(foreign(INTID_SPI_FIRST + 1) != 0, true);
}

/* What a VM before this one left of its own SPIs is gone; others' stay. */
static void reset(void)
{
    fresh();
    for (unsigned i = 0; i < 32; i += 4)
        mmio_write32(BASE + GICD_IPRIORITYR + 32 + i, 0xa0a0a0a0);
    mmio_write32(BASE + GICD_IGROUPR + 4, UINT32_MAX);
    mmio_write32(BASE + GICD_INMIR + 4, UINT32_MAX);
    pass_reset_spis(vm);
    EXPECT(word(GICD_IPRIORITYR + 32), 0xa0a000a0);
    EXPECT(word(GICD_IGROUPR + 4), ~0x92492492U);
    EXPECT(word(GICD_INMIR + 4), ~0x92492492U);
    mmio_write32(RD(1) + GICR_SGI + GICR_IGROUPR0, UINT32_MAX);
    mmio_write32(RD(1) + GICR_SGI + GICR_INMIR0, UINT32_MAX);
    pass_reset_private(vm->cpu[1]);
    EXPECT(mmio_read32(RD(1) + GICR_SGI + GICR_IGROUPR0), 0);
    EXPECT(mmio_read32(RD(1) + GICR_SGI + GICR_INMIR0), 0);
    EXPECT(mmio_read32(RD(1) + GICR_SGI + GICR_ICENABLER0), UINT32_MAX);
    EXPECT(mmio_read32(RD(0) + GICR_SGI + GICR_ICENABLER0), 0);
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"only_own_bits", only_own_bits},
        {"only_own_fields", only_own_fields},
        {"routes", routes},
        {"messages", messages},
        {"redistributors", redistributors},
        {"random_accesses", random_accesses},
        {"reset", reset},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing_strange);
}
