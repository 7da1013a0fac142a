# SPDX-License-Identifier: Apache-2.0
"""
What heads a table. A cost model that is wrong by little makes of instruction counts times that rank strategies; one
that is wrong by much, or none, leaves exits and event vectors as the result, and instruction counts are the simulator's
own.
"""

from __future__ import annotations

from typing import Sequence

from analysis import costs
from analysis.spans import SPANS

SIMULATOR, STAR = "sim", "*"


def times_head() -> bool:
    """Whether the least wrong cost model is good enough."""
    model = costs.best()
    return model is not None and model.heads


def ordered(metrics: list[str]) -> list[str]:
    """Metrics in the order of a table: exits before times that no model makes times of hardware."""
    if times_head():
        return metrics
    return sorted(metrics, key=lambda name: not name.startswith("exits_"))


def unit(metric: str, name: str) -> str:
    """A unit as a table has it: a time that is only the simulator's says so."""
    return f"{SIMULATOR} {name}" if is_time(metric) and not times_head() else name


def starred(metric: str) -> str:
    """A metric where a table has no room for units: the same said by a star."""
    return f"{metric}{STAR}" if is_time(metric) and not times_head() else metric


def is_time(metric: str) -> bool:
    """Whether a metric stands for how long something takes."""
    return metric in SPANS or metric.endswith("_ticks")


def note(marks: Sequence[str] = (SIMULATOR,)) -> str:
    """Why the table is as it is, by the marks that it has; empty where latencies head it."""
    if times_head():
        return ""
    model = costs.best()
    said = f"the least wrong cost model errs by up to {model.residual:.0%}" if model else "there is no cost model"
    marked = ", ".join(f"'{mark}'" for mark in marks)
    return f"{marked}: simulator-only, no time of hardware ({said}): exits and event vectors are the result"
