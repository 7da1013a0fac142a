# SPDX-License-Identifier: Apache-2.0
"""The metrics of the contract: one row of METRICS each, computed from an Observation, always with samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Mapping, Sequence

import numpy as np

from analysis import chains, events, exits, marks, masked, phases, stats, trace
from analysis.chains import Chains, Region
from analysis.console import Words
from analysis.errors import TraceError
from analysis.events import Series
from analysis.exits import Exits
from analysis.masked import Stretches
from analysis.trace import Insns, Records


@dataclass(frozen=True)
class Source:
    """The interrupt a benchmark raises: its INTID in the guest, and which records raise it.

    kind: "timer" (MARK_TIMER), "sgi" (the guest's write of ICC_SGI*R_EL1), "spi" (a store of the stimulus to its bit of
    GICD_ISPENDR, or of the guest, MARK_SPI).
    """

    kind: str
    intid: int


@dataclass
class Observation:
    """One run of one point: the checked records of its vCPU, the console's frames and the facts a metric needs.

    regions: name -> [base, size] of the machine's device frames.
    """

    records: Records
    frames: Mapping[str, Words] = field(default_factory=dict)
    source: Source | None = None
    insns_per_tick: int = 1
    regions: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @cached_property
    def region(self) -> Region:
        """The measured region."""
        return chains.find_region(self.records)

    @cached_property
    def exits(self) -> Exits:
        """All exits of the trace, in and outside the region."""
        return exits.find_exits(self.records)

    @cached_property
    def chains(self) -> Chains:
        """The interrupt chains of the benchmark's source; no rows when it has none."""
        if self.source is None:
            return Chains.none()
        return chains.find_chains(self.region, RAISES[self.source.kind](self, self.source.intid), self.source.intid)

    @cached_property
    def operations(self) -> tuple[Insns, Insns]:
        """Instruction indices of the BEGIN and END marks of every round trip."""
        insn = trace.insns(self.region.records)
        at = [
            self.region.own(trace.select(self.region.records, trace.MARK, c=mark))
            for mark in (marks.MARK_BEGIN, marks.MARK_END)
        ]
        begin, end = insn[at[0]], insn[at[1]]
        if begin.size != end.size or np.any(end <= begin) or np.any(begin[1:] <= end[:-1]):
            raise TraceError(f"{begin.size} MARK_BEGIN and {end.size} MARK_END do not alternate")
        return begin, end

    @cached_property
    def windows(self) -> Insns:
        """The edges T0_0, T0_1, …, RUN_END of the windows that exits and host instructions are attributed to."""
        return np.append(self.chains.t0, self.region.end)

    @cached_property
    def phases(self) -> dict[str, Insns]:
        """Instructions of each phase of each completed interrupt."""
        return phases.find_phases(self.chains, self.exits)

    @cached_property
    def events(self) -> dict[str, Series]:
        """The event vector over the region."""
        return events.series(self.region, self.regions)

    @cached_property
    def stretches(self) -> Stretches:
        """Stretches of the hypervisor with interrupts masked, in the region."""
        return masked.find_stretches(self.region.records)


# How the moments T0 of an INTID are found for each kind of source.
RAISES: dict[str, Callable[[Observation, int], Insns]] = {
    "timer": lambda seen, intid: chains.timer_raises(seen.region, intid, seen.insns_per_tick),
    "sgi": lambda seen, intid: chains.sgi_raises(seen.region, intid),
    "spi": lambda seen, intid: chains.spi_raises(seen.region, intid, seen.regions.get("gicd", (0,))[0]),
}

Summary = dict[str, Any]
Compute = Callable[[Observation], "Summary | None"]


def latency_insns(seen: Observation) -> Summary | None:
    """T1 - T0: from the raise to the first instruction of the guest's vector, every level below EL3."""
    return _distribution("insn", seen.chains.between(seen.chains.t1))


