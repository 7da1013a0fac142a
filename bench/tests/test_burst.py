# SPDX-License-Identifier: Apache-2.0
"""Bursts of interrupts: how many exits each takes, by how many list registers there are."""

from __future__ import annotations

import subprocess
from pathlib import Path

from analysis import record
from bench.suite import ROOT

ROW = """
[[scenario]]
bench = "burst"
version = 1
machines = ["virt-v3"]
params = { iterations = 20, k = [5, 64] }
metrics = ["exits_per_irq"]
source = { kind = "burst" }
"""
SUITE = ROW + 'strategies = ["bare", "te"]\n' + ROW + 'strategies = ["lr"]\nhyp = { "lr.limit" = [1, 2, 4] }\n'


def expected(strategy: str, k: int, registers: int) -> int:
    """Exits of one burst from the unmask on. lr has put the first ones into list registers before; when the last of
    them is acknowledged (NPIE) the others are refilled. With one alone it is taken out of its register, and its EOI is
    another exit."""
    if strategy != "lr":
        return {"bare": 0, "te": 2 * k}[strategy]
    if registers == 1:
        return 2 * (k - 1)
    return -(-max(k - registers, 0) // (registers - 1))


def test_exits_of_a_burst(tmp_path: Path) -> None:
    """Under lr with 4 list registers less than half an exit an interrupt; every one is acknowledged."""
    path = tmp_path / "suite.toml"
    path.write_text(SUITE, encoding="utf-8")
    command = [str(ROOT / "virqlab"), "run", "--suite", str(path), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    points = record.load(tmp_path)["points"]
    assert len(points) == 2 * (1 + 1 + 3)
    for point in points:
        k, found = point["params"]["k"], point["metrics"]["exits_per_irq"]
        exits = expected(point["strategy"], k, point["params"].get("lr.limit", 4))
        assert found["samples"] == [[exits, 20]], point["id"]
        assert abs(found["value"] - exits / k) < 1e-3
        assert point["irqs"] == {"raised": 20 * k, "acknowledged": 20 * k, "coalesced": 0, "outstanding": 0}
        if point["strategy"] == "lr" and point["params"]["lr.limit"] == 4:
            assert found["value"] < 0.5
