# SPDX-License-Identifier: Apache-2.0
"""The reference run and the baselines keep every bound of bench/thresholds.toml; a run that breaks one is told."""

import fnmatch
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from analysis import record
from analysis.errors import LabError
from analysis.stats import STATS
from bench import suite, thresholds
from bench.rebaseline import BASELINES
from bench.thresholds import Threshold

ROWS = thresholds.load()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.points[0]}-{row.metric}")
def test_the_reference_keeps_it(row: Threshold, reference: dict[str, Any]) -> None:
    """On every point that matches; a point of the default suite that the reference lacks is renewed with it."""
    assert not list(row.broken(reference))
    planned = {point.id for point in suite.plan(suite.load())}
    held = {point["id"] for point in reference["points"]}
    assert not [name for name in planned - held if row.matches(name)], "renew results/reference"


def test_every_id_is_of_a_point_that_is_planned() -> None:
    """A misspelt pattern, or a misspelt other point, would hold nothing and pass."""
    planned = {point.id for name in suite.SUITES for point in suite.plan(suite.load(name))}
    patterns = {pattern for row in ROWS for pattern in row.points}
    assert not {pattern for pattern in patterns if not fnmatch.filter(planned, pattern)}
    assert {row.value for row in ROWS if row.bound == "of"} <= planned


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.json")), ids=lambda path: path.stem)
def test_the_baselines_keep_them(path: Path) -> None:
    """What `make regress` compares with."""
    found = record.load(path)
    assert not [line for row in ROWS for line in row.broken(found)]


def test_most_rows_are_measured(reference: dict[str, Any]) -> None:
    """A bound that matches nothing says nothing: only those of what the default suite lacks."""
    ids = [point["id"] for point in reference["points"]]
    idle = [row for row in ROWS if not any(row.matches(name) for name in ids)]
    planned = {point.id for point in suite.plan(suite.load())}
    assert not [row.claim for row in idle if any(row.matches(name) for name in planned)]
    assert len(idle) <= 5, [row.claim for row in idle]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.bound not in ("of", "over")], ids=lambda row: f"{row.claim[:30]}"
)
def test_a_worse_run_is_told(row: Threshold, reference: dict[str, Any]) -> None:
    """One more than the bound, at every point that matches."""
    worse = deepcopy(reference)
    changed = [p for p in worse["points"] if row.matches(p["id"]) and row.metric in p["metrics"]]
    for point in changed:
        point["metrics"][row.metric][row.stat] = row.value + 1
    assert len(list(row.broken(worse))) == len(changed)


def test_relative_bounds() -> None:
    """Times and more; without the other point, or its metric, there is none."""
    row = Threshold("c", ["*/lr"], "latency_insns", "value", "of", "*/bare".replace("*", "m"), times=1.2, more=3)
    made = [
        {"id": f"m/{name}", "status": "pass", "metrics": {"latency_insns": {"value": value}}}
        for name, value in (("bare", 10), ("lr", 15))
    ]
    assert not list(row.broken({"points": made}))
    made[1]["metrics"]["latency_insns"]["value"] = 16  # type: ignore[index]
    (line,) = row.broken({"points": made})
    assert line == "m/lr: latency_insns value 16, bound: 15 (c)"
    assert not list(row.broken({"points": made[1:]}))
    made[0]["metrics"] = {}
    assert not list(row.broken({"points": made}))


def test_bounds_over_a_parameter() -> None:
    """The point where that parameter is 1 and the others are the same."""
    row = Threshold("c", ["m/*"], "latency_insns", "max", "over", "vms", times=1.1)
    assert row.other("m/lr/x,k=2,vms=16") == row.other("m/lr/x,k=2,vms=1") == "m/lr/x,k=2,vms=1"
    made = [
        {"id": f"m/lr/x,vms={vms}", "status": "pass", "metrics": {"latency_insns": {"max": most}}}
        for vms, most in ((1, 100), (2, 110), (16, 111))
    ]
    assert list(row.broken({"points": made})) == ["m/lr/x,vms=16: latency_insns max 111, bound: 110 (c)"]
    assert not list(row.broken({"points": made[1:]}))


def test_rows_are_whole(tmp_path: Path) -> None:
    """Known statistics; a row without a bound, or with two, is refused."""
    assert all(row.stat in STATS and row.claim for row in ROWS)
    path = tmp_path / "thresholds.toml"
    for bound in ("", "is = 1\nbelow = 2\n"):
        path.write_text(f'[[threshold]]\nclaim = "c"\npoints = []\nmetric = "m"\n{bound}', encoding="utf-8")
        with pytest.raises(LabError, match="threshold 1: [02] bounds: give one of is"):
            thresholds.load(path)