def completion_insns(seen: Observation) -> Summary | None:
    """T4 - T0: from the raise to the first guest instruction after the deactivating write."""
    return _distribution("insn", seen.chains.between(seen.chains.t4))


def roundtrip_insns(seen: Observation) -> Summary | None:
    """Instructions between MARK_BEGIN and MARK_END, marks excluded, every level below EL3."""
    begin, end = seen.operations
    return _distribution("insn", end - begin - 1)


def exits_per_irq(seen: Observation) -> Summary | None:
    """Every exit in [T0_i, T0_i+1) (the last window ends at RUN_END); the headline is exits / acknowledgements."""
    return _per_irq(seen, "exit", seen.exits.count(seen.windows))


def host_insns_per_irq(seen: Observation) -> Summary | None:
    """Instructions that no guest executed, in the windows of exits_per_irq; the headline is per acknowledgement."""
    return _per_irq(seen, "insn", seen.exits.host_insns(seen.windows))


def exits_per_op(seen: Observation) -> Summary | None:
    """Exits between MARK_BEGIN and MARK_END; the headline is exits / operations."""
    begin, end = seen.operations
    if begin.size == 0:
        return None
    found = seen.exits.count(np.ravel(np.column_stack((begin, end))))[::2]
    return stats.summary("exit", found, stats.ratio(int(found.sum()), int(found.size)))


def masked_max_insns(seen: Observation) -> Summary | None:
    """The longest stretch of the hypervisor with interrupts masked; a sample is the longest of one window."""
    if seen.stretches.begin.size == 0:
        return None
    starts = seen.chains.t0 if seen.chains.t0.size else seen.operations[0]
    # What began before the first raise or operation belongs to the first window: the maximum is the region's.
    edges = np.insert(np.append(starts[1:], seen.region.end), 0, seen.region.begin)
    samples = seen.stretches.longest(edges)
    return stats.summary("insn", samples, int(samples.max()))


def _phase(name: str) -> Compute:
    """Instructions of one phase of analysis/phases.py."""
    return lambda seen: _distribution("insn", seen.phases[name]) if seen.chains.t0.size else None


def _event(name: str) -> Compute:
    """Events of one class of analysis/events.py: for each interrupt those of all levels in [T0, T4) and then, up to the
    next T0, the hypervisor's; for each operation those between its marks."""

    def compute(seen: Observation) -> Summary | None:
        found = seen.events[name]
        if seen.source is None:
            begin, end = seen.operations
            if begin.size == 0:
                return None
            samples = found.before(end) - found.before(begin)
            return stats.summary("event", samples, stats.ratio(int(samples.sum()), int(samples.size)))
        raised, until = seen.windows[:-1], seen.windows[1:]
        done = np.where(seen.chains.t4 == chains.ABSENT, raised, np.minimum(seen.chains.t4, until))
        late = found.before(until, host_only=True) - found.before(done, host_only=True)
        return _per_irq(seen, "event", found.before(done) - found.before(raised) + late)

    return compute


def _ticks(name: str) -> Compute:
    """A metric that the guest itself measured with CNTVCT and sent in a console frame."""

    def compute(seen: Observation) -> Summary | None:
        samples = seen.frames.get(name)
        return None if samples is None else _distribution("tick", samples.astype(np.int64))

    return compute


def _distribution(unit: str, samples: Insns) -> Summary | None:
    return stats.summary(unit, samples) if samples.size else None


def _per_irq(seen: Observation, unit: str, samples: Insns) -> Summary | None:
    acknowledgements = seen.chains.acknowledgements
    if acknowledgements == 0:
        return None
    return stats.summary(unit, samples, stats.ratio(int(samples.sum()), acknowledgements))


