/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction of the process, system calls, and threads; no C library. */
    .text
    .global _start
_start:
    mov     x29, #0
    mov     x30, #0
    ldr     x0, [sp]                /* argc, then argv (Linux, ELF process stack) */
    add     x1, sp, #8
    bl      vmm_main                /* does not return */

    /* long system_call(number, six arguments): the result, or -errno. */
    .global system_call
system_call:
    mov     x8, x0
    mov     x0, x1
    mov     x1, x2
    mov     x2, x3
    mov     x3, x4
    mov     x4, x5
    mov     x5, x6
    svc     #0
    ret

    /* long thread_start(flags, top of its stack, function, argument): as clone(); the function does not return. */
    .global thread_start
thread_start:
    stp     x2, x3, [x1, #-16]!
    mov     x2, #0
    mov     x3, #0
    mov     x4, #0
    mov     x8, #220                /* clone */
    svc     #0
    cbz     x0, 1f
    ret
1:  ldp     x1, x0, [sp], #16
    mov     x29, #0
    mov     x30, #0
    br      x1
