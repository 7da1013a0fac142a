/* SPDX-License-Identifier: Apache-2.0 */
/* Two security states, written down: what the random operations of test_secure do not reach. */
#include <stdlib.h>

#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "tap.h"
#include "vsecure.h"

#define SPI 42

static struct vsecure vm;
static struct vsecure_cpu cpus[2];

static const struct vsecure_pe el3 = {.at = GIC_PE_EL3}, secure_el1 = {.at = GIC_PE_SECURE},
                               nonsecure = {.at = GIC_PE_NONSECURE};

static void fresh_with(bool extended)
{
    fake_extended = extended;
    if (vsecure_init(&vm, &fake_delivery) != NULL)
        abort();
    for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++)
        vsecure_cpu_init(&vm, &cpus[i]);
    fake_extended = true;
}

static void fresh(void)
{
    fresh_with(true);
}

static uint64_t icc(const struct vsecure_pe *pe, enum vsecure_icc reg)
{
    uint64_t value = UINT64_MAX;

    (void)vsecure_icc_read(&cpus[0], pe, reg, &value);
    return value;
}

/* An SPI of `group` is pending, everything is enabled. */
static void pending(enum gic_group group)
{
    fresh();
    vsecure_gicd_write(&cpus[0], true, GICD_CTLR, 4, 7);
    vsecure_gicd_write(&cpus[0], true, GICD_IGROUPR + 4, 4, group == GIC_GROUP1_NS ? BIT32(SPI % 32) : 0);
    vsecure_gicd_write(&cpus[0], true, GICD_IGRPMODR + 4, 4, group == GIC_GROUP1_S ? BIT32(SPI % 32) : 0);
    vsecure_gicd_write(&cpus[0], true, GICD_IPRIORITYR + SPI, 1, 0xa0);
    vsecure_gicd_write(&cpus[0], true, GICD_ISENABLER + 4, 4, BIT32(SPI % 32));
    vsecure_gicd_write(&cpus[0], true, GICD_ISPENDR + 4, 4, BIT32(SPI % 32));
    (void)vsecure_icc_write(&cpus[0], &el3, ICC_PMR, 0xff);
    (void)vsecure_icc_write(&cpus[0], &el3, ICC_IGRPEN0, 1);
    (void)vsecure_icc_write(&cpus[0], &el3, ICC_IGRPEN1_EL3, 3);
}

/* The table of IHI 0069H 4.6.2, written down once more; guests/secure runs it on QEMU. */
static void nine_cells(void)
{
    static const struct {
        enum gic_group group;
        enum vcpuif_signal at_el3, at_secure, at_nonsecure;
    } table[] = {
        {GIC_GROUP0, VCPUIF_FIQ, VCPUIF_FIQ, VCPUIF_FIQ},
        {GIC_GROUP1_S, VCPUIF_FIQ, VCPUIF_IRQ, VCPUIF_FIQ},
        {GIC_GROUP1_NS, VCPUIF_FIQ, VCPUIF_FIQ, VCPUIF_IRQ},
    };

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        pending(table[i].group);
        EXPECT(vsecure_signal(&cpus[0], GIC_PE_EL3), table[i].at_el3);
        EXPECT(vsecure_signal(&cpus[0], GIC_PE_SECURE), table[i].at_secure);
        EXPECT(vsecure_signal(&cpus[0], GIC_PE_NONSECURE), table[i].at_nonsecure);
        EXPECT(vsecure_signal(&cpus[1], GIC_PE_EL3), VCPUIF_NONE);
    }
}

