/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HCR_EL2.FMO = 1, IMO = 0: Group 0 interrupts are FIQs for EL2, EL1 takes the physical interrupts of Group 1. What of
 * the CPU interface is then virtual for EL1? Physical and virtual registers are given different values at EL2, EL1
 * reads them, and says on the console what it found; test_split.py knows what it must be.
 */
#define GICD      0x08000000
#define GICR      0x080a0000
#define GICR_SGI  0x080b0000
#define UART      0x09000000
#define SGI_IRQ   1 /* Group 1 */
#define SGI_FIQ   2 /* Group 0 */
#define PSCI_OFF  0x84000008

#define ICC_PMR_EL1     s3_0_c4_c6_0
#define ICC_IAR0_EL1    s3_0_c12_c8_0
#define ICC_HPPIR0_EL1  s3_0_c12_c8_2
#define ICC_BPR0_EL1    s3_0_c12_c8_3
#define ICC_AP0R0_EL1   s3_0_c12_c8_4
#define ICC_AP1R0_EL1   s3_0_c12_c9_0
#define ICC_DIR_EL1     s3_0_c12_c11_1
#define ICC_RPR_EL1     s3_0_c12_c11_3
#define ICC_SGI1R_EL1   s3_0_c12_c11_5
#define ICC_IAR1_EL1    s3_0_c12_c12_0
#define ICC_EOIR1_EL1   s3_0_c12_c12_1
#define ICC_HPPIR1_EL1  s3_0_c12_c12_2
#define ICC_BPR1_EL1    s3_0_c12_c12_3
#define ICC_CTLR_EL1    s3_0_c12_c12_4
#define ICC_IGRPEN0_EL1 s3_0_c12_c12_6
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
#define ICC_SRE_EL2     s3_4_c12_c9_5
#define ICH_AP0R0_EL2   s3_4_c12_c8_0
#define ICH_AP1R0_EL2   s3_4_c12_c9_0
#define ICH_HCR_EL2     s3_4_c12_c11_0
#define ICH_VMCR_EL2    s3_4_c12_c11_7

/* VPMR 0x80, VBPR0 5, VBPR1 6, VEOIM 1; VENG0 and VENG1 0 */
#define VMCR (0x80 << 24 | 5 << 21 | 6 << 18 | 1 << 9)

    .macro store32 address, value
    ldr     x9, =\address
    ldr     w10, =\value
    str     w10, [x9]
    .endm

    .macro set register, value
    ldr     x9, =\value
    msr     \register, x9
    .endm

/* name, and the value of x20, on a line */
    .macro say name
    adr     x0, 9f
    bl      print
    b       8f
9:  .asciz  "\name "
    .balign 4
8:
    .endm

    .macro read name, register
    mrs     x20, \register
    say     \name
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
    .quad   0                           /* text_offset */
    .quad   stack - _start
    .quad   0xa                         /* 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    adr     x9, vectors_el2
    msr     vbar_el2, x9
    adr     x9, vectors_el1
    msr     vbar_el1, x9
    adr     x9, stack
    mov     sp, x9
    set     ICC_SRE_EL2, 0xf
    isb
    store32 GICD, 0x13                  /* ARE, EnableGrp1, EnableGrp0 */
    store32 (GICR + 0x14), 0            /* GICR_WAKER */
1:  ldr     w10, [x9]
    tbnz    w10, #2, 1b                 /* ChildrenAsleep */
    store32 (GICR_SGI + 0x80), (1 << SGI_IRQ)
    store32 (GICR_SGI + 0x400), 0xa0a0a0a0
    store32 (GICR_SGI + 0x100), (1 << SGI_IRQ | 1 << SGI_FIQ)
    set     ICC_PMR_EL1, 0xf0
    set     ICC_BPR0_EL1, 3
    set     ICC_BPR1_EL1, 4
    set     ICC_CTLR_EL1, 0
    set     ICC_IGRPEN0_EL1, 1
    set     ICC_IGRPEN1_EL1, 1
    set     ICH_VMCR_EL2, VMCR
    set     ICH_AP0R0_EL2, (1 << 8)     /* priority 0x40 */
    set     ICH_AP1R0_EL2, (1 << 4)     /* priority 0x20 */
    set     ICH_HCR_EL2, 1
    set     hcr_el2, (1 << 31 | 1 << 3) /* RW, FMO */
    adr     x9, el1
    msr     elr_el2, x9
    set     spsr_el2, 0x3c5
    eret

