/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of the hypervisor: the arm64 Image header (Linux Documentation/arch/arm64/booting.rst), stack, bss, relocation.
 * Entered at EL2 with x0 = device tree, MMU and data cache off; runs wherever it was loaded.
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
    mrs     x1, CurrentEL
    cmp     x1, #(2 << 2)
    b.ne    wrong_el
    mov     x1, #(1 << 31)          /* HCR_EL2.RW, E2H clear: the EL2 registers have their own layout */
    msr     hcr_el2, x1
    isb
    mov     x19, x0
    adrp    x1, _boot_stack_top
    add     x1, x1, :lo12:_boot_stack_top
    mov     sp, x1

    /*
     * The loader cleaned this image to memory but may have left clean lines of it in a cache: drop them, so that what
     * is written below with the cache off is what is read once it is on.
     */
    adrp    x1, _image_start
    adrp    x2, _image_end
    mrs     x3, ctr_el0
    ubfx    x3, x3, #16, #4         /* DminLine: log2 of words */
    mov     x4, #4
    lsl     x3, x4, x3
    dsb     sy
1:  dc      ivac, x1
    add     x1, x1, x3
    cmp     x1, x2
    b.lo    1b
    dsb     sy

    adrp    x1, _bss_start
    add     x1, x1, :lo12:_bss_start
    adrp    x2, _bss_end
    add     x2, x2, :lo12:_bss_end
2:  stp     xzr, xzr, [x1], #16
    cmp     x1, x2
    b.lo    2b

    /* R_AARCH64_RELATIVE is all a static position-independent executable without symbols contains. */
    adrp    x1, _rela_start
    add     x1, x1, :lo12:_rela_start
    adrp    x2, _rela_end
    add     x2, x2, :lo12:_rela_end
    adrp    x3, _image_start        /* linked at 0: load address = displacement */
3:  cmp     x1, x2
    b.hs    4f
    ldp     x4, x5, [x1], #16
    ldr     x6, [x1], #8
    add     x6, x6, x3
    str     x6, [x4, x3]
    b       3b

4:  adrp    x1, vectors
    add     x1, x1, :lo12:vectors
    msr     vbar_el2, x1
    msr     tpidr_el2, xzr          /* core 0 (arch/cpu.h) */
    isb
    mov     x0, x19
    bl      hyp_main                /* does not return */

    /* x0 = struct boot of this core (arch/cpu.c): entered by PSCI CPU_ON at EL2, MMU and data cache off. */
    .global secondary_start
secondary_start:
    msr     daifset, #0xf
    mov     x1, #(1 << 31)
    msr     hcr_el2, x1
    isb
    ldr     x1, [x0]
    mov     sp, x1
    adrp    x1, vectors
    add     x1, x1, :lo12:vectors
    msr     vbar_el2, x1
    isb
    bl      cpu_entered             /* does not return */

    /* Not at EL2: there is no hypervisor to be, and no console is known yet. */
wrong_el:
    wfe
    b       wrong_el
