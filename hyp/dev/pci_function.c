/* SPDX-License-Identifier: Apache-2.0 */
#include "pci_function.h"

#include "mmio.h"
#include "pci_regs.h"

#define COMMAND_GUEST (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE)
#define MSI_GUEST     (PCI_MSI_ENABLE | PCI_MSI_MULTIPLE)
#define MSIX_GUEST    (PCI_MSIX_ENABLE | PCI_MSIX_MASKED)
#define CAPS_MAX      48 /* as many as there is room for: a list that is longer has a loop */

static uint32_t get(const struct pci_function *function, unsigned offset)
{
    return mmio_read32(function->config + offset);
}

static void set(const struct pci_function *function, unsigned offset, uint32_t value)
{
    mmio_write32(function->config + offset, value);
}

/* The capability that sends messages is turned off. */
static void found(struct pci_function *function, unsigned at, uint32_t head)
{
    if (FIELD_GET(PCI_CAP_ID, head) == PCI_CAP_MSI) {
        function->msi = at;
        function->msi64 = (head & PCI_MSI_CAN_64) != 0;
        set(function, at, head & ~MSI_GUEST);
    } else if (FIELD_GET(PCI_CAP_ID, head) == PCI_CAP_MSIX) {
        function->msix = at;
        set(function, at, head & ~MSIX_GUEST);
    }
}

static void find_messages(struct pci_function *function)
{
    uint32_t at = (get(function, PCI_COMMAND) & PCI_STATUS_CAPABILITIES) != 0 ? get(function, PCI_CAP_FIRST) & 0xfc : 0;

    for (unsigned i = 0; at >= PCI_HEADER_END && i < CAPS_MAX; i++) {
        uint32_t head = get(function, at);

        found(function, at, head);
        at = FIELD_GET(PCI_CAP_NEXT, head) & 0xfc;
    }
}

/* What sticks of all ones (6.2.5.1). An upper half of 64 bits stays 0: the windows that are used end below 4 GiB. */
static void size_bars(struct pci_function *function)
{
    for (unsigned n = 0; n < PCI_BARS; n++) {
        unsigned offset = PCI_BAR + 4 * n;
        uint32_t ones;

        set(function, offset, UINT32_MAX);
        ones = get(function, offset);
        set(function, offset, 0);
        if (ones == 0 || (ones & PCI_BAR_IO) != 0)
            continue;
        function->bar[n] = ones & PCI_BAR_FLAGS;
        function->bar_mask[n] = ones & ~PCI_BAR_FLAGS;
        if (FIELD_GET(PCI_BAR_TYPE, ones) == PCI_BAR_TYPE_64 && ++n < PCI_BARS)
            set(function, PCI_BAR + 4 * n, 0);
    }
}

bool pci_function_probe(struct pci_function *function, uintptr_t config)
{
    *function = (struct pci_function){.config = config};
    function->id = get(function, PCI_ID);
    if (function->id == PCI_ID_NONE || FIELD_GET(PCI_HEADER_TYPE, get(function, PCI_HEADER)) != 0)
        return false;
    set(function, PCI_COMMAND, 0);
    find_messages(function);
    size_bars(function);
    function->pin = (unsigned)FIELD_GET(PCI_INTERRUPT_PIN, get(function, PCI_INTERRUPT));
    return true;
}

bool pci_function_place(struct pci_function *function, struct range *window, uint64_t page)
{
    for (unsigned n = 0; n < PCI_BARS; n++) {
        uint64_t size = (uint32_t)-function->bar_mask[n], base;

        if (size == 0)
            continue;
        base = (window->base + size - 1) & ~(size - 1);
        if (size < page || base < window->base || base - window->base > window->size ||
            size > window->size - (base - window->base))
            return false;
        function->bar[n] |= (uint32_t)base;
        set(function, PCI_BAR + 4 * n, (uint32_t)base);
        window->size -= base + size - window->base;
        window->base = base + size;
    }
    return true;
}

struct range pci_function_bar(const struct pci_function *function, unsigned n)
{
    return (struct range){function->bar[n] & function->bar_mask[n], (uint32_t)-function->bar_mask[n]};
}

void pci_function_messages(struct pci_function *function, uint64_t doorbell, uint64_t expected)
{
    function->msi_expected = expected;
    if (function->msi == 0)
        return;
    if (doorbell >> 32 != 0 && !function->msi64) { /* it cannot send them there */
        function->msi = 0;
        return;
    }
    set(function, function->msi + PCI_MSI_ADDRESS, (uint32_t)doorbell);
    if (function->msi64)
        set(function, function->msi + PCI_MSI_ADDRESS_HIGH, (uint32_t)(doorbell >> 32));
}

