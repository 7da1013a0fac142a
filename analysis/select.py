# SPDX-License-Identifier: Apache-2.0
"""Find one number in a run record: strategy=lr bench=timer metric=exits_per_irq [param=value …] [stat=p50]."""

from __future__ import annotations

from typing import Any

from analysis.errors import LabError
from analysis.stats import STATS

FIELDS = ("machine", "strategy", "bench", "id")


def parse_query(words: list[str]) -> dict[str, str]:
    """`key=value` words as a dict. LabError for a word without `=`, a key given twice, or no metric."""
    query: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or key in query:
            raise LabError(f"cannot understand {word!r}", "say key=value, each key once")
        query[key] = value
    if "metric" not in query:
        raise LabError("no metric named", "say metric=NAME, e.g. metric=exits_per_irq")
    if query.get("stat", "value") not in STATS:
        raise LabError(f"unknown stat {query['stat']!r}", f"one of {', '.join(STATS)}")
    return query


def get(record: dict[str, Any], query: dict[str, str]) -> str:
    """The bare number. LabError when no point, or more than one, or no such metric answers the query."""
    keys = {key: value for key, value in query.items() if key not in ("metric", "stat")}
    points = _plainest([point for point in record["points"] if matches(point, keys)], keys)
    wanted = " ".join(f"{key}={value}" for key, value in keys.items()) or "(any)"
    if not points:
        raise LabError(f"no point with {wanted}", "points: " + ", ".join(point["id"] for point in record["points"]))
    if len(points) > 1:
        raise LabError(f"{len(points)} points with {wanted}", "narrow it: " + ", ".join(p["id"] for p in points))
    point, metric = points[0], query["metric"]
    if metric not in point["metrics"]:
        if point["status"] != "pass":
            raise LabError(f"point {point['id']} has no metrics, its status is {point['status']}", point["reason"])
        raise LabError(f"point {point['id']} has no metric {metric!r}", f"it has {', '.join(point['metrics'])}")
    return number(point["metrics"][metric][query.get("stat", "value")], digits=12)


def matches(point: dict[str, Any], keys: dict[str, str]) -> bool:
    """Whether every key is a field or a parameter of the point with that value (compared as text)."""
    return all(str(point[key] if key in FIELDS else point["params"].get(key)) == value for key, value in keys.items())


def _plainest(points: list[dict[str, Any]], keys: dict[str, str]) -> list[dict[str, Any]]:
    """Of several points those that vary no parameter but the named ones: `bench=timer` is not `timer,load=hvc`."""
    plain = [p for p in points if all(word.partition("=")[0] in keys for word in p["id"].split(",")[1:])]
    return plain if plain and len(points) > 1 else points


def number(value: int | float, digits: int = 6) -> str:
    """A count as people write it: 3, not 3.0; 2.996, not 2.9960000000000004."""
    return str(int(value)) if float(value).is_integer() else f"{value:.{digits}g}"
