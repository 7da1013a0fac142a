/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IRQ and FIQ call workload_interrupt(group) with everything saved that a nested interrupt overwrites, ELR and SPSR
 * too. Every other exception ends the run.
 */
#include "frame.inc"

    .macro  interrupt_vector group
    .balign 0x80
    frame_push FRAME_NESTING_SIZE
    mov     x0, #\group
    b       common
    .endm

    .macro  fatal_vector number
    .balign 0x80
    mov     x0, #\number
    b       fatal
    .endm

    .text
common:
    frame_save
    frame_save_return
    bl      workload_interrupt
    frame_restore_return
    frame_pop FRAME_NESTING_SIZE
    eret

fatal:
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    bl      guest_fatal

    .balign 0x800
    .global workload_vectors
workload_vectors:
    .irp    n, 0, 1, 2, 3, 4
    fatal_vector \n
    .endr
    interrupt_vector 1              /* IRQ: Group 1 */
    interrupt_vector 0              /* FIQ: Group 0 */
    .irp    n, 7, 8, 9, 10, 11, 12, 13, 14, 15
    fatal_vector \n
    .endr
