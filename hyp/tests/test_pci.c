/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest can make of the configuration space of a function that it has: scenarios on a fake of one. */
#include <string.h>

#include "mmio.h"
#include "pci_function.h"
#include "tap.h"

#define WORDS    64
#define CONFIG   0x1000
#define DOORBELL UINT64_C(0x8090040)
#define GUEST    UINT64_C(0x4308090040)

static uint32_t space[WORDS], writable[WORDS], clears[WORDS]; /* clears: by ones */
static struct pci_function function;

uint32_t mmio_read32(uintptr_t address)
{
    return space[(address - CONFIG) / 4];
}

void mmio_write32(uintptr_t address, uint32_t value)
{
    unsigned i = (unsigned)(address - CONFIG) / 4;

    space[i] = (((value & writable[i]) | (space[i] & ~writable[i])) & ~(value & clears[i]));
}

static void fresh(void)
{
    memset(space, 0, sizeof(space));
    memset(writable, 0, sizeof(writable));
    memset(clears, 0, sizeof(clears));
    space[0] = 0x11e81234;
    space[1] = 0xa0100007; /* firmware left it on; capabilities, and errors that ones would clear */
    writable[1] = 0x547;
    clears[1] = 0xf9000000;
    writable[4] = 0xfff00000; /* BAR 0: 1 MiB */
    space[5] = 0xc;           /* BAR 1, 2: 64 bits, prefetchable, 64 KiB */
    writable[5] = 0xffff0000;
    writable[6] = 0xffffffff;
    space[7] = 1; /* BAR 3: I/O */
    writable[7] = 0xffffffe0;
    space[13] = 0x50; /* capabilities: one that is none, then MSI with 64 bits and 4 messages */
    space[15] = 0x01ff;
    writable[15] = 0xff;
    space[20] = 0x6009;
    space[24] = 0x00847005 | 0x00010000;
    space[28] = 0xc0070011; /* MSI-X, on */
    writable[28] = 0xc0000000;
    writable[24] = 0x00710000;
    writable[25] = 0xfffffffc;
    writable[26] = 0xffffffff;
    writable[27] = 0xffff;
}

static void probed(void)
{
    struct range window = {0x10001000, 0x300000};

    fresh();
    EXPECT(pci_function_probe(&function, CONFIG), true);
    EXPECT(pci_function_place(&function, &window, 0x1000), true);
    pci_function_messages(&function, DOORBELL, GUEST);
}

static void it_is_found_silent(void)
{
    probed();
    EXPECT(space[1], 0xa0100000);
    EXPECT(space[24], 0x00847005);
    EXPECT(function.pin, 1);
    EXPECT(function.msi, 0x60);
    EXPECT(function.msi64, true);
    EXPECT(space[4], 0x10100000); /* aligned to its size */
    EXPECT(space[5], 0x1020000c);
    EXPECT(space[6], 0);
    EXPECT(space[7], 1);
    EXPECT(pci_function_bar(&function, 0).size, 0x100000);
    EXPECT(pci_function_bar(&function, 1).base, 0x10200000);
    EXPECT(pci_function_bar(&function, 1).size, 0x10000);
    EXPECT(pci_function_bar(&function, 2).size, 0);
    EXPECT(pci_function_bar(&function, 3).size, 0);
}

static void nothing_is_there(void)
{
    struct range small = {0x10000000, 0x10ffff}, none = {UINT64_C(0xffffffffffff0000), 0xffff};

    fresh();
    EXPECT(pci_function_probe(&function, CONFIG), true);
    EXPECT(pci_function_place(&function, &small, 0x1000), false);
    EXPECT(pci_function_place(&function, &none, 0x1000), false);
    EXPECT(pci_function_place(&function, &(struct range){0x10000000, 0x200000}, 0x20000), false);
    fresh();
    space[0] = UINT32_MAX;
    EXPECT(pci_function_probe(&function, CONFIG), false);
    fresh();
    space[3] = 0x10000; /* a bridge */
    EXPECT(pci_function_probe(&function, CONFIG), false);
    fresh();
    space[20] = 0x5009; /* a list that leads to itself */
    EXPECT(pci_function_probe(&function, CONFIG), true);
    EXPECT(function.msi, 0);
}

