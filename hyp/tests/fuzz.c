/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "check.h"
#include "consistent.h"
#include "fake.h"

#define STEPS_MAX 256

#define INTIDS_ALL (VGIC_INTIDS + INTID_EPPI_COUNT + INTID_ESPI_COUNT)

struct virq *fuzz_irq(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    uint32_t number = step->offset % (cpu->vm->limits.extended ? INTIDS_ALL : VGIC_INTIDS);
    struct virq *irq;

    if (number < VGIC_INTIDS)
        irq = vgic_irq(cpu, number);
    else if (number - VGIC_INTIDS < INTID_EPPI_COUNT)
        irq = vgic_irq(cpu, INTID_EPPI_FIRST + number - VGIC_INTIDS);
    else
        irq = vgic_irq(cpu, INTID_ESPI_FIRST + number - VGIC_INTIDS - INTID_EPPI_COUNT);
    CHECK(irq != NULL);
    return irq;
}

/* What comes from outside a frame: lines, software interrupts, and a guest that acknowledges and completes. */
static void event(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    switch (step->more & 7) {
    case 0:
    case 1:
        vgic_set_line(fuzz_irq(cpu, step), (step->more & 1) != 0);
        break;
    case 2:
        vgic_sgi(cpu, (uint64_t)step->value << 24 | step->offset, step->more >> 3 & 1);
        break;
    case 3:
        (void)vcpuif_acknowledge(cpu, step->more >> 3 & 1);
        break;
    case 4:
        vcpuif_end(cpu, step->more >> 3 & 1, step->offset);
        break;
    case 5:
        vcpuif_deactivate(cpu, step->offset);
        break;
    case 6:
        vcpuif_write_pmr(cpu, step->value);
        break;
    default:
        vcpuif_write_igrpen(cpu, 0, (step->value & 1) != 0);
        vcpuif_write_igrpen(cpu, 1, (step->value & 2) != 0);
    }
}

/* Everything that is left can be acknowledged, by priority, and completed. */
static void drain(struct vgic_cpu *cpu)
{
    int last = PRIORITY_NMI;

    vgic_set_asleep(cpu, false);
    vcpuif_write_igrpen(cpu, 0, true);
    vcpuif_write_igrpen(cpu, 1, true);
    vcpuif_write_pmr(cpu, 0xff);
    for (unsigned group = 0; group < 2; group++)
        for (unsigned word = 0; word < 4; word++)
            vcpuif_write_apr(cpu, group, word, 0);
    for (unsigned i = 0; i < 2 * INTIDS_ALL + cpu->lpi.count; i++) {
        int group = vcpuif_signalled_group(cpu);
        const struct virq *irq;
        uint32_t intid;

        if (group < 0)
            return;
        intid = vcpuif_acknowledge(cpu, (unsigned)group);
        irq = intid < INTID_LPI_FIRST ? vgic_irq(cpu, intid) : vlpi_irq(cpu, intid);
        CHECK(irq != NULL && irq->priority >= last);
        last = irq->priority;
        vcpuif_write_apr(cpu, (unsigned)group, 0, 0); /* running no more, still active: the next ones can come */
    }
    CHECK(false);
}

static struct vgic *make_vm(const struct fuzz_vm *shape)
{
    struct vgic *vm = fake_vm_of(shape->delivery, shape->cpus, shape->version);

    for (unsigned i = 0; i < vm->cpus; i++) {
        vgic_link(vm->cpu[i], INTID_VTIMER, INTID_VTIMER);
        vm->delivery->reset(vm->cpu[i]);
        vm->delivery->load(vm->cpu[i]);
        vm->cpu[i]->loaded = true;
    }
    vgic_link(vm->cpu[0], FUZZ_LINKED_SPI, FUZZ_LINKED_SPI);
    if (shape->prepare != NULL)
        shape->prepare(vm);
    return vm;
}

void fuzz(const uint8_t *data, size_t size, const struct fuzz_vm *shape,
          void (*access)(struct vgic_cpu *cpu, const struct fuzz_step *step))
{
    struct vgic *vm = make_vm(shape);
    const unsigned cpus = vm->cpus;

    CHECK(cpus != 0);
    for (unsigned i = 0; i < cpus; i++)
        vgic_set_asleep(vm->cpu[i], false);
    for (unsigned i = 0; i < STEPS_MAX && size >= sizeof(struct fuzz_step); i++) {
        struct fuzz_step step;
        struct vgic_cpu *cpu;

        memcpy(&step, data, sizeof(step));
        data += sizeof(step);
        size -= sizeof(step);
        cpu = vm->cpu[(step.kind >> 3) % cpus];
        vm->owner = cpu;
        if (step.kind >> 6 == 3)
            event(cpu, &step);
        else
            access(cpu, &step);
    }
    for (unsigned i = 0; i < vm->cpus; i++)
        vm->delivery->surrender(vm->cpu[i]);
    consistent(vm);
    for (unsigned i = 0; i < vm->cpus; i++)
        drain(vm->cpu[i]);
    consistent(vm);
}
