/* SPDX-License-Identifier: Apache-2.0 */
/* Two security states: accesses of any size at any offset of both frames, and to the CPU interface, from everywhere. */
#include <stdlib.h>
#include <string.h>

#include "consistent.h"
#include "fake.h"
#include "fuzz.h"
#include "regs/gicr.h"
#include "vsecure.h"

#define CPUS      2
#define STEPS_MAX 256

static struct vsecure vm;
static struct vsecure_cpu cpus[CPUS];

static void distributor(struct vsecure_cpu *cpu, const struct fuzz_step *step)
{
    bool secure = (step->more & 4) != 0;
    uint64_t value = step->value | (uint64_t)step->value << 32;

    if (fuzz_write(step))
        vsecure_gicd_write(cpu, secure, fuzz_offset(step), fuzz_size(step), value);
    else
        (void)vsecure_gicd_read(cpu, secure, fuzz_offset(step), fuzz_size(step));
}

static void redistributor(struct vsecure_cpu *cpu, const struct fuzz_step *step)
{
    uint32_t offset = (uint32_t)(step->more >> 3) % (2 * CPUS) * GICR_FRAME_SIZE + fuzz_offset(step);
    bool secure = (step->more & 4) != 0;

    if (fuzz_write(step))
        vsecure_gicr_write(cpu, secure, offset, fuzz_size(step), step->value);
    else
        (void)vsecure_gicr_read(cpu, secure, offset, fuzz_size(step));
}

static void interface(struct vsecure_cpu *cpu, const struct fuzz_step *step)
{
    struct vsecure_pe pe = {
        .at = (enum gic_pe)(step->offset % GIC_PES),
        .ns = (step->offset >> 8 & 1) != 0,
        .fiq = (step->offset >> 9 & 1) != 0,
        .irq = (step->offset >> 10 & 1) != 0,
    };
    enum vsecure_icc reg = (enum vsecure_icc)((step->more >> 2) % VSECURE_ICC_REGISTERS);
    uint64_t value;

    if (fuzz_write(step))
        (void)vsecure_icc_write(cpu, &pe, reg, step->value | (uint64_t)(step->offset >> 11) << 40);
    else
        (void)vsecure_icc_read(cpu, &pe, reg, &value);
    (void)vsecure_signal(cpu, pe.at);
}

static void access(struct vsecure_cpu *cpu, const struct fuzz_step *step)
{
    switch (step->more & 3) {
    case 0:
        distributor(cpu, step);
        break;
    case 1:
        redistributor(cpu, step);
        break;
    case 2:
        interface(cpu, step);
        break;
    default:
        vgic_set_line(fuzz_irq(&cpu->cpu, step), fuzz_write(step));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_extended = size % 2 == 0;
    if (vsecure_init(&vm, &fake_delivery) != NULL)
        abort();
    for (unsigned i = 0; i < CPUS; i++)
        vsecure_cpu_init(&vm, &cpus[i]);
    for (unsigned i = 0; i < STEPS_MAX && size >= sizeof(struct fuzz_step); i++) {
        struct fuzz_step step;

        memcpy(&step, data, sizeof(step));
        data += sizeof(step);
        size -= sizeof(step);
        access(&cpus[(step.kind >> 3) % CPUS], &step);
    }
    consistent(&vm.vm);
    return 0;
}
