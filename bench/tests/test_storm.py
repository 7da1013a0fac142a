# SPDX-License-Identifier: Apache-2.0
"""Interrupts that come faster and faster: none is lost, what coalesces is accounted, and the guest stops where what one
of them costs is all the time there is."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from analysis import record, stats, trace
from bench.suite import ROOT

WINDOWS, START, END = 10, 20_000_000, 20_500_000
PERIODS = [1000, 4000, 500, 100, 30]
SUITE = f"""
[[scenario]]
bench = "storm"
version = 1
machines = ["virt-v3", "virt-v2"]
strategies = ["bare", "te", "lr", "gicv2", "pass"]
params = {{ iterations = {WINDOWS} }}
hyp = {{ "vm0.spis" = 42 }}
stimulus = {{ start_ns = {START}, period_ns = {PERIODS}, end_ns = {END}, intid = 42 }}
metrics = ["work_units", "acknowledged_per_op", "latency_insns", "completion_insns", "exits_per_irq"]
source = {{ kind = "spi", intid = 42 }}
"""
TURN = 5  # instructions of the guest's loop
ARCHITECTURE = {"bare": 0, "te": 3, "lr": 1, "gicv2": 1, "pass": 0}  # exits an interrupt


@pytest.fixture(name="ran", scope="module")
def fixture_ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """All points."""
    directory = tmp_path_factory.mktemp("storm")
    path = directory / "suite.toml"
    path.write_text(SUITE, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(path), "--out", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    points: list[dict[str, Any]] = record.load(directory)["points"]
    assert len(points) == len(PERIODS) * (4 + 3)
    return directory, points


def test_account_is_closed(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    """Raised is what the tracer stored, acknowledged what the guest says; behind the storm at most the last one is
    outstanding (QEMU's GICv2 does not signal what HW deactivation leaves pending)."""
    for point in ran[1]:
        period, irqs = point["params"]["period_ns"], point["irqs"]
        records = trace.load(ran[0] / "points" / point["id"] / "trace").only
        assert irqs["raised"] == len(range(START, END, period)) == (records["kind"] == trace.STIMULUS).sum()
        assert irqs["acknowledged"] == int(point["guest"]["handled"]), point["id"]
        assert irqs["outstanding"] <= (point["strategy"] == "gicv2"), point["id"]
        assert irqs["raised"] == irqs["acknowledged"] + irqs["coalesced"] + irqs["outstanding"]


def test_each_comes_while_there_is_time(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    """Where the period is longer than an interrupt takes none coalesces; and at every rate each costs the
    architecture's exits."""
    for point in ran[1]:
        assert point["irqs"]["coalesced"] == 0 or point["params"]["period_ns"] < 1000, point["id"]
        assert point["metrics"]["exits_per_irq"]["value"] == ARCHITECTURE[point["strategy"]], point["id"]


def test_work_is_the_time_that_is_left(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    """Turns of the loop, five instructions each, and what an interrupt takes in all; where it takes more than there is,
    nothing is done, but in the first window, which lasts as long as the storm."""
    window = (END - START) // WINDOWS
    each: dict[tuple[str, str], float] = {}
    for point in ran[1]:
        key, period = (point["machine"], point["strategy"]), point["params"]["period_ns"]
        work = stats.expand(point["metrics"]["work_units"]["samples"])[1:]
        if period == PERIODS[0]:
            each[key] = (window - work.mean() * TURN) * period / window
            assert each[key] > 0
        elif period > 1.2 * each[key]:
            left = window - each[key] * window / period
            assert work.mean() * TURN == pytest.approx(left, abs=0.02 * window), point["id"]
        elif period < 0.8 * each[key] and point["strategy"] != "gicv2":
            assert not work.any(), point["id"]
    assert each["virt-v3", "bare"] == each["virt-v3", "pass"] < each["virt-v3", "lr"] < each["virt-v3", "te"]


def test_pass_is_bare(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    """At each rate: what it takes, and what it coalesces; what the guest does meanwhile but for a turn of its loop."""
    found = {point["id"]: point for point in ran[1]}
    for period in PERIODS:
        one, other = (found[f"virt-v3/{name}/storm,period_ns={period}"] for name in ("bare", "pass"))
        assert one["irqs"] == other["irqs"], period
        for name in one["metrics"].keys() - {"work_units"}:
            assert one["metrics"][name] == other["metrics"][name], (period, name)
        work = [stats.expand(point["metrics"]["work_units"]["samples"]) for point in (one, other)]
        assert abs(work[0] - work[1]).max() <= 1, period
