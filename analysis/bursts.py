# SPDX-License-Identifier: Apache-2.0
"""Bursts: interrupts that are pending together when the guest unmasks them, from there to the last deactivation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis import gicregs, marks, trace
from analysis.chains import Region, moments
from analysis.errors import TraceError
from analysis.trace import Insns

INTID_SPECIAL, INTID_LPI = 1020, 8192  # IHI 0069H 2.2: 1020 to 1023 are no interrupts


@dataclass(frozen=True)
class Bursts:
    """begin, end: instruction indices of each burst's marks; raised, acknowledged: how many interrupts it had."""

    begin: Insns
    end: Insns
    raised: Insns
    acknowledged: Insns

    @property
    def account(self) -> dict[str, int]:
        """As that of chains: nothing coalesces, because each interrupt is raised once while it is not pending."""
        raised, acknowledged = int(self.raised.sum()), int(self.acknowledged.sum())
        return {
            "raised": raised,
            "acknowledged": acknowledged,
            "coalesced": 0,
            "outstanding": raised - acknowledged,
        }


def find_bursts(region: Region, begin: Insns, end: Insns) -> Bursts:
    """The bursts between these marks. TraceError when the guest acknowledges more than a burst has, or outside one."""
    records = region.records
    raised = records["a"][region.own(trace.select(records, trace.MARK, c=marks.MARK_BEGIN))].astype(np.int64)
    intid = gicregs.intids(records)
    real = (intid < INTID_SPECIAL) | (intid >= INTID_LPI)
    acks = moments(region)[region.own(gicregs.acknowledges(records, region.frames) & real)]
    found = np.searchsorted(acks, end) - np.searchsorted(acks, begin)
    more = np.flatnonzero(found > raised)
    if more.size:
        raise TraceError(f"{found[more[0]]} acknowledgements in a burst of {raised[more[0]]}: the account is open")
    if int(found.sum()) != acks.size:
        raise TraceError(f"{acks.size - found.sum()} acknowledgements outside of bursts: the account is open")
    return Bursts(begin, end, raised, found.astype(np.int64))
