# SPDX-License-Identifier: Apache-2.0
"""The comparison table of a run record as GitHub Markdown; README.md holds some of it between two markers."""

from __future__ import annotations

import re
from typing import Any, Collection, Iterator

from analysis import families, headline
from analysis.table import Point, cell, legend, rows, unit

BEGIN, END = "<!-- table of {} -->", "<!-- /table -->"


def table(record: dict[str, Any], stat: str = "value", benches: Collection[str] = ()) -> str:
    """For each machine one table: the summary metrics of these benchmarks, or of all, strategies side by side."""
    chosen = [point for point in record["points"] if not benches or point["bench"] in benches]
    found = []
    for machine in dict.fromkeys(point["machine"] for point in chosen):
        points = [point for point in chosen if point["machine"] == machine]
        found += [f"**{machine}**: simulator counts, not hardware time", "", *_table(points, stat), ""]
    return "\n".join([*found, legend(stat), ""])


def between_markers(text: str) -> tuple[list[str], str] | None:
    """The benchmarks that a document's first marker names, and what it holds behind it; None when it lacks them."""
    match = re.search(f"{BEGIN.format('([a-z0-9_,]+)')}\n(.*?){re.escape(END)}", text, re.DOTALL)
    return (match[1].split(","), match[2]) if match else None


def _table(points: list[Point], stat: str) -> Iterator[str]:
    strategies = list(dict.fromkeys(point["strategy"] for point in points))
    yield line(["benchmark", "metric", "unit", *strategies])
    yield "|---|---|---|" + "---:|" * len(strategies)
    for name, row in rows(points):
        metrics = list(dict.fromkeys(metric for point in row.values() for metric in point["metrics"]))
        for metric in headline.ordered(families.members(metrics, families.SUMMARY)) or [""]:
            cells = [cell(row.get(strategy), metric, stat).plain for strategy in strategies]
            yield line([name, metric, unit(row, metric), *cells])
            name = ""


def line(cells: list[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"
