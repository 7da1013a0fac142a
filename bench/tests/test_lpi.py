# SPDX-License-Identifier: Apache-2.0
"""An LPI by the virtual ITS's command INT: exits, cost, and an account that closes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from analysis import record
from bench.suite import ROOT

EXITS = {"bare": 0, "te": 3, "lr": 1, "gicv4": 1}
ROUNDTRIP_MOST = {"lr": 900}  # instructions; KVM's round trip is 8154 ticks


def test_lpi_int(tmp_path: Path) -> None:
    """Under lr and gicv4 the store of GITS_CWRITER alone, under te acknowledge and EOI too; none lost or doubled."""
    command = [str(ROOT / "virqlab"), "run", "--bench", "lpi_int", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    points = record.load(tmp_path)["points"]
    assert {point["strategy"] for point in points} == set(EXITS)
    for point in points:
        metrics = point["metrics"]
        assert metrics["exits_per_irq"]["value"] == EXITS[point["strategy"]]
        assert metrics["roundtrip_insns"]["max"] <= ROUNDTRIP_MOST.get(point["strategy"], 2000)
        assert point["irqs"] == {"raised": 1000, "acknowledged": 1000, "coalesced": 0, "outstanding": 0}
