# SPDX-License-Identifier: Apache-2.0
"""How a cost grows with a parameter that the suite sweeps, and the growth that is fitted to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

import numpy as np

from analysis.groups import variant

Point = dict[str, Any]

VALUES_MIN, VALUES_MAX = 3, 40  # of the parameter: fewer have no growth, more are a distribution
# Of each of these pairs the first one that the points have.
METRICS = (
    ("exits_per_irq", "exits_per_op"),
    ("latency_insns", "roundtrip_insns"),
    ("work_units",),
    ("acknowledged_per_op",),
)


@dataclass(frozen=True)
class Sweep:
    """A benchmark over one of its parameters. series: by strategy (parameter, headline of the metric), rising."""

    name: str
    parameter: str
    metric: str
    unit: str
    series: dict[str, list[tuple[int, float]]]


def sweeps(points: list[Point]) -> Iterator[Sweep]:
    """Every sweep over numbers of the points of one machine, for each of METRICS."""
    found: dict[tuple[str, str], dict[int, dict[str, Point]]] = {}
    for point in (point for point in points if point["status"] == "pass"):
        words = variant(point).split(",")
        for place, word in enumerate(words[1:], 1):
            name, _, value = word.partition("=")
            if value.isdecimal():
                rest = ",".join(words[:place] + words[place + 1 :])
                found.setdefault((rest, name), {}).setdefault(int(value), {})[point["strategy"]] = point
    for (name, parameter), values in found.items():
        if VALUES_MIN <= len(values) <= VALUES_MAX:
            for choice in METRICS:
                yield from _sweep(name, parameter, dict(sorted(values.items())), choice)


def _sweep(name: str, parameter: str, values: dict[int, dict[str, Point]], choice: tuple[str, ...]) -> Iterator[Sweep]:
    every = [point for row in values.values() for point in row.values()]
    metric = next((one for one in choice if any(one in point["metrics"] for point in every)), None)
    if metric is None:
        return
    series: dict[str, list[tuple[int, float]]] = {}
    for value, row in values.items():
        for strategy, point in row.items():
            if metric in point["metrics"]:
                series.setdefault(strategy, []).append((value, float(point["metrics"][metric]["value"])))
    long = {strategy: line for strategy, line in series.items() if len(line) >= VALUES_MIN}
    unit = next(point["metrics"][metric]["unit"] for point in every if metric in point["metrics"])
    if any(value for line in long.values() for _, value in line):
        yield Sweep(name, parameter, metric, unit, long)


def exponent(line: list[tuple[int, float]]) -> float | None:
    """The b of cost ~ parameter^b, least squares of the logarithms: 0 flat, 1 linear. None where something is 0."""
    places, costs = np.array(line, float).T
    if np.any(places <= 0) or np.any(costs <= 0):
        return None
    if np.ptp(costs) == 0:
        return 0.0
    return float(np.polyfit(np.log(places), np.log(costs), 1)[0])


def slope(line: list[tuple[int, float]]) -> float:
    """What each more of the parameter costs: least squares of a straight line."""
    places, costs = np.array(line, float).T
    return 0.0 if np.ptp(costs) == 0 else float(np.polyfit(places, costs, 1)[0])
