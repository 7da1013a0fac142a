/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual machine: memory, vgic-v3 with its ITS, vCPUs and the threads that run them. */
#include "kvm_api.h"
#include "system.h"
#include "user_gic.h"
#include "vmm.h"

#define IRQS 256
#define PAGE 0x1000

struct vcpu_thread {
    unsigned index;
    int fd;
    struct kvm_run *run;
};

#define RING_ENTRIES ((PAGE - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio))

static int kvm, vm;
static uint64_t ring_offset; /* from struct kvm_run */
static char *ram;
static struct vcpu_thread threads[VCPUS_MAX];
static bool console_taken; /* lock of the ring's first entry and the console */

static void add_memory(uint32_t slot, uint32_t flags, uint64_t address, uint64_t size, const void *memory)
{
    struct kvm_userspace_memory_region region = {slot, flags, address, size, (uintptr_t)memory};

    device_ioctl("KVM_SET_USER_MEMORY_REGION", vm, KVM_SET_USER_MEMORY_REGION, (uintptr_t)&region);
}

static int create_device(uint32_t type)
{
    struct kvm_create_device device = {.type = type};

    device_ioctl("KVM_CREATE_DEVICE", vm, KVM_CREATE_DEVICE, (uintptr_t)&device);
    return (int)device.fd;
}

static void set_attribute(int device, uint32_t group, uint64_t attribute, const void *value)
{
    struct kvm_device_attr attr = {.group = group, .attr = attribute, .addr = (uintptr_t)value};

    device_ioctl("KVM_SET_DEVICE_ATTR", device, KVM_SET_DEVICE_ATTR, (uintptr_t)&attr);
}

static void set_address(int device, uint64_t type, uint64_t address)
{
    set_attribute(device, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address);
}

