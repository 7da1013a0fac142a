/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a guest sees: its own CPUs, memory, GIC, timer, PSCI and console, nothing of the host's. */
#include "guest_fdt.h"

#include <libfdt.h>

#include "assigned.h"
#include "field.h"
#include "platform.h"
#include "regs/intid.h"
#include "string.h"

#define PHANDLE_GIC   1
#define PHANDLE_CLOCK 2
#define PHANDLE_ITS   3
#define UART_CLOCK_HZ 24000000

/* Interrupt specifiers of the arm,gic-v3 binding: type, number, trigger (4: level high). */
#define GIC_SPI   0
#define GIC_PPI   1
#define GIC_LEVEL 4

/* Addresses on a PCI bus (PCI Bus Binding to IEEE 1275, 2.2.1.1): 32-bit memory; the device of a Requester ID. */
#define PCI_MEM32       0x02000000
#define PCI_DEVICE_MASK 0xf800
#define PCI_PIN_MASK    7

/* Of an entry of interrupt-map, without the parent's address; of msi-map. */
#define INTX_CELLS 8
#define MSI_CELLS  4

static int property_string(void *fdt, const char *name, const char *value)
{
    return fdt_property(fdt, name, value, (int)strlen(value) + 1);
}

static int property_cells(void *fdt, const char *name, const uint32_t *cells, unsigned count)
{
    void *value;
    int error = fdt_property_placeholder(fdt, name, (int)(count * sizeof(fdt32_t)), &value);

    for (unsigned i = 0; error == 0 && i < count; i++)
        ((fdt32_t *)value)[i] = cpu_to_fdt32(cells[i]);
    return error;
}

#define CELLS(fdt, name, ...)                                                                                          \
    property_cells(fdt, name, (const uint32_t[]){__VA_ARGS__}, ARRAY_SIZE(((const uint32_t[]){__VA_ARGS__})))
#define CELLS64(value) (uint32_t)((value) >> 32), (uint32_t)(value)

static int add_memory(void *fdt, const struct vm *vm)
{
    int error = fdt_begin_node(fdt, "memory");

    error |= property_string(fdt, "device_type", "memory");
    error |= CELLS(fdt, "reg", CELLS64(vm->ram.base), CELLS64(vm->ram.size));
    return error | fdt_end_node(fdt);
}

static int add_chosen(void *fdt, const struct vm *vm, const char *bootargs)
{
    int error = fdt_begin_node(fdt, "chosen");

    error |= property_string(fdt, "bootargs", bootargs);
    error |= property_string(fdt, "stdout-path", "/pl011");
    if (assigned_of(vm)->ecam.size != 0)
        error |= CELLS(fdt, "linux,pci-probe-only", 1);
    if (vm->initrd.size != 0) {
        error |= CELLS(fdt, "linux,initrd-start", CELLS64(vm->initrd.base));
        error |= CELLS(fdt, "linux,initrd-end", CELLS64(vm->initrd.base + vm->initrd.size));
    }
    return error | fdt_end_node(fdt);
}

static int add_cpus(void *fdt, const struct vm *vm)
{
    int error = fdt_begin_node(fdt, "cpus");

    error |= CELLS(fdt, "#address-cells", 1);
    error |= CELLS(fdt, "#size-cells", 0);
    for (unsigned i = 0; i < vm->vgic.cpus; i++) {
        char name[] = "cpu@0";

        name[4] = (char)('0' + i);
        error |= fdt_begin_node(fdt, name);
        error |= property_string(fdt, "device_type", "cpu");
        error |= property_string(fdt, "compatible", "arm,armv8");
        error |= property_string(fdt, "enable-method", "psci");
        error |= CELLS(fdt, "reg", i);
        error |= fdt_end_node(fdt);
    }
    return error | fdt_end_node(fdt);
}

static int add_psci(void *fdt)
{
    static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
    int error = fdt_begin_node(fdt, "psci");

    error |= fdt_property(fdt, "compatible", compatible, sizeof(compatible));
    error |= property_string(fdt, "method", "hvc");
    return error | fdt_end_node(fdt);
}

static int add_timer(void *fdt)
{
    int error = fdt_begin_node(fdt, "timer");

    error |= property_string(fdt, "compatible", "arm,armv8-timer");
    error |= fdt_property(fdt, "always-on", NULL, 0);
    error |= CELLS(fdt, "interrupts", GIC_PPI, 13, GIC_LEVEL, GIC_PPI, INTID_PTIMER - INTID_PPI_FIRST, GIC_LEVEL,
                   GIC_PPI, INTID_VTIMER - INTID_PPI_FIRST, GIC_LEVEL, GIC_PPI, 10, GIC_LEVEL);
    return error | fdt_end_node(fdt);
}

