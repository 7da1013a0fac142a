/* SPDX-License-Identifier: Apache-2.0 */
/* A VM from the run's parameters: memory, interrupt controller, console, and what it starts with (core/image.c). */
#include "check.h"
#include "delivery.h"
#include "gic.h"
#include "passthrough.h"
#include "platform.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/gicv2.h"
#include "regs/intid.h"
#include "stage2.h"
#include "stdlib.h"
#include "string.h"
#include "sched.h"
#include "vm.h"

#define GUEST_RAM_BASE    UINT64_C(0x40000000) /* where the guest sees its memory: QEMU virt's place */
#define GUEST_RAM_ALIGN   UINT64_C(0x200000)
#define GUEST_RAM_DEFAULT UINT64_C(128) /* MiB */

#define WORD_ALIGN 64

struct vm *vms[VMS_MAX];
static unsigned count;

unsigned vm_count(void)
{
    return count;
}

bool vm_text(const struct vm *vm, const char *name, char *value, unsigned size)
{
    char key[32] = "vm";
    unsigned length = 2;

    if (vm->id >= 10)
        key[length++] = (char)('0' + vm->id / 10);
    key[length++] = (char)('0' + vm->id % 10);
    key[length++] = '.';
    memcpy(key + length, name, strlen(name) + 1);
    if (args_get(platform.args, key, value, size))
        return true;
    key[2] = '.';
    memcpy(key + 3, name, strlen(name) + 1);
    return args_get(platform.args, key, value, size);
}

uint64_t vm_number(const struct vm *vm, const char *name, uint64_t otherwise)
{
    char text[24], *end;
    uint64_t value;

    if (!vm_text(vm, name, text, sizeof(text)) || text[0] == '\0')
        return otherwise;
    value = strtoul(text, &end, 0);
    if (*end != '\0')
        platform_refuse("vm%u.%s=%s: not a number", vm->id, name, text);
    return value;
}

/* Zeroed, never given back. */
static void *allocate(uint64_t size)
{
    uint64_t memory = platform_alloc(size, WORD_ALIGN);

    if (memory == 0)
        platform_refuse("no memory for one more VM: give the machine more, or vm.mem= less");
    memset((void *)memory, 0, size);
    return (void *)memory;
}

static void give_memory(struct vm *vm)
{
    uint64_t mib = vm_number(vm, "mem", GUEST_RAM_DEFAULT);

    if (mib < 8 || mib > 0x10000)
        platform_refuse("vm%u.mem=%lu: give 8 to 65536 (MiB)", vm->id, mib);
    pgtable_init(&vm->stage2, 1);
    vm->ram = (struct range){GUEST_RAM_BASE, mib << 20};
    vm->ram_pa = platform_alloc(vm->ram.size, GUEST_RAM_ALIGN);
    if (vm->ram_pa == 0)
        platform_refuse("no %lu MiB of free memory for vm%u: give the machine more or set vm%u.mem=MiB", mib, vm->id,
                        vm->id);
    stage2_map_memory(&vm->stage2, vm->ram.base, vm->ram_pa, vm->ram.size);
}

static void give_vcpus(struct vm *vm)
{
    uint64_t vcpus = vm_number(vm, "vcpus", 1), priority = vm_number(vm, "priority", 0);
    struct vcpu_slot *slots;

    if (vcpus == 0 || vcpus > VGIC_CPUS_MAX)
        platform_refuse("vm%u.vcpus=%lu: give 1 to %u", vm->id, vcpus, VGIC_CPUS_MAX);
    if (priority >= RUN_PRIORITIES)
        platform_refuse("vm%u.priority=%lu: give 0 to %u, which runs first", vm->id, priority, RUN_PRIORITIES - 1);
    slots = allocate(vcpus * sizeof(*slots));
    for (unsigned i = 0; i < vcpus; i++) {
        struct vcpu *vcpu = &slots[i].vcpu;

        vcpu->vm = vm;
        vm->vcpu[i] = vcpu;
        vgic_cpu_init(&vm->vgic, &vcpu->vgic);
        run_init(&vcpu->run, (uint8_t)priority);
        vgic_link(&vcpu->vgic, INTID_VTIMER, INTID_VTIMER);
        vgic_link(&vcpu->vgic, INTID_PTIMER, INTID_PTIMER);
    }
    placement_give(vm);
}

/*
 * Of all VMs or one, `lr.limit=` or `vm<id>.lr.limit=`: how many list registers are used, of those that the hardware
 * has; `lr.hw=0`: none is linked to a physical interrupt.
 */
