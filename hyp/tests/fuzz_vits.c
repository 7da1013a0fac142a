/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs and the virtual ITS (fuzz_lpis.h), with state in hardware or without. The first byte of the input chooses the
 * VM, and whether everything is set up and mapped already. Nothing but the guest's memory is touched (ASan sees the
 * rest), and the model stays consistent.
 */
#include "fake.h"
#include "fake_hw.h"
#include "fuzz_lpis.h"
#include "lpis.h"

static bool in_hardware;

/* A guest that takes what there is. */
static void guest(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    if (in_hardware && fuzz_write(step))
        fake_hw_end(cpu, step->offset);
    else if (in_hardware)
        fake_hw_acknowledge(cpu);
    else
        (void)lpis_take(cpu->vm, cpu->index);
}

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    const struct vgic *vm = cpu->vm;

    if (!fuzz_lpis_step(cpu, step))
        guest(cpu, step);
    for (unsigned i = 0; i < vm->cpus; i++) {
        if (vm->cpu[i]->dirty && (vm->cpu[i] == cpu || (step->more & 4) != 0))
            vm->delivery->flush(vm->cpu[i]);
        if (in_hardware)
            fake_hw_check(vm->cpu[i]);
    }
}

static void prepare(struct vgic *vm)
{
    vm->owner = vm->cpu[0];
    lpis_give(vm, fuzz_lpis.its);
    fuzz_lpis_open(vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_vm vm = {.version = 3, .cpus = FUZZ_LPIS_CPUS, .prepare = prepare};

    if (size < 1)
        return 0;
    fuzz_lpis = (struct fuzz_lpis){.its = (data[0] & 7) != 0, .opened = (data[0] & 0x30) != 0};
    in_hardware = (data[0] & 8) != 0;
    vm.delivery = in_hardware ? &fake_hw : &fake_delivery;
    fuzz(data + 1, size - 1, &vm, access);
    return 0;
}
