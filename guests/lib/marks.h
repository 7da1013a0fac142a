/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks tell the tracer where samples begin and end: `movz xzr, #id` does nothing by architecture (DDI 0487, MOVZ
 * with Rd = 31 discards the result), so the same bytes run everywhere. x0 and x1 are the arguments.
 * analysis/marks.py holds the same numbers; a test compares the two files.
 */
#ifndef GUESTS_LIB_MARKS_H
#define GUESTS_LIB_MARKS_H

#define MARK_RUN_BEGIN 0x100 /* the measured region begins; x0 = iterations */
#define MARK_RUN_END   0x101 /* the measured region ends */
#define MARK_BEGIN     0x102 /* a round trip begins at the next instruction; burst: x0 = interrupts pending */
#define MARK_END       0x103 /* the round trip ended at the instruction before */
#define MARK_TIMER     0x104 /* timer armed, enabled and unmasked; x0 = CVAL, x1 = CNTVCT read just before */
#define MARK_SPI       0x105 /* the next instruction is the store that asserts an SPI or sends a message; x0 = INTID */
#define MARK_REPLY     0x106 /* the instruction before is the store that replies to an IPI */

#endif
