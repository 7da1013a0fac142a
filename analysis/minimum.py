# SPDX-License-Identifier: Apache-2.0
"""Exits for each interrupt beside the least that the architecture allows (minimum.toml): strategy by benchmark."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator

from rich.console import Console

from analysis.markdown import line
from analysis.select import number
from analysis.table import plain

FILE = Path(__file__).with_name("minimum.toml")
STRATEGIES = ("te", "gicv2", "lr", "gicv4", "pass")
METRIC = "exits_per_irq"
TITLE = "exits for each interrupt, simulator counts, exact: 2 (1) is 2 where the architecture allows 1"
NONE = "-"

Record = dict[str, Any]


@dataclass(frozen=True)
class Least:
    """A row of minimum.toml."""

    points: list[str]
    why: str
    least: dict[str, int]
    none: dict[str, str]
    above: dict[str, str]


@dataclass(frozen=True)
class Cell:
    """One benchmark under one strategy. found: each value of the record's machines; none: why there are none, if that
    is told; above: why the least is exceeded, ditto."""

    strategy: str
    found: list[float]
    least: int | None
    none: str
    above: str

    @property
    def text(self) -> str:
        """What was measured, and the least where that is less; empty where the record has no such point."""
        if not self.found:
            return NONE if self.none else ""
        said = " / ".join(number(value) for value in self.found)
        return said if self.is_least else f"{said} ({NONE if self.least is None else self.least})"

    @property
    def is_least(self) -> bool:
        """Whether all that was measured is what the architecture allows."""
        return self.found == [self.least]

    @property
    def reason(self) -> str:
        """Why it is not the least, or not there; empty where there is nothing to explain."""
        return self.above if self.found and not self.is_least else self.none if not self.found else ""

    @property
    def problem(self) -> str:
        """What is wrong with the table here; empty if nothing is."""
        if not self.found:
            return "" if self.none else "no point, and no reason for it"
        if self.none:
            return f"there are points: why none ({self.none})?"
        if self.least is None or min(self.found) < self.least:
            return f"{self.text}: less than the least"
        if self.is_least:
            return "a reason, and nothing is above the least" if self.above else ""
        return "" if self.above else f"{self.text}: above the least without a reason"


@dataclass(frozen=True)
class Row:
    """A benchmark with its swept parameters, a cell for each of STRATEGIES."""

    name: str
    why: str
    cells: list[Cell]


@lru_cache
def load(path: Path = FILE) -> list[Least]:
    """The file's rows; texts without their line breaks."""
    rows = []
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]:
        none, above = ({name: _one_line(text) for name, text in row.get(key, {}).items()} for key in ("none", "above"))
        rows.append(Least(row["points"], _one_line(row["why"]), row["least"], none, above))
    return rows


def table(record: Record) -> list[Row]:
    """The rows of which the record has a passed point, in the order of minimum.toml."""
    points = [point for point in record["points"] if point["status"] == "pass" and METRIC in point["metrics"]]
    rows = []
    for row in load():
        for name in row.points:
            measured = [point for point in points if "/".join(point["id"].split("/")[2:]) == name]
            if any(point["strategy"] in STRATEGIES for point in measured):
                rows.append(Row(name, row.why, [_cell(row, strategy, measured) for strategy in STRATEGIES]))
    return rows


def _cell(row: Least, strategy: str, measured: list[dict[str, Any]]) -> Cell:
    values = {point["metrics"][METRIC]["value"] for point in measured if point["strategy"] == strategy}
    reasons = (row.none.get(strategy, ""), row.above.get(strategy, ""))
    return Cell(strategy, sorted(values), row.least.get(strategy), *reasons)


def reasons(rows: list[Row]) -> dict[str, str]:
    """Of each reason that a cell of these rows has: the cells, strategy by strategy."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for cell in row.cells:
            if cell.reason:
                found.setdefault(cell.reason, {}).setdefault(cell.strategy, []).append(row.name)
    return {
        text: "; ".join(f"{strategy} {', '.join(names)}" for strategy, names in cells.items())
        for text, cells in found.items()
    }


def origins(rows: list[Row]) -> dict[str, str]:
    """Where the least comes from, and the rows of these that it is said of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.why, []).append(row.name)
    return {text: ", ".join(names) for text, names in found.items()}


def show(record: Record, console: Console) -> None:
    """The table for a terminal, and the notes to it."""
    rows = table(record)
    drawn = plain(TITLE, ["bench"], list(STRATEGIES))
    for row in rows:
        drawn.add_row(row.name, *(cell.text for cell in row.cells))
    console.print(drawn)
    for title, notes in (("above the least, or none", reasons(rows)), ("the least", origins(rows))):
        console.print(title, style="bold")
        for text, names in notes.items():
            console.print(f"  {names}: {text}", markup=False)


def markdown(record: Record) -> Iterator[str]:
    """The lines of the same for a document."""
    rows = table(record)
    yield line(["benchmark", *STRATEGIES])
    yield "|---|" + "---:|" * len(STRATEGIES)
    for row in rows:
        yield line([row.name, *(cell.text for cell in row.cells)])
    for title, notes in (("Above the least, or none:", reasons(rows)), ("The least:", origins(rows))):
        yield from ("", title, "")
        for text, names in notes.items():
            yield f"- {names}: {text}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
