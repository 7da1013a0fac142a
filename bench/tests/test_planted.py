# SPDX-License-Identifier: Apache-2.0
"""`make test-planted`: one nop in the exit path of a copy shows as exits x 1 instruction, nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import exits, record, stats, trace
from bench.suite import ROOT
from bench.tests.planted import plant


def run(top: Path, out: Path) -> dict[str, dict[str, Any]]:
    """
    Run the default suite from the tree at `top`; its points by name, but those whose arrivals sweep a loop of exits or
    come so close that each meets the exits of the one before, where a planted instruction moves arrivals to other
    places, and those of several vCPUs or VMs, which wait for each other or share a core by slices of time.
    """
    apart = {"load", "period_ns", "vcpus", "vm1.strategy"}
    command = [str(top / "virqlab"), "run", "--fresh", "--out", str(out)]
    subprocess.run(command, cwd=top, check=True, stdout=subprocess.DEVNULL, timeout=300)
    points = record.load(out)["points"]
    return {point["id"]: point for point in points if not apart & point["params"].keys()}


def samples(point: dict[str, Any], metric: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return stats.expand(point["metrics"][metric]["samples"])


@pytest.fixture(name="runs", scope="module")
def fixture_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any], dict[str, Any]]:
    """The directories and the points of a run of this tree and of one with the nop."""
    directory = tmp_path_factory.mktemp("planted")
    (directory / "tree").mkdir()
    copy = plant(directory / "tree", "hyp/arch/vectors.S", "    ldp     x0, x1, [sp, #0]\n", "    nop\n")
    old, new = directory / "old", directory / "new"
    return old, new, run(ROOT, old), run(copy, new)


def test_every_exit_costs_one_instruction_more(runs: tuple[Path, Path, dict[str, Any], dict[str, Any]]) -> None:
    """Host instructions of every exit span: one more each; as many exits of the same classes as before."""
    old_run, new_run, old, new = runs
    assert old.keys() == new.keys()
    for name, point in old.items():
        assert new[name]["exits"] == point["exits"]
        found = [exits.find_exits(trace.load(path / "points" / name / "trace").only) for path in (old_run, new_run)]
        # the last exit powers the machine off: it never reaches the way back
        before, after = ((seen.end - seen.begin)[:-1] for seen in found)
        assert before.size == after.size
        assert np.all(after == before + 1), name


def test_metrics_move_by_their_exits(runs: tuple[Path, Path, dict[str, Any], dict[str, Any]]) -> None:
    """Sample by sample: per operation and per interrupt the difference is the number of exits. In all, where the vCPU
    waits for the interrupt in an exit: that begins before the raise, and the planted instruction is behind it."""
    _, _, old, new = runs
    for name, point in old.items():
        metrics = point["metrics"]
        for cost, count in (("roundtrip_insns", "exits_per_op"), ("host_insns_per_irq", "exits_per_irq")):
            if cost in metrics and count in metrics:
                difference = samples(new[name], cost) - samples(point, cost)
                if point["bench"] == "doorbell":
                    assert difference.sum() == point["exits"]["total"], f"{name} {cost}"
                else:
                    assert np.array_equal(difference, samples(point, count)), f"{name} {cost}"
        if point["strategy"] == "bare":
            assert new[name]["metrics"] == metrics, name
