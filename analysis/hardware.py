# SPDX-License-Identifier: Apache-2.0
"""
What hardware would say, as far as a cost model can tell: predicted times in tables of their own, ratios between
strategies, and which of them are smaller than the model's error. No other number stands in these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from analysis import costs, fit, table
from analysis.costs import Model
from analysis.fit import Checked
from analysis.published import Published
from analysis.spans import SPANS

Record = dict[str, Any]
Point = dict[str, Any]

INDISTINGUISHABLE = "not distinguishable on hardware"
SAME = "~"  # in a cell
# Its guest is at EL1 on the machine itself: what the others are measured against is the first one with a hypervisor.
BARE = "bare"


@dataclass(frozen=True)
class Prediction:
    """A time of a benchmark: predicted ns by strategy, in the order of the record; base: the strategy the others are
    compared with."""

    name: str
    time: str
    ns: dict[str, float]
    base: str

    def ratio(self, strategy: str, model: Model) -> str:
        """`0.62` times the base's; SAME when the model cannot tell them apart."""
        one, two = self.ns[self.base], self.ns[strategy]
        return f"{two / one:.2f}" if model.distinguishes(one, two) else SAME


def predictions(points: list[Point], model: Model) -> Iterator[Prediction]:
    """Every time of every benchmark that two strategies with a hypervisor have an event vector of."""
    for name, row in table.rows([point for point in points if point["status"] == "pass"]):
        for time in SPANS:
            vectors = {strategy: costs.vector_of(point, time) for strategy, point in row.items()}
            ns = {strategy: model.nanoseconds(vector) for strategy, vector in vectors.items() if vector}
            bases = [strategy for strategy in ns if strategy != BARE and ns[strategy] > 0]
            if bases:
                yield Prediction(name, time, ns, bases[0])


def compared(points: list[Point], model: Model) -> list[tuple[Prediction, dict[str, str]]]:
    """The predictions of two or more strategies with a hypervisor, and the ratio of each but the base."""
    found = []
    for one in predictions(points, model):
        ratios = {name: one.ratio(name, model) for name in one.ns if name not in (BARE, one.base)}
        if ratios:
            found.append((one, ratios))
    return found


def tables(record: Record, model: Model) -> list[Table]:
    """Predicted times of each machine of a record, and their ratios."""
    found = []
    for machine, points in _machines(record):
        rows = list(predictions(points, model))
        if rows:
            strategies = [name for name in dict.fromkeys(p["strategy"] for p in points)]
            title = f"{machine}: predicted ns on {model.core}, by a model that is wrong by up to {model.residual:.0%}"
            found.append(table.plain(title, ["bench", "time"], strategies))
            for one in rows:
                cells = [f"{one.ns[name]:.0f}" if name in one.ns else "" for name in strategies]
                found[-1].add_row(one.name, time_name(one.time), *cells)
            found += ratio_tables(points, machine, model)
    return found


def _machines(record: Record) -> Iterator[tuple[str, list[Point]]]:
    for machine in dict.fromkeys(point["machine"] for point in record["points"]):
        yield machine, [point for point in record["points"] if point["machine"] == machine]


def ratio_tables(points: list[Point], machine: str, model: Model) -> list[Table]:
    """At most one table: predicted times as multiples of the base's."""
    rows = compared(points, model)
    if not rows:
        return []
    strategies = list(dict.fromkeys(name for _, ratios in rows for name in ratios))
    shown = table.plain(f"{machine}: predicted ratios on {model.core}", ["bench", "time", "1.00 is"], strategies)
    for one, ratios in rows:
        shown.add_row(one.name, time_name(one.time), one.base, *(ratios.get(name, "") for name in strategies))
    return [shown]


def show(record: Record, console: Console, model: Model | None) -> None:
    """Print the predicted ratios of each machine, if there is a model and a record to compare strategies by."""
    shown = [one for name, points in _machines(record) for one in ratio_tables(points, name, model)] if model else []
    for one in shown:
        console.print(one)
    if model and shown:
        console.print(legend(model), style="dim")


def legend(model: Model) -> str:
    """What the cells are."""
    return (
        f"predicted, not measured: costs of {model.core} fitted on published numbers of {model.machine}; '{SAME}': "
        f"{INDISTINGUISHABLE}, the difference is below the model's error of {model.residual:.0%} (docs/validity.md)"
    )


def verdict(residual: float) -> str:
    """What may head a table when a model is that wrong."""
    if residual <= costs.HEADLINE_MAX:
        return f"at most {costs.HEADLINE_MAX:.0%}, so latencies may be ranked by it"
    return f"more than {costs.HEADLINE_MAX:.0%}, so exits and event vectors are the result and latencies simulator-only"


def disagreement(model: Model, published: Published) -> str:
    """What no model of this software can be right about; empty when its numbers are of one machine."""
    found = fit.disagreement(model, published)
    if found is None:
        return ""
    return (
        f"No costs are right about both {found.machine} and {found.other}: the same {found.name} takes "
        f"{found.cycles:.0f} cycles on the one and {found.other_cycles:.0f} on the other, so a prediction of it is "
        f"wrong by at least {found.least:.0%} on one of them."
    )


def change(old: Point, new: Point, model: Model) -> list[str]:
    """Of two points of different software what the model makes of the times that changed: a line, or none."""
    told, same = [], []
    for time in SPANS:
        vectors = [costs.vector_of(point, time) for point in (old, new)]
        one, two = (model.cycles(vector) if vector else 0.0 for vector in vectors)
        if not one or not two or vectors[0] == vectors[1]:
            continue
        if model.distinguishes(one, two):
            told.append(f"{time_name(time)} {two / one - 1:+.0%}")
        else:
            same.append(time_name(time))
    if same:
        told.append(f"{', '.join(same)} {INDISTINGUISHABLE}")
    return [f"predicted on {model.core} (error {model.residual:.0%}): {'; '.join(told)}"] if told else []


def time_name(metric: str) -> str:
    """`latency` of `latency_insns`."""
    return metric.removesuffix("_insns")


def costs_table(model: Model) -> Table:
    """What each class costs, and how much of it the numbers say."""
    shown = table.plain(f"{model.core}: costs", ["what"], ["cycles", "known by the numbers"])
    for name, cycles in model.cost.items():
        shown.add_row(name, f"{cycles:.1f}", f"{abs(model.informed[name]):.0%}")
    return shown


def fit_table(model: Model) -> Table:
    """The numbers of the fit with their errors, and those without each."""
    title = f"{model.core}, fitted on {model.machine}"
    shown = table.plain(title, ["published benchmark"], ["published cycles", "error of the fit", "error without it"])
    for number in model.numbers:
        shown.add_row(number.name, f"{number.cycles:.0f}", f"{number.error:+.0%}", f"{number.left_out:+.0%}")
    return shown


def check_table(model: Model, checked: Sequence[Checked]) -> Table:
    """Numbers of other machines and what the model predicts of them."""
    shown = table.plain(
        f"{model.core}, checked on other machines",
        ["machine", "published benchmark"],
        ["published", "predicted", "error"],
    )
    for one in checked:
        shown.add_row(one.machine, one.name, f"{one.published:.0f}", f"{one.predicted:.0f}", f"{one.error:+.0%}")
    return shown
