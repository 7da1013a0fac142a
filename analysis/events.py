# SPDX-License-Identifier: Apache-2.0
"""The event vector: what hardware charges for beyond instructions, counted up to any boundary of the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analysis import trace
from analysis.chains import Region
from analysis.trace import Insns, Mask

# Where a device record's address belongs when no range of the machine's row contains it.
OTHER_DEVICE: Final = "device"
FRAMES: Final = ("gicd", "gicr", "its", "gicc", "gich", "gicv", OTHER_DEVICE)
EVENTS: Final = ("exceptions", "returns", *trace.COUNT_FIELDS, *(f"mmio_{frame}" for frame in FRAMES))


def exists(name: str, ranges: Mapping[str, Sequence[int]]) -> bool:
    """Whether a class of EVENTS can happen on a machine with these frames."""
    frame = name.removeprefix("mmio_")
    return frame == name or frame == OTHER_DEVICE or frame in ranges


@dataclass(frozen=True)
class Series:
    """One class of event: at each instruction index how many, of all levels and of the hypervisor alone."""

    insn: Insns
    total: Insns
    host: Insns

    def before(self, at: Insns, host_only: bool = False) -> Insns:
        """How many there were before the instruction `at`; counts records tell them at boundaries only."""
        sums = np.insert(self.host if host_only else self.total, 0, 0)
        return sums[np.searchsorted(self.insn, at, side="left")]

    def guest_between(self, begin: Insns, end: Insns) -> Insns:
        """Those of [begin, end) that are not the hypervisor's, element by element."""
        every = self.before(end) - self.before(begin)
        return every - (self.before(end, host_only=True) - self.before(begin, host_only=True))


def series(region: Region, ranges: Mapping[str, Sequence[int]]) -> dict[str, Series]:
    """Every class of EVENTS over the measured region; ranges: name -> [base, size] of the machine's frames."""
    records = region.records
    kind, insn = records["kind"], trace.insns(records)
    below = trace.is_guest(records) == region.guest  # the measured guest's, where EL2 did not execute it
    found: dict[str, Series] = {}
    for name, at_el2, at_el1 in (
        ("exceptions", trace.EXC_EL2, trace.EXC_EL1),
        ("returns", trace.ERET_EL2, trace.ERET_EL1),
    ):
        chosen = (kind == at_el2) | (kind == at_el1)
        found[name] = _series(insn[chosen], 1, ((kind == at_el2) | ~below)[chosen])
    counts = trace.counts(records)
    # What a counts record holds ran before its boundary, so before the instruction it names.
    counted = trace.insns(counts) - 1
    host = (counts["el"] == 2) | ((counts["flags"] & trace.FLAG_GUEST != 0) != region.guest)
    for name in trace.COUNT_FIELDS:
        found[name] = _series(counted, counts[name].astype(np.int64), host)
    mmio = (kind == trace.MMIO) & (records["flags"] & trace.FLAG_EMULATED == 0)
    frame = frames(records["a"][mmio], ranges)
    host = ((records["el"] == 2) | ~below)[mmio]
    for name in FRAMES:
        found[f"mmio_{name}"] = _series(insn[mmio], (frame == name).astype(np.int64), host)
    return found


def frames(addresses: npt.NDArray[np.uint64], ranges: Mapping[str, Sequence[int]]) -> npt.NDArray[np.str_]:
    """The frame each physical address lies in."""
    found = np.full(addresses.shape, OTHER_DEVICE, "U8")
    for name, (base, size) in ranges.items():
        found[(addresses >= np.uint64(base)) & (addresses < np.uint64(base + size))] = name
    return found


def _series(insn: Insns, weight: Insns | int, host: Mask) -> Series:
    weights = np.broadcast_to(np.asarray(weight, np.int64), insn.shape)
    return Series(insn, np.cumsum(weights), np.cumsum(np.where(host, weights, 0)))
