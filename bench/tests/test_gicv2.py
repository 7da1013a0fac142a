# SPDX-License-Identifier: Apache-2.0
"""A GICv2 guest on the machine with GICv2: its loads and stores make the same chains as system registers do."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import record, trace
from bench import combinations, suite
from bench.suite import ROOT

BENCHES = "hvc,sgi_self,ipi,timer_wfi,timer,spi_hw"
INTERRUPTS = ("sgi_self", "timer_wfi", "timer", "spi_hw")
# Of gicv2 against lr: the metric, which both have.
COMPARED = {"hvc": "roundtrip_ticks", "timer": "handler_ticks", "timer_wfi": "handler_ticks"}
COMPARED |= {"sgi_self": "handler_ticks", "ipi": "roundtrip_insns", "spi_hw": "handler_ticks"}


def run(out: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """The points of a run, by id; all pass, and the exits are QEMU's own."""
    command = [str(ROOT / "virqlab"), "run", "--bench", BENCHES, *arguments, "--crosscheck", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {point["id"]: point for point in record.load(out)["points"]}


@pytest.fixture(name="out", scope="module")
def fixture_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run of virt-v2 is."""
    return tmp_path_factory.mktemp("gicv2")


@pytest.fixture(name="points", scope="module")
def fixture_points(out: Path) -> dict[str, dict[str, Any]]:
    """bare, te and gicv2 on virt-v2."""
    return run(out, "--suite", "full", "--machine", "virt-v2")


def test_exits(points: dict[str, dict[str, Any]]) -> None:
    """te: delivery (for an SGI GICD_SGIR), GICC_IAR, GICC_EOIR; gicv2: the first one. Nothing is lost."""
    for bench in INTERRUPTS:
        for strategy, expected in (("bare", 0), ("te", 3), ("gicv2", 1)):
            point = points[f"virt-v2/{strategy}/{bench}"]
            assert point["metrics"]["exits_per_irq"]["value"] == expected, point["id"]
            assert point["irqs"] == {"raised": 1000, "acknowledged": 1000, "coalesced": 0, "outstanding": 0}
    # GICV's second page is not mapped: DIR traps.
    assert points["virt-v2/gicv2/timer,eoimode=1"]["metrics"]["exits_per_irq"]["value"] == 2
    assert points["virt-v2/te/timer,eoimode=1"]["metrics"]["exits_per_irq"]["value"] == 4


def test_raised_is_the_store(points: dict[str, dict[str, Any]]) -> None:
    """Bare, the vector is the next instruction; without a trap between, the SGI's chain begins one before it."""
    for bench, latency in (("sgi_self", 1), ("spi_hw", 0), ("timer", 0)):
        assert points[f"virt-v2/bare/{bench}"]["metrics"]["latency_insns"]["samples"] == [[latency, 1000]]


def test_acknowledges_are_in_gicv(points: dict[str, dict[str, Any]], out: Path) -> None:
    """Under gicv2 the guest's own loads are of GICV; under te all are emulated, and no access to a device."""
    assert points["virt-v2/gicv2/timer"]["metrics"]["events_mmio_gicv"]["value"] == 2
    assert points["virt-v2/te/timer"]["metrics"]["events_mmio_gicv"]["value"] == 0
    for strategy, frame, flags in (("gicv2", 0x08040000, 0), ("te", 0x08010000, trace.FLAG_EMULATED)):
        records = trace.load(out / f"points/virt-v2/{strategy}/timer/trace").only
        iar = trace.select(records, trace.MMIO, a=frame + 0xC, sub=2 << trace.MMIO_SIZE_SHIFT, c=27)
        assert np.count_nonzero(iar & trace.is_guest(records)) >= 1000
        assert set(records["flags"][iar & trace.is_guest(records)] & trace.FLAG_EMULATED) == {flags}


def test_costs_about_what_list_registers_of_gicv3_do(points: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Within a quarter."""
    lr = run(tmp_path, "--strategy", "lr", "--machine", "virt-v3")
    for bench, metric in COMPARED.items():
        ours, theirs = (
            found[f"{name}/{bench}"]["metrics"][metric]["p50"]
            for found, name in ((points, "virt-v2/gicv2"), (lr, "virt-v3/lr"))
        )
        assert abs(ours - theirs) <= theirs / 4, f"{bench}: gicv2 {ours}, lr {theirs}"


def test_the_table_of_combinations() -> None:
    """docs/architecture.md has what the rows say: `/usr/bin/python3 -m bench.combinations` prints it."""
    assert combinations.table(suite.load()) in (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
