# SPDX-License-Identifier: Apache-2.0
"""A PCI function of the guest's own: its messages, its DMA, and what it cannot reach."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis import record
from bench import images, suite
from bench.suite import ROOT

EXITS = {"bare": 0, "te": 3, "lr": 1, "gicv4": 0}
BARE_MORE = 10  # instructions that direct injection may take more than bare metal
OUTSIDE = """
[[scenario]]
bench = "dma_done"
version = 1
machines = ["virt-v3-smmu"]
strategies = ["lr"]
params = { iterations = 2, address = 0x60000000 }
hyp = { "vm0.its" = 1, "vm0.pci" = "00:03.0" }
devices = ["edu,addr=3,dma_mask=0xffffffff"]
metrics = ["handler_ticks"]
deadline_ms = 1000
"""
REFUSED = [
    ("00:1f.0", "no device is there"),
    ("00:03.0,00:03.0", "give each function once"),
    ("00:03.0,", "give BUS:DEVICE.FUNCTION"),
    ("3", "give BUS:DEVICE.FUNCTION"),
    ("00:20.0", "give BUS:DEVICE.FUNCTION"),
    ("00:00.8", "give BUS:DEVICE.FUNCTION"),
]


def _run(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "virqlab"), "run", *arguments, "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_messages_and_dma(tmp_path: Path) -> None:
    """An exit for the arrival, under te acknowledge and EOI too, none lost or doubled; on bare metal the vector is the
    first instruction after the store, or after the WFI. The guest compares what DMA brought (lpi_msi.c)."""
    done = _run(tmp_path, "--crosscheck", "--bench", "lpi_msi,lpi_store,dma_done")
    assert done.returncode == 0, done.stdout + done.stderr
    points = record.load(tmp_path)["points"]
    assert len(points) == 16
    for point in points:
        assert point["metrics"]["exits_per_irq"]["value"] == EXITS[point["strategy"]]
        assert point["irqs"]["raised"] == point["irqs"]["acknowledged"] > 0
        if point["strategy"] == "bare":
            assert point["metrics"]["latency_insns"]["samples"] == [[0, point["irqs"]["raised"]]]
        if point["strategy"] == "gicv4":
            assert point["metrics"]["latency_insns"]["max"] <= BARE_MORE
            assert point["exits"]["total"] == 0


def test_dma_is_confined(tmp_path: Path) -> None:
    """What is not the VM's memory ends in an event of the SMMU; the transfer reads nothing, and the guest goes on."""
    path = tmp_path / "suite.toml"
    path.write_text(OUTSIDE, encoding="utf-8")
    done = _run(tmp_path, "--suite", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    console = next(tmp_path.glob("points/**/console.log")).read_text(encoding="utf-8")
    assert "the SMMU stopped stream 0x18: event 0x10, address 0x60000000" in console
    assert console.count("the SMMU stopped") == 8
    assert "not isolated" not in console


def test_a_doorbell_is_one_exit(tmp_path: Path) -> None:
    """The WFI traps, and behind it the interrupt is there: its doorbell rang at EL2, and is silenced."""
    done = _run(tmp_path, "--crosscheck", "--bench", "doorbell")
    assert done.returncode == 0, done.stdout + done.stderr
    (point,) = record.load(tmp_path)["points"]
    assert point["exits"]["classes"] == {"wfx": 20}
    assert point["irqs"] == {"raised": 20, "acknowledged": 20, "coalesced": 0, "outstanding": 0}


@pytest.mark.parametrize(
    "machine, arguments, complaint",
    [
        ("virt-v3", "vm0.strategy=gicv4", "vm0.strategy=gicv4: this core's CPU interface has no direct injection"),
        ("virt-v4", "vm0.cores=0 vm1.cores=1 vm1.strategy=gicv4", "vm1.strategy=gicv4: only vm0 has devices"),
    ],
)
def test_gicv4_is_refused_where_it_cannot_be(machine: str, arguments: str, complaint: str) -> None:
    row = suite.load().machines[machine]
    command = [str(images.find_qemu(row.qemu).path), "-M", f"{row.machine},virtualization=on", "-cpu", "max"]
    command += ["-smp", "2", "-m", "1G", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"]
    command += ["-kernel", str(ROOT / "build/hyp/hyp.img"), "-initrd", str(ROOT / "build/guests/bench.img")]
    command += ["-append", arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True)
    said = [line for line in done.stdout.splitlines() if "error" in line]
    assert len(said) == 1 and complaint in said[0] and said[0].endswith("; run lr"), done.stdout


@pytest.mark.parametrize("text, complaint", REFUSED)
def test_bad_input_is_one_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "suite.toml"
    path.write_text(OUTSIDE.replace("00:03.0", text), encoding="utf-8")
    done = _run(tmp_path, "--suite", str(path))
    assert done.returncode != 0
    assert complaint in done.stdout + done.stderr
