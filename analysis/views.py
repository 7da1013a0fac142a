# SPDX-License-Identifier: Apache-2.0
"""The measured region on each vCPU. One of them marks it; the sync records tell how far the others were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis import chains, exits, masked, trace
from analysis.chains import Region
from analysis.errors import TraceError
from analysis.exits import Exits
from analysis.gicregs import Frames
from analysis.masked import Stretches
from analysis.trace import Insns, Records, Trace


@dataclass(frozen=True)
class View:
    """What one vCPU did. records: all of its trace; region: its part of the measured region, in its instructions."""

    records: Records
    region: Region

    @cached_property
    def exits(self) -> Exits:
        """All exits, in and outside the region."""
        return exits.find_exits(self.records)

    @cached_property
    def entered(self) -> int:
        """Where a guest first ran, as an instruction index; until then the hypervisor did. 0 on bare metal."""
        if not self.region.guest:
            return 0
        found = np.flatnonzero(trace.is_guest(self.records))
        if found.size == 0:
            return int(self.records["insn"][-1])
        first = self.records[found[0]]
        return int(first["insn"]) + 1 if first["kind"] == trace.ERET_EL2 else 0

    @cached_property
    def stretches(self) -> Stretches:
        """Stretches of the hypervisor with interrupts masked that begin in the region."""
        first = int(np.searchsorted(self.records["insn"], np.uint64(self.entered)))
        found = masked.find_stretches(self.records[first:])
        inside = (found.begin >= self.region.begin) & (found.begin < self.region.end)
        return Stretches(found.begin[inside], found.insns[inside], found.record[inside] + first)

    def host_insns(self, edges: Insns) -> Insns:
        """Instructions in each window [edges[i], edges[i+1]) that no guest executed."""
        return self.exits.host_insns(edges) + np.diff(np.minimum(edges, self.entered))


@dataclass(frozen=True)
class Views:
    """One for each vCPU; measured: the one that has the marks of the region."""

    trace: Trace
    each: list[View]
    measured: int

    def edges(self, insn: Insns) -> list[Insns]:
        """By vCPU, where it stood when the measured one was at these instructions: the first record from there on tells
        it, so exactly where a record is."""
        records = self.each[self.measured].records
        at = np.minimum(np.searchsorted(trace.insns(records), insn), records.size - 1)
        return [
            insn if vcpu == self.measured else self.trace.position(vcpu, self.measured, at)
            for vcpu in range(len(self.each))
        ]


def find_views(traced: Trace, frames: Frames | None = None) -> Views:
    """TraceError unless exactly one vCPU marks the region; frames: of the machine's interrupt controller."""
    marked = [vcpu for vcpu, records in enumerate(traced.vcpus) if chains.marks_region(records)]
    if len(marked) > 1:
        raise TraceError(f"vCPUs {' and '.join(map(str, marked))} mark the measured region: one must")
    measured = marked[0] if marked else 0
    region = chains.find_region(traced.vcpus[measured], frames)
    ends = np.array([region.first, region.first + region.records.size - 1])
    each = []
    for vcpu, records in enumerate(traced.vcpus):
        if vcpu != measured:
            begin, end = traced.position(vcpu, measured, ends).tolist()
            first, stop = np.searchsorted(trace.insns(records), [begin, end])
            vms = trace.vmids(records)[first:stop]
            part = replace(region, records=records[first:stop], begin=begin, end=end, first=int(first), vms=vms)
            each.append(View(records, part))
        else:
            each.append(View(records, region))
    return Views(traced, each, measured)
