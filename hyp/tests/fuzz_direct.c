/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Direct injection: what a guest writes to its virtual ITS (fuzz_lpis.h), and what reaches the physical one, a fake
 * that complains of what the architecture forbids. The first byte of the input chooses how the guest behaves: with
 * tables that only commands change the physical ITS has what they say after each step; whatever it does, it has nothing
 * of another device, and of the VM's own nothing but virtual LPIs of the VM.
 */
#include <stdio.h>

#include "check.h"
#include "direct.h"
#include "direct_rig.h"
#include "fake.h"
#include "fuzz_lpis.h"
#include "lpis.h"

static struct delivery strategy;

static void expect_rules(struct vgic *vm)
{
    const char *why;
    bool holds = direct_rig_holds(vm, FUZZ_LPIS_DEVICE, fuzz_lpis.tame, &why);

    if (!holds)
        (void)fprintf(stderr, "%s\n", why);
    CHECK(holds);
}

/* The device sends, a guest takes what there is, in hardware or in the model. */
static void outside(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    if (fuzz_write(step))
        fake_its_message(FUZZ_LPIS_DEVICE, step->value % RIG_EVENTS);
    else if ((step->more & 1) != 0)
        (void)fake_its_take(cpu->index);
    else
        (void)lpis_take(cpu->vm, cpu->index);
}

/* vCPU 0 waits, and goes on. */
static void sleep(struct vgic_cpu *cpu)
{
    (void)direct_events.block(cpu);
    direct_events.unblock(cpu);
}

static void access(struct vgic_cpu *cpu, const struct fuzz_step *step)
{
    if (!fuzz_lpis_step(cpu, step))
        outside(cpu, step);
    if ((step->more & 0x7c) == 0x7c)
        sleep(cpu->vm->cpu[0]);
    for (unsigned i = 0; i < cpu->vm->cpus; i++)
        if (cpu->vm->cpu[i]->dirty)
            cpu->vm->delivery->flush(cpu->vm->cpu[i]);
    expect_rules(cpu->vm);
}

static void prepare(struct vgic *vm)
{
    vm->owner = vm->cpu[0];
    lpis_give(vm, true);
    direct_rig_attach(vm, FUZZ_LPIS_DEVICE);
    fuzz_lpis_open(vm);
    expect_rules(vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_vm vm = {&strategy, 3, FUZZ_LPIS_CPUS, prepare};

    if (size < 1)
        return 0;
    strategy = fake_delivery;
    strategy.direct = &direct_events;
    fuzz_lpis = (struct fuzz_lpis){.its = true, .opened = (data[0] & 3) != 0, .tame = (data[0] & 4) != 0};
    fuzz(data + 1, size - 1, &vm, access);
    return 0;
}
