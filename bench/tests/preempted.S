/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest whose timer goes off as often as it can, each time at another phase of everything else: how far away the
 * deadline is, chance decides. It ends with "ok" when each deadline was one interrupt, not before its time,
 * and when its FP registers, keys and what EL1 has were its own all the time; with the letter of what was wrong otherwise.
 * x19 = iterations left, x20 = UART, x21 = interrupts taken, x22 = deadline, x23 = a number of its own, x25, x26 = a
 * linear congruential generator.
 */
    .equ ITERATIONS, 6000
    .equ DELAY, 40
    .equ PHASES_LOG2, 7
    .equ HOLD, 0x10000              /* ticks that some interrupts stay active for, many slices */
    .equ LATE, 0x4000               /* more than some turns of the other guest, and less than that */

    .global start, handler, handler_end
start:
    movz    x20, #0x0900, lsl #16
    adr     x0, vectors
    msr     vbar_el1, x0
    mov     x0, #(3 << 20)
    msr     cpacr_el1, x0
    isb
    bl      set_up
    mrs     x23, cntvct_el0
    dup     v0.2d, x23
    mov     v31.16b, v0.16b
    msr     tpidr_el0, x23
    msr     tpidr_el1, x23
    msr     contextidr_el1, x23
    msr     s3_0_c2_c1_0, x23       /* APIAKeyLo_EL1, APGAKeyHi_EL1 */
    msr     s3_0_c2_c3_1, x23
    mov     x21, #0
    mov     x26, x23
    ldr     x25, multiplier
    movz    x19, #ITERATIONS
    msr     daifclr, #2
1:  add     x24, x21, #1
    mul     x26, x26, x25
    add     x26, x26, #1
    lsr     x0, x26, #(64 - PHASES_LOG2)
    mrs     x1, cntvct_el0
    add     x22, x1, #DELAY
    add     x22, x22, x0
    msr     cntv_cval_el0, x22
    mov     x0, #1
    msr     cntv_ctl_el0, x0
2:  cmp     x21, x24
    b.lo    2b
    mov     w0, #'T'                /* twice */
    b.ne    fail
    bl      own
    subs    x19, x19, #1
    b.ne    1b
    mov     w0, #'o'
    str     w0, [x20]
    mov     w0, #'k'
    str     w0, [x20]
    mov     w0, #'\n'
    str     w0, [x20]
off:
    movz    w0, #0x8400, lsl #16
    movk    w0, #8
    hvc     #0
fail:
    str     w0, [x20]
    mov     w0, #'!'
    str     w0, [x20]
    b       off

multiplier:
    .quad   6364136223846793005     /* Knuth, The Art of Computer Programming 2, 3.3.4 */

own:
    mov     w0, #'F'
    umov    x1, v0.d[1]
    umov    x2, v31.d[0]
    cmp     x1, x23
    ccmp    x2, x23, #0, eq
    b.ne    fail
    mov     w0, #'E'
    mrs     x1, tpidr_el0
    mrs     x2, tpidr_el1
    mrs     x3, contextidr_el1
    cmp     x1, x23
    ccmp    x2, x23, #0, eq
    ccmp    w3, w23, #0, eq
    b.ne    fail
    mov     w0, #'K'
    mrs     x1, s3_0_c2_c1_0
    mrs     x2, s3_0_c2_c3_1
    cmp     x1, x23
    ccmp    x2, x23, #0, eq
    b.ne    fail
    ret

/* Group 1, PPI 27 enabled, everything else as it is after reset. */
set_up:
    movz    x0, #0x0800, lsl #16    /* GICD_CTLR: EnableGrp1A, ARE_NS */
    mov     w1, #0x12
    str     w1, [x0]
    movz    x0, #0x080b, lsl #16    /* GICR_SGI */
    mov     w1, #-1
    str     w1, [x0, #0x80]
    mov     w1, #(1 << 27)
    str     w1, [x0, #0x100]
    mov     x1, #0xf0
    msr     s3_0_c4_c6_0, x1        /* ICC_PMR_EL1 */
    mov     x1, #1
    msr     s3_0_c12_c12_7, x1      /* ICC_IGRPEN1_EL1 */
    isb
    ret

/* The interrupt stays active, whoever runs meanwhile, and its timer asserts it. */
hold:
    add     x11, x22, #(HOLD >> 12), lsl #12
4:  mrs     x12, cntvct_el0
    cmp     x12, x11
    b.lo    4b
    movz    x11, #0x080b, lsl #16
    ldr     w12, [x11, #0x300]      /* GICR_ISACTIVER0 */
    mov     w0, #'A'
    tbz     w12, #27, fail
    b       held

    .balign 0x800
vectors:
    .rept   5
    .balign 0x80
    mov     w0, #'X'
    b       fail
    .endr
    .balign 0x80
handler:
    mrs     x10, s3_0_c12_c12_0     /* ICC_IAR1_EL1 */
    mov     w0, #'I'
    cmp     x10, #27
    b.ne    fail
    mov     w0, #'B'                /* before its time */
    mrs     x11, cntvct_el0
    cmp     x11, x22
    b.lo    fail
    mov     w0, #'C'
    mrs     x11, cntv_cval_el0
    cmp     x11, x22
    b.ne    fail
    mrs     x11, cntvct_el0
    sub     x11, x11, x22
    mov     w0, #'L'                /* late */
    cmp     x11, #(LATE >> 12), lsl #12
    b.hi    fail
    tst     x21, #127
    b.eq    hold
held:
    msr     cntv_ctl_el0, xzr
    isb
    add     x21, x21, #1
    msr     s3_0_c12_c12_1, x10     /* ICC_EOIR1_EL1 */
    isb
    eret
handler_end:
    .balign 0x80
    .rept   10
    .balign 0x80
    mov     w0, #'X'
    b       fail
    .endr
