/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PCI host bridge with memory-mapped configuration space, as its device tree node says ("pci-host-ecam-generic",
 * Linux Documentation/devicetree/bindings/pci/host-generic-pci.yaml and pci-msi.txt, pci-iommu.txt).
 * `rid`, Requester ID: bus 15 to 8, device 7 to 3, function 2 to 0.
 */
#ifndef DEV_PCI_H
#define DEV_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "devtree.h"

#define PCI_NO_ID UINT32_MAX

struct pci_host {
    const void *fdt;
    int node;
    struct range ecam;
    struct range window; /* of 32-bit memory, at the same addresses for CPUs and on the bus; size 0: none */
};

/* False: the machine has none. */
bool pci_host_find(const void *fdt, struct pci_host *host);

/* "BB:DD.F" in hexadecimal; false when it is none. */
bool pci_parse_rid(const char *text, uint16_t *rid);

/* Where its configuration space is, 4 KiB; 0: beyond the host's. */
uint64_t pci_config_space(const struct pci_host *host, uint16_t rid);

/* What its messages carry for the ITS, and its DMA for the IOMMU: `msi-map`, `iommu-map`; PCI_NO_ID: none. */
uint32_t pci_device_id(const struct pci_host *host, uint16_t rid);
uint32_t pci_stream_id(const struct pci_host *host, uint16_t rid);

/* INTID of its interrupt pin, 1 to 4: a shared peripheral interrupt in `interrupt-map`; 0: none. */
uint32_t pci_intx(const struct pci_host *host, uint16_t rid, unsigned pin);

#endif
