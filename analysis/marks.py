# SPDX-License-Identifier: Apache-2.0
"""The mark numbers of guests/lib/marks.h: the imm16 of `movz xzr, #imm16`. A test compares the two files."""

MARK_RUN_BEGIN = 0x100  # the measured region begins; x0 = iterations
MARK_RUN_END = 0x101  # the measured region ends
MARK_BEGIN = 0x102  # a round trip begins at the next instruction; burst: x0 = interrupts pending
MARK_END = 0x103  # the round trip ended at the instruction before
MARK_TIMER = 0x104  # timer armed, enabled and unmasked; x0 = CVAL, x1 = CNTVCT read just before
MARK_SPI = 0x105  # the next instruction is the store that asserts an SPI or sends a message; x0 = INTID
MARK_REPLY = 0x106  # the instruction before is the store that replies to an IPI

RUN = (MARK_RUN_BEGIN, MARK_RUN_END)
