/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU interface in software, every register, with a distributor where everything is enabled. */
#include "fake.h"
#include "fuzz.h"
#include "regs/gicd.h"
#include "regs/gicr.h"

static void enable_all(struct vgic_cpu *cpu)
{
    vgic_gicd_write(cpu, GICD_CTLR, 4, GICD_CTLR_ENABLEGRP0 | GICD_CTLR_ENABLEGRP1);
    for (unsigned bank = 1; bank <= VGIC_SPI_BANKS; bank++)
        vgic_gicd_write(cpu, GICD_ISENABLER + 4 * bank, 4, UINT32_MAX);
    for (unsigned bank = 0; bank < VGIC_ESPI_BANKS; bank++)
        vgic_gicd_write(cpu, GICD_ISENABLER_E + 4 * bank, 4, UINT32_MAX);
    for (unsigned i = 0; i < cpu->vm->cpus; i++)
        for (unsigned bank = 0; bank <= VGIC_EPPI_BANKS; bank++)
            vgic_gicr_write(cpu, i * GICR_SIZE + GICR_SGI + GICR_ISENABLER0 + 4 * bank, 4, UINT32_MAX);
}

static void raise(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    struct virq *irq = fuzz_irq(cpu, step);

    virq_set_priority(irq, (uint8_t)(step->value & (0xff00U >> cpu->vm->limits.priority_bits) & 0xff));
    vgic_raise(irq);
}

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    unsigned group = step->kind & 1;

    switch (step->more & 15) {
    case 0:
        enable_all(cpu);
        break;
    case 1:
    case 2:
        raise(cpu, step);
        break;
    case 3:
        vcpuif_write_bpr(cpu, group, step->value);
        (void)vcpuif_read_bpr(cpu, group);
        break;
    case 4:
        vcpuif_write_ctlr(cpu, (step->value & 1) != 0, (step->value & 2) != 0);
        break;
    case 5:
        vcpuif_write_apr(cpu, group, 0, (uint64_t)step->value << 32 | step->value);
        (void)vcpuif_read_apr(cpu, group, 0);
        break;
    case 6:
        vgic_gicd_write(cpu, (step->offset & 128 ? GICD_IGROUPR_E : GICD_IGROUPR) + step->offset % 128 / 4 * 4, 4,
                        step->value);
        break;
    case 7:
        (void)vcpuif_highest_pending(cpu, group);
        (void)vcpuif_read_rpr(cpu);
        (void)vcpuif_running_group(cpu);
        break;
    case 8:
        vcpuif_end(cpu, group, step->value);
        break;
    case 9:
        vcpuif_deactivate(cpu, step->value);
        break;
    case 10:
        vgic_gicd_write(cpu, (step->offset & 128 ? GICD_INMIR_E : GICD_INMIR) + step->offset % 128 / 4 * 4, 4,
                        step->value);
        break;
    case 11:
        (void)(group != 0 ? vcpuif_acknowledge_maskable(cpu) : vcpuif_acknowledge_nmi(cpu));
        break;
    default:
        (void)vcpuif_acknowledge(cpu, group);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz(data, size, &(struct fuzz_vm){&fake_delivery, 3, 4, NULL}, access);
    return 0;
}
