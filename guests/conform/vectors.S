/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vectors of the conformance guest, and what it runs at EL0. All exceptions call conform_exception(vector,
 * frame): x0 to x18, x30, ELR and SPSR are in the frame, so that a handler may unmask interrupts and nest.
 */
#include "frame.inc"

    .macro  vector number
    .balign 0x80
    frame_push FRAME_NESTING_SIZE
    mov     x0, #\number
    b       common
    .endm

    .text
common:
    frame_save
    frame_save_return
    mov     x1, sp
    bl      conform_exception
    frame_restore_return
    frame_pop FRAME_NESTING_SIZE
    eret

    .balign 0x800
    .global conform_vectors
conform_vectors:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vector  \n
    .endr

    /* void el1_spin(uint64_t daif): the interrupts of `daif` unmasked for a while, then masked */
    .global el1_spin, el1_spin_sp0
el1_spin_sp0:
    msr     spsel, #0
el1_spin:
    mrs     x1, daif
    bic     x2, x1, x0
    msr     daif, x2
    mov     x3, #256
1:  subs    x3, x3, #1
    b.ne    1b
    msr     daif, x1
    msr     spsel, #1
    ret

    /* Code that runs at EL0, wherever it is mapped. */
    .global el0_spin, el0_read_iar, el0_write_pmr, el0_write_sgi
el0_spin:
    mov     x3, #256
1:  subs    x3, x3, #1
    b.ne    1b
    svc     #0
el0_read_iar:
    mrs     x0, icc_iar1_el1
    svc     #0
el0_write_pmr:
    msr     icc_pmr_el1, xzr
    svc     #0
el0_write_sgi:
    msr     icc_sgi1r_el1, xzr
    svc     #0