/* 1020 and 1021 at EL3 only, and they acknowledge nothing. */
static void special_identifiers(void)
{
    pending(GIC_GROUP1_S);
    EXPECT(icc(&el3, ICC_IAR0), 1020);
    EXPECT(icc(&el3, ICC_HPPIR0), 1020);
    EXPECT(icc(&secure_el1, ICC_IAR0), 1023);
    EXPECT(icc(&nonsecure, ICC_IAR1), 1023);
    EXPECT(icc(&secure_el1, ICC_IAR1), SPI);
    EXPECT(icc(&el3, ICC_IAR0), 1023);
    pending(GIC_GROUP1_NS);
    EXPECT(icc(&el3, ICC_IAR0), 1021);
    EXPECT(icc(&secure_el1, ICC_IAR1), 1023);
    EXPECT(icc(&nonsecure, ICC_IAR1), SPI);
    EXPECT(icc(&el3, ICC_RPR), 0xa0);
    EXPECT(icc(&nonsecure, ICC_RPR), 0xa0);
    EXPECT(icc(&(struct vsecure_pe){.at = GIC_PE_NONSECURE, .fiq = true}, ICC_RPR), 0x40);
}

static void identification(void)
{
    fresh();
    for (unsigned secure = 0; secure < 2; secure++) {
        EXPECT(vsecure_gicd_read(&cpus[0], secure != 0, GICD_TYPER, 4) & GICD_TYPER_SECURITYEXTN,
               GICD_TYPER_SECURITYEXTN);
        EXPECT(vsecure_gicd_read(&cpus[0], secure != 0, GICD_PIDR2, 4), vgic_gicd_read(&cpus[0].cpu, GICD_PIDR2, 4));
        EXPECT(vsecure_gicr_read(&cpus[0], secure != 0, GICR_SIZE + GICR_TYPER, 8),
               vgic_gicr_read(&cpus[0].cpu, GICR_SIZE + GICR_TYPER, 8));
    }
    EXPECT(icc(&el3, ICC_CTLR_EL3) & BIT(17), BIT(17)); /* nDS */
    EXPECT(FIELD_GET_(10, 8, icc(&secure_el1, ICC_CTLR)), 4);
}

/* DS, ARE_S and ARE_NS are fixed; a Non-secure write reaches EnableGrp1NS alone. */
static void control(void)
{
    fresh();
    vsecure_gicd_write(&cpus[0], true, GICD_CTLR, 4, UINT32_MAX);
    EXPECT(vsecure_gicd_read(&cpus[0], true, GICD_CTLR, 4), 0x37);
    EXPECT(vsecure_gicd_read(&cpus[0], false, GICD_CTLR, 4), 0x12);
    vsecure_gicd_write(&cpus[0], false, GICD_CTLR, 4, 0);
    EXPECT(vsecure_gicd_read(&cpus[0], true, GICD_CTLR, 4), 0x35);
    vsecure_gicd_write(&cpus[0], true, GICD_CTLR, 4, 0);
    vsecure_gicd_write(&cpus[0], false, GICD_CTLR, 4, UINT32_MAX);
    EXPECT(vsecure_gicd_read(&cpus[0], true, GICD_CTLR, 4), 0x32);
}

static void waker(void)
{
    fresh();
    vsecure_gicr_write(&cpus[0], true, GICR_WAKER, 4, 0);
    vsecure_gicr_write(&cpus[0], false, GICR_WAKER, 4, GICR_WAKER_PROCESSORSLEEP);
    EXPECT(vsecure_gicr_read(&cpus[0], true, GICR_WAKER, 4), 0);
    vsecure_gicr_write(&cpus[0], true, GICR_WAKER, 4, GICR_WAKER_PROCESSORSLEEP);
    EXPECT(vsecure_gicr_read(&cpus[0], false, GICR_WAKER, 4), 0);
    EXPECT(vsecure_gicr_read(&cpus[0], true, GICR_WAKER, 4) != 0, 1);
}

