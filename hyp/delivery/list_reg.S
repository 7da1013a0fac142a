/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The number of a list register is part of the instruction: `n` selects one of sixteen two-instruction entries.
 * uint64_t list_reg_read(unsigned n); void list_reg_write(unsigned n, uint64_t value);
 */
    .macro  entry name
    .section .text.\name, "ax"
    .global \name
\name:
    adr     x2, 1f
    add     x2, x2, w0, uxtw #3
    br      x2
1:
    .endm

    entry   list_reg_read
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    mrs     x0, ich_lr\n\()_el2
    ret
    .endr

    entry   list_reg_write
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    msr     ich_lr\n\()_el2, x1
    ret
    .endr
