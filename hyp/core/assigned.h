/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI functions that a VM has for itself (`vm<id>.pci=BB:DD.F[,BB:DD.F...]`): registers through stage 2, configuration
 * space filtered, INTx as SPIs, DMA behind the SMMU where the machine has one.
 */
#ifndef CORE_ASSIGNED_H
#define CORE_ASSIGNED_H

#include "vm.h"

/* What a VM's device tree says of one. */
struct assigned_function {
    uint16_t rid;
    uint32_t intx;      /* INTID; 0: none */
    unsigned pin;       /* 1 to 4, with intx */
    bool messages;      /* it may send some, to the VM's ITS, */
    uint32_t device_id; /* with this DeviceID */
    bool isolated;      /* its DMA reaches the VM's memory only, at the VM's addresses */
};

struct assigned {
    struct range ecam;   /* configuration space of their bus, guest physical; size 0: nothing is assigned */
    struct range window; /* of memory on the bus */
    uint16_t bus;
    unsigned count;
};

/* Gives `vm` what its parameters say, or refuses. */
void assigned_give(struct vm *vm);

/* What `vm` has; its function `n`, below count. */
const struct assigned *assigned_of(const struct vm *vm);
const struct assigned_function *assigned_function(const struct vm *vm, unsigned n);

/* A guest's access of 1, 2 or 4 bytes, aligned, at `offset` into the configuration space. */
uint32_t assigned_config_read(const struct vm *vm, uint64_t offset, unsigned size);
void assigned_config_write(const struct vm *vm, uint64_t offset, unsigned size, uint32_t value);

/*
 * A physical LPI arrived: a message of one of its functions goes to the ITS of the VM that has it. `loaded`: the vCPU
 * that is loaded on this core, NULL: none.
 */
void assigned_message(struct vgic_cpu *loaded, uint32_t pintid);

/* A physical SPI that may be the SMMU's: events are reported. */
void assigned_interrupt(uint32_t pintid);

#endif
