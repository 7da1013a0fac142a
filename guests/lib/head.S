/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of a guest: the arm64 Image header (Linux Documentation/arch/arm64/booting.rst), stack, bss,
 * relocation. Entered at any Exception level with x0 = device tree, MMU off; runs wherever it was loaded. Goes on at
 * guest_entry, x0 as it was.
 */
    .section .head.first, "ax"
    .global _start
_start:
    b       start
    .long   0
    .quad   0                       /* text_offset; the linker script adds image_size here */

    .section .head.second, "ax"
    .quad   0xa                     /* little-endian, 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .text
start:
    msr     daifset, #0xf
    mov     x19, x0
    adrp    x1, _stack_top
    add     x1, x1, :lo12:_stack_top
    mov     sp, x1

    adrp    x1, _bss_start
    add     x1, x1, :lo12:_bss_start
    adrp    x2, _bss_end
    add     x2, x2, :lo12:_bss_end
1:  cmp     x1, x2
    b.hs    2f
    str     xzr, [x1], #8
    b       1b

    /* R_AARCH64_RELATIVE is all a static position-independent executable without symbols contains. */
2:  adrp    x1, _rela_start
    add     x1, x1, :lo12:_rela_start
    adrp    x2, _rela_end
    add     x2, x2, :lo12:_rela_end
    adr     x3, _start              /* linked at 0: load address = displacement */
3:  cmp     x1, x2
    b.hs    4f
    ldp     x4, x5, [x1], #16
    ldr     x6, [x1], #8
    add     x6, x6, x3
    str     x6, [x4, x3]
    b       3b

4:  mov     x0, x19
    b       guest_entry
