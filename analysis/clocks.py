# SPDX-License-Identifier: Apache-2.0
"""The guest's own clock against the account of the trace, where a tick is an instruction."""

from __future__ import annotations

import numpy as np

from analysis import chains, exits
from analysis.errors import TraceError
from analysis.metrics import Observation
from analysis.trace import Insns


def check(seen: Observation) -> None:
    """TraceError unless the guest's own clock tells the same latencies where a tick is an instruction: handler_ticks is
    the counter that the vector reads, so handler_ticks - latency_insns is one constant, and no moment outside [T1, T2].
    Where a host slept meanwhile by a timer of its own, which may be later than the guest's, it is more; and where other
    vCPUs had a turn before the counter was read.
    """
    if seen.insns_per_tick != 1:
        return
    if len(seen.views.each) > 1 and not seen.sliced:
        _check_machine_clock(seen)
    ticks = seen.frames.get("handler_ticks")
    if ticks is None or seen.source is None or seen.ipis or seen.bursts:
        return
    found = seen.chains
    taken = found.t2 != chains.ABSENT
    if ticks.size != np.count_nonzero(taken):
        raise TraceError(f"{ticks.size} samples of handler_ticks for {np.count_nonzero(taken)} acknowledged interrupts")
    own = found.t1[taken] != chains.ABSENT
    t0, t1, t2 = (moment[taken][own] for moment in (found.t0, found.t1, found.t2))
    apart = ticks.astype(np.int64)[own] - _passed(seen, t0, t1)
    most = _passed(seen, t1, t2)
    awake = ~chains.slept_by_host(seen.region, t0, t1)
    alone = awake & (most <= t2 - t1)
    wrong = np.flatnonzero((apart < 0) | awake & (apart > most) | alone & (apart != apart[alone][:1].sum()))
    if wrong.size:
        raise TraceError(
            f"the account of latency is open: interrupt {np.flatnonzero(own)[wrong[0]]} has handler_ticks - "
            f"latency_insns {apart[wrong[0]]}, the first one {apart[0]}; its vector reads the counter "
            f"0 to {most[wrong[0]]} instructions after T1"
        )


def _passed(seen: Observation, begin: Insns, end: Insns) -> Insns:
    """Between these moments, the time that all vCPUs took: those that take turns share the clock."""
    passed = np.zeros(begin.shape, np.int64)
    for view, since, until in zip(seen.views.each, seen.views.edges(begin), seen.views.edges(end)):
        faults = chains.untimed(view.records)
        untimed = [np.searchsorted(faults, at, side="right") for at in (since, until)]
        passed += until - since - (untimed[1] - untimed[0])
    return passed


def _check_machine_clock(seen: Observation) -> None:
    """vCPUs that take turns share the clock: it tells what all of them executed between the marks, and a constant,
    where no turn ends between a mark and the counter read beside it. An access that aborts is an instruction of the
    trace and not of QEMU's clock."""
    ticks = seen.frames.get("roundtrip_ticks")
    begin, end = seen.operations
    if ticks is None:
        return
    if ticks.size != begin.size:
        raise TraceError(f"{ticks.size} samples of roundtrip_ticks for {begin.size} operations")
    executed, aborts = np.zeros_like(begin), np.zeros_like(begin)
    for view, first, last in zip(seen.views.each, seen.views.edges(begin), seen.views.edges(end)):
        aborted = view.exits.begin[view.exits.keys == exits.class_key(exits.EC_DATA_ABORT)]
        executed += last - first
        aborts += np.searchsorted(aborted, last) - np.searchsorted(aborted, first)
    apart = ticks.astype(np.int64) - executed
    wrong = np.flatnonzero((apart != apart[:1]) | (apart < -aborts))
    if wrong.size:
        raise TraceError(
            f"the account of time is open: operation {wrong[0]} took {ticks[wrong[0]]} ticks and {executed[wrong[0]]} "
            f"instructions of all vCPUs, the first one {ticks[0]} and {executed[0]}"
        )
