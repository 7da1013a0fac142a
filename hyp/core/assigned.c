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
#define EVENTS         32 /* that each device may send, unless it is said: as many as MSI has */
#define LIST_SIZE      256
#define CONFIG_SIZE    0x1000
#define BUS_SIZE       0x100000 /* configuration space of all functions of a bus */
#define VMID_DMA       128      /* above those of stage 2 of the cores: tables of its own */
#define REPORTS_MAX    8        /* events of the SMMU that are printed */

struct function {
    struct assigned_function seen;
    struct pci_function registers;
    struct its_device messages;
};

static struct {
    struct assigned seen;
    struct pci_host host;
    struct range free; /* of the window */
    struct function *functions;
    struct pgtable dma; /* of all functions: the VM's memory, at the VM's addresses */
    bool translates;    /* dma is there */
    struct its_device stores;
} devices[1]; /* of VM 0 */

static uint32_t smmu_intid; /* 0: there is none */
static unsigned reports;

/* All on one bus, of which the guest sees the host. */
static void find_function(struct vm *vm, struct function *function, const char *text)
{
    const struct pci_host *host = &devices[vm->id].host;
    struct assigned *seen = &devices[vm->id].seen;
    uint64_t config;

    if (!pci_parse_rid(text, &function->seen.rid))
        platform_refuse("vm%u.pci=%s: give BUS:DEVICE.FUNCTION in hexadecimal, as 00:03.0, several with a comma",
                        vm->id, text);
    config = pci_config_space(host, function->seen.rid);
    if (config == 0)
        platform_refuse("vm%u.pci=%s: beyond this machine's buses", vm->id, text);
    mmu_map_device(config, CONFIG_SIZE);
    if (!pci_function_probe(&function->registers, config))
        platform_refuse("vm%u.pci=%s: no device is there", vm->id, text);
    for (unsigned n = 0; n < seen->count; n++)
        if (devices[vm->id].functions[n].seen.rid == function->seen.rid || seen->bus != function->seen.rid >> 8)
            platform_refuse("vm%u.pci=%s: give each function once, and all of one bus", vm->id, text);
    seen->bus = function->seen.rid >> 8;
}

static void give_bars(struct vm *vm, struct pci_function *function, const char *text)
{
    if (!pci_function_place(function, &devices[vm->id].free, PAGE_SIZE))
        platform_refuse("vm%u.pci=%s: its registers do not fit into the 32-bit window, or share a page", vm->id, text);
    for (unsigned n = 0; n < PCI_BARS; n++) {
        struct range bar = pci_function_bar(function, n);

        if (bar.size != 0)
            stage2_map_device(&vm->stage2, bar.base, bar.base, bar.size);
    }
}

/* Functions may share one. */
static void give_intx(struct vm *vm, struct function *function)
{
    unsigned pin = function->registers.pin;
    uint32_t intid = pin == 0 ? 0 : pci_intx(&devices[vm->id].host, function->seen.rid, pin);

    if (intid == 0 || intid >= gic_spi_end())
        return;
    function->seen.intx = intid;
    function->seen.pin = pin;
    passthrough_link(vm, intid);
}

/* The only SMMU there is. */
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

/* What DMA of the VM's functions has: its memory at its addresses, and nothing else. */
static void start_translation(struct vm *vm, const struct range *registers)
{
    struct pgtable *dma = &devices[vm->id].dma;

    start_smmu(registers);
    pgtable_init(dma, 1);
    stage2_map_memory(dma, vm->ram.base, vm->ram_pa, vm->ram.size);
    if (smmu_intid != 0)
        gic->enable_spi(smmu_intid, vm->vcpu[0]->vgic.core, true);
    devices[vm->id].translates = true;
}

