/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv2 in user space for a guest without KVM's own: the hypervisor's model, whose CPU interface signals a vCPU by
 * KVM_IRQ_LINE. Threads of all vCPUs use it, one at a time.
 */
#include "user_gic.h"

#include "kvm_api.h"
#include "system.h"
#include "vcpuif.h"
#include "vgic.h"
#include "vmm.h"

static struct vgic vgic;
static struct vgic_cpu cpus[VCPUS_MAX];
static enum vcpuif_signal signalled[VCPUS_MAX];
static int vm;
static bool taken;

static const char *limits(struct vgic_limits *limits, unsigned version)
{
    (void)version;
    *limits = (struct vgic_limits){.priority_bits = 5, .id_bits = 10};
    return NULL;
}

/* Nothing is in hardware. */
static void nothing_for_cpu(struct vgic_cpu *cpu)
{
    cpu->dirty = false;
}

static const char *begin(struct vgic *of)
{
    (void)of;
    return NULL;
}

static void put(struct vgic_cpu *cpu, enum delivery_put why)
{
    (void)cpu;
    (void)why;
}

static bool is_signalled(const struct vgic_cpu *cpu)
{
    return vcpuif_signal(cpu) != VCPUIF_NONE;
}

static void rearm(struct vgic_cpu *cpu)
{
    (void)cpu;
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

static void arrived(struct vgic_cpu *cpu, struct virq *irq)
{
    (void)cpu;
    (void)irq;
}

static void sysreg(struct vgic_cpu *cpu, uint64_t esr)
{
    (void)cpu;
    (void)esr;
}

static const struct delivery user_delivery = {
    .tag = "user",
    .version = 2,
    .limits = limits,
    .gicd = &vgic_gicd_v2,
    .gicr = &vgic_gicc_v2,
    .begin = begin,
    .reset = nothing_for_cpu,
    .load = nothing_for_cpu,
    .put = put,
    .signalled = is_signalled,
    .flush = nothing_for_cpu,
    .fetch = nothing_for_bank,
    .surrender = nothing_for_cpu,
    .raise_resident = nothing_for_irq,
    .activated = nothing_for_bank,
    .enabled = nothing_for_bank,
    .deactivate = vcpuif_deactivate,
    .deactivated = nothing_for_irq,
    .arrived = arrived,
    .resample = nothing_for_irq,
    .maintenance = nothing_for_cpu,
    .rearm = rearm,
    .sysreg = sysreg,
};

void user_gic_create(int of, unsigned vcpus)
{
    vm = of;
    (void)vgic_init(&vgic, &user_delivery, 2);
    for (unsigned i = 0; i < vcpus; i++) {
        vgic_cpu_init(&vgic, &cpus[i]);
        vgic_set_asleep(&cpus[i], false);
    }
}

static void take(struct vgic_cpu *cpu)
{
    lock_take(&taken);
    vgic.owner = cpu;
}

static void set_line(unsigned vcpu, uint32_t line, bool level)
{
    struct kvm_irq_level irq = {KVM_ARM_IRQ_CPU(vcpu, line), level};

    device_ioctl("KVM_IRQ_LINE", vm, KVM_IRQ_LINE, (uintptr_t)&irq);
}

/* Both inputs of each vCPU follow its CPU interface. */
static void release(void)
{
    for (unsigned i = 0; i < vgic.cpus; i++) {
        enum vcpuif_signal now = vcpuif_signal(&cpus[i]);

        if (now == signalled[i])
            continue;
        if ((now == VCPUIF_IRQ) != (signalled[i] == VCPUIF_IRQ))
            set_line(i, KVM_ARM_IRQ_CPU_IRQ, now == VCPUIF_IRQ);
        if ((now == VCPUIF_FIQ) != (signalled[i] == VCPUIF_FIQ))
            set_line(i, KVM_ARM_IRQ_CPU_FIQ, now == VCPUIF_FIQ);
        signalled[i] = now;
    }
    lock_release(&taken);
}

bool user_gic_access(unsigned vcpu, uint64_t address, unsigned size, bool write, uint64_t *value)
{
    struct vgic_cpu *cpu = &cpus[vcpu];
    bool distributor = address - GICD_BASE < GICD_SIZE;
    const struct vgic_frame *frame = distributor ? &vgic_gicd_v2 : &vgic_gicc_v2;
    uint64_t offset = address - (distributor ? GICD_BASE : GICC_BASE);

    if (vgic.cpus == 0 || (!distributor && offset >= GICC_SIZE))
        return false;
    take(cpu);
    if (write)
        frame->write(cpu, (uint32_t)offset, size, *value);
    else
        *value = frame->read(cpu, (uint32_t)offset, size);
    release();
    return true;
}

void user_gic_timers(unsigned vcpu, uint64_t levels)
{
    struct vgic_cpu *cpu = &cpus[vcpu];

    if (vgic.cpus == 0)
        return;
    take(cpu);
    vgic_set_line(vgic_irq(cpu, INTID_VTIMER), (levels & KVM_ARM_DEV_EL1_VTIMER) != 0);
    vgic_set_line(vgic_irq(cpu, INTID_PTIMER), (levels & KVM_ARM_DEV_EL1_PTIMER) != 0);
    release();
}
