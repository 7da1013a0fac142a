/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More code than a 1 MiB translation cache holds, executed ROUNDS times: QEMU flushes the cache several times. */
    .equ ROUNDS, 3
    .equ BLOCKS, 20000                  /* of 3 instructions */
    .equ CALLS, 500                     /* of 3: mark, svc, eret */

    .text
    .global _start
_start:                                 /* arm64 Image header */
    b       start
    nop
    .quad   0, end - _start, 0xa, 0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    adr     x0, vectors
    msr     vbar_el2, x0
    adr     x1, _start
    mov     x20, #ROUNDS
again:
    .rept   BLOCKS
    ldr     x3, [x1]
    add     x2, x2, #1
    b       . + 4
    .endr
    .rept   CALLS
    movz    xzr, #5
    svc     #0
    .endr
    subs    x20, x20, #1
    cbz     x20, off
    b       again
off:
    ldr     w0, =0x84000008             /* PSCI SYSTEM_OFF */
    smc     #0

    .ltorg
    .balign 0x800
vectors:
    .org    vectors + 0x200
    eret
    .org    vectors + 0x800
end:
