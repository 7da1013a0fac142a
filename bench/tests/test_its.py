# SPDX-License-Identifier: Apache-2.0
"""The physical ITS, driven from EL2 on QEMU's: what the hypervisor's own check says, and what QEMU says of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench import images, qemu, suite
from bench.suite import ROOT

HYP = ROOT / "build/hyp/hyp.img"
# QEMU complains of a console that no firmware has turned on: that is not the interrupt controller's.
CONSOLE = "PL011 data written to disabled UART"
PHYSICAL, CORES, VIRTUAL, MOVES = 9, 3, 8, 1  # checks


def _boot(machine: str, cores: int, directory: Path) -> tuple[str, list[str]]:
    """The console, and the lines of QEMU's log about accesses that the architecture forbids."""
    row = suite.load().machines[machine]
    log = directory / "errors.log"
    command = [
        str(images.find_qemu(row.qemu).path),
        "-M",
        f"{row.machine},virtualization=on",
        "-cpu",
        "max",
        "-m",
        "512M",
    ]
    command += ["-smp", str(cores), "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"]
    command += ["-kernel", str(HYP), "-append", "its.check=1", "-d", "guest_errors,unimp", "-D", str(log)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, [line for line in log.read_text(encoding="utf-8").splitlines() if line != CONSOLE]


@pytest.mark.parametrize(
    "machine, cores, checks",
    [
        ("virt-v3", 1, PHYSICAL),
        ("virt-v3", 2, PHYSICAL + CORES),
        ("virt-v4", 1, PHYSICAL + VIRTUAL),
        ("virt-v4", 2, PHYSICAL + CORES + VIRTUAL + MOVES),
    ],
)
def test_its_does_what_it_is_told(machine: str, cores: int, checks: int, tmp_path: Path) -> None:
    console, errors = _boot(machine, cores, tmp_path)
    assert f"{checks} passed, 0 failed" in console, console
    assert console.count("\nok ") == checks
    assert not errors


def test_a_machine_without_one_says_so(tmp_path: Path) -> None:
    console, _ = _boot("virt-v2", 1, tmp_path)
    assert "virqlab: error: its.check: " in console


GITS_CTLR = 0x08080000
SILENT = "the ITS does not answer in its deadline (GITS_CREADR)"
DEAF_NS = range(2000, 40_000_000, 2000)  # from the first instructions until the deadline is over


@pytest.mark.parametrize(
    "machine, arguments, complaint",
    [
        ("virt-v4", "vm0.strategy=gicv4", f"vm0.strategy=gicv4: {SILENT}; run lr"),
        ("virt-v3", "vm0.its=1 vm0.pci=00:03.0", f"vm0.pci=00:03.0: {SILENT}"),
    ],
)
def test_one_that_does_not_answer(machine: str, arguments: str, complaint: str, tmp_path: Path) -> None:
    """QEMU's, which the stimulus turns off behind the hypervisor's back: no command is read."""
    row = suite.load().machines[machine]
    table = "".join(f"{time} {GITS_CTLR:#x} 0\n" for time in DEAF_NS)
    (tmp_path / qemu.STIMULUS).write_text(table, encoding="utf-8")
    command = [str(images.find_qemu(row.qemu).path), "-M", f"{row.machine},virtualization=on", *row.args]
    command += ["-device", "edu,addr=3", "-kernel", str(HYP), "-append", arguments]
    command += ["-plugin", f"{ROOT / images.PLUGIN},out=trace,stimulus={qemu.STIMULUS}"]
    ended = qemu.run(command, tmp_path, 60)
    console = (tmp_path / "console.log").read_text(encoding="utf-8")
    assert not ended.failure and f"virqlab: error: {complaint}" in console, console + ended.failure
