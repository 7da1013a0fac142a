/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

unsigned fake_priority_bits = FAKE_PRIORITY_BITS_DEFAULT;
bool fake_extended = true;
bool fake_nmi = true;
bool fake_line_dropped;

void check_failed(const char *file, int line, const char *condition)
{
    printf("Bail out! %s:%d: %s\n", file, line, condition);
    abort();
}

uint64_t fake_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    *limits = (struct vgic_limits){.priority_bits = fake_priority_bits,
                                   .id_bits = 16,
                                   .extended = fake_extended && version == 3,
                                   .nmi = fake_nmi && version == 3};
    return NULL;
}

static void nothing_for_cpu(struct vgic_cpu *cpu)
{
    cpu->dirty = false;
}

static void rearm(struct vgic_cpu *cpu)
{
    (void)cpu;
}

static const char *begin(struct vgic *vm)
{
    (void)vm;
    return NULL;
}

static void nothing_for_bank(struct virq_bank *bank, uint32_t bits)
{
    (void)bank;
    (void)bits;
}

static void nothing_for_irq(struct virq *irq)
{
    (void)irq;
}

static void resample(struct virq *irq)
{
    if (fake_line_dropped)
        vgic_set_line(irq, false);
}

static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    vgic_set_line(irq, true);
    cpu->vm->owner = NULL;
}

static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)cpu;
    (void)why;
}

static bool signalled(const struct vgic_cpu *cpu)
{
    return vcpuif_signal(cpu) != VCPUIF_NONE;
}

static void sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    (void)cpu;
    (void)esr;
}

const struct delivery fake_delivery = {
    .tag = "fake",
    .limits = limits,
    .gicd = &vgic_gicd_v3,
    .gicr = &vgic_gicr_v3,
    .begin = begin,
    .reset = nothing_for_cpu,
    .load = nothing_for_cpu,
    .put = put,
    .signalled = signalled,
    .flush = nothing_for_cpu,
    .fetch = nothing_for_bank,
    .surrender = nothing_for_cpu,
    .raise_resident = nothing_for_irq,
    .activated = nothing_for_bank,
    .enabled = nothing_for_bank,
    .deactivate = vcpuif_deactivate,
    .deactivated = nothing_for_irq,
    .arrived = arrived,
    .resample = resample,
    .maintenance = nothing_for_cpu,
    .rearm = rearm,
    .sysreg = sysreg,
};

struct vgic *fake_vm(unsigned cpus)
{
    return fake_vm_version(cpus, 3);
}

struct vgic *fake_vm_version(unsigned cpus, unsigned version)
{
    return fake_vm_of(&fake_delivery, cpus, version);
}

struct vgic *fake_vm_of(const struct delivery *delivery, unsigned cpus, unsigned version)
{
    static struct vgic vm;
    static struct vgic_cpu cpu[VGIC_CPUS_MAX];

    CHECK(vgic_init(&vm, delivery, version) == NULL);
    for (unsigned i = 0; i < cpus; i++)
        vgic_cpu_init(&vm, &cpu[i]);
    return &vm;
}
