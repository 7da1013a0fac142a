/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EL2 vectors (DDI 0487 D1.3.2) and the one path out of and back into a guest.
 *
 * While a guest runs, SP_EL2 points at its struct vcpu, which begins with x0..x30; that vCPU's hypervisor stack lies
 * right below. So an exit needs no scratch register and no stack switch: it saves all 31 registers, because any exit
 * may need any of them (an emulated load writes the register the guest named), and calls C. ELR_EL2 and SPSR_EL2 stay
 * in place: interrupts are masked at EL2 and nothing else overwrites them.
 */
    .macro  exit_vector handler
    .balign 0x80
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    str     x30, [sp, #240]
    mov     x0, sp
    adr     x30, vcpu_resume
    b       \handler
    .endm

    .macro  fatal_vector number
    .balign 0x80
    mov     x0, #\number
    b       fatal
    .endm

    .text
    .balign 0x800
    .global vectors
vectors:
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7
    fatal_vector \n
    .endr
    .rept   2                       /* lower EL, AArch64, then AArch32: synchronous, IRQ, FIQ, SError */
    exit_vector trap_sync
    exit_vector trap_irq
    exit_vector trap_irq
    exit_vector trap_serror
    .endr

    /* void vcpu_enter(struct vcpu *): never returns; the vCPU's next exit begins on its own stack. */
    .global vcpu_enter
vcpu_enter:
    mov     sp, x0
vcpu_resume:
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #240]
    eret

fatal:
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    bl      trap_fatal
