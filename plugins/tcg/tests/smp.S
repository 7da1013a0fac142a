/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU 0 sends SGI 1 to each other CPU in turn and waits for its reply. A minimal EL2 forwards it: the guest's write
 * traps and is repeated as physical SGI 0, whose interrupt the target turns into a virtual one. test_smp.py knows the
 * instruction counts by heart.
 *
 * CPUS: how many. SPIN: the instruction with which a CPU waits for another one.
 */
#include "guest.h"

#define MARK_PING  0x20 /* x0 = target */
#define MARK_PONG  0x21
#define MARK_REPLY 0x22
#define MARK_DONE  0x23 /* x0 = the CPU's own number */
#define ROUNDS     50

#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON  0xc4000003

    .macro mark id
    movz    xzr, #\id
    .endm

    .macro msr_imm reg, value
    ldr     x9, =\value
    msr     \reg, x9
    .endm

    .macro vector table, offset, target
    .org    \table + \offset
    b       \target
    .endm

    .text
    .global _start
_start:                                 /* arm64 Image header */
    b       start
    nop
    .quad   0, end - _start, 0xa, 0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    ldr     x9, =GICD
    mov     w10, #0x12                  /* GICD_CTLR: ARE, EnableGrp1 */
    str     w10, [x9]
    mov     x0, #0
    b       secondary                   /* translated by CPU 0, then run by the others */
secondary:                              /* x0: this CPU's number */
    mov     x28, x0
    adr     x9, vectors_el2
    msr     vbar_el2, x9
    adr     x9, vectors_el1
    msr     vbar_el1, x9
    msr_imm ICC_SRE_EL2, 0xf
    isb
    ldr     x9, =GICR
    add     x9, x9, x28, lsl #17
    ldr     w10, [x9, #0x14]            /* GICR_WAKER.ProcessorSleep */
    bic     w10, w10, #2
    str     w10, [x9, #0x14]
    add     x9, x9, #0x10000
    mov     w10, #-1
    str     w10, [x9, #0x80]            /* GICR_IGROUPR0: all Group 1 */
    mov     w10, #1
    str     w10, [x9, #0x100]           /* GICR_ISENABLER0: SGI 0 */
    msr_imm ICC_PMR_EL1, 0xf0
    msr_imm ICC_IGRPEN1_EL1, 1
    adr     x9, stage2
    msr     vttbr_el2, x9
    msr_imm vtcr_el2, VTCR
    msr_imm ICH_HCR_EL2, 1
    msr_imm hcr_el2, HCR
    isb
    msr_imm ICC_PMR_EL1, 0xf0           /* still the physical one: EL2 */
    adr     x9, el1_entry
    msr     elr_el2, x9
    mov     x9, #SPSR_EL1H
    msr     spsr_el2, x9
    eret

/* ------------------------------------------------------------------------------------------------ EL1 */
el1_entry:
    msr_imm ICC_PMR_EL1, 0xf0           /* the virtual one */
    msr_imm ICC_IGRPEN1_EL1, 1
    msr     daifclr, #2
    adr     x21, shared
    cbz     x28, sender
    mov     w9, #1
    ldadd   w9, wzr, [x21]
target:
    SPIN
    ldr     w9, [x21, #8]
    cbz     w9, target
    mov     x0, x28
    mark    MARK_DONE
    ldr     x0, =PSCI_CPU_OFF
    smc     #0

sender:
    mov     x20, #1
1:  ldr     x0, =PSCI_CPU_ON
    mov     x1, x20                     /* MPIDR_EL1: the virt machine counts in Aff0 */
    adr     x2, secondary
    mov     x3, x20
    smc     #0                          /* PSCI is QEMU's own: it starts them at EL2 */
    add     x20, x20, #1
    cmp     x20, #CPUS
    b.ne    1b
wait:
    SPIN
    ldr     w9, [x21]
    cmp     w9, #CPUS - 1
    b.ne    wait
    mov     x20, #ROUNDS
    mov     w22, #0                     /* replies so far */
1:  mov     x0, #1
2:  mov     x1, #1
    lsl     x1, x1, x0                  /* ICC_SGI1R_EL1.TargetList */
    orr     x1, x1, #1 << 24            /* INTID 1 */
    add     w22, w22, #1
    mark    MARK_PING
    msr     ICC_SGI1R_EL1, x1
3:  SPIN
    ldr     w9, [x21, #4]
    cmp     w9, w22
    b.ne    3b
    mark    MARK_PONG
    add     x0, x0, #1
    cmp     x0, #CPUS
    b.ne    2b
    subs    x20, x20, #1
    b.ne    1b
    mov     w9, #1
    str     w9, [x21, #8]
    mov     x20, #10000                 /* the others end before the machine does */
4:  SPIN
    subs    x20, x20, #1
    b.ne    4b
    mov     x0, #0
    mark    MARK_DONE
    ldr     x0, =PSCI_SYSTEM_OFF
    smc     #0

    .ltorg

    .balign 0x800
vectors_el1:
    vector  vectors_el1, 0x200, unexpected
    vector  vectors_el1, 0x280, irq_el1
    .balign 0x800
irq_el1:
    mrs     x10, ICC_IAR1_EL1
    mov     w11, #1
    add     x12, x21, #4
    ldadd   w11, wzr, [x12]
    mark    MARK_REPLY
    msr     ICC_EOIR1_EL1, x10
    eret

unexpected:
    mark    MARK_UNEXPECTED
    ldr     x0, =PSCI_SYSTEM_OFF
    smc     #0

/* ------------------------------------------------------------------------------------------------ EL2 */
    .balign 0x800
vectors_el2:
    vector  vectors_el2, 0x200, unexpected
    vector  vectors_el2, 0x280, unexpected
    vector  vectors_el2, 0x400, trap
    vector  vectors_el2, 0x480, irq_el2
    .balign 0x800

trap:                                   /* only the SGI of `sender` traps; its value is in x1 */
    and     x10, x1, #0xff
    msr     ICC_SGI1R_EL1, x10          /* physical SGI 0 to the same targets */
    mrs     x10, elr_el2
    add     x10, x10, #4
    msr     elr_el2, x10
    eret

irq_el2:
    mrs     x10, ICC_IAR1_EL1
    msr     ICC_EOIR1_EL1, x10
    ldr     x11, =0x50a0000000000001    /* pending, Group 1, INTID 1 */
    msr     ICH_LR0_EL2, x11
    eret

    .ltorg

    .balign 0x1000
stage2:                                 /* level 1: 0 to 1 GiB device, 1 to 3 GiB normal, the rest nowhere */
    .quad   0x000004c5
    .quad   0x400007fd
    .quad   0x800007fd
    .space  4096 - 24
shared:                                 /* CPUs that wait, replies, end */
    .word   0, 0, 0
    .balign 8
end:
