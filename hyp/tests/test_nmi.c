/* SPDX-License-Identifier: Apache-2.0 */
/* Non-maskable interrupts: what the random operations of test_model do not reach. */
#include "consistent.h"
#include "fake.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "tap.h"
#include "vsecure.h"

#define SPI      42
#define SPI2     43
#define SPI_BIT  BIT32(SPI % 32)
#define SPI2_BIT BIT32(SPI2 % 32)
#define NMI_RUNS BIT(63)

static struct vgic *vm;
static struct vgic_cpu *self;

static void fresh(bool nmi)
{
    fake_nmi = nmi;
    vm = fake_vm(2);
    fake_nmi = true;
    self = vm->cpu[0];
    vgic_gicd_write(self, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    vgic_gicd_write(self, GICD_IGROUPR + 4, 4, UINT32_MAX);
    vgic_gicd_write(self, GICD_ISENABLER + 4, 4, SPI_BIT | SPI2_BIT);
    for (unsigned i = 0; i < 2; i++) {
        vcpuif_write_pmr(vm->cpu[i], 0xff);
        vgic_set_asleep(vm->cpu[i], false);
        vcpuif_write_igrpen(vm->cpu[i], 0, true);
        vcpuif_write_igrpen(vm->cpu[i], 1, true);
    }
}

static void raise_nmis(uint32_t bits)
{
    vgic_gicd_write(self, GICD_INMIR + 4, 4, bits);
    vgic_gicd_write(self, GICD_ISPENDR + 4, 4, bits);
}

static void announced(void)
{
    fresh(true);
    EXPECT(vgic_gicd_read(self, GICD_TYPER, 4) & GICD_TYPER_NMI, GICD_TYPER_NMI);
    fresh(false);
    EXPECT(vgic_gicd_read(self, GICD_TYPER, 4) & GICD_TYPER_NMI, 0);
}

/* The registers are RES0 then, and nothing is an NMI. */
static void absent(void)
{
    static const uint32_t of_gicd[] = {GICD_INMIR + 4, GICD_INMIR_E};

    fresh(false);
    for (unsigned i = 0; i < ARRAY_SIZE(of_gicd); i++) {
        vgic_gicd_write(self, of_gicd[i], 4, UINT32_MAX);
        EXPECT(vgic_gicd_read(self, of_gicd[i], 4), 0);
    }
    vgic_gicr_write(self, GICR_SGI + GICR_INMIR0, 4, UINT32_MAX);
    EXPECT(vgic_gicr_read(self, GICR_SGI + GICR_INMIR0, 4), 0);
    EXPECT(vm->misuse, 3);
    raise_nmis(SPI_BIT);
    EXPECT(vcpuif_signal(self), VCPUIF_IRQ);
    EXPECT(vcpuif_acknowledge_nmi(self), 1023);
    EXPECT(vcpuif_acknowledge_maskable(self), SPI);
    vcpuif_write_apr(self, 1, 0, NMI_RUNS);
    EXPECT(vcpuif_read_apr(self, 1, 0), 0);
}

/* Of what there is: not of INTIDs 0 to 31 in the distributor, not of special ones. */
static void registers(void)
{
    fresh(true);
    for (unsigned bank = 0; bank < 32; bank++)
        vgic_gicd_write(self, GICD_INMIR + 4 * bank, 4, UINT32_MAX);
    for (unsigned bank = 0; bank < 32; bank++)
        EXPECT(vgic_gicd_read(self, GICD_INMIR + 4 * bank, 4), bank == 0 ? 0 : bank == 31 ? 0x0fffffff : UINT32_MAX);
    for (unsigned i = 0; i < 3; i++)
        EXPECT(vgic_gicr_read(self, GICR_SGI + GICR_INMIR0 + 4 * i, 4), 0);
    vgic_gicr_write(self, GICR_SIZE + GICR_SGI + GICR_INMIR0, 4, 0x00ff00ff);
    EXPECT(vgic_gicr_read(self, GICR_SIZE + GICR_SGI + GICR_INMIR0, 4), 0x00ff00ff);
    EXPECT(vgic_gicr_read(self, GICR_SGI + GICR_INMIR0, 4), 0);
    EXPECT(vm->misuse, 0);
}

static void asleep(void)
{
    fresh(true);
    raise_nmis(SPI_BIT);
    vgic_set_asleep(self, true);
    EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    EXPECT(vcpuif_acknowledge_nmi(self), 1023);
    vgic_set_asleep(self, false);
    EXPECT(vcpuif_signal(self), VCPUIF_NMI);
    EXPECT(vcpuif_acknowledge_nmi(self), SPI);
}

/* It goes with the property where the interrupt is routed to. */
static void rerouted(void)
{
    fresh(true);
    raise_nmis(SPI_BIT);
    vgic_gicd_write(self, GICD_IROUTER + 8 * SPI, 8, 1);
    EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    EXPECT(vcpuif_signal(vm->cpu[1]), VCPUIF_NMI);
}

/* Group 0's bit means nothing, and does when the interrupt is of Group 1 again. */
static void regrouped(void)
{
    fresh(true);
    raise_nmis(SPI_BIT);
    vgic_gicd_write(self, GICD_IGROUPR + 4, 4, ~SPI_BIT);
    EXPECT(vcpuif_signal(self), VCPUIF_FIQ);
    vcpuif_write_pmr(self, 0);
    EXPECT(vcpuif_signal(self), VCPUIF_NONE);
    vgic_gicd_write(self, GICD_IGROUPR + 4, 4, UINT32_MAX);
    EXPECT(vcpuif_signal(self), VCPUIF_NMI);
}

/* What an EOI drops is what was acknowledged, whatever the property is by then. */
static void changed_while_active(void)
{
    fresh(true);
    raise_nmis(SPI_BIT);
    EXPECT(vcpuif_acknowledge_nmi(self), SPI);
    vgic_gicd_write(self, GICD_INMIR + 4, 4, 0);
    EXPECT(vcpuif_read_rpr(self), NMI_RUNS);
    vcpuif_end(self, 1, SPI);
    EXPECT(vcpuif_read_rpr(self), 0xff);
    EXPECT(vgic_gicd_read(self, GICD_ISACTIVER + 4, 4), 0);
}

/* A linked one whose line has dropped is not what there is to acknowledge. */
static void dropped(void)
{
    fresh(true);
    vgic_link(self, SPI, SPI);
    vgic_gicd_write(self, GICD_INMIR + 4, 4, SPI_BIT);
    vgic_set_line(vgic_irq(self, SPI), true);
    vgic_gicd_write(self, GICD_ISPENDR + 4, 4, SPI2_BIT);
    fake_line_dropped = true;
    EXPECT(vcpuif_acknowledge_nmi(self), 1023);
    EXPECT(vcpuif_acknowledge_maskable(self), SPI2);
    fake_line_dropped = false;
}

/* Two security states have none. */
static void two_states(void)
{
    static struct vsecure secure;
    static struct vsecure_cpu cpu;

    (void)vsecure_init(&secure, &fake_delivery);
    vsecure_cpu_init(&secure, &cpu);
    EXPECT(vsecure_gicd_read(&cpu, true, GICD_TYPER, 4) & GICD_TYPER_NMI, 0);
    for (unsigned state = 0; state < 2; state++) {
        vsecure_gicd_write(&cpu, state != 0, GICD_INMIR + 4, 4, UINT32_MAX);
        EXPECT(vsecure_gicd_read(&cpu, state != 0, GICD_INMIR + 4, 4), 0);
    }
}

static void finish(void)
{
    consistent(vm);
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"announced", announced},
        {"absent", absent},
        {"registers", registers},
        {"asleep", asleep},
        {"rerouted", rerouted},
        {"regrouped", regrouped},
        {"changed_while_active", changed_while_active},
        {"dropped", dropped},
        {"two_states", two_states},
    };

    return tap_run(tests, ARRAY_SIZE(tests), finish);
}
