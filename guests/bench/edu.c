/* SPDX-License-Identifier: Apache-2.0 */
#include "edu.h"

#include <stddef.h>

#include "field.h"
#include "mmio.h"

/* Configuration space (PCI Local Bus 3.0, 6.1, 6.8) */
#define CONFIG           (ECAM + ((uint64_t)EDU_DEVICE << 12))
#define ID               0x00
#define ID_EDU           0x11e81234
#define COMMAND          0x04
#define COMMAND_MEMORY   BIT32(1)
#define COMMAND_MASTER   BIT32(2)
#define BAR0             0x10
#define CAP_FIRST        0x34
#define CAP_ID           7, 0
#define CAP_NEXT         15, 8
#define CAP_MSI          5
#define MSI_ENABLE       BIT32(16) /* in the word of the capability's ID */
#define MSI_ADDRESS      0x4
#define MSI_ADDRESS_HIGH 0x8
#define MSI_DATA         0xc /* with 64-bit addresses, which edu has */

const char *edu_start(void)
{
    if (mmio_read32(CONFIG + ID) != ID_EDU)
        return "no edu device at 00:03.0";
    mmio_write32(CONFIG + BAR0, (uint32_t)PCI_WINDOW);
    if ((mmio_read32(CONFIG + BAR0) & ~UINT32_C(0xf)) != PCI_WINDOW)
        return "the edu device has its registers elsewhere";
    mmio_write32(CONFIG + COMMAND, COMMAND_MEMORY);
    return NULL;
}

const char *edu_send_messages(uint64_t address, uint32_t data)
{
    const char *reason = edu_start();
    uint64_t capability;

    if (reason != NULL)
        return reason;
    capability = CONFIG + (mmio_read32(CONFIG + CAP_FIRST) & 0xfc);
    while (FIELD_GET(CAP_ID, mmio_read32(capability)) != CAP_MSI) {
        if (FIELD_GET(CAP_NEXT, mmio_read32(capability)) == 0)
            return "the edu device has no MSI";
        capability = CONFIG + FIELD_GET(CAP_NEXT, mmio_read32(capability));
    }
    mmio_write32(CONFIG + COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
    mmio_write32(capability + MSI_ADDRESS, (uint32_t)address);
    mmio_write32(capability + MSI_ADDRESS_HIGH, (uint32_t)(address >> 32));
    mmio_write32(capability + MSI_DATA, data);
    mmio_write32(capability, mmio_read32(capability) | MSI_ENABLE);
    return (mmio_read32(capability) & MSI_ENABLE) != 0 ? NULL : "MSIs of the edu device cannot be enabled";
}
