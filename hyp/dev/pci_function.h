/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PCI function that a guest has for itself, and what the guest sees of its configuration space (PCI Local Bus 3.0,
 * chapter 6): the header, the MSI and MSI-X capabilities, everything else as it is and not to be written.
 *
 * Its BARs stay where the hypervisor put them: a guest may find out their sizes, and its other writes are ignored. It
 * turns on what it likes of memory space, bus master and INTx. MSIs can be sent to the ITS only: the address that the
 * guest writes is its own ITS's, and the message then is its own, too. The table of MSI-X is among its registers, as
other addresses that it accesses are: what confines them is an IOMMU.
 */
#ifndef DEV_PCI_FUNCTION_H
#define DEV_PCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "devtree.h"

#define PCI_BARS 6

struct pci_function {
    uintptr_t config;       /* of its configuration space */
    uint32_t id;            /* vendor, device */
    uint32_t bar[PCI_BARS]; /* as the hardware has it */
    uint32_t
        bar_mask[PCI_BARS]; /* bits of the address that can be written; 0: it is none of memory, or an upper half */
    bool sizing[PCI_BARS];  /* all ones were written last */
    unsigned pin;           /* 1 to 4; 0: no INTx */
    unsigned msix;          /* offset of that capability; 0: none */
    unsigned msi;           /* offset of the capability; 0: none */
    bool msi64;
    uint64_t msi_address;  /* as the guest wrote it */
    uint64_t msi_expected; /* the guest's GITS_TRANSLATER; 0: it has none, and no MSIs */
    uint64_t misuse;       /* writes that were ignored */
};

/* Reads what there is at `config`, nothing of it decoding. False: no function is there. */
bool pci_function_probe(struct pci_function *function, uintptr_t config);

/*
 * Gives its memory BARs places in `*window`, of which the rest is left. False: it does not fit, or is smaller than
 * `page`, which is the least that a guest can be given.
 */
bool pci_function_place(struct pci_function *function, struct range *window, uint64_t page);

/* Memory of BAR `n`; size 0: none. */
struct range pci_function_bar(const struct pci_function *function, unsigned n);

/* Its MSIs go to `doorbell`, where a guest that sees `expected` there says so. */
void pci_function_messages(struct pci_function *function, uint64_t doorbell, uint64_t expected);

/* A guest's access of 1, 2 or 4 bytes, aligned, below 4096. */
uint32_t pci_function_read(const struct pci_function *function, unsigned offset, unsigned size);
void pci_function_write(struct pci_function *function, unsigned offset, unsigned size, uint32_t value);

#endif
