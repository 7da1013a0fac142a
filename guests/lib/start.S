/* SPDX-License-Identifier: Apache-2.0 */
/* From head.S to C at EL1, and the vectors there. x0 = device tree. */
#include "frame.inc"

#define ESR_EC_SHIFT 26
#define EC_SVC64     0x15

    .text
    .global guest_entry
guest_entry:
    adrp    x1, vectors_v3          /* until the device tree is read */
    add     x1, x1, :lo12:vectors_v3
    msr     vbar_el1, x1
    isb
    bl      guest_start             /* does not return */

    /* x0 = struct boot (smp.c): entered by PSCI CPU_ON, MMU and data cache off. */
    .global secondary_start
secondary_start:
    msr     daifset, #0xf
    ldp     x1, x2, [x0]
    msr     mair_el1, x1
    msr     tcr_el1, x2
    ldp     x1, x2, [x0, #16]
    msr     ttbr0_el1, x1
    msr     vbar_el1, x2
    ldp     x1, x2, [x0, #32]
    msr     tpidr_el1, x1
    mov     sp, x2
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    ldr     x1, [x0, #48]
    msr     sctlr_el1, x1
    isb
    bl      secondary_entered       /* does not return */

    .macro  fatal_vector number
    .balign 0x80
    mov     x0, #\number
    b       fatal
    .endm

/*
 * An interrupt: the counter is read as the third instruction, so that handler_ticks shows the delivery and not this
 * entry. Registers that AAPCS64 lets a function change are saved; floating point is not used.
 */
    .macro  irq_vector handler
    .balign 0x80
    frame_push FRAME_SIZE
    mrs     x0, cntvct_el0
    frame_save
    bl      \handler
    frame_pop FRAME_SIZE
    eret
    .endm

    /* From EL0: an SVC ends the excursion (el0.S). */
    .macro  el0_vector number
    .balign 0x80
    mrs     x1, esr_el1
    lsr     x1, x1, #ESR_EC_SHIFT
    cmp     x1, #EC_SVC64
    b.eq    el0_back
    mov     x0, #\number
    b       fatal
    .endm

    .macro  vector_table name, handler
    .balign 0x800
    .global \name
\name:
    fatal_vector 0
    fatal_vector 1
    fatal_vector 2
    fatal_vector 3
    fatal_vector 4                  /* current EL with SP_ELx: synchronous */
    irq_vector \handler
    fatal_vector 6
    fatal_vector 7
    el0_vector 8                    /* lower EL, AArch64: synchronous */
    irq_vector \handler
    .irp    n, 10, 11, 12, 13, 14, 15
    fatal_vector \n
    .endr
    .endm

    vector_table vectors_v3, irq_entry_v3
    vector_table vectors_v2, irq_entry_v2

fatal:
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    bl      guest_fatal