static void bars_stay(void)
{
    probed();
    EXPECT(pci_function_read(&function, 0x10, 4), 0x10100000);
    pci_function_write(&function, 0x10, 4, UINT32_MAX);
    EXPECT(pci_function_read(&function, 0x10, 4), 0xfff00000);
    EXPECT(space[4], 0x10100000);
    pci_function_write(&function, 0x10, 4, 0x10100000);
    EXPECT(pci_function_read(&function, 0x10, 4), 0x10100000);
    EXPECT(function.misuse, 0);
    pci_function_write(&function, 0x10, 4, 0x40000000);
    EXPECT(pci_function_read(&function, 0x10, 4), 0x10100000);
    EXPECT(space[4], 0x10100000);
    EXPECT(function.misuse, 1);
    pci_function_write(&function, 0x14, 4, UINT32_MAX);
    pci_function_write(&function, 0x18, 4, UINT32_MAX);
    EXPECT(pci_function_read(&function, 0x14, 4), 0xffff000c);
    EXPECT(pci_function_read(&function, 0x18, 4), UINT32_MAX);
    pci_function_write(&function, 0x18, 4, 0);
    EXPECT(pci_function_read(&function, 0x18, 4), 0);
    pci_function_write(&function, 0x18, 4, 1); /* above 4 GiB */
    EXPECT(pci_function_read(&function, 0x18, 4), 0);
    EXPECT(space[6], 0);
    pci_function_write(&function, 0x1c, 4, UINT32_MAX);
    EXPECT(pci_function_read(&function, 0x1c, 4), 0); /* I/O: as if there were none */
}

static void command_is_filtered(void)
{
    probed();
    pci_function_write(&function, 0x04, 2, 0xffff);
    EXPECT(space[1], 0xa0100406);
    pci_function_write(&function, 0x06, 2, 0xffff); /* its errors are not the guest's to clear */
    EXPECT(space[1], 0xa0100406);
    pci_function_write(&function, 0x05, 1, 0);
    EXPECT(space[1], 0xa0100006);
    pci_function_write(&function, 0x3c, 1, 0x55);
    EXPECT(space[15], 0x1ff);
    EXPECT(pci_function_read(&function, 0x3d, 1), 1);
    EXPECT(pci_function_read(&function, 0x02, 2), 0x11e8);
    EXPECT(pci_function_read(&function, 0x100, 4), 0);
}

static void messages_go_to_the_its(void)
{
    probed();
    EXPECT(space[25], 0x8090040);
    EXPECT(space[26], 0);
    EXPECT(pci_function_read(&function, 0x64, 4), 0); /* the guest has not said where yet */
    pci_function_write(&function, 0x62, 2, 0x0001);
    EXPECT(space[24], 0x00847005);
    EXPECT(function.misuse, 1);
    pci_function_write(&function, 0x64, 4, (uint32_t)GUEST);
    pci_function_write(&function, 0x68, 4, GUEST >> 32);
    pci_function_write(&function, 0x6c, 2, 0x1234);
    EXPECT(space[24], 0x00847005);
    pci_function_write(&function, 0x62, 2, 0x0021);
    EXPECT(space[24], 0x00a57005);
    EXPECT(space[27], 0x1234);
    EXPECT(space[25], 0x8090040);
    EXPECT(space[26], 0);
    EXPECT(pci_function_read(&function, 0x64, 4), (uint32_t)GUEST);
    EXPECT(pci_function_read(&function, 0x68, 4), GUEST >> 32);
    pci_function_write(&function, 0x64, 4, 0x40000000); /* to memory: not while it is on, and then it is off */
    EXPECT(space[24], 0x00a47005);
    EXPECT(space[25], 0x8090040);
    EXPECT(function.misuse, 2);
}

static void msix_is_turned_on(void)
{
    probed();
    EXPECT(function.msix, 0x70);
    EXPECT(space[28], 0x00070011);
    pci_function_write(&function, 0x72, 2, 0xffff);
    EXPECT(space[28], 0xc0070011);
    pci_function_write(&function, 0x72, 2, 0x4000);
    EXPECT(space[28], 0x40070011);
    EXPECT(function.misuse, 0);
}

static void no_its_no_messages(void)
{
    struct range window = {0x10000000, 0x200000};

    fresh();
    EXPECT(pci_function_probe(&function, CONFIG), true);
    EXPECT(pci_function_place(&function, &window, 0x1000), true);
    pci_function_write(&function, 0x62, 2, 0x0001);
    EXPECT(space[24], 0x00847005);
    pci_function_write(&function, 0x72, 2, 0x8000);
    EXPECT(space[28], 0x00070011);
}

static void nothing(void)
{
}

int main(void)
{
    static const struct tap_test tests[] = {
        {"a function is found and silenced, its BARs get places", it_is_found_silent},
        {"what is no function, or has no place", nothing_is_there},
        {"BARs tell their size and stay", bars_stay},
        {"the command register is filtered", command_is_filtered},
        {"MSIs go to the ITS only", messages_go_to_the_its},
        {"MSI-X is turned on and off", msix_is_turned_on},
        {"without an ITS there are no MSIs", no_its_no_messages},
    };

    return tap_run(tests, sizeof(tests) / sizeof(tests[0]), nothing);
}