/* Half of a route at a time, and accesses of a size that the registers do not have. */
static void sizes(void)
{
    pending(GIC_GROUP1_NS);
    vsecure_gicd_write(&cpus[0], false, GICD_IROUTER + 8 * SPI + 4, 4, 7);
    vsecure_gicd_write(&cpus[0], false, GICD_IROUTER + 8 * SPI, 4, 1);
    EXPECT(vsecure_gicd_read(&cpus[0], false, GICD_IROUTER + 8 * SPI, 8), UINT64_C(0x700000001));
    EXPECT(vsecure_gicd_read(&cpus[0], false, GICD_IROUTER + 8 * SPI + 4, 4), 7);
    EXPECT(vm.vm.misuse, 0);
    for (unsigned size = 1; size <= 8; size *= 2) {
        uint64_t before = vm.vm.misuse;

        vsecure_gicd_write(&cpus[0], false, GICD_ISENABLER + 5, size, 0xff);
        vsecure_gicd_write(&cpus[0], false, GICD_ICFGR + 10, size, 0xff);
        if (size == 2 || size == 8)
            vsecure_gicd_write(&cpus[0], false, GICD_IPRIORITYR + (size == 2 ? 42 : 40), size, 0xff);
        EXPECT(vm.vm.misuse - before, size == 2 || size == 8 ? 3 : 2);
    }
    vsecure_gicd_write(&cpus[0], false, GICD_IPRIORITYR + 61, 4, 0);
    EXPECT(vsecure_gicd_read(&cpus[0], true, GICD_IPRIORITYR + SPI, 1), 0xa0);
    EXPECT(vsecure_gicd_read(&cpus[0], true, GICD_ISENABLER + 4, 4), BIT32(SPI % 32));
}

static void messages_to_nobody(void)
{
    fresh();
    for (unsigned secure = 0; secure < 2; secure++) {
        vsecure_gicd_write(&cpus[0], secure != 0, GICD_SETSPI_NSR, 4, 20);
        vsecure_gicd_write(&cpus[0], secure != 0, GICD_SETSPI_NSR, 4, 1021);
    }
    EXPECT(vm.vm.misuse, 4);
}

/* Without extended ranges their registers are RAZ/WI to both states. */
static void without_extended(void)
{
    fresh_with(false);
    for (unsigned secure = 0; secure < 2; secure++) {
        vsecure_gicd_write(&cpus[0], secure != 0, GICD_IGROUPR_E, 4, UINT32_MAX);
        vsecure_gicd_write(&cpus[0], secure != 0, GICD_NSACR_E, 4, UINT32_MAX);
        vsecure_gicd_write(&cpus[0], secure != 0, GICD_ISENABLER_E, 4, UINT32_MAX);
        vsecure_gicr_write(&cpus[0], secure != 0, GICR_SGI + GICR_IGROUPR0 + 4, 4, UINT32_MAX);
        vsecure_gicr_write(&cpus[0], secure != 0, GICR_SGI + GICR_IGRPMODR0 + 4, 4, UINT32_MAX);
        EXPECT(vsecure_gicd_read(&cpus[0], secure != 0, GICD_IGROUPR_E, 4), 0);
        EXPECT(vsecure_gicd_read(&cpus[0], secure != 0, GICD_NSACR_E, 4), 0);
        EXPECT(vsecure_gicd_read(&cpus[0], secure != 0, GICD_ISENABLER_E, 4), 0);
        EXPECT(vsecure_gicr_read(&cpus[0], secure != 0, GICR_SGI + GICR_IGROUPR0 + 4, 4), 0);
        EXPECT(vsecure_gicr_read(&cpus[0], secure != 0, GICR_SGI + GICR_IGRPMODR0 + 4, 4), 0);
    }
    EXPECT(icc(&el3, ICC_CTLR_EL3) & BIT(19), 0); /* ExtRange */
}

static void stays_consistent(void)
{
    consistent(&vm.vm);
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"nine_cells", nine_cells},
        {"special_identifiers", special_identifiers},
        {"identification", identification},
        {"control", control},
        {"waker", waker},
        {"sizes", sizes},
        {"messages_to_nobody", messages_to_nobody},
        {"without_extended", without_extended},
    };

    return tap_run(tests, ARRAY_SIZE(tests), stays_consistent);
}
