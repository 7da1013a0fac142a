# SPDX-License-Identifier: Apache-2.0
"""
One self-contained HTML file about run records: opens from file://, asks no network, the same bytes for the same
records. What it says comes from records only; analysis/templates/report.html is its text, this its numbers.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from analysis import comparable, costs, families, figures, hardware, headline, minimum, scaling, switched
from analysis.families import Role
from analysis.figures import COLOURS, Bars, Curves, Figure, Lines
from analysis.groups import Group, Pool, exits_per_operation, gather, sides
from analysis.select import number

Record = dict[str, Any]
Point = dict[str, Any]

TEMPLATES = Path(__file__).with_name("templates")
SERIES_MAX = COLOURS  # the rest of the exit classes is one series, "other"
ROWS_SHOWN = 60
CURVES_MAX, SWEEPS_MAX = 12, 40  # latency and scaling figures of one machine
DISTRIBUTIONS = ("latency_insns", "roundtrip_insns")
OTHER = "other"


def render(records: list[Record]) -> str:
    """The document. LabError when gnuplot is missing."""
    sections = [_Section(record, place) for place, record in enumerate(records)]
    drawn = figures.draw([figure for section in sections for figure in section.figures])
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    text = environment.get_template("report.html").render(
        runs=[section.view for section in sections],
        environment=_environment(records),
        svg={name: Markup(svg) for name, svg in drawn.items()},
        colours=COLOURS,
        wbr=Markup("<wbr>"),
        times_head=headline.times_head(),
        note=headline.note(),
        model=costs.best(),
    )
    return text + "\n"


def _environment(records: list[Record]) -> list[tuple[str, list[str]]]:
    """(fact, its value in each run)."""
    facts = [_facts(record) for record in records]
    names = list(dict.fromkeys(name for found in facts for name in found))
    return [(name, [found.get(name, "-") for found in facts]) for name in names]


def _facts(record: Record) -> dict[str, str]:
    about, host = record["run"], record["run"]["host"]
    found = {
        "suite": about["suite"],
        "started": host["started"],
        "commit": host["commit"],
        "tree": {True: "dirty: the commit does not describe it", False: "clean", None: "unknown"}[host["dirty"]],
    }
    for name, row in about.get("machines", {}).items():
        found[f"machine {name}"] = f"{row['title']}; -M {row['machine']} {' '.join(row['args'])}"
    found["QEMU"] = f"{host['qemu']['version']}, SHA-256 {host['qemu']['sha256']}"
    for name, producer in comparable.compilers(record).items():
        found[f"{name} compiler"] = producer
    for name, image in host["images"].items():
        found[f"{name} image"] = f"{Path(image['path']).name}, SHA-256 {image['sha256']}"
    found["counted"] = {"fast": "by block of code", "insn": "instruction by instruction"}[about["count"]]
    found["host"] = ", ".join(f"{name} {value}" for name, value in host["machine"].items())
    found["record"] = f"{record['schema']} version {record['version']}"
    if "baseline" in record:
        found["kept because"] = record["baseline"]["reason"]
    return found


class _Section:
    """One record: what the template shows of it, and the figures to draw."""

    def __init__(self, record: Record, place: int) -> None:
        self.figures: list[Figure] = []
        self._prefix = f"run{place + 1}"
        points = record["points"]
        machines = dict.fromkeys(point["machine"] for point in points)
        host = record["run"]["host"]
        self.view = {
            "name": f"Run {place + 1}",
            "suite": record["run"]["suite"],
            "commit": host["commit"],
            "dirty": bool(host["dirty"]),
            "qemu": host["qemu"]["version"],
            "count": record["run"]["count"],
            "counts": {state: sum(point["status"] == state for point in points) for state in ("pass", "fail", "skip")},
            "missing": [point for point in points if point["status"] != "pass"][:ROWS_SHOWN],
            "minimum": _minimum(record),
            "switched": switched.beside(points),
            "machines": [self._machine(name, [p for p in points if p["machine"] == name]) for name in machines],
        }

    def _machine(self, name: str, points: list[Point]) -> dict[str, Any]:
        groups, pooled = gather(points)
        shown = groups[:ROWS_SHOWN]
        strategies = list(dict.fromkeys(point["strategy"] for point in points))
        prefix = re.sub(r"[^a-z0-9]+", "-", f"{self._prefix}-{name}".lower())
        return {
            "name": name,
            "pooled": pooled,
            "left_out": len(groups) - len(shown),
            "strategies": strategies,
            "sides": sides(shown, strategies),
            "summary": [_summary(group, strategies) for group in shown],
            "scaling": self._scaling(prefix, points),
            "predicted": _predicted(points),
            "exits": self._exits(prefix, shown, strategies),
            "latency": self._latency(prefix, shown, strategies),
            "phases": self._stack(
                prefix, shown, strategies, families.PHASES, "Phases of an interrupt", "instructions, mean per interrupt"
            ),
            "events": self._stack(
                prefix, shown, strategies, families.EVENTS, "Event vector", "events, mean per interrupt or operation"
            ),
            "masked": [row for group in shown for row in _masked(group, strategies)],
        }

    def _exits(self, prefix: str, groups: list[Group], strategies: list[str]) -> dict[str, Any] | None:
        """Stacked bars of exits by class over interrupts or operations."""
        rows: list[tuple[str, dict[str, float]]] = []
        without, uncounted, between = [], [], []
        for group in groups:
            found = {name: exits_per_operation(points) for name, points in group.points.items()}
            if not any(found.values()):
                uncounted.append(group.name)
            for strategy in (name for name in strategies if found.get(name)):
                classes = (found[strategy] or ({}, ""))[0]
                if classes:
                    rows.append((f"{group.name} {strategy}", classes))
                    between += _between(group, strategy, sum(classes.values()))
                else:
                    without.append(f"{group.name} {strategy}")
        figure = self._bars(f"{prefix}-exits", "Exits by class", "exits per interrupt or operation", rows)
        return {**figure, "without": without, "uncounted": uncounted, "between": between} if figure else None

    def _stack(
        self, prefix: str, groups: list[Group], strategies: list[str], kind: str, title: str, unit: str
    ) -> dict[str, Any] | None:
        """Stacked bars of the means of all metrics of one family group; loads and stores only in their table."""
        rows, table = [], []
        for group in groups:
            names = group.metrics(kind)
            for strategy in strategies:
                pools = {name: pool for name in names if (pool := group.pool(strategy, name)) is not None}
                means = {_short(name): pool.mean for name, pool in pools.items()}
                if not means:
                    continue
                drawn = {name: mean for name, mean in means.items() if name not in ("loads", "stores")}
                table.append((group.name, strategy, means))
                if any(drawn.values()):
                    rows.append((f"{group.name} {strategy}", drawn))
        figure = self._bars(f"{prefix}-{kind}", title, unit, rows)
        if not figure:
            return None
        known = list(dict.fromkeys(name for _, _, means in table for name in means))
        columns = [name for name in known if any(means.get(name) for _, _, means in table)]
        cells = [(name, strategy, [_mean(means.get(column)) for column in columns]) for name, strategy, means in table]
        return {**figure, "columns": columns, "never": [name for name in known if name not in columns], "table": cells}

    def _bars(
        self, name: str, title: str, unit: str, rows: list[tuple[str, dict[str, float]]]
    ) -> dict[str, Any] | None:
        """Add a figure of these rows; what the template needs to show it. None without rows."""
        if not rows:
            return None
        totals: dict[str, float] = {}
        for _, values in rows:
            for series, value in values.items():
                totals[series] = totals.get(series, 0.0) + value
        used = [series for series, total in totals.items() if total]
        if len(used) > SERIES_MAX:
            largest = sorted(used, key=lambda series: (-totals[series], series))[: SERIES_MAX - 1]
            used = [series for series in used if series in largest] + [OTHER]
        stacked = []
        for label, values in rows:
            known = [values.get(series, 0.0) for series in used]
            if OTHER in used:
                known[used.index(OTHER)] = sum(values.values()) - sum(known)
            stacked.append((label, known))
        self.figures.append(Bars(name, title, unit, used, stacked))
        numbers = [(label, [_mean(value) for value in values], _mean(sum(values))) for label, values in stacked]
        return {"id": name, "series": used, "numbers": numbers}

    def _latency(self, prefix: str, groups: list[Group], strategies: list[str]) -> dict[str, Any]:
        """Distributions of the groups that have one; the others are constant or nearly so, and said to be."""
        curves: list[dict[str, Any]] = []
        constants, crowded = [], 0
        for group in groups:
            metric = next((name for name in DISTRIBUTIONS if name in group.metrics(families.SUMMARY)), None)
            if metric is None:
                continue
            pools = {name: pool for name in strategies if (pool := group.pool(name, metric)) is not None}
            if all(pool.few for pool in pools.values()):
                cells = [pools[name].counted() if name in pools else "-" for name in strategies]
                constants.append((group.name, metric, "; ".join(group.populations()), cells))
            elif len(curves) == CURVES_MAX:
                crowded += 1
            else:
                curves.append(self._curve(f"{prefix}-latency-{len(curves) + 1}", group, metric, pools))
        return {"curves": curves, "constants": constants, "crowded": crowded}

    def _scaling(self, prefix: str, points: list[Point]) -> list[dict[str, Any]]:
        """A figure of each sweep, and the growth that is fitted to each of its lines."""
        shown = []
        for place, sweep in enumerate(list(scaling.sweeps(points))[:SWEEPS_MAX], 1):
            gains = families.family(sweep.metric).role is Role.GAIN  # no cost that grows
            name, title = f"{prefix}-scaling-{place}", f"{sweep.name} over {sweep.parameter}"
            unit = f"{sweep.metric}, {headline.unit(sweep.metric, sweep.unit)}"
            lines = list(sweep.series.values())
            self.figures.append(Lines(name, f"{title}: {unit}", sweep.parameter, unit, list(sweep.series), lines))
            growth = [
                (
                    strategy,
                    "-" if gains else _rounded(scaling.exponent(line)),
                    "-" if gains else f"{scaling.slope(line):.3g}",
                    number(line[0][1]),
                    number(line[-1][1]),
                )
                for strategy, line in sweep.series.items()
            ]
            shown.append({"id": name, "title": title, "unit": unit, "series": list(sweep.series), "growth": growth})
        return shown

    def _curve(self, name: str, group: Group, metric: str, pools: dict[str, Pool]) -> dict[str, Any]:
        points = [pool.distribution() for pool in pools.values()]
        title = f"Distribution of {metric}, {group.name}"
        self.figures.append(Curves(name, title, f"{metric}, instructions (simulator)", list(pools), points))
        numbers = [
            (strategy, pool.n, pool.cell(metric), None if pool.constant else pool.percentiles())
            for strategy, pool in pools.items()
        ]
        return {
            "id": name,
            "title": group.name,
            "metric": metric,
            "series": list(pools),
            "numbers": numbers,
            "population": "; ".join(group.populations()),
            "points": max(len(points) for points in group.points.values()),
        }


def _minimum(record: Record) -> dict[str, Any] | None:
    """Exits for each interrupt beside the least; None where the record has none of those benchmarks."""
    rows = minimum.table(record)
    if not rows:
        return None
    cells = [(row.name, [(cell.text, bool(cell.found) and not cell.is_least) for cell in row.cells]) for row in rows]
    notes = [("above the least, or none", minimum.reasons(rows)), ("the least", minimum.origins(rows))]
    return {"strategies": minimum.STRATEGIES, "rows": cells, "notes": notes}


def _predicted(points: list[Point]) -> dict[str, Any] | None:
    """Predicted times and ratios, None without a model or anything to compare by it."""
    model = costs.best()
    compared = hardware.compared(points, model) if model else []
    if model is None or not compared:
        return None
    strategies = list(dict.fromkeys(name for one, _ in compared for name in one.ns))
    rows = []
    for one, ratios in compared[:ROWS_SHOWN]:
        cells = [f"{one.ns[name]:.0f}" if name in one.ns else "-" for name in strategies]
        words = {name: said if said != hardware.SAME else hardware.INDISTINGUISHABLE for name, said in ratios.items()}
        rows.append((one.name, hardware.time_name(one.time), cells, one.base, words))
    return {"strategies": strategies, "rows": rows, "others": list(dict.fromkeys(n for _, r in compared for n in r))}


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 2) + 0.0:.2f}"  # never -0.00


def _summary(group: Group, strategies: list[str]) -> dict[str, Any]:
    """The rows of one group: a metric each, strategies across."""
    rows = []
    for metric in headline.ordered(group.metrics(families.SUMMARY)) + group.metrics(families.MASKED):
        pools = [group.pool(strategy, metric) for strategy in strategies]
        cells = [pool.cell(metric) if pool else "-" for pool in pools]
        rows.append((metric, headline.unit(metric, group.unit(metric)), cells))
    return {"name": group.name, "points": len(group.all), "rows": rows}


def _between(group: Group, strategy: str, found: float) -> list[str]:
    """Where the measured region has other exits than those that a metric counts: what the guest does in between."""
    pools = {name: group.pool(strategy, name) for name in ("exits_per_irq", "exits_per_op")}
    counted = next((float(pool.value(name)) for name, pool in pools.items() if pool), found)
    return (
        [] if abs(found - counted) < 0.005 else [f"{group.name} {strategy} {number(found)}, counted {number(counted)}"]
    )


def _masked(group: Group, strategies: list[str]) -> list[tuple[str, str, int, str, str]]:
    """Of each strategy the longest stretch with interrupts masked: instructions, how it began, and where."""
    rows = []
    for strategy in strategies:
        found = [point["masked_max"] for point in group.points.get(strategy, []) if point.get("masked_max")]
        if found:
            longest = max(found, key=lambda one: int(one["insns"]))
            where = f"{longest['symbol']} {longest['pc']}".strip()
            rows.append((group.name, strategy, longest["insns"], longest["class"], where))
    return rows


def _short(metric: str) -> str:
    """`flush` of `phase_flush_insns`, `isb` of `events_isb`."""
    return re.sub(r"_insns$", "", re.sub(r"^(phase|events)_", "", metric))


def _mean(value: float | None) -> str:
    return "-" if value is None else number(value)
