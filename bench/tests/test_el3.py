# SPDX-License-Identifier: Apache-2.0
"""The tracer's stimulus against that of a program at EL3, which no internals of QEMU make: a constant between them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import chains, console, record, trace
from bench import images, qemu, suite
from bench.stimulus import EL3, TRACER, Stimulus
from bench.suite import ROOT, Point

# From the vector at EL3 to its ERET (guests/el3/stimulus.S).
HANDLER_INSNS = 11
N = 300
SUITE = """
[[scenario]]
bench = "{bench}"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr", "gicv4"]
params = {{ iterations = {n} }}
hyp = {{ "vm0.spis" = 42 }}
stimulus = {{ start_ns = 25_000_000, period_ns = {period}, count = {n}, intid = 42, by = "{by}" }}
metrics = ["handler_ticks"]
"""
# An SPI that nobody enables, and exits that take no lock: an exception to EL3 and back clears the exclusive monitor
# (DDI 0487 B2.12), so a load and store of a lock that it came between are executed again. The tracer leaves it alone.
MASKED = """
[[scenario]]
bench = "hvc"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
params = { iterations = 300 }
stimulus = { start_ns = 1, period_ns = 97, end_ns = 1, intid = 43, by = "el3" }
metrics = ["roundtrip_insns"]
"""


def run(out: Path, text: str) -> dict[str, dict[str, Any]]:
    """The points of a suite's run; all pass."""
    out.mkdir()
    (out / "suite.toml").write_text(text, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(out / "suite.toml"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {point["id"]: point for point in record.load(out)["points"]}


def samples(out: Path, name: str) -> list[int]:
    """What the guest printed, in order."""
    text = (out / "points" / name / "console.log").read_text(encoding="utf-8")
    (found,) = console.parse(text).frames.values()
    return [int(word) for word in found]


@pytest.mark.parametrize("bench, period", [("spi_hw", 4_001), ("wfi_wake", 20_003)])
def test_they_differ_by_a_constant(bench: str, period: int, tmp_path: Path) -> None:
    """Sample by sample, under each strategy: the instructions at EL3, nothing else; the exits are the same."""
    found = {by: run(tmp_path / by, SUITE.format(bench=bench, n=N, period=period, by=by)) for by in (TRACER, EL3)}
    assert len(found[EL3]) == 4
    for name, point in found[EL3].items():
        ours, theirs = (np.array(samples(tmp_path / by, name)) for by in (EL3, TRACER))
        assert len(ours) == N and set(ours - theirs) == {HANDLER_INSNS}, name
        assert point["exits"] == found[TRACER][name]["exits"], name


def executed(point: Point, stimulus: Stimulus, found: images.Images, directory: Path) -> trace.Records:
    """The records of one run of a point with this stimulus in place of its own."""
    directory.mkdir(parents=True)
    (directory / qemu.STIMULUS).write_bytes(stimulus.table(point.machine.regions["gicd"][0]))
    outcome = qemu.run(qemu.command(point, found), directory, point.timeout_s)
    assert outcome.failure == ""
    return trace.load(directory / "trace").only


def test_a_masked_stimulus_costs_no_instruction(tmp_path: Path) -> None:
    """Hundreds of stores that interrupt nobody, made at EL3: below it each level executes the same, and what the trace
    has of the measured region is the same. The guest's clock shows that they were made: it went on meanwhile."""
    path = tmp_path / "suite.toml"
    path.write_text(MASKED, encoding="utf-8")
    points = suite.plan(suite.load(str(path)))
    found = images.collect(points)
    for point in points:
        assert point.stimulus
        out = tmp_path / point.strategy.name
        plain = executed(point, point.stimulus, found, out / "points" / "plain")
        region = chains.find_region(plain)
        start = region.begin - 10_000
        often = replace(point.stimulus, start_ns=start, end_ns=region.end)
        stored = executed(point, often, found, out / "points" / "stored")
        regions = [chains.find_region(records).records for records in (stored, plain)]
        for name in trace.COUNT_FIELDS:
            for level in (0, 1, 2):
                sums = [int(c[name][c["el"] == level].sum()) for c in map(trace.counts, regions)]
                assert sums[0] == sums[1], (point.id, level, name)
        assert regions[0].tobytes() == regions[1].tobytes(), point.id
        longer = np.array(samples(out, "stored")) - np.array(samples(out, "plain"))
        assert set(longer % HANDLER_INSNS) == {0} and longer.sum() > 0, point.id
