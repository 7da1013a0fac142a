# SPDX-License-Identifier: Apache-2.0
"""Summaries of sample sets: nearest-rank percentiles and run-length pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.trace import Insns

PERCENTILES = (50, 90, 99)
STATS = ("value", "n", "min", "p50", "p90", "p99", "max")


def nearest_rank(ordered: Insns, percent: int) -> int:
    """The smallest sample with at least `percent` % of the samples at or below it: no interpolation, ints stay ints."""
    rank = -(-percent * ordered.size // 100)
    return int(ordered[max(rank, 1) - 1])


def run_lengths(samples: Insns) -> list[list[int]]:
    """[[value, count], …] in the order of the samples: simulator samples repeat."""
    if samples.size == 0:
        return []
    starts = np.insert(np.flatnonzero(np.diff(samples)) + 1, 0, 0)
    counts = np.diff(starts, append=samples.size)
    return [[int(value), int(count)] for value, count in zip(samples[starts].tolist(), counts.tolist())]


def expand(pairs: list[list[int]]) -> Insns:
    """The inverse of run_lengths, as int64."""
    if not pairs:
        return np.zeros(0, np.int64)
    values, counts = zip(*pairs)
    return np.repeat(np.array(values, np.int64), counts)


def ratio(numerator: int, denominator: int) -> int | float:
    """The quotient, an int when it is one (exits_per_irq of exactly 3 is 3, not 3.0)."""
    return numerator // denominator if numerator % denominator == 0 else numerator / denominator


def summary(unit: str, samples: Insns, value: int | float | None = None) -> dict[str, Any]:
    """A metric of the record: unit, headline value (the median unless given), n, min, percentiles, max, samples."""
    ordered = np.sort(samples)
    percentiles = {f"p{percent}": nearest_rank(ordered, percent) for percent in PERCENTILES}
    return {
        "unit": unit,
        "value": percentiles["p50"] if value is None else value,
        "n": int(samples.size),
        "min": int(ordered[0]),
        **percentiles,
        "max": int(ordered[-1]),
        "samples": run_lengths(samples),
    }
