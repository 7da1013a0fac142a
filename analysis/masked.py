# SPDX-License-Identifier: Apache-2.0
"""Stretches of the hypervisor with interrupts masked: from an exception to EL2, or a write of PSTATE.I there, to the
ERET or the write that ends it, which is counted too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis import trace
from analysis.trace import Insns, Records

PSTATE_I: Final = 7  # DDI 0487, SPSR_EL2.I and DAIF.I
DAIF_IMM_I: Final = 1  # MSR DAIFSet, DAIFClr: imm4[1]


@dataclass(frozen=True)
class Stretches:
    """begin: index of the first instruction; insns: how many; record: position of the record that began it."""

    begin: Insns
    insns: Insns
    record: npt.NDArray[np.intp]

    def longest(self, edges: Insns) -> Insns:
        """The longest that begins in each window [edges[i], edges[i+1]); 0 where none does."""
        window = np.searchsorted(edges, self.begin, side="right") - 1
        found: Insns = np.zeros(edges.size - 1, np.int64)
        inside = (window >= 0) & (window < found.size)
        np.maximum.at(found, window[inside], self.insns[inside])
        return found


def find_stretches(records: Records) -> Stretches:
    """All stretches that begin and end in these records, which begin with interrupts unmasked (in a guest)."""
    kind = records["kind"]
    no_change = (kind == trace.DAIF) & (records["sub"] != trace.DAIF_WRITE) & (records["c"] >> DAIF_IMM_I & 1 == 0)
    at = np.flatnonzero(np.isin(kind, (trace.EXC_EL2, trace.ERET_EL2, trace.DAIF)) & ~no_change)
    chosen = records[at]
    state = np.select(
        [
            chosen["kind"] == trace.EXC_EL2,
            chosen["kind"] == trace.ERET_EL2,
            chosen["sub"] == trace.DAIF_WRITE,
        ],
        [
            np.ones(at.shape, bool),
            (chosen["el"] == 2) & (chosen["b"] >> np.uint64(PSTATE_I) & np.uint64(1) == 1),
            chosen["a"] >> np.uint64(PSTATE_I) & np.uint64(1) == 1,
        ],
        chosen["sub"] == trace.DAIF_SET,
    )
    # A vector's first instruction is masked already; what an ERET or a write changes, it changes for the next one.
    moment = trace.insns(chosen) + (chosen["kind"] != trace.EXC_EL2)
    before = np.insert(state[:-1], 0, False)
    begins, ends = np.flatnonzero(state & ~before), np.flatnonzero(~state & before)
    begins = begins[: ends.size]
    return Stretches(moment[begins], moment[ends] - moment[begins], at[begins])
