# SPDX-License-Identifier: Apache-2.0
"""
The cost model: a core's time is the sum of what each class of event costs there. A model is one TOML file
(analysis/models/cores) that `./virqlab model fit` writes: its costs, what they were fitted on, and how wrong it is.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Mapping

import numpy as np

from analysis import events, stats
from analysis.errors import LabError
from analysis.spans import INSNS

CORES = Path(__file__).with_name("models") / "cores"
# A model that is wrong by more than this predicts no latency that could head a table.
HEADLINE_MAX: Final = 0.25

Vector = Mapping[str, float]
Point = dict[str, Any]

# What is charged for which events. Loads and stores are instructions; half an exception pair is either of its parts.
PARAMETERS: Final[dict[str, dict[str, float]]] = {
    "insn": {INSNS: 1.0},
    "exception": {"exceptions": 0.5, "returns": 0.5},
    "gic_register": {"ich": 1.0, "icc": 1.0},
    "sysreg": {"sysreg": 1.0},
    "mmio": {f"mmio_{frame}": 1.0 for frame in events.FRAMES},
    "barrier": {"isb": 1.0, "dsb": 1.0},
    "tlbi": {"tlbi": 1.0},
}


def charged(vector: Vector) -> dict[str, float]:
    """How often each parameter is charged for a vector."""
    return {
        name: sum(weight * vector.get(kind, 0.0) for kind, weight in row.items()) for name, row in PARAMETERS.items()
    }


def vector_of(point: Point, time: str) -> dict[str, float] | None:
    """The event vector of a time of a point: that of the sample with the median time, so that what a host does for
    itself now and then is not in it. None where the record has none."""
    found = point.get("spans", {}).get(time)
    if not found:
        return None
    insns = stats.expand(found[INSNS])
    median = int(np.flatnonzero(insns == stats.nearest_rank(np.sort(insns), 50))[0])
    counts = {kind: float(stats.expand(pairs)[median]) for kind, pairs in found.items()}
    return {kind: count for kind, count in counts.items() if count or kind == INSNS}


def wrong(error: float) -> float:
    """
    How wrong a prediction is whose relative error, predicted / published - 1, is this: half and double are both wrong
    by 1. An error is never below -1, so its size alone would forgive what is predicted too low.
    """
    ratio = 1 + error
    return max(ratio, 1 / ratio) - 1 if ratio > 0 else math.inf


@dataclass(frozen=True)
class Number:
    """A published number that the model was fitted on: its benchmark, cycles, vector; error of the fit, and error of
    the fit without it (relative)."""

    name: str
    cycles: float
    vector: Vector
    error: float
    left_out: float


@dataclass(frozen=True)
class Model:
    """
    Costs of one core in cycles. machine: whose published numbers they fit; vectors: where the event vectors are from;
    informed: by parameter how much of the prior's variance the numbers took away, 0 none; residual: how
    wrong() the worst prediction is that was not fitted.
    """

    core: str
    machine: str
    ghz: float
    cost: dict[str, float]
    informed: dict[str, float]
    numbers: list[Number]
    residual: float
    vectors: str

    def cycles(self, vector: Vector) -> float:
        """The predicted time of a vector."""
        return sum(self.cost[name] * count for name, count in charged(vector).items())

    def nanoseconds(self, vector: Vector) -> float:
        """The same at the core's clock."""
        return self.cycles(vector) / self.ghz

    def distinguishes(self, one: float, two: float) -> bool:
        """Whether the longer of two predicted times exceeds the other, as a share of it, by more than the residual."""
        return max(one, two) > (1 + self.residual) * min(one, two)

    @property
    def heads(self) -> bool:
        """Whether its latencies may head a table."""
        return self.residual <= HEADLINE_MAX


def load(path: Path) -> Model:
    """Read a model. LabError when the file is none."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        numbers = [Number(**row) for row in text.pop("number", [])]
        model = Model(**text, numbers=numbers)
    except OSError as error:
        raise LabError(f"cannot read {path}: {error.strerror}", "make one with './virqlab model fit'") from None
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"{path} is no cost model: {error}", "make one with './virqlab model fit'") from None
    if set(model.cost) != set(PARAMETERS):
        raise LabError(f"{path} has costs of other parameters", "make it again with './virqlab model fit'")
    return model


@lru_cache(maxsize=1)
def known() -> dict[str, Model]:
    """The models that come with virqlab by core, the one that is least wrong first."""
    found = [load(path) for path in sorted(CORES.glob("*.toml"))]
    return {model.core: model for model in sorted(found, key=lambda model: model.residual)}


def best() -> Model | None:
    """The one that is least wrong, if there is any."""
    return next(iter(known().values()), None)


def choose(name: str | None) -> Model:
    """A model by its core, or by its file; None: the best. LabError when there is none."""
    models = known()
    if name is None and models:
        return next(iter(models.values()))
    if name is not None and name.endswith(".toml"):
        return load(Path(name))
    if name not in models:
        make = "make one with './virqlab model fit RUN.json --machine altra'"
        said = f"there are {', '.join(models)}" if models else make
        raise LabError(f"no cost model {name!r}" if name else "no cost model", said)
    return models[name]


def dumps(model: Model) -> str:
    """The TOML file of a model: the same bytes for the same model."""
    lines = [
        "# SPDX-License-Identifier: Apache-2.0",
        "# Made by './virqlab model fit'; docs/validity.md says what it is good for. Costs in cycles, errors relative.",
        f'core = "{model.core}"',
        f'machine = "{model.machine}"',
        f"ghz = {model.ghz}",
        f'vectors = "{model.vectors}"',
        f"residual = {model.residual:.4f}",
    ]
    for title, table in (("cost", model.cost), ("informed", model.informed)):
        lines += ["", f"[{title}]", *(f"{name} = {value:.4f}" for name, value in table.items())]
    for number in model.numbers:
        vector = ", ".join(f"{kind} = {count:.4f}" for kind, count in number.vector.items())
        lines += ["", "[[number]]", f'name = "{number.name}"', f"cycles = {number.cycles:.4f}"]
        lines += [f"error = {number.error:.4f}", f"left_out = {number.left_out:.4f}", f"vector = {{ {vector} }}"]
    return "\n".join(lines) + "\n"
