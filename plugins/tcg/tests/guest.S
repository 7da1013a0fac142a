/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bare-metal program for QEMU's virt machine that does each thing the trace records, at EL2, EL1 and EL0. The tests
 * know the instruction counts between its marks by heart: see test_trace.py before changing a line.
 *
 * BEHAVE: how it ends: 0 power off, 1 spin, 2 sleep without a timer.
 */
#include "guest.h"

    .macro mark id
    movz    xzr, #\id
    .endm

    .macro msr_imm reg, value
    ldr     x9, =\value
    msr     \reg, x9
    .endm

    .macro vector table, offset, target
    .org    \table + \offset            /* fails where the code before is too long */
    b       \target
    .endm

    .text
    .global _start
_start:                                 /* arm64 Image header */
    b       start
    nop
    .quad   0                           /* text_offset */
    .quad   end - _start
    .quad   0xa                         /* 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    adr     x9, vectors_el2
    msr     vbar_el2, x9
    adr     x9, vectors_el1
    msr     vbar_el1, x9
    adr     x9, stack_el2
    mov     sp, x9
    adr     x9, stack_el1
    msr     sp_el1, x9
    mov     x17, #0
    isb
    bl      gic_init
    bl      exceptions_at_el2
    adr     x9, stage2
    msr     vttbr_el2, x9
    msr_imm vtcr_el2, VTCR
    msr_imm hcr_el2, HCR
    isb
    adr     x9, el1_entry
    msr     elr_el2, x9
    mov     x9, #SPSR_EL1H
    msr     spsr_el2, x9
    eret

/* The redistributor and the distributor as far as the EL2 physical timer (PPI 26) needs them. */
gic_init:
    msr_imm ICC_SRE_EL2, 0xf
    isb
    ldr     x9, =GICD
    mov     w10, #0x12                  /* GICD_CTLR: ARE, EnableGrp1 */
    str     w10, [x9]
    ldr     x9, =GICR
    ldr     w10, [x9, #0x14]            /* GICR_WAKER.ProcessorSleep */
    bic     w10, w10, #2
    str     w10, [x9, #0x14]
    add     x9, x9, #0x10000
    mov     w10, #-1
    str     w10, [x9, #0x80]            /* GICR_IGROUPR0: all Group 1 */
    mov     w10, #(1 << 26)
    str     w10, [x9, #0x100]           /* GICR_ISENABLER0 */
    msr_imm ICC_PMR_EL1, 0xf0
    msr_imm ICC_IGRPEN1_EL1, 1
    isb
    ret

exceptions_at_el2:
    svc     #1
    .inst   0                           /* UDF */
    ldr     x9, =HOLE
    ldr     x10, [x9]                   /* external abort */
    ret

/* ------------------------------------------------------------------------------------------------ EL1 */
el1_entry:
    mark    MARK_COUNT_BEGIN
    nop
    mov     x1, #3
    add     x1, x1, #1
    adr     x2, el1_entry
    ldr     x3, [x2]
    mark    MARK_COUNT_END

    mov     x20, #ITERATIONS
1:  mark    MARK_HVC_BEGIN
    hvc     #HVC_NOTHING
    mark    MARK_HVC_END
    subs    x20, x20, #1
    b.ne    1b

    svc     #7                          /* EL1 to EL1 */
    ldr     x9, =NOWHERE
    ldr     x10, [x9, #0x128]           /* data abort to EL2, skipped there */
    .inst   0                           /* UDF: EL1 to EL1, skipped there */

    /* The virtual CPU interface. */
    msr_imm ICC_PMR_EL1, 0xf0
    msr_imm ICC_IGRPEN1_EL1, 1
    hvc     #HVC_PEND                   /* 41 and 42 of the same priority */
    mrs     x5, ICC_IAR1_EL1            /* 41, no trap */
    mark    MARK_ACK
    msr     daifclr, #2
    nop
    msr     ICC_EOIR1_EL1, x5           /* the priority drop makes 42 deliverable: the vector comes next */
    nop
    msr     daifset, #2
    mrs     xzr, ICC_IAR1_EL1           /* 1023 into nowhere */
    msr     ICC_DIR_EL1, x5
    ldr     x0, =0x02000001
    msr     ICC_SGI1R_EL1, x0           /* traps: IMO=1 */
    hvc     #HVC_TRAP_ALL
    mark    MARK_TRAP_BEGIN
    mrs     x5, ICC_IAR1_EL1            /* trapped, emulated as 77 */
    mark    MARK_TRAP_END
    msr     ICC_EOIR1_EL1, x5
    msr     ICC_EOIR1_EL1, xzr
    hvc     #HVC_TRAP_NONE

    /* Plain control flow into the vector table is no exception. PSTATE is masked, as after one. */
    mark    MARK_PLAIN_BEGIN
    mov     x17, #1
    adr     x10, vectors_el1 + VECTOR_SYNC_SAME
    br      x10
after_branch:
    b       before_vector
after_fall:
    adr     x9, vectors_el1 + VECTOR_SYNC_SAME
    msr     elr_el1, x9
    mov     x9, #SPSR_EL1H
    msr     spsr_el1, x9
    eret
after_eret:
    hvc     #HVC_RETURN_TO_VECTOR
after_hvc:
    b       vectors_el1 + VECTOR_SYNC_SAME
after_direct:
    mov     x17, #0
    mark    MARK_PLAIN_END

    /* EL0: a mark, an access that is UNDEFINED there, SVC. */
    adr     x9, el0_code
    msr     elr_el1, x9
    mov     x9, #SPSR_EL0T
    msr     spsr_el1, x9
    eret
after_el0:

    /* A physical interrupt at each place around SVC, its vector and its return. */
    mark    MARK_SWEEP_BEGIN
    mov     x20, #SWEEP
1:  add     x0, x20, #8
    hvc     #HVC_ARM_TIMER
    .rept   8
    svc     #7
    .endr
    subs    x20, x20, #1
    b.ne    1b
    mark    MARK_SWEEP_END

    mov     x0, #1000
    hvc     #HVC_ARM_TIMER
    wfi
    wfe
    mark    MARK_LAST
    .if     BEHAVE == 1
spin:
    b       spin
    .elseif BEHAVE == 2
sleep:
    wfi
    b       sleep
    .endif
off:
    ldr     w0, =PSCI_SYSTEM_OFF
    smc     #0
    b       off

el0_code:
    mark    MARK_EL0
    mrs     x9, ICC_IAR1_EL1
    svc     #9

    .ltorg

    .balign 0x800
vectors_el1:
    vector  vectors_el1, 0x000, unexpected
    vector  vectors_el1, 0x080, unexpected
    vector  vectors_el1, 0x100, unexpected
    vector  vectors_el1, 0x180, unexpected
    .org    vectors_el1 + VECTOR_SYNC_SAME - 8
before_vector:
    nop
    isb                                 /* ends QEMU's block, so that the vector starts one */
    .org    vectors_el1 + VECTOR_SYNC_SAME
    cbnz    x17, plain
    b       sync_el1
    vector  vectors_el1, 0x280, irq_el1
    vector  vectors_el1, 0x300, unexpected
    vector  vectors_el1, 0x380, unexpected
    vector  vectors_el1, 0x400, sync_el0
    vector  vectors_el1, 0x480, unexpected
    vector  vectors_el1, 0x500, unexpected
    vector  vectors_el1, 0x580, unexpected
    .balign 0x800

sync_el1:                               /* SVC returns, anything else is skipped */
    mrs     x9, esr_el1
    lsr     x9, x9, #26
    cmp     x9, #EC_SVC
    b.eq    1f
    mrs     x9, elr_el1
    add     x9, x9, #4
    msr     elr_el1, x9
1:  eret

irq_el1:
    stp     x0, x1, [sp, #-16]!
    mrs     x0, ICC_IAR1_EL1
    msr     ICC_EOIR1_EL1, x0
    ldp     x0, x1, [sp], #16
    eret

sync_el0:
    mrs     x9, esr_el1
    lsr     x9, x9, #26
    cmp     x9, #EC_SVC
    b.eq    after_el0
    mrs     x9, elr_el1
    add     x9, x9, #4
    msr     elr_el1, x9
    eret

plain:                                  /* x17 counts the arrivals */
    add     x17, x17, #1
    cmp     x17, #2
    b.eq    after_branch
    cmp     x17, #3
    b.eq    after_fall
    cmp     x17, #4
    b.eq    after_eret
    cmp     x17, #5
    b.eq    after_hvc
    b       after_direct

unexpected:
    mark    MARK_UNEXPECTED
    b       off

/* ------------------------------------------------------------------------------------------------ EL2 */
    .balign 0x800
vectors_el2:
    vector  vectors_el2, 0x000, unexpected
    vector  vectors_el2, 0x080, unexpected
    vector  vectors_el2, 0x100, unexpected
    vector  vectors_el2, 0x180, unexpected
    vector  vectors_el2, 0x200, trap
    vector  vectors_el2, 0x280, unexpected
    vector  vectors_el2, 0x300, unexpected
    vector  vectors_el2, 0x380, unexpected
    vector  vectors_el2, 0x400, trap
    vector  vectors_el2, 0x480, irq_el2
    vector  vectors_el2, 0x500, unexpected
    vector  vectors_el2, 0x580, unexpected
    .balign 0x800

trap:                                   /* HVC and SVC return, MRS reads 77 into x5, the rest is skipped */
    mrs     x9, esr_el2
    lsr     x10, x9, #26
    cmp     x10, #EC_HVC
    b.eq    hypercall
    cmp     x10, #EC_SVC
    b.eq    2f
    cmp     x10, #EC_SYSREG
    b.ne    1f
    tbz     x9, #0, 1f
    mov     x5, #77
1:  mrs     x9, elr_el2
    add     x9, x9, #4
    msr     elr_el2, x9
2:  eret

hypercall:
    and     x9, x9, #0xffff
    cmp     x9, #HVC_PEND
    b.eq    pend
    cmp     x9, #HVC_TRAP_ALL
    b.eq    trap_all
    cmp     x9, #HVC_TRAP_NONE
    b.eq    trap_none
    cmp     x9, #HVC_RETURN_TO_VECTOR
    b.eq    return_to_vector
    cmp     x9, #HVC_ARM_TIMER
    b.eq    arm_timer
    eret

pend:
    msr_imm ICH_LR0_EL2, 0x50a0000000000029
    msr_imm ICH_LR1_EL2, 0x50a000000000002a
    msr     ICH_LR2_EL2, xzr
trap_none:
    msr_imm ICH_HCR_EL2, 1              /* En */
    eret

trap_all:
    msr_imm ICH_HCR_EL2, 0x1001         /* TALL1, En */
    eret

return_to_vector:
    adr     x9, vectors_el1 + VECTOR_SYNC_SAME
    msr     elr_el2, x9
    mov     x9, #SPSR_EL1H
    msr     spsr_el2, x9
    eret

arm_timer:
    msr     CNTHP_TVAL_EL2, x0
    msr_imm CNTHP_CTL_EL2, 1
    eret

irq_el2:
    stp     x0, x1, [sp, #-16]!
    mrs     x0, ICC_IAR1_EL1
    msr     CNTHP_CTL_EL2, xzr
    msr     ICC_EOIR1_EL1, x0
    ldp     x0, x1, [sp], #16
    eret

    .ltorg

    .balign 0x1000
stage2:                                 /* level 1: 0 to 1 GiB device, 1 to 3 GiB normal, the rest nowhere */
    .quad   0x000004c5
    .quad   0x400007fd
    .quad   0x800007fd
    .space  4096 - 24
    .space  2048
stack_el2:
    .space  2048
stack_el1:
end:
