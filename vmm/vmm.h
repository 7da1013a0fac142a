/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual machine over /dev/kvm that looks to a guest like virqlab's own: GICv3 with an ITS, PSCI, a PL011. */
#ifndef VMM_VMM_H
#define VMM_VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VCPUS_MAX 8

/* Guest physical, as QEMU's virt machine has them. */
#define GICD_BASE  0x08000000
#define GICD_SIZE  0x10000
#define GICC_BASE  0x08010000 /* of a GICv2 */
#define GICC_SIZE  0x10000
#define GITS_BASE  0x08080000
#define GICR_BASE  0x080a0000
#define GICR_SIZE  0x20000 /* of each vCPU */
#define UART_BASE  0x09000000
#define RAM_BASE   0x40000000
#define RAM_SIZE   0x4000000
#define IMAGE_BASE (RAM_BASE + 0x200000)
#define FDT_BASE   (RAM_BASE + 0x3000000)
#define FDT_SIZE   0x10000

/* A guest's GICv3 is KVM's, its GICv2 in user space (user_gic.h). */
struct model {
    unsigned vcpus, gic;
};

/* The machine with its memory and interrupt controller, and vCPUs that have not run. */
void machine_create(const struct model *model);
/* The guest's memory at a guest physical address. */
void *machine_memory(uint64_t address);
/* Runs vCPU 0 from IMAGE_BASE, the others when they are turned on; ends the host when the guest turns itself off. */
_Noreturn void machine_run(const struct model *model);

/* The guest's console goes to a terminal of the host's. Of several threads one at a time. */
void console_open(const char *path);
void console_write(uint64_t offset, uint32_t value);
/* ditto, text of the VMM's own: some of it may wait for console_flush(). */
void console_text(const char *text, size_t size);
void console_flush(void);

/* The host kernel's code symbols on that terminal. */
void kallsyms_print(void);

/* The guest's device tree at FDT_BASE; libfdt's error, 0 when all is well. */
int tree_write(const struct model *model, const char *bootargs);

#endif
