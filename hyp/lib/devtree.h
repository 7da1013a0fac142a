/* SPDX-License-Identifier: Apache-2.0 */
/* What the hypervisor and the guests read from a flattened device tree (Devicetree Specification v0.4), by libfdt. */
#ifndef LIB_DEVTREE_H
#define LIB_DEVTREE_H

#include <stdbool.h>
#include <stdint.h>

struct range {
    uint64_t base, size; /* bytes */
};

/* Range `index` of the `reg` of the first node compatible with `compatible`. False when there is none. */
bool devtree_reg(const void *fdt, const char *compatible, int index, struct range *out);

/* Range `index` over all /memory nodes. False when there is none. */
bool devtree_memory(const void *fdt, int index, struct range *out);

/* The device that /chosen/stdout-path names, if it is compatible with `compatible`; else the first such node. */
bool devtree_console(const void *fdt, const char *compatible, struct range *out);

/* INTID of the first interrupt of that device, a shared one of a GIC with three interrupt cells; 0 when it has none. */
uint32_t devtree_console_intid(const void *fdt, const char *compatible);

/* A string property; NULL when there is none. */
const char *devtree_string(const void *fdt, const char *path, const char *property);

/* A property of one or two cells. False when there is none. */
bool devtree_number(const void *fdt, const char *path, const char *property, uint64_t *out);

/* Number of nodes with device_type = "cpu". */
unsigned devtree_cpus(const void *fdt);

/* `reg` of the cpu node `index`, its affinity as MPIDR_EL1 holds it. False when there is none. */
bool devtree_cpu(const void *fdt, unsigned index, uint64_t *mpidr);

/*
 * Value of `name=` among the blank-separated words of `args`, up to a lone "--"; one that begins with a quotation mark
 * ends with the next one and may have blanks. Copies it into `value` (`size` bytes, always terminated, cut when
 * longer); false when the word is absent.
 */
bool args_get(const char *args, const char *name, char *value, unsigned size);

/* ditto, a number (0x for hexadecimal); `otherwise` when absent. */
uint64_t args_number(const char *args, const char *name, uint64_t otherwise);

/*
 * One NUMBER or FIRST-LAST of a list with commas, in whatever order; returns what follows it, a comma or the end, NULL
 * when it is neither.
 */
const char *args_span(const char *list, uint64_t *first, uint64_t *last);

/* The highest number N of the words that begin with `prefix`, N and a point; 0 when there are none. */
uint64_t args_highest(const char *args, const char *prefix);

/* What follows a lone "--" in `args`; an empty string when there is none. */
const char *args_rest(const char *args);

#endif
