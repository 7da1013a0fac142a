/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry at EL3, excursions to the other Exception levels, and the vectors of EL1, EL2 and EL3. An excursion ends with
 * the first exception, whichever level takes it: x0 = what the code returned, x1 = where (level << 8 | vector, 0 when
 * the code returned), x2 = ESR of that level. Nothing of the interrupted code is kept.
 */
#define EC_SHIFT 26
#define EC_SVC64 0x15
#define EC_SMC64 0x17

    .text
    .global guest_entry
guest_entry:
    mrs     x0, CurrentEL
    bl      secure_start            /* does not return */

    /* void pe_enter(struct trip *, uint64_t elr, uint64_t spsr, const uint64_t arguments[2], uint64_t lr) */
    .global pe_enter
pe_enter:
    stp     x19, x20, [sp, #-112]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x0, [sp, #96]
    mov     x5, sp
    msr     tpidr_el3, x5
    msr     elr_el3, x1
    msr     spsr_el3, x2
    ldp     x0, x1, [x3]
    mov     x30, x4
    eret

left:                               /* at EL3, interrupts masked */
    mrs     x3, tpidr_el3
    mov     sp, x3
    ldr     x3, [sp, #96]
    stp     x0, x1, [x3]
    str     x2, [x3, #16]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #112
    ret

    /* Where code returns to: at EL0; at EL1 and EL2; at EL3. */
    .global pe_return_el0, pe_return, pe_return_el3
pe_return_el0:
    svc     #0
pe_return:
    mov     x1, #0
    smc     #0
pe_return_el3:
    msr     daifset, #0xf
    mov     x1, #0
    b       left

    /* uint64_t pe_spin(void): long enough for an interrupt to be taken */
    .global pe_spin
pe_spin:
    mov     x0, #256
1:  subs    x0, x0, #1
    b.ne    1b
    ret

    .macro  lower_vector el, number
    .balign 0x80
    mrs     x2, esr_el\el
    mov     x1, #(\el << 8 | \number)
    .if     \el == 1 && \number == 8
    lsr     x3, x2, #EC_SHIFT
    cmp     x3, #EC_SVC64
    csel    x1, xzr, x1, eq         /* pe_return_el0 */
    .endif
    smc     #0
    .endm

    .macro  el3_vector number
    .balign 0x80
    .if     \number == 8
    mrs     x3, esr_el3
    lsr     x3, x3, #EC_SHIFT
    cmp     x3, #EC_SMC64
    b.eq    left
    .endif
    mrs     x2, esr_el3
    mov     x0, #0
    mov     x1, #(3 << 8 | \number)
    .if     \number % 4 == 0 && \number < 8
    mov     x0, x2                  /* a fault of this image's own */
    mrs     x1, elr_el3
    mrs     x2, far_el3
    b       secure_fatal
    .endif
    b       left
    .endm

    .irp    el, 1, 2
    .balign 0x800
    .global vectors_el\el
vectors_el\el:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    lower_vector \el, \n
    .endr
    .endr

    .balign 0x800
    .global vectors_el3
vectors_el3:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    el3_vector \n
    .endr
