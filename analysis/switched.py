# SPDX-License-Identifier: Apache-2.0
"""What a switch between vCPUs moves (switched.toml), for who reads how long one takes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Sequence

FILE = Path(__file__).with_name("switched.toml")
BENCHMARKS = ("vcpu_switch", "vm_switch")


@dataclass(frozen=True)
class Row:
    """A row of switched.toml."""

    what: str
    registers: list[str]
    when: str


@lru_cache
def rows() -> list[Row]:
    """All of them."""
    return [Row(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["row"]]


def beside(points: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows where `points`, of a record, have one of the benchmarks; else none."""
    return rows() if any(point["bench"] in BENCHMARKS for point in points) else []
