/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest whose accesses to NOWHERE trap to EL2. There x10 becomes x11 for a load, and the guest goes on behind it; what
 * else happens, the offset in the page tells. test_emulation.py knows each access by heart.
 */
#include "guest.h"

#define INTERRUPT 0x100 /* a virtual interrupt waits when the guest goes on */
#define REFUSE    0x200 /* the guest takes an abort instead */
#define REPEAT    0x300 /* x9 is memory now, and the access is done again */
#define HCR_VI    7

#define IPRIORITYR (GICD + 0x420) /* GICD_IPRIORITYR8: INTIDs 32 to 35 */

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
    adr     x9, stage2
    msr     vttbr_el2, x9
    ldr     x9, =VTCR
    msr     vtcr_el2, x9
    ldr     x9, =HCR
    msr     hcr_el2, x9
    isb
    ldr     x9, =IPRIORITYR             /* EL2's own, a word and a byte */
    ldr     w10, =0xa0b0c0d0
    str     w10, [x9]
    ldrb    w10, [x9, #3]
    adr     x9, el1_entry
    msr     elr_el2, x9
    mov     x9, #0x345                  /* EL1h, IRQ unmasked */
    msr     spsr_el2, x9
    eret

el1_entry:
    ldr     x9, =NOWHERE
    ldr     x10, =0x1122334455667788
    str     x10, [x9, #8]
    str     w10, [x9, #4]
    strh    w10, [x9, #2]
    strb    w10, [x9, #1]
    strb    wzr, [x9]
    ldr     x11, =0xaabbccddeeff0011
    ldr     x10, [x9, #0x10]
    mov     x11, #-2
    ldrsb   x10, [x9, #0x11]
    mov     x11, #0x5678
    ldrh    w10, [x9, #0x12]
    ldr     wzr, [x9, #0x14]
    ldr     w10, [x9, #INTERRUPT]
    str     w10, [x9, #REFUSE]
    str     w10, [x9, #REPEAT]
    nop
    ldr     x9, =IPRIORITYR
    ldr     w10, [x9]                   /* not trapped */
    adr     x9, el0_entry
    msr     elr_el1, x9
    msr     spsr_el1, xzr
    eret

el0_entry:
    ldr     x9, =NOWHERE
    mov     x11, #0x77
    ldr     w10, [x9, #0x20]
    str     w10, [x9, #INTERRUPT]
    hvc     #0                          /* UNDEFINED at EL0 */

sync_el1:                               /* behind what was refused; the end comes from EL0 */
    mrs     x12, elr_el1
    add     x12, x12, #4
    msr     elr_el1, x12
    eret

off:
    ldr     w0, =PSCI_SYSTEM_OFF
    smc     #0
    b       off

irq_el1:
    hvc     #0                          /* not pending any more */
    eret

    .ltorg

    .balign 0x800
vectors_el1:
    vector  vectors_el1, 0x000, off
    vector  vectors_el1, 0x200, sync_el1
    vector  vectors_el1, 0x280, irq_el1
    vector  vectors_el1, 0x400, off
    vector  vectors_el1, 0x480, irq_el1
    .balign 0x800

vectors_el2:
    vector  vectors_el2, 0x000, off
    vector  vectors_el2, 0x400, trap
    .balign 0x800

trap:
    mrs     x13, esr_el2
    lsr     x12, x13, #26
    cmp     x12, #EC_HVC
    b.eq    clear
    mrs     x14, far_el2
    and     x14, x14, #0xf00
    cmp     x14, #REPEAT
    b.eq    repeat
    cmp     x14, #REFUSE
    b.eq    refuse
    tbnz    x13, #6, 1f                 /* WnR */
    mov     x10, x11
1:  cmp     x14, #INTERRUPT
    b.ne    2f
    mrs     x12, hcr_el2
    orr     x12, x12, #(1 << HCR_VI)
    msr     hcr_el2, x12
2:  mrs     x12, elr_el2
    add     x12, x12, #4
    msr     elr_el2, x12
    eret

clear:
    mrs     x12, hcr_el2
    bic     x12, x12, #(1 << HCR_VI)
    msr     hcr_el2, x12
    eret

refuse:
    mrs     x12, elr_el2
    msr     elr_el1, x12
    mrs     x12, spsr_el2
    msr     spsr_el1, x12
    adr     x12, vectors_el1 + VECTOR_SYNC_SAME
    msr     elr_el2, x12
    mov     x12, #SPSR_EL1H
    msr     spsr_el2, x12
    eret

repeat:
    adr     x9, scratch - REPEAT
    eret

    .balign 0x1000
stage2:                                 /* level 1: 0 to 1 GiB device, 1 to 3 GiB normal, the rest nowhere */
    .quad   0x000004c5
    .quad   0x400007fd
    .quad   0x800007fd
    .space  4096 - 24
scratch:
    .quad   0
end:
