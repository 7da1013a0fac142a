# SPDX-License-Identifier: Apache-2.0
"""The metrics of the contract: one row of METRICS each, computed from an Observation, always with samples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Iterable, Mapping, Sequence

import numpy as np

from analysis import bursts, chains, events, exits, housekeeping, ipi, marks, phases, stats, trace, views
from analysis.bursts import Bursts
from analysis.chains import Chains, Region
from analysis.console import Words
from analysis.errors import TraceError
from analysis.events import Series
from analysis.ipi import Ipis
from analysis.trace import Insns, Mask, Trace
from analysis.views import View, Views


@dataclass(frozen=True)
class Source:
    """The interrupt a benchmark raises: its INTID in the guest, and which records raise it.

    kind: "timer" (MARK_TIMER: of a timer, or of a device whose moment the guest knows), "sgi" (the guest's write of
    ICC_SGI*R_EL1), "ipi" (ditto, for another vCPU), "spi" (a store of the stimulus to its bit of GICD_ISPENDR, or of
    the guest, MARK_SPI), "msi" (the latter alone), "lpi" (the store of GITS_CWRITER that runs a command INT: the first
    instruction of each round trip); or "burst": several at once, pending at MARK_BEGIN, without an INTID.
    """

    kind: str
    intid: int = 0


@dataclass
class Observation:
    """One run of one point: its trace, the console's frames and the facts a metric needs.

    regions: name -> [base, size] of the machine's device frames; sliced: a timer ends turns of vCPUs anywhere.
    """

    traced: Trace
    frames: Mapping[str, Words] = field(default_factory=dict)
    source: Source | None = None
    insns_per_tick: int = 1
    regions: Mapping[str, Sequence[int]] = field(default_factory=dict)
    sliced: bool = False

    @cached_property
    def views(self) -> Views:
        """The measured region on each vCPU."""
        return views.find_views(self.traced, self.regions)

    @property
    def region(self) -> Region:
        """The measured region on the vCPU that marks it, whose instructions all moments are told in."""
        return self.views.each[self.views.measured].region

    @cached_property
    def ipis(self) -> Ipis | None:
        """Of a benchmark that sends interrupts from vCPU to vCPU, their way."""
        if self.source is None or self.source.kind != "ipi":
            return None
        return ipi.find_ipis(self.views, self.source.intid)

    @cached_property
    def raised(self) -> Insns:
        """T0 of every interrupt of the benchmark's source; none when it has none, or bursts."""
        if self.source is None or self.source.kind == BURST:
            return np.zeros(0, np.int64)
        return RAISES[self.source.kind](self, self.source.intid)

    @cached_property
    def chains(self) -> Chains:
        """The interrupt chains of the benchmark's source, in the instructions of the vCPU that takes them; none of
        bursts."""
        if self.source is None or self.source.kind == BURST:
            return Chains.none()
        if self.ipis:
            return self.ipis.chains
        return chains.find_chains(self.region, self.raised, self.source.intid, edges=self.source.kind == "spi")

    @property
    def taker(self) -> View:
        """The vCPU that takes the interrupts."""
        return self.views.each[self.ipis.target if self.ipis else self.views.measured]

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
    def bursts(self) -> Bursts | None:
        """The bursts of interrupts of the benchmark's source, if that is what it has."""
        if self.source is None or self.source.kind != BURST:
            return None
        return bursts.find_bursts(self.region, *self.operations)

    @property
    def irqs(self) -> dict[str, int] | None:
        """The account of interrupts, if any are raised."""
        if self.source is None:
            return None
        return self.bursts.account if self.bursts else self.chains.account

    @property
    def acknowledgements(self) -> int:
        """How many interrupts the guest acknowledged."""
        return int(self.bursts.acknowledged.sum()) if self.bursts else self.chains.acknowledgements

    @cached_property
    def windows(self) -> list[Insns]:
        """By vCPU, the edges T0_0, T0_1, …, RUN_END of the windows that exits and instructions are attributed to."""
        return self.views.edges(np.append(self.raised, self.region.end))

    @property
    def acknowledged(self) -> Insns:
        """How many interrupts the guest acknowledged in each of these windows, or bursts."""
        if self.bursts:
            return self.bursts.acknowledged
        return (self.chains.t2 != chains.ABSENT).astype(np.int64)

    @cached_property
    def disturbed(self) -> Mask:
        """In which windows, of bursts and without interrupts in which operations, a host kept house."""
        if self.source is not None and not self.bursts:
            return housekeeping.disturbed(self.views, self.windows)
        return housekeeping.disturbed(self.views, self.views.edges(np.ravel(np.column_stack(self.operations))))[::2]

    @cached_property
    def phases(self) -> dict[str, Insns]:
        """Instructions of each phase of each completed interrupt."""
        return phases.find_phases(self.chains, self.taker.exits, self.region.vm)

    @cached_property
    def events(self) -> list[dict[str, Series]]:
        """By vCPU, the event vector."""
        return [events.series(view.region, self.regions) for view in self.views.each]


BURST = "burst"
TICKS = ("roundtrip_ticks", "handler_ticks")
# How the moments T0 of an INTID are found for each kind of source that has one.
RAISES: dict[str, Callable[[Observation, int], Insns]] = {
    "timer": lambda seen, intid: chains.timer_raises(seen.region, intid, seen.insns_per_tick),
    "sgi": lambda seen, intid: chains.sgi_raises(seen.region, intid),
    "ipi": lambda seen, intid: chains.sgi_raises(seen.region, intid),
    "spi": lambda seen, intid: chains.spi_raises(seen.region, intid, seen.regions.get("gicd", (0,))[0]),
    "msi": lambda seen, intid: chains.message_raises(seen.region, intid),
    "lpi": lambda seen, intid: seen.operations[0] + 1,
}

SOURCES = (*RAISES, BURST)

Summary = dict[str, Any]
Compute = Callable[[Observation], "Summary | None"]


def latency_insns(seen: Observation) -> Summary | None:
    """T1 - T0: from the raise to the first instruction of the guest's vector, every level below EL3."""
    return _distribution("insn", seen.chains.between(seen.chains.t1))


def completion_insns(seen: Observation) -> Summary | None:
    """T4 - T0: from the raise to the first guest instruction after the deactivating write."""
    return _distribution("insn", seen.chains.between(seen.chains.t4))


def roundtrip_insns(seen: Observation) -> Summary | None:
    """Instructions between MARK_BEGIN and MARK_END, marks excluded, every level below EL3; of an IPI and its reply
    those on the critical path (analysis/ipi.py, roundtrips)."""
    begin, end = seen.operations
    if seen.ipis:
        return _distribution("insn", ipi.roundtrips(seen.views, seen.ipis, begin, end))
    return _distribution("insn", end - begin - 1)


def exits_per_irq(seen: Observation) -> Summary | None:
    """Every exit of every vCPU in [T0_i, T0_i+1) (the last window ends at RUN_END), or in a burst; the headline is
    exits / acknowledgements."""
    if seen.bursts:
        return _per_irq(seen, "exit", _in_operations(seen, lambda view, edges: view.exits.count(edges)))
    return _per_irq(seen, "exit", _sum(view.exits.count(edges) for view, edges in zip(seen.views.each, seen.windows)))


def host_insns_per_irq(seen: Observation) -> Summary | None:
    """Instructions that no guest executed, in the windows of exits_per_irq; the headline is per acknowledgement."""
    if seen.bursts:
        return _per_irq(seen, "insn", _in_operations(seen, lambda view, edges: view.host_insns(edges)))
    return _per_irq(seen, "insn", _sum(view.host_insns(edges) for view, edges in zip(seen.views.each, seen.windows)))


def exits_per_op(seen: Observation) -> Summary | None:
    """Exits of every vCPU between MARK_BEGIN and MARK_END; the headline is exits / operations."""
    if seen.operations[0].size == 0:
        return None
    return _per_op(seen, "exit", _in_operations(seen, lambda view, edges: view.exits.count(edges)))


def acknowledged_per_op(seen: Observation) -> Summary | None:
    """Interrupts that the guest acknowledged between MARK_BEGIN and MARK_END; the headline is per operation."""
    taken = np.sort(seen.chains.t2[seen.chains.t2 != chains.ABSENT])
    found = np.diff([np.searchsorted(taken, at) for at in seen.operations], axis=0)[0]
    return stats.summary("irq", found, stats.ratio(int(found.sum()), int(found.size))) if found.size else None


def housekeeping_insns(seen: Observation) -> Summary | None:
    """What a host executed more in a window in which it kept house than in the median other one; the headline is per
    window."""
    if seen.source is not None and not seen.bursts:
        host = _sum(view.host_insns(edges) for view, edges in zip(seen.views.each, seen.windows))
    else:
        host = _in_operations(seen, lambda view, edges: view.host_insns(edges))
    if host.size == 0:
        return None
    usual = stats.nearest_rank(np.sort(host[~seen.disturbed]), 50) if not np.all(seen.disturbed) else 0
    more = np.where(seen.disturbed, np.maximum(host - usual, 0), 0)
    return stats.summary("insn", more, stats.ratio(int(more.sum()), int(more.size)))


def mean_ticks(seen: Observation) -> Summary | None:
    """The guest's own measurement, as kvm-unit-tests prints it: the headline is the mean over all, housekeeping too."""
    found = [samples for name in TICKS if (samples := seen.frames.get(name)) is not None]
    if not found:
        return None
    ticks = found[0].astype(np.int64)
    return stats.summary("tick", ticks, stats.ratio(int(ticks.sum()), int(ticks.size)))


def masked_max_insns(seen: Observation) -> Summary | None:
    """The longest stretch of the hypervisor with interrupts masked, on any core; a sample is the longest of one
    window."""
    if all(view.stretches.begin.size == 0 for view in seen.views.each):
        return None
    starts = seen.raised if seen.raised.size else seen.operations[0]
    # What began before the first raise or operation belongs to the first window: the maximum is the region's.
    edges = seen.views.edges(np.insert(np.append(starts[1:], seen.region.end), 0, seen.region.begin))
    samples = np.max([view.stretches.longest(at) for view, at in zip(seen.views.each, edges)], axis=0)
    return stats.summary("insn", samples, int(samples.max()))


def _phase(name: str) -> Compute:
    """Instructions of one phase of analysis/phases.py."""
    return lambda seen: _distribution("insn", seen.phases[name]) if seen.chains.t0.size else None


def _event(name: str) -> Compute:
    """Events of one class of analysis/events.py: for each interrupt those of all levels in [T0, T4) and, up to the
    next T0, the hypervisor's; for each operation those between its marks. Of an IPI those of a guest are counted on the
    critical path only (analysis/ipi.py), the hypervisor's on every vCPU."""

    def compute(seen: Observation) -> Summary | None:
        if not events.exists(name, seen.regions):
            return None
        found = [series[name] for series in seen.events]
        if seen.source is None or seen.bursts:
            begin, end = seen.operations
            if begin.size == 0:
                return None
            until = seen.views.edges(end)
            samples = _sum(
                series.before(until[vcpu]) - series.before(since)
                for vcpu, (series, since) in enumerate(zip(found, seen.views.edges(begin)))
            )
            if seen.bursts:
                return _per_irq(seen, "event", samples)
            return _per_op(seen, "event", samples)
        host = _sum(np.diff(series.before(edges, host_only=True)) for series, edges in zip(found, seen.windows))
        return _per_irq(seen, "event", host + _sum(_guest_events(seen, found)))

    return compute


def _guest_events(seen: Observation, found: Sequence[Series]) -> Iterable[Insns]:
    """Events that a guest executed for each interrupt: in [T0, T4), of an IPI on the sender's share of it and on the
    target's."""
    reached, done = seen.chains.reached, seen.chains.t4
    target = seen.ipis.target if seen.ipis else seen.views.measured
    until = np.append(reached[1:], seen.taker.region.end)
    done = np.where(done == chains.ABSENT, reached, np.minimum(done, until))
    yield found[target].guest_between(reached, done)
    if seen.ipis and target != seen.views.measured:
        yield found[seen.views.measured].guest_between(seen.ipis.raised, seen.ipis.kicked)


def _told(name: str, unit: str = "tick") -> Compute:
    """A metric that the guest itself measured, with CNTVCT or by counting, and sent in a console frame."""

    def compute(seen: Observation) -> Summary | None:
        samples = seen.frames.get(name)
        return None if samples is None else _distribution(unit, samples.astype(np.int64))

    return compute


def _in_operations(seen: Observation, count: Callable[[View, Insns], Insns]) -> Insns:
    """What `count` finds on all vCPUs between the marks of each operation, or in each burst."""
    edges = seen.views.edges(np.ravel(np.column_stack(seen.operations)))
    return _sum(count(view, at)[::2] for view, at in zip(seen.views.each, edges))


def _sum(samples: Iterable[Insns]) -> Insns:
    """Over vCPUs, sample by sample."""
    return np.sum(list(samples), axis=0, dtype=np.int64)


def _distribution(unit: str, samples: Insns) -> Summary | None:
    return stats.summary(unit, samples) if samples.size else None


def _per_irq(seen: Observation, unit: str, samples: Insns) -> Summary | None:
    if seen.acknowledgements == 0:
        return None
    return stats.summary(unit, samples, housekeeping.rate(samples, seen.acknowledged, seen.disturbed))


def _per_op(seen: Observation, unit: str, samples: Insns) -> Summary:
    return stats.summary(unit, samples, housekeeping.rate(samples, np.ones_like(samples), seen.disturbed))


# The order is the order of the table.
METRICS: dict[str, Compute] = {
    **{name: _told(name) for name in TICKS},
    "work_units": _told("work_units", "unit"),
    "acknowledged_per_op": acknowledged_per_op,
    "mean_ticks": mean_ticks,
    "roundtrip_insns": roundtrip_insns,
    "latency_insns": latency_insns,
    "completion_insns": completion_insns,
    "exits_per_op": exits_per_op,
    "exits_per_irq": exits_per_irq,
    "host_insns_per_irq": host_insns_per_irq,
    "housekeeping_insns": housekeeping_insns,
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


def longest_masked(seen: Observation) -> tuple[int, Any] | None:
    """Instructions of the longest stretch with interrupts masked, and the record that began it; None without any."""
    stretches = [(view, view.stretches) for view in seen.views.each if view.stretches.begin.size]
    if not stretches:
        return None
    view, found = max(stretches, key=lambda item: int(item[1].insns.max()))
    longest = int(found.insns.argmax())
    return int(found.insns[longest]), view.records[found.record[longest]]


def host_insns(seen: Observation) -> tuple[int, int]:
    """Instructions of the region that no guest executed: all of them, and those at EL2."""
    total = sum(int(view.host_insns(np.array([view.region.begin, view.region.end]))[0]) for view in seen.views.each)
    return total, total - sum(exits.below_el2(view.region.records) for view in seen.views.each)


def exit_account(seen: Observation) -> dict[str, Any]:
    """Exits of the measured region by class, and how many lie before the first raise and so in no window. TraceError
    unless the classes sum to the total, and exits to entries but for one that a vCPU beside the measured one was in."""
    classes: Counter[str] = Counter()
    total = 0
    for vcpu, view in enumerate(seen.views.each):
        region, guest = view.region, trace.is_guest(view.region.records)
        found = view.exits.classes(region.begin, region.end)
        exited = int(np.count_nonzero(trace.select(region.records, trace.EXC_EL2) & guest))
        entered = int(np.count_nonzero(trace.select(region.records, trace.ERET_EL2) & guest))
        if sum(found.values()) != exited or abs(exited - entered) > (vcpu != seen.views.measured):
            raise TraceError(
                f"the account of exits is open: {exited} exits, {entered} entries, {sum(found.values())} in classes"
            )
        classes.update(found)
        total += exited
    account: dict[str, Any] = {"total": total, "classes": dict(sorted(classes.items()))}
    if seen.source is not None:
        starts = np.append(seen.bursts.begin if seen.bursts else seen.raised, seen.region.end)
        edges = seen.views.edges(np.append(seen.region.begin, starts[:1]))
        account["before_first_raise"] = sum(int(v.exits.count(at)[0]) for v, at in zip(seen.views.each, edges))
    return account