static void create_gic(void)
{
    static const uint32_t irqs = IRQS;
    int gic = create_device(KVM_DEV_TYPE_ARM_VGIC_V3), its = create_device(KVM_DEV_TYPE_ARM_VGIC_ITS);

    set_address(gic, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD_BASE);
    set_address(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE);
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs);
    set_attribute(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
    set_address(its, KVM_VGIC_ITS_ADDR_TYPE, GITS_BASE);
    set_attribute(its, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static void set_register(int vcpu, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = {id, (uintptr_t)&value};

    device_ioctl("KVM_SET_ONE_REG", vcpu, KVM_SET_ONE_REG, (uintptr_t)&reg);
}

static void create_vcpu(unsigned index, const struct kvm_vcpu_init *target, uint64_t run_size)
{
    struct kvm_vcpu_init init = *target;
    int fd = (int)device_ioctl("KVM_CREATE_VCPU", vm, KVM_CREATE_VCPU, index);

    init.features[0] |= KVM_ARM_VCPU_PSCI_0_2 | (index > 0 ? KVM_ARM_VCPU_POWER_OFF : 0);
    device_ioctl("KVM_ARM_VCPU_INIT", fd, KVM_ARM_VCPU_INIT, (uintptr_t)&init);
    threads[index] = (struct vcpu_thread){index, fd, memory_map(fd, run_size)};
}

/*
 * Reads of the UART find zeros: idle, room for a character. What is written waits in the ring until the guest exits to
 * here for another reason, or the ring is full.
 */
static void create_uart(void)
{
    struct kvm_coalesced_mmio_zone zone = {UART_BASE, PAGE, 0};

    add_memory(1, KVM_MEM_READONLY, UART_BASE, PAGE, memory_map(-1, PAGE));
    ring_offset =
        PAGE * (uint64_t)device_ioctl("KVM_CHECK_EXTENSION", kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
    if (ring_offset != 0)
        device_ioctl("KVM_REGISTER_COALESCED_MMIO", vm, KVM_REGISTER_COALESCED_MMIO, (uintptr_t)&zone);
}

void machine_create(const struct model *model)
{
    struct kvm_vcpu_init target = {0};
    uint64_t run_size;

    kvm = file_open("/dev/kvm");
    if (device_ioctl("KVM_GET_API_VERSION", kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        fail("not version %d of KVM's interface", KVM_API_VERSION);
    vm = (int)device_ioctl("KVM_CREATE_VM", kvm, KVM_CREATE_VM, 0);
    run_size = (uint64_t)device_ioctl("KVM_GET_VCPU_MMAP_SIZE", kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    ram = memory_map(-1, RAM_SIZE);
    add_memory(0, 0, RAM_BASE, RAM_SIZE, ram);
    create_uart();
    device_ioctl("KVM_ARM_PREFERRED_TARGET", vm, KVM_ARM_PREFERRED_TARGET, (uintptr_t)&target);
    for (unsigned i = 0; i < model->vcpus; i++)
        create_vcpu(i, &target, run_size);
    if (model->gic == 2)
        user_gic_create(vm, model->vcpus);
    else
        create_gic();
    set_register(threads[0].fd, KVM_REG_PC, IMAGE_BASE);
    set_register(threads[0].fd, KVM_REG_X0, FDT_BASE);
}

void *machine_memory(uint64_t address)
{
    return ram + (address - RAM_BASE);
}

static uint64_t word_of(const uint8_t *data, uint32_t size)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < size && i < sizeof(value); i++)
        value |= (uint64_t)data[i] << 8 * i;
    return value;
}

static bool is_empty(const struct kvm_coalesced_mmio_ring *ring)
{
    return __atomic_load_n(&ring->first, __ATOMIC_RELAXED) == __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
}

/*
 * The ring is the whole machine's; each vCPU has it mapped. What a vCPU wrote is in it before its thread is here, and
 * leaves it only when it is with the console: without the lock, an empty one has nothing of this vCPU's.
 */
static void drain_ring(const struct vcpu_thread *thread)
{
    struct kvm_coalesced_mmio_ring *ring = (void *)((char *)thread->run + ring_offset);

    if (ring_offset == 0 || is_empty(ring))
        return;
    lock_take(&console_taken);
    while (!is_empty(ring)) {
        const struct kvm_coalesced_mmio *entry = &ring->entries[ring->first];

        console_write(entry->phys_addr - UART_BASE, (uint32_t)word_of(entry->data, entry->len));
        __atomic_store_n(&ring->first, (ring->first + 1) % RING_ENTRIES, __ATOMIC_RELEASE);
    }
    lock_release(&console_taken);
}

static void serve_mmio(const struct vcpu_thread *thread)
{
    struct kvm_run *run = thread->run;
    uint64_t value = word_of(run->mmio.data, run->mmio.len), address = run->mmio.phys_addr;

    if (user_gic_access(thread->index, address, run->mmio.len, run->mmio.is_write, &value)) {
        for (uint32_t i = 0; i < run->mmio.len; i++)
            run->mmio.data[i] = (uint8_t)(value >> 8 * i);
    } else if (run->mmio.is_write && address - UART_BASE < PAGE) {
        lock_take(&console_taken);
        console_write(address - UART_BASE, (uint32_t)value);
        lock_release(&console_taken);
    } else {
        fail("vCPU %u: nothing answers at 0x%lx", thread->index, address);
    }
}

static void serve(const struct vcpu_thread *thread)
{
    const struct kvm_run *run = thread->run;

    switch (run->exit_reason) {
    case KVM_EXIT_MMIO:
        serve_mmio(thread);
        break;
    case KVM_EXIT_INTR:
        break;
    case KVM_EXIT_SYSTEM_EVENT:
        if (run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN)
            host_off();
        fail("vCPU %u: system event %u", thread->index, run->system_event.type);
    default:
        fail("vCPU %u: exit %u, 0x%lx", thread->index, run->exit_reason, run->words[0]);
    }
}

static void run_vcpu(void *argument)
{
    const struct vcpu_thread *thread = argument;

    run_on_cpu(thread->index);
    for (;;) {
        long done = system_call(SYS_IOCTL, thread->fd, KVM_RUN, 0, 0, 0, 0);

        if (done != -EINTR) /* a timer's output changed, and KVM has no interrupt controller to tell */
            system_must("KVM_RUN", done);
        user_gic_timers(thread->index, thread->run->device_irq_level);
        drain_ring(thread);
        serve(thread);
    }
}

void machine_run(const struct model *model)
{
    for (unsigned i = 1; i < model->vcpus; i++)
        thread_run(run_vcpu, &threads[i]);
    run_vcpu(&threads[0]);
    __builtin_unreachable();
}
