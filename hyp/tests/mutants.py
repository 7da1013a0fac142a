# SPDX-License-Identifier: Apache-2.0
"""Mistakes planted in copies of the model (mutants.toml), and whether somebody notices."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import conform, images, suite
from bench.suite import ROOT
from host import ALONE, GIC, HYP, LPIS, MODEL, REFERENCES, ROOMS, build_test

LIST = Path(__file__).resolve().parent / "mutants.toml"
SEEDS = ("1", "2")
OPERATIONS = "20000"


@dataclass(frozen=True)
class Mutant:
    """A row of mutants.toml."""

    name: str
    file: str
    old: str
    new: str
    by: str = "host"
    strategy: str = "te"
    cpus: int = 1
    quick: bool = False
    guest: int = 3
    hyp: str = ""


def mutants() -> list[Mutant]:
    """All rows."""
    return [Mutant(**row) for row in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def plant(mutant: Mutant, hyp: Path) -> None:
    """Put the mistake into the tree at `hyp`."""
    path = hyp / mutant.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} has {text.count(mutant.old)} times {mutant.old!r}"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def _noticing(mutant: Mutant) -> list[str]:
    """Two security states have tests of their own, so have LPIs and the drivers of physical controllers."""
    if mutant.file.startswith(("gic/", "delivery/direct")):
        return list(GIC)
    if mutant.file.startswith(("dev/", "core/runqueue")):
        return list(ALONE)
    if Path(mutant.file).name.startswith(("vits", "vlpi", "vredist_lpi", "guest_memory")):
        return [*LPIS, "test_messages", "test_direct"]
    secure = mutant.file.startswith("vgic/vsecure")
    return [name for name in REFERENCES + MODEL if (name in ("test_secure", "test_states")) == secure]


def _commands(mutant: Mutant, directory: Path) -> Iterator[list[str]]:
    """The tests that may notice, built as they are needed."""
    for name in _noticing(mutant):
        program = str(build_test(name, directory, directory / "hyp", mutant=True))
        yield from ([program, seed, OPERATIONS] for seed in SEEDS) if name in REFERENCES else [[program]]


def caught_on_host(mutant: Mutant, directory: Path) -> str:
    """What the host tests say of the mistake; empty when nothing. One that does not compile proves nothing."""
    for room in ROOMS:
        shutil.copytree(HYP / room, directory / "hyp" / room)
    plant(mutant, directory / "hyp")
    for command in _commands(mutant, directory):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            return "never ends"
        if done.returncode != 0:
            return next((line for line in done.stdout.splitlines() if line.startswith(("#", "Bail"))), "crashed")
    return ""


def caught_by_conformance(mutant: Mutant, directory: Path) -> str:
    """The first rule that differs with the mistake in a copy of the hypervisor; empty when none."""
    for part in ("Makefile", "analysis", "bench", "guests", "hyp", "plugins", "tools", "vmm"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, directory / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, directory / part)
    (directory / "build").mkdir()
    (directory / "build" / "deps").symlink_to(ROOT / "build" / "deps")
    plant(mutant, directory / "hyp")
    subprocess.run(["make", "-s", "-j2", "build/hyp/hyp.img"], cwd=directory, check=True, capture_output=True)
    lab = suite.load()
    qemu = images.find_qemu(lab.machines[conform.MACHINE].qemu)
    strategy = lab.strategies[mutant.strategy]
    host = max(filter(strategy.runs_on, conform.MACHINES))
    verdicts = []
    for top in (ROOT, directory):
        files = {"guest": ROOT / conform.IMAGE, "hyp": top / "build/hyp/hyp.img"}
        ground = conform.Ground(strategy, host, mutant.guest, mutant.cpus, hyp=mutant.hyp)
        verdicts.append(conform.run(ground, images.Images(qemu, files), timeout_s=30))
    return next(iter(conform.compare(verdicts[0], verdicts[1], {})), "")


def caught(mutant: Mutant, directory: Path) -> str:
    """Who noticed, and what: empty when nobody did."""
    return caught_on_host(mutant, directory) if mutant.by == "host" else caught_by_conformance(mutant, directory)
