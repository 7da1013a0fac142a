# SPDX-License-Identifier: Apache-2.0
"""What each metric of a record stands for when two records are compared or one is reported: the only such table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase


class Role(Enum):
    """COST: lower is better, and a rise is a regression. GAIN: higher is better. PART: a share of a cost that is judged
    as a whole elsewhere; it explains and is never judged alone, or code moved from one phase to the next would be a
    regression."""

    COST = "lower is better"
    GAIN = "higher is better"
    PART = "part of a cost"


@dataclass(frozen=True)
class Family:
    """The metrics whose names match the pattern; the first family that matches counts."""

    pattern: str
    role: Role
    group: str


SUMMARY, PHASES, EVENTS, MASKED = "summary", "phases", "events", "masked"

# Loads and stores are instructions and judged as such; what an instruction count cannot see (exceptions, barriers,
# register and device accesses) is judged here, because hardware pays for it.
FAMILIES = (
    Family("phase_*", Role.PART, PHASES),
    Family("events_loads", Role.PART, EVENTS),
    Family("events_stores", Role.PART, EVENTS),
    Family("events_*", Role.COST, EVENTS),
    Family("masked_*", Role.COST, MASKED),
    Family("work_units", Role.GAIN, SUMMARY),
    Family("acknowledged_per_op", Role.GAIN, SUMMARY),
    Family("*_ticks", Role.COST, SUMMARY),
    Family("*_insns", Role.COST, SUMMARY),
    Family("*_per_op", Role.COST, SUMMARY),
    Family("*_per_irq", Role.COST, SUMMARY),
)
# A metric that a newer virqlab added: its changes are told, not judged.
UNKNOWN = Family("*", Role.PART, SUMMARY)


def family(metric: str) -> Family:
    """The family of a metric."""
    return next((row for row in FAMILIES if fnmatchcase(metric, row.pattern)), UNKNOWN)


def members(names: list[str], group: str) -> list[str]:
    """The metrics of one group, in the order given."""
    return [name for name in names if family(name).group == group]
