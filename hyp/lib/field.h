/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register fields. A field is declared once, as `#define REG_FIELD hi, lo`; masks and shifts are derived.
 * A one-bit field may also be declared with BIT().
 */
#ifndef LIB_FIELD_H
#define LIB_FIELD_H

#include <stdint.h>

#define BIT(n)                     (UINT64_C(1) << (n))
#define BIT32(n)                   (UINT32_C(1) << (n))
#define FIELD_MASK_(hi, lo)        (((UINT64_C(2) << ((hi) - (lo))) - 1) << (lo))
#define FIELD_GET_(hi, lo, reg)    (((uint64_t)(reg) >> (lo)) & ((UINT64_C(2) << ((hi) - (lo))) - 1))
#define FIELD_PREP_(hi, lo, value) (((uint64_t)(value) << (lo)) & FIELD_MASK_(hi, lo))

/* mask of a field in place; its value out of a register, right-aligned; a value moved into place */
#define FIELD_MASK(field)        FIELD_MASK_(field)
#define FIELD_GET(field, reg)    FIELD_GET_(field, reg)
#define FIELD_PREP(field, value) FIELD_PREP_(field, value)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
