# SPDX-License-Identifier: Apache-2.0
"""Physical SPIs, of the stimulus and of a device, passed to a guest; and what a masked stimulus costs: nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import chains, record, trace
from bench import images, qemu, suite
from bench.suite import ROOT, Point

STRATEGIES = ("bare", "te", "lr")
GICD = 0x08000000
ICFGR_42 = GICD + 0xC00 + 4 * (42 // 16)

# An SPI that nobody enables; when, the test says.
MASKED = """
[[scenario]]
bench = "mmio_vgic_write"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
params = { iterations = 300 }
stimulus = { start_ns = 10_000, period_ns = 997, count = 20_000, intid = 43 }
metrics = ["roundtrip_ticks", "roundtrip_insns", "exits_per_op", "masked_max_insns", "events"]
"""
REFIRE = """
[[scenario]]
bench = "spi_hw"
version = 1
machines = ["virt-v3"]
strategies = ["bare", "te", "lr"]
params = { iterations = 100, source = "edu", refire = 1 }
hyp = { "vm0.spis" = 38, "vm0.mmio" = "0x4010018000,0x1000,0x10000000,0x100000" }
devices = ["edu,addr=3"]
metrics = ["handler_ticks"]
"""
WITHDRAW = REFIRE.replace("refire", "withdraw").replace('"te", "lr"', '"te"')


def run(out: Path, text: str, *arguments: str) -> dict[str, dict[str, Any]]:
    """The points of a suite's run by strategy and variant; all pass."""
    out.mkdir(exist_ok=True)
    path = out / "suite.toml"
    path.write_text(text, encoding="utf-8")
    named = ["--suite", str(path)] if text else []
    command = [str(ROOT / "virqlab"), "run", *named, *arguments, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {point["id"].removeprefix("virt-v3/"): point for point in record.load(out)["points"]}


@pytest.fixture(name="spi_hw", scope="module")
def fixture_spi_hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite's own rows."""
    out = tmp_path_factory.mktemp("spi_hw")
    run(out, "", "--bench", "spi_hw")
    return out


def test_exits(spi_hw: Path) -> None:
    """An exit for the arrival; under te acknowledge and EOI trap too. Edge and level alike, nothing lost or doubled."""
    for point in record.load(spi_hw)["points"]:
        expected = {"bare": 0, "pass": 0, "te": 3}.get(point["strategy"], 1)
        assert point["metrics"]["exits_per_irq"]["value"] == expected
        assert point["irqs"] == {"raised": 1000, "acknowledged": 1000, "coalesced": 0, "outstanding": 0}


def test_raised_is_the_store(spi_hw: Path) -> None:
    """On bare metal the vector is the first instruction after the store; the guest's own clock agrees (check_clocks),
    and under a hypervisor the vector at EL2 is."""
    points = {point["id"]: point for point in record.load(spi_hw)["points"]}
    for variant in ("", ",source=edu"):
        assert points[f"virt-v3/bare/spi_hw{variant}"]["metrics"]["latency_insns"]["samples"] == [[0, 1000]]
        for strategy in ("te", "lr"):
            phases = points[f"virt-v3/{strategy}/spi_hw{variant}"]["metrics"]
            assert phases["phase_raise_insns"]["samples"] == [[0, 1000]]


def test_the_physical_trigger_is_the_guests(spi_hw: Path) -> None:
    """An edge that came and went while the physical interrupt was a level would be lost."""
    for strategy in ("te", "lr"):
        records = trace.load(spi_hw / f"points/virt-v3/{strategy}/spi_hw/trace").only
        written = trace.select(records, trace.MMIO, el=2, sub=2 << trace.MMIO_SIZE_SHIFT | trace.MMIO_WRITE, a=ICFGR_42)
        # Once by the distributor's reset, once when the guest enables it as edge-triggered.
        assert written.sum() == 2


def test_a_level_that_stays_comes_again(tmp_path: Path) -> None:
    """Still asserted at the EOI: a second interrupt. Deasserted by the guest's store: no third (spi_hw.c counts)."""
    points = run(tmp_path, REFIRE)
    assert {name: point["exits"]["total"] for name, point in points.items()} == {
        "bare/spi_hw": 0,
        "te/spi_hw": 600,
        "lr/spi_hw": 200,
    }


def test_a_level_that_drops_is_not_taken(tmp_path: Path) -> None:
    """Before the guest acknowledges it (spi_hw.c counts): that is two exits more, the arrival and an acknowledge of
    nothing. lr does not see the line of what is in a list register."""
    points = run(tmp_path, WITHDRAW)
    assert {name: point["exits"]["total"] for name, point in points.items()} == {"bare/spi_hw": 0, "te/spi_hw": 500}


def executed(point: Point, found: images.Images, directory: Path, table: str) -> trace.Records:
    """The records of one run of a point, with the tracer's stores or none."""
    option = f",stimulus={qemu.STIMULUS}"
    command = qemu.command(point, found)
    assert command[-1].endswith(option)
    directory.mkdir()
    (directory / qemu.STIMULUS).write_text(table, encoding="utf-8")
    if not table:
        command[-1] = command[-1].removesuffix(option)
    assert qemu.run(command, directory, point.timeout_s).failure == ""
    return trace.load(directory / "trace").only


def test_a_masked_stimulus_costs_nothing(tmp_path: Path) -> None:
    """Thousands of stores that interrupt nobody: all else has the same bytes, the index of every instruction among
    them; and in the measured region each level executed the same."""
    path = tmp_path / "suite.toml"
    path.write_text(MASKED, encoding="utf-8")
    points = suite.plan(suite.load(str(path)))
    found = images.collect(points)
    for point in points:
        plain = executed(point, found, tmp_path / f"{point.strategy.name}-without", "")
        region = chains.find_region(plain)
        times = range(region.begin - 100_000, region.end + 50_000, 97)  # each phase of an exit, and much of the boot
        table = "".join(f"{time} {GICD + 0x204:#x} {1 << 43 - 32:#x}\n" for time in times)
        records = executed(point, found, tmp_path / point.strategy.name, table)
        regions = [chains.find_region(r).records for r in (records, plain)]
        stores = (regions[0]["kind"] == trace.STIMULUS).sum()
        assert abs(stores - (region.end - region.begin) / 97) < 10  # the clock is an instruction off at some traps
        others = [r[~np.isin(r["kind"], (trace.STIMULUS, trace.COUNTS))] for r in (records, plain)]
        assert others[0].tobytes() == others[1].tobytes()
        for name in trace.COUNT_FIELDS:
            for at_el2 in (True, False):
                sums = [int(c[name][(c["el"] == 2) == at_el2].sum()) for c in map(trace.counts, regions)]
                assert sums[0] == sums[1], (point.id, name)


@pytest.mark.parametrize(
    "parameter, message",
    [
        ("vm0.spis=31", "vm0.spis=31: give INTIDs of this machine's SPIs, 32 to 287"),
        ("vm0.spis=42,x", "vm0.spis=42,x: give INTIDs"),
        ("vm0.spis=47-42", "vm0.spis=47-42: give INTIDs"),
        ("vm0.spis=42-288", "vm0.spis=42-288: give INTIDs"),
        ("vm0.mmio=0x10000000", "vm0.mmio=0x10000000: give ADDRESS,SIZE"),
        ("vm0.mmio=0x10000800,0x1000", "in multiples of 4096"),
        ("vm0.mmio=0x7ffffff000,0x2000", "below 2^39"),
        ("vm0.mmio=0x10000000,0x1000,0x40000000,0x1000", "0x40000000 has memory or the interrupt controller"),
        ("vm0.mmio=0x08000000,0x1000", "0x8000000 has memory or the interrupt controller"),
        ("vm0.mmio=0x08080000,0x1000", "0x8080000 has memory or the interrupt controller"),
        ("host.irq=31", "host.irq=31: give an INTID of this machine's SPIs, 32 to 287"),
        ("host.irq=288", "host.irq=288: give an INTID of this machine's SPIs, 32 to 287"),
        ("host.irq=33", "host.irq=33: it is vm0's: give one that no VM has"),
        ("vm0.spis=40-42 host.irq=42", "host.irq=42: it is vm0's: give one that no VM has"),
        ("vm0.strategy=pass host.irq=42", "host.irq=42: core 0 takes none for the hypervisor under pass"),
        ("lr.limit=17", "lr.limit=17 of vm0: give 1 to 16"),
        ("vm0.lr.limit=0", "lr.limit=0 of vm0: give 1 to 16"),
    ],
)
def test_wrong_parameters(parameter: str, message: str) -> None:
    """One line on the console, and the machine is off."""
    machine = ["-M", "virt,virtualization=on,gic-version=3", "-cpu", "max", "-m", "1G", "-nographic"]
    images = ["-kernel", f"{ROOT}/build/hyp/hyp.img", "-initrd", f"{ROOT}/build/guests/bench.img"]
    command = ["qemu-system-aarch64", *machine, *images, "-append", parameter]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("virqlab: error: ")]
    assert len(lines) == 1 and message in lines[0], done.stdout