el1:
    adr     x9, stack_el1
    mov     sp, x9
    read    PMR, ICC_PMR_EL1
    read    RPR, ICC_RPR_EL1
    mrs     x20, ICC_CTLR_EL1
    ubfx    x20, x20, #1, #1
    say     CTLR.EOImode
    read    IGRPEN0, ICC_IGRPEN0_EL1
    read    IGRPEN1, ICC_IGRPEN1_EL1
    read    BPR0, ICC_BPR0_EL1
    read    BPR1, ICC_BPR1_EL1
    read    AP0R0, ICC_AP0R0_EL1
    read    AP1R0, ICC_AP1R0_EL1
    store32 (GICR_SGI + 0x200), (1 << SGI_IRQ)
    read    HPPIR1, ICC_HPPIR1_EL1
    read    HPPIR0, ICC_HPPIR0_EL1
    read    IAR0, ICC_IAR0_EL1
    set     ICC_PMR_EL1, 0              /* the lowest mask there is */
    mov     x19, #0
    msr     daifclr, #2
    isb
    msr     daifset, #2
    mov     x20, x19
    say     taken_with_PMR_0
    ldr     x9, =(GICR_SGI + 0x300)
    ldr     w20, [x9]
    say     active_before_EOIR1
    set     ICC_DIR_EL1, SGI_IRQ
    isb
    ldr     x9, =(GICR_SGI + 0x300)
    ldr     w20, [x9]
    say     active_after_DIR
    set     ICC_EOIR1_EL1, SGI_IRQ
    isb
    ldr     x9, =(GICR_SGI + 0x300)
    ldr     w20, [x9]
    say     active_after_EOIR1
    mov     x19, #0
    store32 (GICR_SGI + 0x200), (1 << SGI_FIQ) /* F is masked at EL1 */
    isb
    nop
    mov     x20, x19
    say     FIQ_at_EL2
    mov     x19, #0
    set     ICC_SGI1R_EL1, (SGI_IRQ << 24 | 1)
    mov     x20, x19
    say     SGI1R_traps
    hvc     #0

irq_el1:
    mrs     x19, ICC_IAR1_EL1
    eret

fiq_el2:
    mrs     x19, ICC_IAR0_EL1
    msr     s3_0_c12_c8_1, x19          /* ICC_EOIR0_EL1 */
    eret

sync_el2:
    mrs     x9, esr_el2
    lsr     x19, x9, #26
    cmp     x19, #0x18                  /* MSR, MRS */
    b.ne    off
    mrs     x9, elr_el2
    add     x9, x9, #4
    msr     elr_el2, x9
    eret

off:
    ldr     x0, =PSCI_OFF
    smc     #0
    b       off

print:
    ldr     x9, =UART
1:  ldrb    w10, [x0], #1
    cbz     w10, 2f
    str     w10, [x9]
    b       1b
2:  mov     x11, #28
3:  lsr     x10, x20, x11
    and     x10, x10, #15
    add     x12, x10, #('a' - 10)
    add     x10, x10, #'0'
    cmp     x10, #'9'
    csel    x10, x12, x10, hi
    str     w10, [x9]
    subs    x11, x11, #4
    b.ge    3b
    mov     w10, #10
    str     w10, [x9]
    ret

    .ltorg
    .balign 0x800
vectors_el1:
    vector  vectors_el1, 0x000, off
    vector  vectors_el1, 0x200, off
    vector  vectors_el1, 0x280, irq_el1
    vector  vectors_el1, 0x400, off
    .balign 0x800
vectors_el2:
    vector  vectors_el2, 0x000, off
    vector  vectors_el2, 0x200, off
    vector  vectors_el2, 0x400, sync_el2
    vector  vectors_el2, 0x500, fiq_el2
    .balign 0x800
    .space  0x400
stack_el1:
    .space  0x400
stack:
