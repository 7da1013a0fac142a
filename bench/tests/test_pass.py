# SPDX-License-Identifier: Apache-2.0
"""Under pass an interrupt comes as on the bare machine: no exit, and the same instructions."""

from __future__ import annotations

import subprocess
from pathlib import Path

from analysis import record
from bench.suite import ROOT

INTERRUPTS = (
    "sgi_self",
    "ipi",
    "ipi,target=wfi",
    "timer_wfi",
    "timer",
    "timer,eoimode=1",
    "spi_hw",
    "spi_hw,source=edu",
)
SAME = ("handler_ticks", "latency_insns", "completion_insns", "roundtrip_insns")


def test_no_exit(tmp_path: Path) -> None:
    """Exits are QEMU's own (--crosscheck)."""
    command = [str(ROOT / "virqlab"), "run", "--strategy", "bare,pass", "--crosscheck", "--out", str(tmp_path / "run")]
    command += ["--bench", "sgi_self,ipi,timer_wfi,timer,spi_hw"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    points = {point["id"]: point for point in record.load(tmp_path / "run")["points"]}
    for bench in INTERRUPTS:
        bare, passed = (points[f"virt-v3/{strategy}/{bench}"] for strategy in ("bare", "pass"))
        assert passed["irqs"] == bare["irqs"]
        assert passed["metrics"]["exits_per_irq"]["value"] == passed["metrics"]["host_insns_per_irq"]["value"] == 0
        for name in SAME:
            if name in bare["metrics"]:
                assert passed["metrics"][name]["samples"] == bare["metrics"][name]["samples"], (bench, name)


def test_no_lpis(tmp_path: Path) -> None:
    """Their tables would hold physical addresses: the user is told."""
    image = ROOT / "build/guests/bench.img"
    command = [str(ROOT / "virqlab"), "run-guest", str(image), "--strategy", "pass", "--its"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0 and "no LPIs" in done.stdout + done.stderr
