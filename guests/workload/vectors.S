/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IRQ and FIQ call workload_interrupt(group) with everything saved that a nested interrupt overwrites, ELR and SPSR
 * too. Every other exception ends the run.
 */
    .macro  interrupt_vector group
    .balign 0x80
    stp     x0, x1, [sp, #-192]!
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
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [sp, #160]
    bl      workload_interrupt
    ldp     x2, x3, [sp, #160]
    msr     elr_el1, x2
    msr     spsr_el1, x3
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    ldp     x0, x1, [sp], #192
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
