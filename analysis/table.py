# SPDX-License-Identifier: Apache-2.0
"""The comparison table of a run record for an 80-column terminal: benchmarks down, strategies across."""

from __future__ import annotations

from typing import Any, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis import families, headline
from analysis.select import number

Point = dict[str, Any]
# With more strategies a terminal of 80 columns has room for numbers alone: no units, which the names say, no ranges.
# With still more there is another table.
ROOMY_MAX, NARROW_MAX, NARROW_DIGITS = 3, 6, 4
NAME_WIDTH = 25  # of a benchmark with its swept parameters; what is longer goes on in the next row


def show(record: dict[str, Any], console: Console, stat: str = "value", group: str = families.SUMMARY) -> None:
    """Print tables of metrics and of exits by class, one pair for each machine, then what failed."""
    marks = []
    for machine in dict.fromkeys(point["machine"] for point in record["points"]):
        points = [point for point in record["points"] if point["machine"] == machine]
        strategies = list(dict.fromkeys(point["strategy"] for point in points))
        for first in range(0, len(strategies), NARROW_MAX):
            chosen = strategies[first : first + NARROW_MAX]
            beside = [point for point in points if point["strategy"] in chosen]
            title = f"{machine}: simulator counts, not hardware time{', continued' if first else ''}"
            shown = [metric_table(beside, title, stat, group), exit_table(beside)]
            marks.append(headline.SIMULATOR if is_roomy(beside) else headline.STAR)
            for one in shown if headline.times_head() else reversed(shown):
                if one.row_count:
                    console.print(one)
    console.print(legend(stat, list(dict.fromkeys(marks))), style="dim")
    for point in record["points"]:
        if point["status"] != "pass":
            console.print(f"{point['status'].upper()} {point['id']}: {point['reason']}", highlight=False, markup=False)


def metric_table(points: list[Point], title: str, stat: str = "value", group: str = families.SUMMARY) -> Table:
    """One row for each benchmark and metric of the group, one column for each strategy, in the order of the record."""
    strategies = list(dict.fromkeys(point["strategy"] for point in points))
    roomy = is_roomy(points)
    table = plain(title, ["bench", "metric", *(["unit"] if roomy else [])], strategies)
    table.collapse_padding, table.show_edge = not roomy, roomy
    for name, row in rows(points):
        found = list(dict.fromkeys(metric for point in row.values() for metric in point["metrics"]))
        names = families.members(found, group)
        if group == families.SUMMARY:
            names = headline.ordered(names) + families.members(found, families.MASKED)
        elif not names:
            continue
        for metric, part in zip(names, folded(name, len(names))):
            cells = [cell(row.get(strategy), metric, stat, roomy) for strategy in strategies]
            said = [metric, unit(row, metric)] if roomy else [headline.starred(metric)]
            table.add_row(part, *said, *cells)
        if not names:
            blank = ["", ""] if roomy else [""]
            table.add_row(*folded(name, 1), *blank, *(cell(row.get(strategy), "", stat) for strategy in strategies))
        table.add_section()
    return table


def is_roomy(points: list[Point]) -> bool:
    """Whether a table of these points has room for units and ranges."""
    return len({point["strategy"] for point in points}) <= ROOMY_MAX


def exit_table(points: list[Point]) -> Table:
    """Exits of the measured region by class; strategies without any are left out."""
    counted = [point for point in points if point["exits"] and point["exits"]["total"]]
    strategies = list(dict.fromkeys(point["strategy"] for point in counted))
    table = plain("exits in the measured region, by class", ["bench", "class"], strategies)
    for name, row in rows(counted):
        classes = sorted({kind for point in row.values() for kind in point["exits"]["classes"]})
        parts = folded(name, len(classes) + 1)
        for kind, part in zip(classes, parts):
            cells = [_count(row.get(strategy), kind) for strategy in strategies]
            table.add_row(part, kind, *cells)
        totals = [str(row[strategy]["exits"]["total"]) if strategy in row else "" for strategy in strategies]
        table.add_row(parts[-1], "total", *totals)
        table.add_section()
    return table


def plain(title: str, left: list[str], strategies: list[str]) -> Table:
    """An empty table: headings at the left, then columns of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in left:
        table.add_column(heading, no_wrap=True)
    for strategy in strategies:
        table.add_column(strategy, justify="right", overflow="fold")
    return table


def folded(name: str, count: int) -> list[str]:
    """What stands at the left of each of `count` rows, so that a long name leaves room for numbers: it breaks before
    parameters, and what no row is left for is more lines of the last one."""
    lines: list[str] = []
    for word in name.split(","):
        if lines and len(lines[-1]) + 1 + len(word) <= NAME_WIDTH:
            lines[-1] += f",{word}"
        else:
            lines.append(f",{word}" if lines else word)
    own, rest = lines[: count - 1], lines[count - 1 :]
    return [*own, *[""] * (count - 1 - len(own)), "\n".join(rest)]


def rows(points: list[Point]) -> Iterator[tuple[str, dict[str, Point]]]:
    """(benchmark with its swept parameters, points by strategy), in the order of the record."""
    rows: dict[str, dict[str, Point]] = {}
    for point in points:
        name = "/".join(point["id"].split("/")[2:])
        rows.setdefault(name, {})[point["strategy"]] = point
    yield from rows.items()


def unit(row: dict[str, Point], metric: str) -> str:
    """Of a metric of these points."""
    units = {point["metrics"][metric]["unit"] for point in row.values() if metric in point["metrics"]}
    return headline.unit(metric, "/".join(sorted(units)))


def cell(point: Point | None, metric: str, stat: str, ranged: bool = True) -> Text:
    """The number, with its range where the samples differ and it is asked for; what happened where there is none."""
    if point is None:
        return Text("")
    if point["status"] != "pass":
        return Text(point["status"], style="red" if point["status"] == "fail" else "yellow")
    if metric not in point["metrics"]:
        return Text("-", style="dim")
    summary = point["metrics"][metric]
    text = Text(number(summary[stat], 6 if ranged else NARROW_DIGITS))
    if ranged and stat == "value" and summary["min"] != summary["max"]:
        text.append(f" ({summary['min']}-{summary['max']})", style="dim")
    return text


def _count(point: Point | None, kind: str) -> str:
    return "" if point is None else str(point["exits"]["classes"].get(kind, 0))


def legend(stat: str, marks: Sequence[str] = (headline.SIMULATOR,)) -> str:
    """What the numbers are; marks: those of times that are the simulator's."""
    if stat != "value":
        said = f"{stat} of each sample set; '-': this does not exist here"
    else:
        said = (
            "medians (rates: total / acknowledgements or operations; masked_max_insns: the maximum), (min-max) where "
            "samples differ; '-': does not exist"
        )
    return "; ".join(filter(None, (said, headline.note(marks))))
