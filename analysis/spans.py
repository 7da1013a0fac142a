# SPDX-License-Identifier: Apache-2.0
"""
The event vector of each time that a point measures: what was executed on the very way whose instructions a metric
counts. The metrics events_* are the work that an interrupt makes, late exits and other vCPUs included; a prediction of
a latency needs what lies on its critical path, and its instructions with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Final, Mapping

import numpy as np

from analysis import ipi, stats
from analysis.chains import ABSENT
from analysis.errors import TraceError
from analysis.metrics import Observation
from analysis.trace import Insns, Mask

INSNS: Final = "insns"
EXCEPTIONS: Final = "exceptions"


@dataclass(frozen=True)
class Piece:
    """Of each sample the instructions [begin, end) of one vCPU."""

    vcpu: int
    begin: Insns
    end: Insns


def vectors(seen: Observation, times: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """
    Of those metrics among `times` that SPANS has, the event vectors: `insns` and each class of analysis/events.py that
    occurs, run-length pairs of samples. TraceError unless `insns` are the samples of the metric.
    """
    found = {}
    for name in (name for name in SPANS if name in times):
        found[name] = {kind: stats.run_lengths(samples) for kind, samples in _count(seen, name).items()}
        if found[name][INSNS] != times[name]["samples"]:
            raise TraceError(f"the account of events is open: they are counted on another way than {name}")
    return found


def _count(seen: Observation, name: str) -> dict[str, Insns]:
    pieces = SPANS[name](seen)
    counted = {INSNS: np.sum([piece.end - piece.begin for piece in pieces], axis=0)}
    for kind in seen.events[0]:
        samples = np.sum(
            [
                seen.events[piece.vcpu][kind].before(piece.end) - seen.events[piece.vcpu][kind].before(piece.begin)
                for piece in pieces
            ],
            axis=0,
        )
        if kind == EXCEPTIONS and name == "latency_insns":
            samples = samples + 1  # the one that ends it: its record stands at T1
        if np.any(samples):
            counted[kind] = samples
    return counted


def _latency(seen: Observation) -> list[Piece]:
    return _since_the_raise(seen, seen.chains.t1)


def _completion(seen: Observation) -> list[Piece]:
    return _since_the_raise(seen, seen.chains.t4)


def _since_the_raise(seen: Observation, moment: Insns) -> list[Piece]:
    """From T0 to a moment of the vCPU that takes the interrupt; of an IPI the sender's share first."""
    chosen: Mask = (moment != ABSENT) & (seen.chains.t0 != ABSENT)
    taker = seen.ipis.target if seen.ipis else seen.views.measured
    pieces = [Piece(taker, seen.chains.reached[chosen], moment[chosen])]
    if seen.ipis and taker != seen.views.measured:
        pieces.append(Piece(seen.views.measured, seen.ipis.raised[chosen], seen.ipis.kicked[chosen]))
    return pieces


def _roundtrip(seen: Observation) -> list[Piece]:
    """Between the marks; of an IPI and its reply the critical path."""
    begin, end = seen.operations
    if not seen.ipis:
        return [Piece(seen.views.measured, begin + 1, end)]
    way = ipi.ways(seen.views, seen.ipis, begin, end)
    return [
        Piece(seen.views.measured, begin + 1, np.where(way.own, seen.ipis.returned, seen.ipis.kicked)),
        Piece(seen.ipis.target, seen.ipis.chains.reached, np.where(way.own, seen.ipis.chains.reached, way.replied)),
        Piece(seen.views.measured, way.seen, end),
    ]


SPANS: Final[dict[str, Callable[[Observation], list[Piece]]]] = {
    "roundtrip_insns": _roundtrip,
    "latency_insns": _latency,
    "completion_insns": _completion,
}