static unsigned msi_data(const struct pci_function *function)
{
    return function->msi + (function->msi64 ? PCI_MSI_DATA64 : PCI_MSI_DATA32);
}

/* Of a BAR of 64 bits: it stays 0, whose size is found to be less than 4 GiB. */
static bool is_upper(const struct pci_function *function, unsigned n)
{
    return n > 0 && function->bar_mask[n - 1] != 0 && FIELD_GET(PCI_BAR_TYPE, function->bar[n - 1]) == PCI_BAR_TYPE_64;
}

/* The word at `offset`, which is aligned. */
static uint32_t read_word(const struct pci_function *function, unsigned offset)
{
    if (offset >= PCI_BAR && offset < PCI_BAR + 4 * PCI_BARS) {
        unsigned n = (offset - PCI_BAR) / 4;

        if (!function->sizing[n])
            return function->bar[n];
        return is_upper(function, n) ? UINT32_MAX : function->bar_mask[n] | (function->bar[n] & PCI_BAR_FLAGS);
    }
    if (function->msi != 0 && offset == function->msi + PCI_MSI_ADDRESS)
        return (uint32_t)function->msi_address;
    if (function->msi64 && offset == function->msi + PCI_MSI_ADDRESS_HIGH)
        return (uint32_t)(function->msi_address >> 32);
    return offset < PCI_LEGACY_END ? get(function, offset) : 0;
}

uint32_t pci_function_read(const struct pci_function *function, unsigned offset, unsigned size)
{
    return read_word(function, offset & ~3U) >> 8 * (offset & 3) & (uint32_t)(BIT(8 * size) - 1);
}

static void write_bar(struct pci_function *function, unsigned n, uint32_t value)
{
    function->sizing[n] = value == UINT32_MAX;
    if (!function->sizing[n] && (value & ~PCI_BAR_FLAGS) != (function->bar[n] & ~PCI_BAR_FLAGS))
        function->misuse++;
}

/* Enabled only while its address is the one that the hardware has. */
static void write_msi_control(struct pci_function *function, uint32_t value)
{
    uint32_t guest = value & MSI_GUEST;

    if (function->msi_expected == 0 || function->msi_address != function->msi_expected) {
        function->misuse += (guest & PCI_MSI_ENABLE) != 0;
        guest &= ~PCI_MSI_ENABLE;
    }
    set(function, function->msi, (get(function, function->msi) & ~MSI_GUEST) | guest);
}

static void write_msi_address(struct pci_function *function, uint32_t value, bool high)
{
    uint64_t old = function->msi_address;

    function->msi_address = high ? (uint32_t)old | (uint64_t)value << 32 : (old & ~(uint64_t)UINT32_MAX) | value;
    write_msi_control(function, get(function, function->msi));
}

static bool write_msix(struct pci_function *function, unsigned offset, uint32_t value)
{
    if (function->msix == 0 || offset != function->msix || function->msi_expected == 0)
        return false;
    set(function, offset, (get(function, offset) & ~MSIX_GUEST) | (value & MSIX_GUEST));
    return true;
}

static bool write_msi(struct pci_function *function, unsigned offset, uint32_t value)
{
    if (function->msi == 0)
        return false;
    if (offset == function->msi)
        write_msi_control(function, value);
    else if (offset == function->msi + PCI_MSI_ADDRESS)
        write_msi_address(function, value & ~3U, false);
    else if (function->msi64 && offset == function->msi + PCI_MSI_ADDRESS_HIGH)
        write_msi_address(function, value, true);
    else if (offset == msi_data(function))
        set(function, offset, value & PCI_MSI_DATA_MASK);
    else
        return false;
    return true;
}

void pci_function_write(struct pci_function *function, unsigned offset, unsigned size, uint32_t value)
{
    unsigned word = offset & ~3U, shift = 8 * (offset & 3);
    uint32_t mask = (uint32_t)(BIT(8 * size) - 1) << shift;

    value = (read_word(function, word) & ~mask) | (value << shift & mask);
    if (word == PCI_COMMAND)
        set(function, PCI_COMMAND, value & COMMAND_GUEST); /* Status is cleared by ones */
    else if (word >= PCI_BAR && word < PCI_BAR + 4 * PCI_BARS)
        write_bar(function, (word - PCI_BAR) / 4, value);
    else if (!write_msi(function, word, value) && !write_msix(function, word, value))
        function->misuse++;
}