static void isolate(struct vm *vm, struct function *function, const char *text)
{
    uint32_t stream = pci_stream_id(&devices[vm->id].host, function->seen.rid);
    struct range registers;
    const char *reason;

    if (stream == PCI_NO_ID || !smmu_find(platform.fdt, &registers, &smmu_intid)) {
        print("virqlab: vm%u pci %s is not isolated: no SMMU, its DMA reaches all memory, at physical addresses\n",
              vm->id, text);
        return;
    }
    if (!devices[vm->id].translates)
        start_translation(vm, &registers);
    reason = smmu_assign(stream, &devices[vm->id].dma, (uint16_t)(VMID_DMA + vm->id));
    if (reason != NULL)
        platform_refuse("vm%u.pci=%s: %s", vm->id, text, reason);
    function->seen.isolated = true;
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

/* vm<id>.events=: EventIDs that each of its devices may send, from 0 on. */
static const char *map_events(struct vm *vm, struct its_device *device, uint32_t id)
{
    uint64_t events = vm_number(vm, "events", EVENTS);
    const char *reason = messages_start();

    if (events == 0 || events > BIT(VITS_ID_BITS))
        platform_refuse("vm%u.events=%lu: give 1 to %lu", vm->id, events, BIT(VITS_ID_BITS));
    if (reason == NULL)
        reason = gic->cpu_init(); /* this core's LPIs, and the collection of its events */
    if (reason == NULL)
        reason = its_device_add(device, id, (uint32_t)events);
    return reason != NULL ? reason : give_events(vm, device);
}

/* Messages of functions behind the SMMU reach the ITS through it. */
static void let_messages_through(struct vm *vm, const char *text)
{
    static bool let;
    uint64_t page = its.base + GITS_TRANSLATION;

    if (page - vm->ram.base < vm->ram.size)
        platform_refuse("vm%u.pci=%s: the machine's ITS is where the VM has memory", vm->id, text);
    if (!let)
        stage2_map_device(&devices[vm->id].dma, page, page, PAGE_SIZE);
    let = true;
    dsb(ishst); /* nothing was there, so the SMMU has nothing of it cached */
}

/* The function's writes reach the physical ITS, behind an SMMU too; DeviceID and EventIDs are the guest's own. */
static void give_messages(struct vm *vm, struct function *function, const char *text)
{
    uint32_t id = pci_device_id(&devices[vm->id].host, function->seen.rid);
    const char *reason;

    if (vm->gits.size == 0 || (function->registers.msi == 0 && function->registers.msix == 0) || id == PCI_NO_ID)
        return;
    reason = map_events(vm, &function->messages, id);
    if (reason != NULL)
        platform_refuse("vm%u.pci=%s: %s", vm->id, text, reason);
    function->seen.messages = true;
    function->seen.device_id = id;
    pci_function_messages(&function->registers, its.base + GITS_TRANSLATION + GITS_TRANSLATER,
                          vm->gits.base + GITS_TRANSLATION + GITS_TRANSLATER);
    if (function->seen.isolated)
        let_messages_through(vm, text);
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

static void give_function(struct vm *vm, struct function *function, const char *text)
{
    find_function(vm, function, text);
    give_bars(vm, &function->registers, text);
    give_intx(vm, function);
    isolate(vm, function, text);
    give_messages(vm, function, text);
}

/* `list`: of BUS:DEVICE.FUNCTION, with commas. */
static void give_functions(struct vm *vm, char *list)
{
    struct assigned *seen = &devices[vm->id].seen;
    size_t size = sizeof(struct function);
    uint64_t memory;

    for (const char *at = strchr(list, ','); at != NULL; at = strchr(at + 1, ','))
        size += sizeof(struct function);
    memory = platform_alloc(size, _Alignof(struct function));
    if (memory == 0)
        platform_refuse("vm%u.pci=%s: no memory for so many functions", vm->id, list);
    memset((void *)memory, 0, size);
    devices[vm->id].functions = (struct function *)memory;
    for (char *next; list != NULL; list = next) {
        next = strchr(list, ',');
        if (next != NULL)
            *next++ = '\0';
        give_function(vm, &devices[vm->id].functions[seen->count], list);
        seen->count++;
    }
}

void assigned_give(struct vm *vm)
{
    struct pci_host *host = &devices[vm->id].host;
    struct assigned *seen = &devices[vm->id].seen;
    char list[LIST_SIZE];

    give_translater(vm);
    if (!vm_text(vm, "pci", list, sizeof(list)))
        return;
    if (vm->id != 0)
        platform_refuse("vm%u.pci=%s: only vm0 can have PCI functions", vm->id, list);
    if (!pci_host_find(platform.fdt, host))
        platform_refuse("vm%u.pci=%s: this machine has no pci-host-ecam-generic node", vm->id, list);
    seen->window = devices[vm->id].free = host->window;
    give_functions(vm, list);
    seen->ecam = (struct range){host->ecam.base + (uint64_t)seen->bus * BUS_SIZE, BUS_SIZE};
}

const struct assigned *assigned_of(const struct vm *vm)
{
    static const struct assigned none;

    return vm->id == 0 ? &devices[0].seen : &none;
}

const struct assigned_function *assigned_function(const struct vm *vm, unsigned n)
{
    return &devices[vm->id].functions[n].seen;
}

/* The function whose configuration space is at `offset` of the bus's; NULL: none of the VM's. */
static struct function *function_at(const struct vm *vm, uint64_t offset)
{
    for (unsigned n = 0; n < devices[vm->id].seen.count; n++)
        if ((devices[vm->id].functions[n].seen.rid & 0xff) == offset / CONFIG_SIZE)
            return &devices[vm->id].functions[n];
    return NULL;
}

/* Where no function is, all ones are read (PCI Local Bus 3.0, 6.1). */
uint32_t assigned_config_read(const struct vm *vm, uint64_t offset, unsigned size)
{
    const struct function *function = function_at(vm, offset);

    return function != NULL ? pci_function_read(&function->registers, offset % CONFIG_SIZE, size) : UINT32_MAX;
}

void assigned_config_write(const struct vm *vm, uint64_t offset, unsigned size, uint32_t value)
{
    struct function *function = function_at(vm, offset);

    if (function != NULL)
        pci_function_write(&function->registers, offset % CONFIG_SIZE, size, value);
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

/* Whether `device` is one of the VM's functions. */
static bool owns(const struct its_device *device)
{
    const struct function *functions = devices[0].functions;

    for (unsigned n = 0; n < devices[0].seen.count; n++)
        if (device == &functions[n].messages)
            return true;
    return false;
}

/* Of a vCPU that waits for its turn to be woken, or of nobody. */
static __attribute__((noinline)) void doorbell(struct vgic *vm, uint32_t pintid)
{
    const struct vits_direct *direct = vm->delivery->direct;
    const struct vgic_cpu *waits = direct == NULL ? NULL : direct->rung_for(vm, pintid);

    if (waits != NULL)
        vm->kick |= BIT32(waits->index);
    else
        vm->misuse++;
}

static void message(struct vgic *vm, uint32_t pintid)
{
    const struct its_device *device;
    uint32_t event;

    device = its_device_of(pintid, &event);
    if (owns(device))
        vits_message(vm, device->id, event);
    else
        doorbell(vm, pintid);
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
