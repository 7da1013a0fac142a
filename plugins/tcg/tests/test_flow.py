# SPDX-License-Identifier: GPL-2.0-or-later
"""flow.c: was a vector reached by an exception or by plain execution?"""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

NOP, ISB, SVC, HVC, ERET, RET, BLR30, BR9, B_NEXT = (
    0xD503201F,
    0xD5033FDF,
    0xD4000001,
    0xD4000002,
    0xD69F03E0,
    0xD65F03C0,
    0xD63F03C0,
    0xD61F0120,
    0x14000001,
)
TABLE = 0x40200800
SYNC, IRQ = TABLE + 0x200, TABLE + 0x280
MASKED, UNMASKED = 0x3C5, 0x5
IL = 1 << 20
ELSEWHERE = 0x40300004


class Origin(ctypes.Structure):
    """struct flow_origin."""

    _fields_ = [
        ("known", ctypes.c_bool),
        ("finished", ctypes.c_bool),
        ("el", ctypes.c_uint8),
        ("pc", ctypes.c_uint64),
        ("last_pc", ctypes.c_uint64),
        ("opcode", ctypes.c_uint32),
    ]


class Arrival(ctypes.Structure):
    """struct flow_arrival."""

    _fields_ = [
        ("pc", ctypes.c_uint64),
        ("el", ctypes.c_uint8),
        ("elr", ctypes.c_uint64),
        ("spsr", ctypes.c_uint64),
        ("pstate", ctypes.c_uint64),
        ("rn", ctypes.c_uint64),
        ("from_elr", ctypes.c_uint64),
    ]


def came(opcode: int, pc: int, el: int = 1, finished: bool = True) -> Origin:
    """The block before: one instruction."""
    return Origin(known=True, finished=finished, el=el, pc=pc, last_pc=pc, opcode=opcode)


def arrived(pc: int = SYNC, **fields: int) -> Arrival:
    """At a vector of EL1, masked, with an ELR_EL1 of long ago."""
    return Arrival(**{"pc": pc, "el": 1, "elr": ELSEWHERE, "spsr": UNMASKED, "pstate": MASKED, **fields})


CASES: dict[str, tuple[Origin, Arrival, bool]] = {
    "reset": (Origin(known=False), arrived(), False),
    "a block that was left in the middle": (came(NOP, 0x1000, finished=False), arrived(), True),
    "return, then an interrupt": (came(RET, 0x1000), arrived(IRQ, rn=0x2000, elr=0x2000), True),
    "return to the vector": (came(RET, 0x1000), arrived(rn=SYNC), False),
    "branch to the vector": (came(BR9, 0x1000), arrived(rn=SYNC), False),
    "branch to the vector, unmasked": (came(BR9, 0x1000), arrived(rn=SYNC, pstate=UNMASKED), False),
    "branch to the vector, and an interrupt there": (came(BR9, 0x1000), arrived(IRQ, rn=IRQ, elr=IRQ), True),
    "the same, but it was masked": (came(BR9, 0x1000), arrived(IRQ, rn=IRQ, elr=IRQ, spsr=MASKED), False),
    "direct branch": (came(B_NEXT, SYNC - 4), arrived(), False),
    "direct branch, then an interrupt": (came(B_NEXT, IRQ - 0x84), arrived(IRQ, elr=SYNC), True),
    "fall-through": (came(ISB, SYNC - 4), arrived(), False),
    "fault before falling through": (came(ISB, SYNC - 4), arrived(elr=SYNC - 4), True),
    "call through X30": (came(BLR30, 0x1000), arrived(IRQ, elr=0x2000), True),
    "ERET at EL1 to the vector": (came(ERET, 0x1000), arrived(from_elr=SYNC, elr=SYNC, spsr=MASKED), False),
    "ERET at EL1, then an interrupt": (came(ERET, 0x1000), arrived(IRQ, from_elr=0x2000, elr=0x2000), True),
    "ERET at EL2 to the vector": (came(ERET, 0x1000, el=2), arrived(from_elr=SYNC), False),
    "ERET at EL2 to the vector, left over ELR": (came(ERET, 0x1000, el=2), arrived(from_elr=SYNC, elr=SYNC), False),
    "ERET at EL2, then a virtual interrupt": (came(ERET, 0x1000, el=2), arrived(IRQ, from_elr=0x2000), True),
    "illegal ERET to the vector": (came(ERET, 0x1000, el=2), arrived(from_elr=SYNC, elr=SYNC, spsr=IL), True),
    "HVC right before an EL2 vector's address": (came(HVC, SYNC - 4), arrived(el=2, elr=SYNC), True),
    "return at EL0 to EL1's vector address": (came(RET, 0x1000, el=0), arrived(TABLE + 0x480, rn=TABLE + 0x480), True),
}


@pytest.mark.parametrize("case", CASES)
def test_by_exception(case: str, pure: ctypes.CDLL) -> None:
    origin, arrival, expected = CASES[case]
    pure.flow_by_exception.restype = ctypes.c_bool
    assert pure.flow_by_exception(ctypes.byref(origin), ctypes.byref(arrival)) is expected


@pytest.mark.parametrize(
    "opcode,pc,expected",
    [(NOP, 0x107C, True), (NOP, 0x1078, False), (B_NEXT, 0x107C, True), (B_NEXT, 0x1080, False)]
    + [(RET, 0x1000, True), (ERET, 0x1000, True), (SVC, 0x107C, False), (HVC, 0x107C, True), (BLR30, 0x1000, False)],
)
def test_may_reach_vector(opcode: int, pc: int, expected: bool, pure: ctypes.CDLL) -> None:
    pure.flow_may_reach_vector.restype = ctypes.c_bool
    result: Any = pure.flow_may_reach_vector(ctypes.c_uint32(opcode), ctypes.c_uint64(pc))
    assert result is expected
