/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "registers.h"

#include <stdio.h>
#include <string.h>

#include "qemu_api.h"

/* QEMU drops the suffix where the EL1 register has an AArch32 twin of another name: VBAR_EL1 is "VBAR". */
static const char *const names[REG_COUNT][2] = {
    [REG_CPSR] = {"cpsr"},           [REG_HCR_EL2] = {"HCR_EL2"},       [REG_HPFAR_EL2] = {"HPFAR_EL2"},
    [REG_VTTBR_EL2] = {"VTTBR_EL2"}, [REG_VMPIDR_EL2] = {"VMPIDR_EL2"}, [REG_ELR_EL1] = {"ELR_EL1"},
    [REG_ELR_EL2] = {"ELR_EL2"},     [REG_ELR_EL3] = {"ELR_EL3"},       [REG_SPSR_EL1] = {"SPSR_EL1"},
    [REG_SPSR_EL2] = {"SPSR_EL2"},   [REG_SPSR_EL3] = {"SPSR_EL3"},     [REG_ESR_EL1] = {"ESR_EL1"},
    [REG_ESR_EL2] = {"ESR_EL2"},     [REG_ESR_EL3] = {"ESR_EL3"},       [REG_FAR_EL1] = {"FAR_EL1"},
    [REG_FAR_EL2] = {"FAR_EL2"},     [REG_FAR_EL3] = {"FAR_EL3"},       [REG_VBAR_EL1] = {"VBAR_EL1", "VBAR"},
    [REG_VBAR_EL2] = {"VBAR_EL2"},   [REG_VBAR_EL3] = {"VBAR_EL3"},
};

static const enum register_id required[] = {REG_X0,       REG_X30,     REG_CPSR,    REG_ELR_EL1,
                                            REG_SPSR_EL1, REG_ESR_EL1, REG_FAR_EL1, REG_VBAR_EL1};

static struct qemu_plugin_register *handles[REG_COUNT];

static struct qemu_plugin_register *find(const GArray *list, const char *name)
{
    const qemu_plugin_reg_descriptor *descriptors = (const void *)list->data;

    for (unsigned int i = 0; name && i < list->len; i++) {
        if (strcmp(descriptors[i].name, name) == 0) {
            return descriptors[i].handle;
        }
    }
    return NULL;
}

/* All vCPUs of one machine have the same list. */
const char *registers_find(void)
{
    static char x_name[4];
    GArray *list = qemu_plugin_get_registers();

    for (unsigned int id = 0; id < REG_COUNT; id++) {
        if (id <= REG_X30) {
            (void)snprintf(x_name, sizeof(x_name), "x%u", id);
            handles[id] = find(list, x_name);
            continue;
        }
        handles[id] = find(list, names[id][0]);
        if (!handles[id]) {
            handles[id] = find(list, names[id][1]);
        }
    }
    (void)g_array_free(list, 1);
    for (unsigned int i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        if (!handles[required[i]]) {
            return required[i] <= REG_X30 ? "x0-x30" : names[required[i]][0];
        }
    }
    return NULL;
}

uint64_t register_read(enum register_id id)
{
    static _Thread_local GByteArray *buffer;
    uint64_t value = 0;
    int size;

    if (!handles[id]) {
        return 0;
    }
    if (!buffer) {
        buffer = g_byte_array_new();
    }
    buffer->len = 0;
    size = qemu_plugin_read_register(handles[id], buffer);
    if (size > 0) {
        memcpy(&value, buffer->data, (size_t)size < sizeof(value) ? (size_t)size : sizeof(value));
    }
    return value;
}

uint64_t register_read_el(enum register_id el1, unsigned int el)
{
    return register_read((enum register_id)(el1 + el - 1));
}
