/* SPDX-License-Identifier: Apache-2.0 */
#include "assigned.h"

#include "gic.h"
#include "its.h"
#include "its_device.h"
#include "mmu.h"
#include "model.h"
#include "passthrough.h"
#include "pci.h"
#include "pci_function.h"
#include "platform.h"
#include "print.h"
#include "regs/gits.h"
#include "smmu.h"
#include "stage2.h"
#include "string.h"
#include "upcalls.h"
#include "visit.h"
#include "vits_direct.h"

#define DEVICE_OF_CPUS 0  /* DeviceID of a core's stores */
#define EVENTS         32 /* that the function may send */
#define CONFIG_SIZE    0x1000
#define BUS_SIZE       0x100000 /* configuration space of all functions of a bus */
#define VMID_DMA       128      /* above those of stage 2 of the cores: tables of its own */
#define REPORTS_MAX    8        /* events of the SMMU that are printed */

static struct {
    struct assigned seen;
    struct pci_host host;
    struct pci_function function;
    struct pgtable dma; /* of the function: the VM's memory, at the VM's addresses */
    struct its_device messages, stores;
} devices[1]; /* of VM 0 */

static uint32_t smmu_intid; /* 0: there is none */
static unsigned reports;

static void find_function(struct vm *vm, const char *text)
{
    struct pci_host *host = &devices[vm->id].host;
    struct assigned *seen = &devices[vm->id].seen;
    uint64_t config;

    if (!pci_host_find(platform.fdt, host))
        platform_refuse("vm%u.pci=%s: this machine has no pci-host-ecam-generic node", vm->id, text);
    if (!pci_parse_rid(text, &seen->rid))
        platform_refuse("vm%u.pci=%s: give BUS:DEVICE.FUNCTION in hexadecimal, as 00:03.0", vm->id, text);
    config = pci_config_space(host, seen->rid);
    if (config == 0)
        platform_refuse("vm%u.pci=%s: beyond this machine's buses", vm->id, text);
    mmu_map_device(config, CONFIG_SIZE);
    if (!pci_function_probe(&devices[vm->id].function, config))
        platform_refuse("vm%u.pci=%s: no device is there", vm->id, text);
    seen->ecam = (struct range){host->ecam.base + (uint64_t)(seen->rid >> 8) * BUS_SIZE, BUS_SIZE};
    seen->window = host->window;
}

static void give_bars(struct vm *vm, const char *text)
{
    struct pci_function *function = &devices[vm->id].function;
    struct assigned *seen = &devices[vm->id].seen;
    struct range rest = seen->window;

    if (!pci_function_place(function, &rest, PAGE_SIZE))
        platform_refuse("vm%u.pci=%s: its registers do not fit into the 32-bit window, or share a page", vm->id, text);
    seen->bars = (struct range){seen->window.base, seen->window.size - rest.size};
    for (unsigned n = 0; n < PCI_BARS; n++) {
        struct range bar = pci_function_bar(function, n);

        if (bar.size != 0)
            stage2_map_device(&vm->stage2, bar.base, bar.base, bar.size);
    }
}

static void give_intx(struct vm *vm)
{
    const struct pci_function *function = &devices[vm->id].function;
    uint32_t intid = function->pin == 0 ? 0 : pci_intx(&devices[vm->id].host, devices[vm->id].seen.rid, function->pin);

    if (intid == 0 || intid >= gic_spi_end())
        return;
    devices[vm->id].seen.intx = intid;
    devices[vm->id].seen.pin = function->pin;
    passthrough_link(vm, intid);
}

/* The only SMMU there is, and one function behind it. */
static void start_smmu(const struct range *registers)
{
    struct range memory = {platform_alloc(SMMU_MEMORY, SMMU_MEMORY_ALIGN), SMMU_MEMORY};
    const char *reason;

    if (memory.base == 0)
        platform_refuse("no memory for the SMMU");
    memset((void *)memory.base, 0, memory.size);
    mmu_map_device(registers->base, registers->size);
    reason = smmu_init(registers->base, memory);
    if (reason != NULL)
        platform_refuse("%s", reason);
}

/* DMA has the VM's memory at the VM's addresses, and nothing else. */
static void isolate(struct vm *vm, const char *text)
{
    struct pgtable *dma = &devices[vm->id].dma;
    uint32_t stream = pci_stream_id(&devices[vm->id].host, devices[vm->id].seen.rid);
    struct range registers;
    const char *reason;

    if (stream == PCI_NO_ID || !smmu_find(platform.fdt, &registers, &smmu_intid)) {
        print("virqlab: vm%u pci %s is not isolated: no SMMU, its DMA reaches all memory, at physical addresses\n",
              vm->id, text);
        return;
    }
    start_smmu(&registers);
    pgtable_init(dma, 1);
    stage2_map_memory(dma, vm->ram.base, vm->ram_pa, vm->ram.size);
    reason = smmu_assign(stream, dma, (uint16_t)(VMID_DMA + vm->id));
    if (reason != NULL)
        platform_refuse("vm%u.pci=%s: %s", vm->id, text, reason);
    devices[vm->id].seen.isolated = true;
    if (smmu_intid != 0)
        gic->enable_spi(smmu_intid, vm->vcpu[0]->vgic.core, true);
}

/* Messages of `device` are the VM's: directly, or as physical LPIs of core 0 that EL2 gives to its ITS. */
static const char *give_events(struct vm *vm, struct its_device *device)
{
    const struct vits_direct *direct = vm->vgic.delivery->direct;
    const char *reason = NULL;

    if (direct != NULL)
        return direct->add(&vm->vgic, device);
    for (uint32_t event = 0; reason == NULL && event < device->events; event++)
        reason = its_event_map(device, event, 0, true);
    return reason;
}

