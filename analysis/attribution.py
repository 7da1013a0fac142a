# SPDX-License-Identifier: Apache-2.0
"""What explains a changed point: the exit classes, the phases and the functions whose counts changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Point = dict[str, Any]
FUNCTIONS_SHOWN = 8


@dataclass(frozen=True)
class Change:
    """A count that changed."""

    name: str
    old: int
    new: int

    @property
    def difference(self) -> int:
        """New - old."""
        return self.new - self.old


def changes(old: dict[str, int], new: dict[str, int]) -> list[Change]:
    """The counts that differ, the largest difference first; a name that is missing counts 0."""
    found = [Change(name, old.get(name, 0), new.get(name, 0)) for name in {*old, *new}]
    return sorted((one for one in found if one.difference), key=lambda one: (-abs(one.difference), one.name))


def exit_classes(old: Point, new: Point) -> list[Change]:
    """Exit classes of the measured region whose counts differ."""
    return changes(*((point["exits"] or {"classes": {}})["classes"] for point in (old, new)))


def functions(old: Point, new: Point) -> list[Change] | None:
    """Functions of the hypervisor that executed another number of instructions; None when a record has no profile."""
    if old.get("functions") is None or new.get("functions") is None:
        return None
    return changes(old["functions"], new["functions"])


def lines(old: Point, new: Point) -> list[str]:
    """What explains the difference of two points, one fact a line."""
    said = [f"exits {one.name}: {one.old} -> {one.new} ({one.difference:+d})" for one in exit_classes(old, new)]
    found = functions(old, new)
    if found is None:
        return said
    for one in found[:FUNCTIONS_SHOWN]:
        said.append(f"function {one.name}: {one.old} -> {one.new} insns ({_each(one, old, new)})")
    if len(found) > FUNCTIONS_SHOWN:
        rest = sum(one.difference for one in found[FUNCTIONS_SHOWN:])
        said.append(f"and {len(found) - FUNCTIONS_SHOWN} more functions ({rest:+d} insns)")
    if not found:
        said.append("functions: each executed as many instructions as before")
    return said


def _each(change: Change, old: Point, new: Point) -> str:
    """The difference, and per interrupt or operation where both runs had as many and it divides."""
    count, what = operations(new)
    if count and operations(old)[0] == count and change.difference % count == 0:
        return f"{change.difference:+d}, {change.difference // count:+d} per {what}"
    return f"{change.difference:+d}"


def operations(point: Point) -> tuple[int, str]:
    """How many interrupts (else operations) the measured region held, and which of the two; 0 when it does not say."""
    if point["irqs"] and point["irqs"]["acknowledged"]:
        return point["irqs"]["acknowledged"], "interrupt"
    per_op = point["metrics"].get("exits_per_op") or point["metrics"].get("roundtrip_insns")
    return (per_op["n"], "operation") if per_op else (0, "operation")
