# SPDX-License-Identifier: Apache-2.0
"""Measurements that others have published (analysis/models/published.toml), and what of a record is like them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import LabError

FILE = Path(__file__).with_name("models") / "published.toml"
# Parameters that say how often, or on what, and not what is measured.
NEUTRAL = ("iterations", "vcpus")


@dataclass(frozen=True)
class Benchmark:
    """What a published benchmark is here: a benchmark with its swept parameters and one of its times; or nothing, and
    why (unlike)."""

    bench: str = ""
    time: str = ""
    params: dict[str, str] = field(default_factory=dict)
    unlike: str = ""

    def measured_by(self, point: dict[str, Any]) -> bool:
        """Whether the point of a record measures the same."""
        swept = {key: str(value) for key, value in point["params"].items() if f",{key}=" in point["id"]}
        return not self.unlike and point["bench"] == self.bench and swept == self.params


@dataclass(frozen=True)
class Machine:
    """Published numbers of one machine and hypervisor. strategies: what of a record is the same software."""

    name: str
    title: str
    core: str
    ghz: float
    source: str
    unit: str
    numbers: dict[str, float]
    strategies: tuple[str, ...] = ()
    unlike: str = ""

    def cycles(self, number: float) -> float:
        """One of its numbers in cycles of its clock."""
        return number * self.ghz if self.unit == "ns" else number


@dataclass(frozen=True)
class Published:
    """The whole file."""

    benchmarks: dict[str, Benchmark]
    machines: dict[str, Machine]

    def machine(self, name: str) -> Machine:
        """LabError for one whose numbers cannot be fitted, or that is not there."""
        usable = [one.name for one in self.machines.values() if not one.unlike]
        if name not in self.machines:
            raise LabError(f"no published numbers of {name!r}", f"one of {', '.join(usable)}")
        found = self.machines[name]
        if found.unlike:
            raise LabError(f"nothing here runs the software of {name}: {found.unlike}", f"one of {', '.join(usable)}")
        return found


@lru_cache(maxsize=1)
def load() -> Published:
    """Read the file that comes with virqlab."""
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))
    benchmarks = {name: Benchmark(**row) for name, row in text["benchmark"].items()}
    machines = {}
    for row in text["machine"]:
        known = {key: row[key] for key in ("name", "title", "core", "ghz", "source", "unit", "numbers")}
        rest = {"strategies": tuple(row.get("strategy", ())), "unlike": row.get("unlike", "")}
        machines[row["name"]] = Machine(**known, **rest)
    return Published(benchmarks, machines)
