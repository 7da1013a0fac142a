/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest starts with, as Linux Documentation/arch/arm64/booting.rst asks: the image at 2 MiB + text_offset of its
 * memory, the device tree below it, the initial RAM disk at the end.
 */
#include <libfdt.h>

#include "cache.h"
#include "check.h"
#include "guest_fdt.h"
#include "platform.h"
#include "string.h"
#include "stdlib.h"
#include "vm.h"

#define IMAGE_ALIGN  UINT64_C(0x200000)
#define FDT_MAX      UINT64_C(0x200000) /* booting.rst: a device tree has at most 2 MiB */
#define BOOTARGS_MAX 1024
#define IMAGE_MAGIC  0x644d5241 /* "ARM\x64" */

/* arm64 Image header (booting.rst) */
struct image_header {
    uint32_t code[2];
    uint64_t text_offset, image_size, flags, reserved[3];
    uint32_t magic, pe_offset;
};

/* Parts of the VM's memory that are taken, as offsets: [0, low) and [high, size). */
struct layout {
    uint64_t low, high;
};

static const struct image_header *header_of(const struct range *image)
{
    const struct image_header *header = (const void *)image->base;

    return image->size >= sizeof(*header) && header->magic == IMAGE_MAGIC ? header : NULL;
}

/* To memory, past the caches: the guest begins with its MMU and caches off. */
static void copy_in(const struct vm *vm, uint64_t offset, const void *from, uint64_t size)
{
    memcpy((void *)(vm->ram_pa + offset), from, size);
    cache_clean(vm->ram_pa + offset, size);
}

static _Noreturn void does_not_fit(const struct vm *vm, const char *what)
{
    platform_refuse("the guest's %s does not fit into vm%u.mem=%lu MiB", what, vm->id, vm->ram.size >> 20);
}

/* A raw image has no header to say where it wants to be: vm<id>.load= does. */
static uint64_t raw_offset(const struct vm *vm)
{
    uint64_t load = vm_number(vm, "load", 0);

    if (load == 0)
        platform_refuse("the guest is not an arm64 Image (no \"ARM\\x64\" at byte 56): for a raw one set vm%u.load=",
                        vm->id);
    if (load - vm->ram.base >= vm->ram.size || load % 4 != 0)
        platform_refuse("vm%u.load=0x%lx: give an address in 0x%lx to 0x%lx, a multiple of 4", vm->id, load,
                        vm->ram.base, vm->ram.base + vm->ram.size - 1);
    return load - vm->ram.base;
}

static struct layout place_image(struct vm *vm)
{
    const struct range *image = &vm->files.image;
    const struct image_header *header;
    uint64_t offset, room = image->size;

    if (image->size == 0)
        platform_refuse("no guest: give an arm64 Image as the initial RAM disk (-initrd IMAGE)");
    header = header_of(image);
    if (header != NULL) {
        offset = IMAGE_ALIGN + (header->text_offset & (IMAGE_ALIGN - 1));
        room = header->image_size > room ? header->image_size : room;
    } else {
        offset = raw_offset(vm);
    }
    if (offset > vm->ram.size || room > vm->ram.size - offset)
        does_not_fit(vm, "image");
    copy_in(vm, offset, (const void *)image->base, image->size);
    vm->entry = vm->ram.base + offset;
    return (struct layout){offset + room, vm->ram.size};
}

static void place_initrd(struct vm *vm, struct layout *layout)
{
    uint64_t size = vm->files.initrd.size;

    if (size == 0)
        return;
    if (size > layout->high || ((layout->high - size) & ~(PAGE_SIZE - 1)) < layout->low)
        does_not_fit(vm, "initial RAM disk");
    layout->high = (layout->high - size) & ~(PAGE_SIZE - 1);
    copy_in(vm, layout->high, (const void *)vm->files.initrd.base, size);
    vm->initrd = (struct range){vm->ram.base + layout->high, size};
}

/* vm<id>.args="…", or what follows a lone "--" for all. */
static const char *bootargs_of(const struct vm *vm)
{
    static char text[BOOTARGS_MAX];

    return vm_text(vm, "args", text, sizeof(text)) ? text : args_rest(platform.args);
}

/* At the bottom of the memory, or, when a raw image lies there, right behind that. */
static void place_fdt(struct vm *vm, const struct layout *layout)
{
    uint64_t offset = vm->entry - vm->ram.base >= FDT_MAX ? 0 : (layout->low + 7) & ~UINT64_C(7);
    void *buffer = (void *)(vm->ram_pa + offset);
    const char *bootargs = bootargs_of(vm);
    int error;

    if (offset + FDT_MAX > layout->high)
        does_not_fit(vm, "device tree");
    if (vm->files.fdt.size != 0) {
        error = guest_fdt_adopt(vm, &vm->files.fdt, bootargs, buffer, FDT_MAX);
        if (error != 0)
            platform_refuse("the guest's device tree cannot be used: %s", fdt_strerror(error));
    } else {
        error = guest_fdt(vm, bootargs, buffer, FDT_MAX);
        CHECK(error == 0);
    }
    cache_clean((uintptr_t)buffer, fdt_totalsize(buffer));
    vm->fdt = vm->ram.base + offset;
}

/* vm<id>.<name>=ADDRESS,SIZE: where the loader put a file. Absent: `range` stays as it is. */
static void find_file(const struct vm *vm, const char *name, struct range *range)
{
    char value[48], *end;

    if (!vm_text(vm, name, value, sizeof(value)))
        return;
    range->base = strtoul(value, &end, 0);
    range->size = *end == ',' ? strtoul(end + 1, &end, 0) : 0;
    if (*end != '\0' || range->size == 0)
        platform_refuse("vm%u.%s=%s: give ADDRESS,SIZE of a file in memory", vm->id, name, value);
    if (!platform_in_memory(range))
        platform_refuse("vm%u.%s=%s: this is not all memory", vm->id, name, value);
    platform_reserve(range);
}

void image_find(struct vm *vm)
{
    vm->files.image = platform.image;
    find_file(vm, "image", &vm->files.image);
    find_file(vm, "initrd", &vm->files.initrd);
    find_file(vm, "fdt", &vm->files.fdt);
}

void image_load(struct vm *vm)
{
    struct layout layout = place_image(vm);

    place_initrd(vm, &layout);
    place_fdt(vm, &layout);
}