static const char *map_events(struct vm *vm, struct its_device *device, uint32_t id)
{
    const char *reason = messages_start();

    if (reason == NULL)
        reason = gic->cpu_init(); /* this core's LPIs, and the collection of its events */
    if (reason == NULL)
        reason = its_device_add(device, id, EVENTS);
    return reason != NULL ? reason : give_events(vm, device);
}

/* The function's writes reach the physical ITS, behind an SMMU too; DeviceID and EventIDs are the guest's own. */
static void give_messages(struct vm *vm, const char *text)
{
    struct pci_function *function = &devices[vm->id].function;
    uint32_t id = pci_device_id(&devices[vm->id].host, devices[vm->id].seen.rid);
    const char *reason;
    uint64_t page;

    if (vm->gits.size == 0 || (function->msi == 0 && function->msix == 0) || id == PCI_NO_ID)
        return;
    reason = map_events(vm, &devices[vm->id].messages, id);
    if (reason != NULL)
        platform_refuse("vm%u.pci=%s: %s", vm->id, text, reason);
    devices[vm->id].seen.messages = true;
    devices[vm->id].seen.device_id = id;
    page = its.base + GITS_TRANSLATION;
    pci_function_messages(function, page + GITS_TRANSLATER, vm->gits.base + GITS_TRANSLATION + GITS_TRANSLATER);
    if (!devices[vm->id].seen.isolated)
        return;
    if (page - vm->ram.base < vm->ram.size)
        platform_refuse("vm%u.pci=%s: the machine's ITS is where the VM has memory", vm->id, text);
    stage2_map_device(&devices[vm->id].dma, page, page, PAGE_SIZE);
    dsb(ishst); /* nothing was there, so the SMMU has nothing of it cached */
}

/*
 * vm<id>.translater=1: the guest's own stores to GITS_TRANSLATER reach the physical ITS, whose DeviceID they have is
 * nothing that the architecture says: 0 on QEMU's virt.
 */
static void give_translater(struct vm *vm)
{
    const char *reason;

    if (vm_number(vm, "translater", 0) == 0)
        return;
    if (vm->gits.size == 0 || vm->vgic.delivery->direct == NULL)
        platform_refuse("vm%u.translater=1 is for strategies that inject directly (gicv4), with its=1", vm->id);
    reason = map_events(vm, &devices[vm->id].stores, DEVICE_OF_CPUS);
    if (reason != NULL)
        platform_refuse("vm%u.translater=1: %s", vm->id, reason);
    stage2_map_device(&vm->stage2, vm->gits.base + GITS_TRANSLATION, its.base + GITS_TRANSLATION, PAGE_SIZE);
}

void assigned_give(struct vm *vm)
{
    char text[16];

    give_translater(vm);
    if (!vm_text(vm, "pci", text, sizeof(text)))
        return;
    if (vm->id != 0)
        platform_refuse("vm%u.pci=%s: only vm0 can have a PCI function", vm->id, text);
    find_function(vm, text);
    give_bars(vm, text);
    give_intx(vm);
    isolate(vm, text);
    give_messages(vm, text);
}

const struct assigned *assigned_of(const struct vm *vm)
{
    static const struct assigned none;

    return vm->id == 0 ? &devices[0].seen : &none;
}

/* Offset in the function's configuration space; CONFIG_SIZE where another one's is. */
static unsigned own_offset(const struct vm *vm, uint64_t offset)
{
    uint64_t own = offset - (uint64_t)(devices[vm->id].seen.rid & 0xff) * CONFIG_SIZE;

    return own < CONFIG_SIZE ? (unsigned)own : CONFIG_SIZE;
}

/* Where no function is, all ones are read (PCI Local Bus 3.0, 6.1). */
uint32_t assigned_config_read(const struct vm *vm, uint64_t offset, unsigned size)
{
    unsigned own = own_offset(vm, offset);

    return own < CONFIG_SIZE ? pci_function_read(&devices[vm->id].function, own, size) : UINT32_MAX;
}

void assigned_config_write(const struct vm *vm, uint64_t offset, unsigned size, uint32_t value)
{
    unsigned own = own_offset(vm, offset);

    if (own < CONFIG_SIZE)
        pci_function_write(&devices[vm->id].function, own, size, value);
}

static void report_events(struct vm *vm)
{
    struct smmu_event event;

    while (smmu_event(&event)) {
        vm->misuse++;
        if (reports++ < REPORTS_MAX)
            print("virqlab: vm%u: the SMMU stopped stream 0x%x: event 0x%x, address 0x%lx\n", vm->id, event.stream,
                  event.number, event.address);
    }
}

static void message(struct vgic *vm, uint32_t pintid)
{
    const struct its_device *device;
    uint32_t event;

    device = its_device_of(pintid, &event);
    if (device == &devices[0].messages)
        vits_message(vm, device->id, event);
    else
        vm->misuse++;
}

/* Core 0 has a vCPU of another VM loaded, or none. */
static __attribute__((noinline)) void visit(struct vgic *vm, uint32_t pintid)
{
    visit_begin(vm);
    message(vm, pintid);
    visit_end(vm);
}

void assigned_message(struct vgic_cpu *loaded, uint32_t pintid)
{
    struct vgic *vm = &vm_get(0)->vgic;

    if (loaded == NULL || loaded->vm != vm) {
        visit(vm, pintid);
        return;
    }
    model_take(loaded);
    message(vm, pintid);
    model_release(loaded);
}

void assigned_interrupt(uint32_t pintid)
{
    if (smmu_intid != 0 && pintid == smmu_intid)
        report_events(vm_get(0));
}
