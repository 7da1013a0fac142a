# SPDX-License-Identifier: Apache-2.0
"""Interrupts that are the hypervisor's own (host.irq=) while a guest runs: one exit each, and nothing is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from analysis import chains, record, trace
from bench.suite import ROOT

N = 1000
TIMERS = 2500
# A guest that has interrupts of its own before, meanwhile and after.
BUSY = f"""
[[scenario]]
bench = "timer"
version = 1
machines = ["virt-v3", "virt-v2"]
strategies = ["te", "lr", "gicv2"]
params = {{ iterations = {TIMERS} }}
hyp = {{ "host.irq" = 42 }}
stimulus = {{ start_ns = 20_000_000, period_ns = 997, count = {N}, intid = 42 }}
metrics = ["handler_ticks"]
"""
# Nobody takes what is raised.
IDLE = """
[[scenario]]
bench = "irq_host"
version = 1
machines = ["virt-v3"]
strategies = ["lr"]
params = { iterations = 10 }
stimulus = { start_ns = 20_000_000, period_ns = 4_000, count = 10, intid = 42 }
metrics = ["roundtrip_ticks"]
"""


def run(out: Path, text: str, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """How a run ended, and its points; `text`: a suite of its own."""
    if text:
        path = out / "suite.toml"
        path.write_text(text, encoding="utf-8")
        arguments = ("--suite", str(path), *arguments)
    command = [str(ROOT / "virqlab"), "run", *arguments, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    points: list[dict[str, Any]] = record.load(out)["points"]
    return done.returncode, points


def stimuli(directory: Path) -> int:
    """Stores of the tracer in the measured region of a point."""
    records = chains.find_region(trace.load(directory / "trace").only).records
    return int((records["kind"] == trace.STIMULUS).sum())


def test_one_exit_each(tmp_path: Path) -> None:
    """The suite's own points: at whatever instruction an interrupt comes the guest is away once, and for as long.
    QEMU's own log has the same exits."""
    code, points = run(tmp_path, "", "--suite", "full", "--bench", "irq_host", "--crosscheck")
    assert code == 0 and len(points) == 5
    for point in points:
        assert point["exits"] == {"total": N, "classes": {"irq": N}}, point["id"]
        assert point["metrics"]["exits_per_op"]["samples"] == [[1, N]], point["id"]
        assert [count for _, count in point["metrics"]["roundtrip_ticks"]["samples"]] == [N], point["id"]
        assert stimuli(tmp_path / "points" / point["id"]) == N, point["id"]


def test_the_guests_own_go_on(tmp_path: Path) -> None:
    """Each of its timer's has the exits that it always has, for it waits for each; each of the hypervisor's has one."""
    code, points = run(tmp_path, BUSY)
    assert code == 0 and len(points) == 4
    for point in points:
        assert stimuli(tmp_path / "points" / point["id"]) == N, point["id"]
        assert point["exits"]["total"] == TIMERS * (3 if point["strategy"] == "te" else 1) + N, point["id"]


def test_what_is_not_taken_is_told(tmp_path: Path) -> None:
    """Without the parameter the hypervisor enables nothing: the guest misses it."""
    code, (point,) = run(tmp_path, IDLE)
    assert code == 1 and point["status"] == "fail"
    assert "the guest was not away exactly once" in str(point), point