/* Inside the node of the GIC, as its binding has it. */
static int add_its(void *fdt, const struct vm *vm)
{
    int error = CELLS(fdt, "#address-cells", 2);

    error |= CELLS(fdt, "#size-cells", 2);
    error |= fdt_property(fdt, "ranges", NULL, 0);
    error |= fdt_begin_node(fdt, "its");
    error |= property_string(fdt, "compatible", "arm,gic-v3-its");
    error |= fdt_property(fdt, "msi-controller", NULL, 0);
    error |= CELLS(fdt, "#msi-cells", 1);
    error |= CELLS(fdt, "reg", CELLS64(vm->gits.base), CELLS64(vm->gits.size));
    error |= CELLS(fdt, "phandle", PHANDLE_ITS);
    return error | fdt_end_node(fdt);
}

static int add_gic(void *fdt, const struct vm *vm)
{
    int error = fdt_begin_node(fdt, "intc");

    error |= property_string(fdt, "compatible", vm->vgic.version == 3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
    error |= CELLS(fdt, "#interrupt-cells", 3);
    error |= fdt_property(fdt, "interrupt-controller", NULL, 0);
    error |= CELLS(fdt, "reg", CELLS64(vm->gicd.base), CELLS64(vm->gicd.size), CELLS64(vm->gicr.base),
                   CELLS64(vm->gicr.size));
    error |= CELLS(fdt, "phandle", PHANDLE_GIC);
    if (vm->gits.size != 0)
        error |= add_its(fdt, vm);
    return error | fdt_end_node(fdt);
}

static int add_uart(void *fdt)
{
    static const char compatible[] = "arm,pl011\0arm,primecell";
    static const char clocks[] = "uartclk\0apb_pclk";
    int error = fdt_begin_node(fdt, "clock");

    error |= property_string(fdt, "compatible", "fixed-clock");
    error |= CELLS(fdt, "#clock-cells", 0);
    error |= CELLS(fdt, "clock-frequency", UART_CLOCK_HZ);
    error |= CELLS(fdt, "phandle", PHANDLE_CLOCK);
    error |= fdt_end_node(fdt);

    error |= fdt_begin_node(fdt, "pl011");
    error |= fdt_property(fdt, "compatible", compatible, sizeof(compatible));
    error |= CELLS(fdt, "reg", CELLS64(platform.uart.base), 0, PAGE_SIZE);
    if (platform.uart_intid != 0)
        error |= CELLS(fdt, "interrupts", GIC_SPI, platform.uart_intid - INTID_SPI_FIRST, GIC_LEVEL);
    error |= CELLS(fdt, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
    error |= fdt_property(fdt, "clock-names", clocks, sizeof(clocks));
    return error | fdt_end_node(fdt);
}

/* Writes cells at `*at`, which goes on behind them. */
static void put(fdt32_t **at, const uint32_t *cells, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        *(*at)++ = cpu_to_fdt32(cells[i]);
}

#define PUT(at, ...) put((at), (const uint32_t[]){__VA_ARGS__}, ARRAY_SIZE(((const uint32_t[]){__VA_ARGS__})))

/* Of each function an entry. The parent's address stands between its phandle and its specifier: two cells where the GIC
 * has an ITS (add_its()). */
static int add_intx(void *fdt, const struct vm *vm, unsigned count)
{
    unsigned parent_cells = vm->gits.size != 0 ? 2 : 0;
    int error = CELLS(fdt, "interrupt-map-mask", PCI_DEVICE_MASK, 0, 0, PCI_PIN_MASK);
    void *value = NULL;
    fdt32_t *at;

    error |= fdt_property_placeholder(fdt, "interrupt-map",
                                      (int)(sizeof(fdt32_t) * count * (INTX_CELLS + parent_cells)), &value);
    at = value;
    for (unsigned n = 0; error == 0 && n < assigned_of(vm)->count; n++) {
        const struct assigned_function *function = assigned_function(vm, n);

        if (function->intx == 0)
            continue;
        PUT(&at, (uint32_t)function->rid << 8 & PCI_DEVICE_MASK, 0, 0, function->pin, PHANDLE_GIC);
        put(&at, (const uint32_t[]){0, 0}, parent_cells);
        PUT(&at, GIC_SPI, function->intx - INTID_SPI_FIRST, GIC_LEVEL);
    }
    return error;
}

static int add_messages(void *fdt, const struct vm *vm, unsigned count)
{
    void *value = NULL;
    int error = fdt_property_placeholder(fdt, "msi-map", (int)(sizeof(fdt32_t) * count * MSI_CELLS), &value);
    fdt32_t *at = value;

    for (unsigned n = 0; error == 0 && n < assigned_of(vm)->count; n++) {
        const struct assigned_function *function = assigned_function(vm, n);

        if (function->messages)
            PUT(&at, function->rid, PHANDLE_ITS, function->device_id, 1);
    }
    return error;
}

static int add_maps(void *fdt, const struct vm *vm)
{
    unsigned intx = 0, messages = 0;
    int error = 0;

    for (unsigned n = 0; n < assigned_of(vm)->count; n++) {
        intx += assigned_function(vm, n)->intx != 0;
        messages += assigned_function(vm, n)->messages;
    }
    if (intx != 0)
        error |= add_intx(fdt, vm, intx);
    if (messages != 0)
        error |= add_messages(fdt, vm, messages);
    return error;
}

/* The host of the functions that the VM has; their BARs are where they are (linux,pci-probe-only). */
static int add_pci(void *fdt, const struct vm *vm)
{
    const struct assigned *assigned = assigned_of(vm);
    int error;

    if (assigned->ecam.size == 0)
        return 0;
    error = fdt_begin_node(fdt, "pcie");
    error |= property_string(fdt, "compatible", "pci-host-ecam-generic");
    error |= property_string(fdt, "device_type", "pci");
    error |= CELLS(fdt, "reg", CELLS64(assigned->ecam.base), CELLS64(assigned->ecam.size));
    error |= CELLS(fdt, "#address-cells", 3);
    error |= CELLS(fdt, "#size-cells", 2);
    error |= CELLS(fdt, "#interrupt-cells", 1);
    error |= CELLS(fdt, "bus-range", assigned->bus, assigned->bus);
    error |= CELLS(fdt, "ranges", PCI_MEM32, CELLS64(assigned->window.base), CELLS64(assigned->window.base),
                   CELLS64(assigned->window.size));
    error |= fdt_property(fdt, "dma-coherent", NULL, 0);
    error |= add_maps(fdt, vm);
    return error | fdt_end_node(fdt);
}

int guest_fdt(const struct vm *vm, const char *bootargs, void *buffer, int size)
{
    int error = fdt_create(buffer, size);

    error |= fdt_finish_reservemap(buffer);
    error |= fdt_begin_node(buffer, "");
    error |= property_string(buffer, "compatible", "virqlab,guest");
    error |= property_string(buffer, "model", "virqlab");
    error |= CELLS(buffer, "#address-cells", 2);
    error |= CELLS(buffer, "#size-cells", 2);
    error |= CELLS(buffer, "interrupt-parent", PHANDLE_GIC);
    error |= add_chosen(buffer, vm, bootargs);
    error |= add_memory(buffer, vm);
    error |= add_cpus(buffer, vm);
    error |= add_psci(buffer);
    error |= add_timer(buffer);
    error |= add_gic(buffer, vm);
    error |= add_uart(buffer);
    error |= add_pci(buffer, vm);
    error |= fdt_end_node(buffer);
    return error | fdt_finish(buffer);
}

static int set_chosen(const struct vm *vm, const char *bootargs, void *fdt)
{
    int error = 0, chosen = fdt_path_offset(fdt, "/chosen");

    if (chosen == -FDT_ERR_NOTFOUND)
        chosen = fdt_add_subnode(fdt, 0, "chosen");
    if (chosen < 0)
        return chosen;
    if (bootargs[0] != '\0')
        error = fdt_setprop(fdt, chosen, "bootargs", bootargs, (int)strlen(bootargs) + 1);
    if (error == 0 && vm->initrd.size != 0)
        error = fdt_setprop_u64(fdt, chosen, "linux,initrd-start", vm->initrd.base);
    if (error == 0 && vm->initrd.size != 0)
        error = fdt_setprop_u64(fdt, chosen, "linux,initrd-end", vm->initrd.base + vm->initrd.size);
    return error;
}

int guest_fdt_adopt(const struct vm *vm, const struct range *from, const char *bootargs, void *buffer, int size)
{
    const void *fdt = (const void *)from->base;
    int error = fdt_check_full(fdt, from->size);

    if (error == 0)
        error = fdt_open_into(fdt, buffer, size);
    if (error == 0)
        error = set_chosen(vm, bootargs, buffer);
    return error != 0 ? error : fdt_pack(buffer);
}