# The order is the order of the table.
METRICS: dict[str, Compute] = {
    "roundtrip_ticks": _ticks("roundtrip_ticks"),
    "handler_ticks": _ticks("handler_ticks"),
    "roundtrip_insns": roundtrip_insns,
    "latency_insns": latency_insns,
    "completion_insns": completion_insns,
    "exits_per_op": exits_per_op,
    "exits_per_irq": exits_per_irq,
    "host_insns_per_irq": host_insns_per_irq,
    "masked_max_insns": masked_max_insns,
    **{f"phase_{name}_insns": _phase(name) for name in phases.PHASES},
    **{f"events_{name}": _event(name) for name in events.EVENTS},
}

# Names that stand for several metrics in a suite row.
GROUPS = {
    "phases": [name for name in METRICS if name.startswith("phase_")],
    "events": [name for name in METRICS if name.startswith("events_")],
}


def compute(seen: Observation, names: list[str]) -> dict[str, Summary]:
    """The named metrics, in that order; one that does not exist here (nothing raised) is absent."""
    found = {name: METRICS[name](seen) for name in names}
    return {name: summary for name, summary in found.items() if summary is not None}


def check_clocks(seen: Observation) -> None:
    """TraceError unless the guest's own clock tells the same latencies where a tick is an instruction: handler_ticks is
    the counter that the vector reads, so handler_ticks - latency_insns is one constant, and no moment outside [T1, T2].
    """
    ticks = seen.frames.get("handler_ticks")
    if ticks is None or seen.source is None or seen.insns_per_tick != 1:
        return
    found = seen.chains
    taken = found.t2 != chains.ABSENT
    if ticks.size != np.count_nonzero(taken):
        raise TraceError(f"{ticks.size} samples of handler_ticks for {np.count_nonzero(taken)} acknowledged interrupts")
    own = found.t1[taken] != chains.ABSENT
    t0, t1, t2 = (moment[taken][own] for moment in (found.t0, found.t1, found.t2))
    apart = ticks.astype(np.int64)[own] - (t1 - t0)
    wrong = np.flatnonzero((apart != apart[:1]) | (apart < 0) | (apart > t2 - t1))
    if wrong.size:
        raise TraceError(
            f"the account of latency is open: interrupt {np.flatnonzero(own)[wrong[0]]} has handler_ticks - "
            f"latency_insns {apart[wrong[0]]}, the first one {apart[0]}; its vector reads the counter "
            f"0 to {(t2 - t1)[wrong[0]]} instructions after T1"
        )


def longest_masked(seen: Observation) -> tuple[int, Any] | None:
    """Instructions of the longest stretch with interrupts masked, and the record that began it; None without any."""
    if seen.stretches.begin.size == 0:
        return None
    longest = int(seen.stretches.insns.argmax())
    return int(seen.stretches.insns[longest]), seen.region.records[seen.stretches.record[longest]]


def host_insns(seen: Observation) -> tuple[int, int]:
    """Instructions of the region that no guest executed: all of them, and those at EL2."""
    total = int(seen.exits.host_insns(np.array([seen.region.begin, seen.region.end], np.int64))[0])
    return total, total - exits.below_el2(seen.region.records)


def exit_account(seen: Observation) -> dict[str, Any]:
    """Exits of the measured region by class, and how many lie before the first raise and so in no window. TraceError
    unless the classes sum to the total and to the entries."""
    region = seen.region
    classes = seen.exits.classes(region.begin, region.end)
    guest = trace.is_guest(region.records)
    total = int(np.count_nonzero(trace.select(region.records, trace.EXC_EL2) & guest))
    entries = int(np.count_nonzero(trace.select(region.records, trace.ERET_EL2) & guest))
    if not sum(classes.values()) == total == entries:
        raise TraceError(
            f"the account of exits is open: {total} exits, {entries} entries, {sum(classes.values())} in classes"
        )
    account: dict[str, Any] = {"total": total, "classes": classes}
    if seen.source is not None:
        account["before_first_raise"] = int(seen.exits.count(np.array([region.begin, seen.windows[0]], np.int64))[0])
    return account
