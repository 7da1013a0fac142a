/* SPDX-License-Identifier: Apache-2.0 */
/* A VM from the initrd and the run's parameters: memory, image, device tree, interrupt controller. */
#include <libfdt.h>

#include "delivery.h"
#include "gic.h"
#include "guest_fdt.h"
#include "check.h"
#include "platform.h"
#include "regs/gicd.h"
#include "regs/gicr.h"
#include "regs/intid.h"
#include "stage2.h"
#include "string.h"
#include "sysreg.h"
#include "vcpu.h"

#define GUEST_RAM_BASE    UINT64_C(0x40000000) /* where the guest sees its memory: QEMU virt's place */
#define GUEST_RAM_ALIGN   UINT64_C(0x200000)
#define GUEST_RAM_DEFAULT UINT64_C(128) /* MiB */
#define GUEST_FDT_SIZE    UINT64_C(0x10000)
#define GUEST_FDT_OFFSET  UINT64_C(0) /* the image follows at 2 MiB + text_offset */
#define GUEST_IMAGE_ALIGN UINT64_C(0x200000)

#define IMAGE_MAGIC 0x644d5241 /* "ARM\x64" */

/* arm64 Image header (Linux Documentation/arch/arm64/booting.rst) */
struct image_header {
    uint32_t code[2];
    uint64_t text_offset, image_size, flags, reserved[3];
    uint32_t magic, pe_offset;
};

static struct vm vms[1];
static struct vcpu_slot slots[1][VGIC_CPUS_MAX];

static void vm_argument(const struct vm *vm, const char *name, char *value, unsigned size, const char *otherwise)
{
    char key[32] = "vm0.";

    key[2] = (char)('0' + vm->id);
    memcpy(key + 4, name, strlen(name) + 1);
    memcpy(value, otherwise, strlen(otherwise) + 1);
    args_get(platform.args, key, value, size);
}

static uint64_t vm_number(const struct vm *vm, const char *name, uint64_t otherwise)
{
    char text[24];

    vm_argument(vm, name, text, sizeof(text), "");
    return text[0] != '\0' ? strtoul(text, NULL, 0) : otherwise;
}

static void give_memory(struct vm *vm)
{
    uint64_t mib = vm_number(vm, "mem", GUEST_RAM_DEFAULT);

    if (mib < 8 || mib > 0x10000)
        platform_refuse("vm%u.mem=%lu: give 8 to 65536 (MiB)", vm->id, mib);
    vm->ram = (struct range){GUEST_RAM_BASE, mib << 20};
    vm->ram_pa = platform_alloc(vm->ram.size, GUEST_RAM_ALIGN);
    if (vm->ram_pa == 0)
        platform_refuse("no %lu MiB of free memory for vm%u: give the machine more or set vm%u.mem=MiB", mib, vm->id,
                        vm->id);
    stage2_map_memory(&vm->stage2, vm->ram.base, vm->ram_pa, vm->ram.size);
}

static void load_image(struct vm *vm)
{
    const struct image_header *header = (const void *)platform.initrd.base;
    uint64_t offset;

    if (!platform.has_initrd)
        platform_refuse("no guest: give an arm64 Image as the initial RAM disk (-initrd IMAGE)");
    if (platform.initrd.size < sizeof(*header) || header->magic != IMAGE_MAGIC)
        platform_refuse("the guest is not an arm64 Image: no \"ARM\\x64\" at byte 56");
    offset = GUEST_IMAGE_ALIGN + (header->text_offset & (GUEST_IMAGE_ALIGN - 1));
    if (offset + platform.initrd.size > vm->ram.size || offset + header->image_size > vm->ram.size)
        platform_refuse("the guest image does not fit into vm%u.mem=%lu MiB", vm->id, vm->ram.size >> 20);
    memcpy((void *)(vm->ram_pa + offset), (const void *)platform.initrd.base, platform.initrd.size);
    vm->entry = vm->ram.base + offset;
}

static void load_fdt(struct vm *vm)
{
    int error;

    vm->fdt = vm->ram.base + GUEST_FDT_OFFSET;
    error = guest_fdt(vm, args_rest(platform.args), (void *)(vm->ram_pa + GUEST_FDT_OFFSET), GUEST_FDT_SIZE);
    CHECK(error == 0);
}

/* vCPU n has core n for itself. */
static void give_vcpus(struct vm *vm)
{
    uint64_t vcpus = vm_number(vm, "vcpus", 1);
    unsigned cores = devtree_cpus(platform.fdt);

    if (vcpus == 0 || vcpus > VGIC_CPUS_MAX || vcpus > cores)
        platform_refuse("vm%u.vcpus=%lu: this machine has %u cores, one for each vCPU; at most %u", vm->id, vcpus,
                        cores, VGIC_CPUS_MAX);
    for (unsigned i = 0; i < vcpus; i++) {
        struct vcpu *vcpu = &slots[vm->id][i].vcpu;

        vcpu->vm = vm;
        vm->vcpu[i] = vcpu;
        vgic_cpu_init(&vm->vgic, &vcpu->vgic);
        CHECK(devtree_cpu(platform.fdt, i, &vcpu->vgic.core));
        vgic_link(&vcpu->vgic, INTID_VTIMER, INTID_VTIMER);
    }
}

/* The guest sees its frames where this machine has the physical ones: the same image runs bare. */
static void give_gic(struct vm *vm)
{
    char tag[16];
    const struct delivery *delivery;
    const char *reason;

    vm_argument(vm, "strategy", tag, sizeof(tag), "lr");
    delivery = delivery_find(tag);
    if (delivery == NULL)
        platform_refuse("vm%u.strategy=%s: no such strategy (%s)", vm->id, tag, delivery_tags());
    reason = vgic_init(&vm->vgic, delivery);
    if (reason != NULL)
        platform_refuse("vm%u.strategy=%s: %s", vm->id, tag, reason);
    give_vcpus(vm);
    vm->gicd = (struct range){gic_map.gicd.base, GICD_SIZE};
    vm->gicr = (struct range){gic_map.gicr.base, (uint64_t)GICR_SIZE * vm->vgic.cpus};
}

struct vm *vm_create(unsigned id)
{
    struct vm *vm = &vms[id];

    vm->id = id;
    pgtable_init(&vm->stage2, 1);
    give_memory(vm);
    give_gic(vm);
    if (platform.uart.base != 0)
        stage2_map_device(&vm->stage2, platform.uart.base, platform.uart.base, PAGE_SIZE);
    load_image(vm);
    load_fdt(vm);
    return vm;
}
