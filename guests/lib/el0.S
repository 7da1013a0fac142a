/* SPDX-License-Identifier: Apache-2.0 */
/* Excursions to EL0. */
    .text
    /* void el0_run(uint64_t code, uint64_t spsr, uint64_t argument): until the code at EL0 executes SVC */
    .global el0_run
el0_run:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    mov     x0, x2
    eret
    /* Where the exception handler of the SVC goes, at EL1: the stack is the one of el0_run */
    .global el0_back
el0_back:
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

    /* Code for EL0, wherever it is mapped: until the byte that the argument is the address of is not 0. */
    .global el0_wait
el0_wait:
1:  ldrb    w1, [x0]
    cbz     w1, 1b
    svc     #0
