/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracer's stimulus by means of the architecture alone: a program at EL3 of QEMU's virt machine with secure=on makes
 * stores at given moments, and no instruction below EL3 is executed for them. It owns the secure physical timer, whose
 * interrupt is of Group 0 and taken to EL3 as FIQ (DDI 0487, SCR_EL3.FIQ). QEMU's loader starts CPU 0 here; what QEMU would
 * have started, at the lowest address of memory, is entered at EL2, or EL1 where there is no EL2, in Non-secure state.
 *
 * The stores are at TABLE: moment in ticks of the physical counter, address, value, 64 bits each, of which 32 are stored.
 * The last moment never comes. What is saved is in Secure memory.
 */
#define TABLE       0x04010000
#define SAVED       0x0e001000
#define ENTRY       0x40000000
#define GICD        0x08000000
#define GICR        0x080a0000

#define GICD_CTLR_VALUE 0x31            /* ARE_S, ARE_NS, EnableGrp0: Group 1 is the lower levels' business */
#define GICR_WAKER      0x14
#define GICR_SGI        0x10000
#define GICR_IGROUPR0   0x80
#define GICR_ISENABLER0 0x100
#define GICR_IPRIORITYR 0x400
#define GICR_IGRPMODR0  0xd00
#define PPI             29              /* of the secure physical timer */

/* SCR_EL3: NS, FIQ, HCE, RW; API, APK, FGTEn, ECVEn, ATA, EnSCXT, HXEn, EnTP2: nothing of the lower levels traps here */
#define SCR_VALUE       (1 << 0 | 1 << 2 | 1 << 8 | 1 << 10 | 3 << 16 | 1 << 25 | 1 << 26 | 1 << 27 | 1 << 28)
#define SCR_VALUE_UPPER (1 << (38 - 32) | 1 << (41 - 32))
#define CPTR_VALUE      (1 << 8 | 1 << 12)  /* EZ, ESM: SVE and SME do not trap */
#define SRE_VALUE       0xf             /* system registers, also for the lower levels */
#define SPSR_EL1H       0x3c5
#define SPSR_EL2H       0x3c9

    .text
    .global _start
_start:
    ldr     x0, =SAVED
    mov     sp, x0
    adr     x0, vectors
    msr     vbar_el3, x0
    ldr     x0, =SCR_VALUE
    mov     x1, #SCR_VALUE_UPPER
    orr     x0, x0, x1, lsl #32
    msr     scr_el3, x0
    mov     x0, #CPTR_VALUE
    msr     cptr_el3, x0
    mov     x0, #SRE_VALUE
    msr     S3_6_C12_C12_5, x0          /* ICC_SRE_EL3 */
    isb
    mov     x0, #0xf
    msr     S3_6_C1_C2_0, x0            /* ZCR_EL3 */
    mrs     x1, S3_0_C0_C4_1            /* ID_AA64PFR1_EL1 */
    ubfx    x1, x1, #24, #4
    cbz     x1, 1f
    msr     S3_6_C1_C2_6, x0            /* SMCR_EL3 */

1:  ldr     x1, =GICD
    mov     w0, #GICD_CTLR_VALUE
    str     w0, [x1]
    ldr     x1, =GICR
    str     wzr, [x1, #GICR_WAKER]
2:  ldr     w0, [x1, #GICR_WAKER]
    tbnz    w0, #2, 2b                  /* ChildrenAsleep */
    add     x1, x1, #GICR_SGI
    ldr     w0, [x1, #GICR_IGROUPR0]
    bic     w0, w0, #(1 << PPI)
    str     w0, [x1, #GICR_IGROUPR0]
    str     wzr, [x1, #GICR_IGRPMODR0]
    strb    wzr, [x1, #(GICR_IPRIORITYR + PPI)]
    mov     w0, #(1 << PPI)
    str     w0, [x1, #GICR_ISENABLER0]
    mov     x0, #0xff
    msr     S3_0_C4_C6_0, x0            /* ICC_PMR_EL1: Non-secure writes do not reach below 0x80 */
    mov     x0, #1
    msr     S3_0_C12_C12_6, x0          /* ICC_IGRPEN0_EL1 */

    ldr     x1, =TABLE
    ldr     x2, [x1], #8
    msr     tpidr_el3, x1
    msr     cntps_cval_el1, x2
    msr     cntps_ctl_el1, x0           /* enabled, not masked */

    ldr     x0, =ENTRY
    msr     elr_el3, x0
    mrs     x1, id_aa64pfr0_el1
    ubfx    x1, x1, #8, #4              /* EL2 */
    mov     x0, #SPSR_EL1H
    mov     x2, #SPSR_EL2H
    cmp     x1, #0
    csel    x0, x0, x2, eq
    msr     spsr_el3, x0
    eret
    .ltorg

    .macro  dead_vector
    .balign 0x80
    b       .
    .endm

    .balign 0x800
vectors:
    .rept   10
    dead_vector
    .endr
    .balign 0x80                        /* lower EL, AArch64: FIQ. The line drops with the new moment. */
    stp     x0, x1, [sp, #-32]!
    stp     x2, x3, [sp, #16]
    mrs     x0, tpidr_el3
    ldp     x1, x2, [x0], #16
    str     w2, [x1]
    ldr     x3, [x0], #8
    msr     cntps_cval_el1, x3
    msr     tpidr_el3, x0
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #32
    eret
    .rept   5
    dead_vector
    .endr
