/* SPDX-License-Identifier: Apache-2.0 */
/* From head.S to C at EL1, and the vectors there. x0 = device tree. */
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
    stp     x0, x1, [sp, #-176]!
    mrs     x0, cntvct_el0
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    bl      \handler
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    ldp     x0, x1, [sp], #176
    eret
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
    .irp    n, 8, 9, 10, 11, 12, 13, 14, 15
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
