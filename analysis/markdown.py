# SPDX-License-Identifier: Apache-2.0
"""The comparison table of a run record as GitHub Markdown; README.md holds it between two markers."""

from __future__ import annotations

import re
from typing import Any, Iterator

from analysis import families
from analysis.table import Point, cell, legend, rows

BEGIN, END = "<!-- table -->", "<!-- /table -->"


def table(record: dict[str, Any], stat: str = "value") -> str:
    """For each machine one table: the summary metrics of every benchmark, strategies side by side."""
    found = []
    for machine in dict.fromkeys(point["machine"] for point in record["points"]):
        points = [point for point in record["points"] if point["machine"] == machine]
        found += [f"**{machine}**: simulator counts, not hardware time", "", *_table(points, stat), ""]
    return "\n".join([*found, legend(stat), ""])


def between_markers(text: str) -> str | None:
    """What a document holds between the markers; None when it lacks them."""
    match = re.search(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", text, re.DOTALL)
    return match[1] if match else None


def _table(points: list[Point], stat: str) -> Iterator[str]:
    strategies = list(dict.fromkeys(point["strategy"] for point in points))
    yield _row(["benchmark", "metric", "unit", *strategies])
    yield "|---|---|---|" + "---:|" * len(strategies)
    for name, row in rows(points):
        metrics = list(dict.fromkeys(metric for point in row.values() for metric in point["metrics"]))
        for metric in families.members(metrics, families.SUMMARY) or [""]:
            units = {point["metrics"][metric]["unit"] for point in row.values() if metric in point["metrics"]}
            cells = [cell(row.get(strategy), metric, stat).plain for strategy in strategies]
            yield _row([name, metric, "/".join(sorted(units)), *cells])
            name = ""


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"
