/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System registers of the vCPU that runs, by the names QEMU gives them to debuggers. A register that the machine does
 * not have (EL2's without virtualization=on) reads as zero.
 */
#ifndef VIRQLAB_REGISTERS_H
#define VIRQLAB_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

enum register_id {
    REG_X0, /* X0 to X30 are consecutive */
    REG_X30 = 30,
    REG_CPSR,
    REG_HCR_EL2,
    REG_HPFAR_EL2,
    REG_VTTBR_EL2,
    REG_VMPIDR_EL2,
    /* Banked by level: REG_ELR_EL1 + (el - 1) and so on. */
    REG_ELR_EL1,
    REG_ELR_EL2,
    REG_ELR_EL3,
    REG_SPSR_EL1,
    REG_SPSR_EL2,
    REG_SPSR_EL3,
    REG_ESR_EL1,
    REG_ESR_EL2,
    REG_ESR_EL3,
    REG_FAR_EL1,
    REG_FAR_EL2,
    REG_FAR_EL3,
    REG_VBAR_EL1,
    REG_VBAR_EL2,
    REG_VBAR_EL3,
    REG_COUNT,
};

/* From a vCPU's init callback. Returns the name of a missing register without which no trace is possible, or NULL. */
const char *registers_find(void);

/* From a translation callback or an execution callback with QEMU_PLUGIN_CB_R_REGS. */
uint64_t register_read(enum register_id id);
uint64_t register_read_el(enum register_id el1, unsigned int el);

#endif
