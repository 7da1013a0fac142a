# SPDX-License-Identifier: Apache-2.0
"""
Compare two run records exactly. Counts of the simulator repeat bit for bit, so every difference is real: there are no
thresholds and no statistics here. What is better: analysis/families.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Iterator

import numpy as np

from analysis import attribution, comparable, costs, families, hardware, stats
from analysis.errors import LabError
from analysis.families import Role
from analysis.select import number

Record = dict[str, Any]
Point = dict[str, Any]
Summary = dict[str, Any]


class Verdict(IntEnum):
    """MOVED: something changed and nothing that is judged became better or worse. A set is as bad as its worst."""

    SAME = 0
    BETTER = 1
    MOVED = 2
    WORSE = 3


@dataclass(frozen=True)
class Change:
    """One fact that changed: its name, `old -> new`, and how the samples differ."""

    name: str
    verdict: Verdict
    values: str
    detail: str = ""


@dataclass(frozen=True)
class PointChange:
    """A point that differs, and what explains it."""

    id: str
    changes: list[Change]
    explanation: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """Worse when anything is worse; better when something is and nothing is worse."""
        verdicts = {change.verdict for change in self.changes}
        if Verdict.WORSE in verdicts:
            return Verdict.WORSE
        return Verdict.BETTER if Verdict.BETTER in verdicts else max(verdicts, default=Verdict.SAME)


@dataclass
class Comparison:
    """The outcome. obstacles: why (some) points cannot be compared; notes: what is new and no regression."""

    obstacles: list[LabError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    points: list[PointChange] = field(default_factory=list)
    compared: int = 0

    def count(self, verdict: Verdict) -> int:
        """How many points became that."""
        return sum(point.verdict is verdict for point in self.points)

    def status(self, strict: bool) -> int:
        """The exit code: 1 worse (strict: any change), else 2 when something could not be compared, else 0."""
        if self.count(Verdict.WORSE) or (strict and self.points):
            return 1
        return 2 if self.obstacles else 0


def compare(old: Record, new: Record) -> Comparison:
    """Every point of OLD with the point of the same id in NEW."""
    result = Comparison(comparable.obstacles(old, new))
    if result.obstacles:
        return result
    result.warnings = comparable.warnings(old, new)
    before, after = ({point["id"]: point for point in record["points"]} for record in (old, new))
    pairs = [(before[name], after[name]) for name in before if name in after]
    result.obstacles, barred = comparable.point_obstacles(pairs)
    vanished = [name for name in before if name not in after]
    result.points = [PointChange(name, [_gone("the point", "is not in NEW")]) for name in vanished]
    for one, two in pairs:
        if one["id"] not in barred:
            result.compared += 1
            changed = _compare_points(one, two)
            result.points += [changed] if changed.changes else []
            result.notes += _new_metrics(one, two)
            if one["status"] == two["status"] == "fail":
                result.warnings.append(f"{one['id']} failed in both: {two['reason']}")
    unnamed = [name for point in result.points for name in _without_profile(before, after, point.id)]
    if unnamed:
        result.notes.append(f"no profile of the hypervisor, so no function is named: {_some(unnamed, 3)}")
    added = [name for name in after if name not in before]
    if added:
        result.notes.append(f"new, nothing to compare with: {_some(added)}")
    return result


def _compare_points(old: Point, new: Point) -> PointChange:
    changes = list(_status(old, new))
    if old["status"] == new["status"] == "pass":
        changes += _counts(old, new)
        for name, summary in old["metrics"].items():
            changes += _metric(name, summary, new["metrics"].get(name))
        model = costs.best()
        explained = attribution.lines(old, new) if changes else []
        explained += hardware.change(old, new, model) if changes and model else []
        return PointChange(old["id"], changes, explained)
    return PointChange(old["id"], changes)


def _status(old: Point, new: Point) -> Iterator[Change]:
    states = old["status"], new["status"]
    if states[0] == states[1]:
        return
    lost = states[0] == "pass" or states[1] == "fail"
    verdict = Verdict.WORSE if lost else Verdict.BETTER
    yield Change("status", verdict, f"{states[0]} -> {states[1]}", new["reason"])


def _counts(old: Point, new: Point) -> Iterator[Change]:
    """The account of interrupts and the total of exits: fewer acknowledged, more lost, more exits are worse."""
    for name in ("raised", "acknowledged", "coalesced", "outstanding"):
        one, two = ((point["irqs"] or {}).get(name, 0) for point in (old, new))
        if one != two:
            lost = two < one if name == "acknowledged" else two > one and name != "raised"
            gained = two > one if name == "acknowledged" else two < one and name != "raised"
            verdict = Verdict.WORSE if lost else Verdict.BETTER if gained else Verdict.MOVED
            yield Change(f"interrupts {name}", verdict, f"{one} -> {two}")
    one, two = ((point["exits"] or {"total": 0})["total"] for point in (old, new))
    if one != two:
        yield Change(
            "exits", Verdict.WORSE if two > one else Verdict.BETTER, f"{one} -> {two}", f"{two - one:+d} exits"
        )
    elif attribution.exit_classes(old, new):
        yield Change("exits", Verdict.MOVED, f"{one} -> {two}", "of other classes")


def _metric(name: str, old: Summary, new: Summary | None) -> Iterator[Change]:
    if new is None:
        yield _gone(name, "is not in NEW")
    elif old["unit"] != new["unit"]:
        yield Change(name, Verdict.WORSE, f"{old['unit']} -> {new['unit']}", "another unit: nothing to compare with")
    elif old["samples"] != new["samples"] or old["value"] != new["value"]:
        same = old["value"] == new["value"]
        values = f"{_shown(old, same)} -> {_shown(new, same)}"
        yield Change(name, _judge(name, old, new), values, _samples_differ(old, new))


def _judge(name: str, old: Summary, new: Summary) -> Verdict:
    """Worse when the headline, the mean or the maximum rose; better when none rose and one fell. Where higher is better
    the reverse, with the minimum."""
    role = families.family(name).role
    if role is Role.PART:
        return Verdict.MOVED
    if role is Role.GAIN:
        old, new = new, old
    totals = [sum(value * count for value, count in summary["samples"]) for summary in (old, new)]
    # means compared as totals of equally many samples, so that no division rounds
    pairs = [
        (old["value"], new["value"]),
        (totals[0] * new["n"], totals[1] * old["n"]),
        (old["min"], new["min"]) if role is Role.GAIN else (old["max"], new["max"]),
    ]
    if any(two > one for one, two in pairs):
        return Verdict.WORSE
    return Verdict.BETTER if any(two < one for one, two in pairs) else Verdict.MOVED


def _samples_differ(old: Summary, new: Summary) -> str:
    """`+1 insn in 1000 of 1000 samples`: the differences sample by sample."""
    one, two = stats.expand(old["samples"]), stats.expand(new["samples"])
    if one.size != two.size:
        return f"{one.size} -> {two.size} samples, {_range(old)} -> {_range(new)} {new['unit']}"
    difference = two - one
    changed = difference[difference != 0]
    if changed.size == 0:
        return "the same samples, another rate"
    if np.array_equal(np.sort(one), np.sort(two)):
        return f"the same values in another order, {changed.size} of {one.size} samples"
    low, high = int(changed.min()), int(changed.max())
    by = f"{low:+d}" if low == high else f"{low:+d} to {high:+d}"
    return f"{by} {new['unit']} in {changed.size} of {one.size} samples"


def _shown(summary: Summary, with_range: bool) -> str:
    """The headline; where it did not change, the range that did."""
    value = number(summary["value"])
    return f"{value} ({_range(summary)})" if with_range and summary["min"] != summary["max"] else value


def _range(summary: Summary) -> str:
    low, high = summary["min"], summary["max"]
    return str(low) if low == high else f"{low}-{high}"


def _gone(name: str, what: str) -> Change:
    return Change(name, Verdict.WORSE, what)


def _new_metrics(old: Point, new: Point) -> list[str]:
    added = [name for name in new["metrics"] if name not in old["metrics"]]
    if old["status"] != "pass" or not added:
        return []
    return [f"{old['id']}: new metrics, nothing to compare with: {_some(added)}"]


def _without_profile(before: dict[str, Point], after: dict[str, Point], name: str) -> list[str]:
    """The id of a changed point that exits and whose functions one of the records does not tell."""
    both = [side[name] for side in (before, after) if name in side]
    exits = any(point["exits"] and point["exits"]["total"] for point in both)
    return [name] if len(both) == 2 and exits and attribution.functions(*both) is None else []


def _some(names: list[str], shown: int = 6) -> str:
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest
