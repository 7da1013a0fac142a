# SPDX-License-Identifier: Apache-2.0
"""The bounds of bench/thresholds.toml, and which points of a record break them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Iterator

from analysis.errors import LabError
from analysis.select import number
from bench.suite import BENCH_DIR

FILE = BENCH_DIR / "thresholds.toml"
BOUNDS = ("is", "at_most", "below", "of", "over")

Record = dict[str, Any]


@dataclass(frozen=True)
class Threshold:
    """One row. bound: the kind of it, one of BOUNDS; value: its number, of "of" the id of the other point, of
    "over" the name of a parameter."""

    claim: str
    points: list[str]
    metric: str
    stat: str
    bound: str
    value: Any
    times: float = 1
    more: float = 0

    def matches(self, point_id: str) -> bool:
        """Whether a point is held to it."""
        return any(fnmatchcase(point_id, pattern) for pattern in self.points)

    def broken(self, record: Record) -> Iterator[str]:
        """One line for each passed point of the record that breaks it; a point without the metric has nothing to
        break."""
        found = {point["id"]: point for point in record["points"] if point["status"] == "pass"}
        for name, point in found.items():
            if self.matches(name) and self.metric in point["metrics"]:
                value = point["metrics"][self.metric][self.stat]
                limit = self._limit(found, name)
                if limit is not None and not self._holds(value, limit):
                    said = (
                        f"{self.bound.replace('_', ' ')} {number(limit)}" if self.other(name) is None else number(limit)
                    )
                    yield f"{name}: {self.metric} {self.stat} {number(value)}, bound: {said} ({self.claim})"

    def other(self, name: str) -> str | None:
        """The id of the point that a point is held to; None where a number bounds it."""
        if self.bound == "over":
            return re.sub(rf",{self.value}=\d+", f",{self.value}=1", name)
        return self.value if self.bound == "of" else None

    def _limit(self, found: dict[str, Any], name: str) -> float | None:
        """The number that bounds; None where the record has not the other point with this metric."""
        point = self.other(name)
        if point is None:
            return float(self.value)
        other = found.get(point, {}).get("metrics", {}).get(self.metric)
        return other[self.stat] * self.times + self.more if other else None

    def _holds(self, value: float, limit: float) -> bool:
        if self.bound == "is":
            return value == limit
        return value < limit if self.bound == "below" else value <= limit


def load(path: Path = FILE) -> list[Threshold]:
    """Every row. LabError for one that has not exactly one bound."""
    found = []
    for place, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["threshold"]):
        bounds = [name for name in BOUNDS if name in row]
        if len(bounds) != 1:
            raise LabError(
                f"{path.name}, threshold {place + 1}: {len(bounds)} bounds", f"give one of {', '.join(BOUNDS)}"
            )
        bound, value = bounds[0], row.pop(bounds[0])
        found.append(Threshold(**{"stat": "value", "bound": bound, "value": value, **row}))
    return found