static void limit_list_registers(struct vm *vm)
{
    uint64_t limit = vm_number(vm, "lr.limit", args_number(platform.args, "lr.limit", LIST_REGISTERS_MAX));

    vm->vgic.limits.eois_reported = vm_number(vm, "lr.hw", args_number(platform.args, "lr.hw", 1)) == 0;
    if (limit == 0 || limit > LIST_REGISTERS_MAX)
        platform_refuse("lr.limit=%lu of vm%u: give 1 to %u", limit, vm->id, LIST_REGISTERS_MAX);
    if (limit < vm->vgic.limits.list_registers)
        vm->vgic.limits.list_registers = (unsigned)limit;
}

/* `vm<id>.priority_bits=`: how many bits of a priority the guest's interrupt controller implements. */
static void choose_priority_bits(struct vm *vm)
{
    struct vgic_limits *limits = &vm->vgic.limits;
    uint64_t bits = vm_number(vm, "priority_bits", limits->priority_bits);

    if (bits < limits->priority_bits_least || bits > limits->priority_bits_most)
        platform_refuse("vm%u.priority_bits=%lu: with strategy %s on this machine give %u to %u", vm->id, bits,
                        vm->vgic.delivery->tag, limits->priority_bits_least, limits->priority_bits_most);
    limits->priority_bits = (unsigned)bits;
}

/* The guest sees its frames where this machine has the physical ones: the same image runs bare. */
static void give_frames(struct vm *vm)
{
    uint64_t gicd = gic_map.gicd.base;

    if (vm->vgic.version == 3) {
        vm->gicd = (struct range){gicd, GICD_SIZE};
        vm->gicr = (struct range){gic_map.gicr.base, (uint64_t)GICR_SIZE * vm->vgic.cpus};
    } else {
        vm->gicd = (struct range){gicd, GICV2_GICD_SIZE};
        vm->gicr = (struct range){gic->version == 2 ? gic_map.gicc.base : gicd + GICD_SIZE, GICC_SIZE};
    }
    if (vm->vgic.limits.gicv) /* not its second page: GICC_DIR traps */
        stage2_map_device(&vm->stage2, vm->gicr.base, gic_map.gicv.base, PAGE_SIZE);
}

/* `vm<id>.wfi=trap`: a vCPU that waits is not resident, and a doorbell wakes it. */
static void choose_wfi(struct vm *vm)
{
    char text[8];

    if (!vm_text(vm, "wfi", text, sizeof(text)))
        return;
    if (strcmp(text, "trap") != 0 || vm->vgic.delivery->direct == NULL)
        platform_refuse("vm%u.wfi=%s: give trap, with a strategy that injects directly (gicv4)", vm->id, text);
    vm->traps_wfi = true;
}

static void give_gic(struct vm *vm)
{
    char tag[16] = "lr";
    const struct delivery *delivery;
    const char *reason;
    uint64_t version = vm_number(vm, "gic", gic->version);

    if (gic->version == 2)
        memcpy(tag, "gicv2", sizeof("gicv2"));
    vm_text(vm, "strategy", tag, sizeof(tag));
    delivery = delivery_find(tag, (unsigned)version);
    if (delivery == NULL)
        platform_refuse("vm%u.strategy=%s: no such strategy (%s)", vm->id, tag, delivery_tags());
    if (version != 2 && version != 3)
        platform_refuse("vm%u.gic=%lu: give 2 or 3", vm->id, version);
    if (delivery->direct != NULL && vm->id != 0)
        platform_refuse("vm%u.strategy=%s: only vm0 has devices to inject directly; run lr", vm->id, tag);
    reason = vgic_init(&vm->vgic, delivery, (unsigned)version);
    if (reason != NULL)
        platform_refuse("vm%u.strategy=%s: %s", vm->id, tag, reason);
    limit_list_registers(vm);
    choose_priority_bits(vm);
    give_vcpus(vm);
    give_frames(vm);
    lpis_give(vm);
    choose_wfi(vm);
}

static void create(struct vm *vm)
{
    const char *reason;

    give_memory(vm);
    give_gic(vm);
    passthrough_give(vm);
    vm->vgic.limits.shared = count > 1;
    reason = vm->vgic.delivery->begin(&vm->vgic);
    if (reason != NULL)
        platform_refuse("vm%u.strategy=%s: %s", vm->id, vm->vgic.delivery->tag, reason);
    image_load(vm);
    vm->vcpu[0]->on = true;
    vm->vcpu[0]->entry = vm->entry;
    vm->vcpu[0]->context = vm->fdt;
}

/* VMs are numbered from 0: the highest that a parameter names is the last. */
void vm_create_all(void)
{
    uint64_t last = args_highest(platform.args, "vm");

    if (last >= VMS_MAX)
        platform_refuse("vm%lu: there can be %u VMs, vm0 to vm%u", last, VMS_MAX, VMS_MAX - 1);
    for (count = 0; count <= last; count++) {
        vms[count] = allocate(sizeof(*vms[count]));
        vms[count]->id = count;
        image_find(vms[count]);
    }
    for (unsigned i = 0; i < count; i++)
        create(vms[i]);
    placement_finish();
}
