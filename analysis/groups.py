# SPDX-License-Identifier: Apache-2.0
"""Points of a record gathered for a report: strategies side by side, samples of a sweep pooled when it is long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis import families, stats
from analysis.attribution import operations
from analysis.select import number
from analysis.trace import Insns

Point = dict[str, Any]
FEW = 3
ROWS_MAX = 60  # more variants than this and a report shows benchmarks instead


@dataclass
class Group:
    """A row of the report: a benchmark with its swept parameters, or a benchmark over all of them."""

    name: str
    points: dict[str, list[Point]] = field(default_factory=dict)  # by strategy
    pools: dict[tuple[str, str], "Pool | None"] = field(default_factory=dict, repr=False)  # those made already

    @property
    def all(self) -> list[Point]:
        """Every point."""
        return [point for points in self.points.values() for point in points]

    def metrics(self, kind: str) -> list[str]:
        """The metrics of one family group that any point has, in the order of the record."""
        names = list(dict.fromkeys(name for point in self.all for name in point["metrics"]))
        return families.members(names, kind)

    def pool(self, strategy: str, metric: str) -> "Pool | None":
        """The samples of a metric under one strategy; None when no point has it."""
        if (strategy, metric) not in self.pools:
            found = [p["metrics"][metric] for p in self.points.get(strategy, []) if metric in p["metrics"]]
            self.pools[strategy, metric] = Pool(found) if found else None
        return self.pools[strategy, metric]

    def unit(self, metric: str) -> str:
        """Of the metric, as the record says."""
        return "/".join(sorted({p["metrics"][metric]["unit"] for p in self.all if metric in p["metrics"]}))

    def populations(self) -> list[str]:
        """What the samples are drawn from, as the suite says it."""
        return list(dict.fromkeys(text for point in self.all if (text := point.get("population"))))


class Pool:
    """Samples of one metric, from one point or from several of a sweep."""

    def __init__(self, summaries: list[dict[str, Any]]) -> None:
        self.summaries = summaries
        pairs = np.array([pair for summary in summaries for pair in summary["samples"]], np.int64)
        self._values, inverse = np.unique(pairs[:, 0], return_inverse=True)
        self._counts: Insns = np.zeros(self._values.size, np.int64)
        np.add.at(self._counts, inverse, pairs[:, 1])

    @property
    def n(self) -> int:
        """How many samples."""
        return int(self._counts.sum())

    @property
    def constant(self) -> bool:
        """Every sample is the same."""
        return self._values.size == 1

    @property
    def few(self) -> bool:
        """So few values that a list says more than a curve: there is no distribution."""
        return self._values.size <= FEW

    @property
    def max(self) -> int:
        """The largest sample."""
        return int(self._values[-1])

    def counted(self) -> str:
        """`200 (999), 339 (1)`: each value with the number of samples that have it."""
        return ", ".join(f"{value} ({count})" for value, count in zip(self._values.tolist(), self._counts.tolist()))

    @property
    def mean(self) -> float:
        """The mean: of parts that sum to a whole, only means sum to the mean of the whole."""
        return float(self._values @ self._counts) / self.n

    def value(self, metric: str) -> int | float:
        """The headline: of one point its own; of several the median of all samples, of rates the mean, of a maximum
        the maximum."""
        if len(self.summaries) == 1:
            value: int | float = self.summaries[0]["value"]
            return value
        if families.family(metric).group == families.MASKED:
            return int(self._values[-1])
        if is_rate(metric):
            return sum(float(one["value"]) * one["n"] for one in self.summaries) / self.n
        rank = -(-self.n // 2)
        return int(self._values[np.searchsorted(np.cumsum(self._counts), rank)])

    def cell(self, metric: str) -> str:
        """`120 (118–302)`."""
        low, high = int(self._values[0]), int(self._values[-1])
        text = number(self.value(metric))
        return text if low == high else f"{text} ({low}–{high})"

    def distribution(self, limit: int = 300) -> list[tuple[float, float]]:
        """(value, share of the samples at or below it), at most about `limit` of them, the last with share 1."""
        shares = np.cumsum(self._counts) / self.n
        step = -(-self._values.size // limit)
        chosen = np.unique(np.append(np.arange(0, self._values.size, step), self._values.size - 1))
        return [(float(self._values[at]), float(shares[at])) for at in chosen]

    def percentiles(self) -> dict[str, int]:
        """p50, p90, p99, nearest rank."""
        ends = np.cumsum(self._counts)
        ranks = {percent: -(-percent * self.n // 100) for percent in stats.PERCENTILES}
        return {f"p{percent}": int(self._values[np.searchsorted(ends, rank)]) for percent, rank in ranks.items()}


def is_rate(metric: str) -> bool:
    """Whether the headline is a total over operations or acknowledgements."""
    return "_per_" in metric


def gather(points: list[Point]) -> tuple[list[Group], bool]:
    """The groups of one machine's points, and whether the variants of a benchmark were pooled."""
    passed = [point for point in points if point["status"] == "pass"]
    variants = {variant(point) for point in passed}
    pooled = len(variants) > ROWS_MAX
    groups: dict[str, Group] = {}
    for point in passed:
        name = point["bench"] if pooled else variant(point)
        group = groups.setdefault(name, Group(name))
        group.points.setdefault(point["strategy"], []).append(point)
    return list(groups.values()), pooled


def variant(point: Point) -> str:
    """The benchmark with its swept parameters: the id without machine and strategy."""
    return "/".join(point["id"].split("/")[2:])


def exits_per_operation(points: list[Point]) -> tuple[dict[str, float], str] | None:
    """
    Exits by class over interrupts (else operations), and over which; None when there is nothing to divide by, as where
    a load beside the interrupts exits too.
    """
    totals: dict[str, int] = {}
    count, what = 0, ""
    for point in points:
        if not {"exits_per_irq", "exits_per_op"} & set(point["metrics"]):
            continue
        found, what = operations(point)
        count += found
        for name, exits in (point["exits"] or {"classes": {}})["classes"].items():
            totals[name] = totals.get(name, 0) + exits
    return ({name: value / count for name, value in totals.items()}, what) if count else None


# What stands strategy beside strategy: title, the metrics of which the first that a benchmark has counts, its numbers.
SIDES = (
    ("exits per interrupt or operation", ("exits_per_irq", "exits_per_op"), ("value",)),
    ("instructions of the hypervisor per interrupt", ("host_insns_per_irq",), ("value",)),
    (
        "latency or round trip in instructions of the simulator: p50 / p99 / max",
        ("latency_insns", "roundtrip_insns"),
        ("p50", "p99", "max"),
    ),
)


def sides(groups: list[Group], strategies: list[str]) -> list[dict[str, Any]]:
    """Tables of benchmarks by strategies, one for each of SIDES that has a row."""
    found = []
    for title, metrics, stats_shown in SIDES:
        rows = []
        for group in groups:
            have = group.metrics(families.SUMMARY)
            metric = next((name for name in metrics if name in have), None)
            if metric:
                pools = [group.pool(strategy, metric) for strategy in strategies]
                rows.append((group.name, [_side(pool, metric, stats_shown) for pool in pools]))
        if rows:
            found.append({"title": title, "rows": rows})
    return found


def _side(pool: Pool | None, metric: str, shown: tuple[str, ...]) -> str:
    """One cell: the headline, or percentiles where they differ."""
    if pool is None:
        return "-"
    if shown == ("value",) or pool.constant:
        return number(pool.value(metric))
    found = {**pool.percentiles(), "max": pool.max}
    return " / ".join(str(found[name]) for name in shown)
