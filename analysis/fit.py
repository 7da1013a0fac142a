# SPDX-License-Identifier: Apache-2.0
"""
Fit a cost model: non-negative least squares of published numbers, each weighed by its relative error, and of what is
believed of each cost before (analysis/models/priors.toml). There are fewer numbers than costs, so a cost that no number
speaks of stays at its prior, and the fit without a number tells what the model is worth.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

from analysis import costs
from analysis.costs import PARAMETERS, Model, Number, Vector
from analysis.errors import LabError
from analysis.published import Machine, Published

PRIORS = Path(__file__).with_name("models") / "priors.toml"
LEAST = 3  # published numbers: with fewer nothing can be left out

Floats = npt.NDArray[np.float64]
Record = dict[str, Any]


@dataclass(frozen=True)
class Priors:
    """Cycles and their spread by parameter, in the order of PARAMETERS; measurement: relative spread of a number."""

    cycles: Floats
    spread: Floats
    measurement: float

    @classmethod
    def load(cls, path: Path = PRIORS) -> "Priors":
        """Read the file that comes with virqlab."""
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = [text[name] for name in PARAMETERS]
        cycles, spread = (np.array([row[key] for row in rows], float) for key in ("cycles", "spread"))
        return cls(cycles, spread, float(text["measurement"]))


@dataclass(frozen=True)
class Sample:
    """A published number and the event vector of the same benchmark: its name, cycles."""

    name: str
    cycles: float
    vector: Vector


@dataclass(frozen=True)
class Checked:
    """A published number, and what a model that was not fitted on it predicts: both in cycles of that machine."""

    machine: str
    name: str
    published: float
    predicted: float

    @property
    def error(self) -> float:
        """Relative, with its sign."""
        return self.predicted / self.published - 1


def samples(record: Record, published: Published, machine: Machine) -> list[Sample]:
    """The numbers of a machine that a point of the record measures too."""
    found = []
    for name, number in machine.numbers.items():
        like = published.benchmarks[name]
        points = [point for point in record["points"] if like.measured_by(point)]
        for strategy in machine.strategies:
            vectors = [costs.vector_of(point, like.time) for point in points if point["strategy"] == strategy]
            vector = next((one for one in vectors if one), None)
            if vector:
                found.append(Sample(name, machine.cycles(number), vector))
                break
    return found


def fit(record: Record, published: Published, machine: Machine, priors: Priors) -> Model:
    """The model of a machine's core. LabError when the record measures too few of its numbers."""
    found = samples(record, published, machine)
    if len(found) < LEAST:
        said = ", ".join(sample.name for sample in found) or "none"
        raise LabError(
            f"the record has event vectors of {len(found)} numbers of {machine.name} ({said}), {LEAST} are needed",
            f"run with --strategy {','.join(machine.strategies)}",
        )
    others = [sample for one in like(published, machine) for sample in samples(record, published, one)]
    return from_samples(machine, found, others, priors, _software(record))


def like(published: Published, machine: Machine) -> list[Machine]:
    """The other machines with the same software: a model of one is checked on their numbers."""
    rest = (one for name, one in published.machines.items() if name != machine.name)
    return [one for one in rest if one.strategies and one.strategies == machine.strategies]


def _software(record: Record) -> str:
    """What was traced, for people: the kernel's package where it was one, and the simulator."""
    host = record["run"]["host"]
    package = host["images"].get("kernel", {}).get("package", f"commit {host['commit'][:12]}")
    return f"{' '.join(package.split()[:2])}, QEMU {host['qemu']['version']}"


def from_samples(
    machine: Machine, found: Sequence[Sample], others: Sequence[Sample], priors: Priors, vectors: str
) -> Model:
    """The model of these numbers; others: those of other machines, on which it is checked."""
    cost, informed = solve(found, priors)
    numbers = []
    for place, sample in enumerate(found):
        without = solve([*found[:place], *found[place + 1 :]], priors)[0]
        errors = [predict(each, sample) / sample.cycles - 1 for each in (cost, without)]
        numbers.append(Number(sample.name, sample.cycles, sample.vector, *errors))
    unseen = [number.left_out for number in numbers]
    unseen += [predict(cost, sample) / sample.cycles - 1 for sample in others]
    costs_, known = ({name: float(value) for name, value in zip(PARAMETERS, row)} for row in (cost, informed))
    worst = max(costs.wrong(error) for error in unseen)
    return Model(machine.core, machine.name, machine.ghz, costs_, known, numbers, worst, vectors)


def check(model: Model, published: Published, record: Record | None = None) -> list[Checked]:
    """What the model predicts of the numbers of other machines with the same software, by the event vectors of a record
    or those of the fit."""
    own = {number.name: number.vector for number in model.numbers}
    checked = []
    for machine in like(published, published.machines[model.machine]):
        if record is not None:
            found = samples(record, published, machine)
        else:
            shared = [name for name in own if name in machine.numbers]
            found = [Sample(name, machine.cycles(machine.numbers[name]), own[name]) for name in shared]
        checked += [Checked(machine.name, one.name, one.cycles, model.cycles(one.vector)) for one in found]
    return checked


@dataclass(frozen=True)
class Disagreement:
    """A benchmark that takes two machines with the same software, so with the same event vector, different cycles."""

    name: str
    machine: str
    cycles: float
    other: str
    other_cycles: float

    @property
    def least(self) -> float:
        """How wrong() any one prediction is on one of the two at least: what lies between them by the same factor."""
        return math.sqrt(1 + costs.wrong(self.other_cycles / self.cycles - 1)) - 1


def disagreement(model: Model, published: Published) -> Disagreement | None:
    """The largest one between the machine of a model and those that it is checked on; None when it is on none."""
    own = {number.name: number.cycles for number in model.numbers}
    found = [
        Disagreement(one.name, model.machine, own[one.name], one.machine, one.published)
        for one in check(model, published)
    ]
    return max(found, key=lambda one: one.least) if found else None


def predict(cost: Floats, sample: Sample) -> float:
    """Cycles of a sample's vector."""
    return float(cost @ np.array(list(costs.charged(sample.vector).values())))


def solve(found: Sequence[Sample], priors: Priors) -> tuple[Floats, Floats]:
    """The costs, none below 0, of the least sum of squares; and by cost how much of the prior's variance is gone."""
    counts = np.array([list(costs.charged(sample.vector).values()) for sample in found]).reshape(-1, len(PARAMETERS))
    weight = 1 / (priors.measurement * np.array([sample.cycles for sample in found]))
    left = np.vstack([counts * weight[:, None], np.diag(1 / priors.spread)])
    right = np.append(np.array([sample.cycles for sample in found]) * weight, priors.cycles / priors.spread)
    after = np.diag(np.linalg.inv(left.T @ left))
    return nonnegative(left, right), 1 - after / priors.spread**2


def nonnegative(left: Floats, right: Floats) -> Floats:
    """
    The x >= 0 that minimises |left x - right|, for columns that are independent and few. Of the solutions with some of
    the unknowns 0 and the others free, the best one without a negative unknown is the minimum.
    """
    size = left.shape[1]
    best, least = np.zeros(size), float(right @ right)
    for free in (list(some) for count in range(1, size + 1) for some in combinations(range(size), count)):
        found = np.zeros(size)
        found[free] = np.linalg.lstsq(left[:, free], right, rcond=None)[0]
        distance = float(np.sum((left @ found - right) ** 2))
        if np.all(found >= 0) and distance < least:
            best, least = found, distance
    return best
