# SPDX-License-Identifier: Apache-2.0
"""The account of edges, of traces made by hand: by system registers and by frames."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from analysis import edges, sysregs, trace

GICD, GICC = 0x08000000, 0x08010000
FRAMES = {"gicd": [GICD, 0x10000], "gicc": [GICC, 0x10000]}
IAR1 = sysregs.ENCODINGS["ICC_IAR1_EL1"]
INTID = 210


def raised(insn: int, intid: int = INTID) -> tuple[int, ...]:
    """A store of the stimulus before the instruction `insn`."""
    return (insn, trace.STIMULUS, 1, 0, trace.FLAG_GUEST, 1 << intid % 32, GICD + 0x200 + intid // 32 * 4, 0)


def taken(insn: int, intid: int = INTID, flags: int = trace.FLAG_VALID) -> tuple[int, ...]:
    """The instruction behind a read of ICC_IAR1_EL1 at EL2."""
    return (insn, trace.SYSREG_DONE, 2, 0, flags, IAR1, intid, 0)


def loaded(insn: int, intid: int = INTID) -> tuple[int, ...]:
    """A load from GICC_IAR at EL2."""
    return (insn, trace.MMIO, 2, 2 << trace.MMIO_SIZE_SHIFT, trace.FLAG_VALID, intid, GICC + 0xC, 0)


@pytest.mark.parametrize(
    "rows, account",
    [
        ([], (0, 0, 0, 0, 0)),
        ([raised(10), taken(20), raised(30), taken(40)], (2, 2, 0, 0, 0)),
        ([raised(10), raised(11), raised(12), taken(40)], (3, 1, 2, 0, 0)),
        ([raised(10), taken(20), raised(30)], (2, 1, 0, 1, 0)),
        ([raised(10), taken(20), taken(30)], (1, 2, 0, 0, 1)),
        # A core that sleeps stands at one instruction.
        ([raised(10), raised(10), raised(10), taken(15)], (3, 1, 2, 0, 0)),
        # Others' edges and acknowledges, and those of a guest, are not its own.
        ([raised(10), raised(11, 211), raised(12, 178), taken(13, 211), taken(14)], (1, 1, 0, 0, 0)),
        ([raised(10), taken(20), taken(21, flags=trace.FLAG_VALID | trace.FLAG_GUEST)], (1, 1, 0, 0, 0)),
        ([raised(10), taken(20, 1023), taken(30)], (1, 1, 0, 0, 0)),
        # Stored right behind the read, which is recorded one instruction later.
        ([raised(10), raised(20), taken(20), taken(30)], (2, 2, 0, 0, 0)),
        ([raised(10), raised(20), loaded(20), raised(21), loaded(30)], (3, 2, 1, 0, 0)),
    ],
)
def test_accounts(rows: list[tuple[int, ...]], account: tuple[int, ...]) -> None:
    """raised, taken, coalesced, outstanding, unraised; and they add up."""
    found = edges.accounts(np.array(rows, trace.RECORD), FRAMES, [INTID])[INTID]
    assert astuple(found) == account
    assert found.raised == found.taken - found.unraised + found.coalesced + found.outstanding
