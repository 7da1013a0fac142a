# SPDX-License-Identifier: Apache-2.0
"""Rules of two security states, from EL3, on QEMU's own interrupt controller."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from bench import conform, images, secure, suite
from bench.suite import ROOT

# The length of guests/secure/skips.txt. A rule that QEMU lacks needs a reason there, and this number with it.
SKIPS_ALLOWED = 5
RULES_LEAST = 300
TAKEN = re.compile(r"^# taken to EL(\d): (\d+) IRQs, (\d+) FIQs$", re.MULTILINE)
LOGGED = re.compile(
    r"^Taking exception \d+ \[(?:Virtual )?(IRQ|FIQ)\] on CPU 0\n\.\.\.from EL\d to EL(\d)$", re.MULTILINE
)
GROUPS = ("group0", "group1_s", "group1_ns")


@dataclass(frozen=True)
class Booted:
    """One boot: what the guest said, and QEMU's exception log of it."""

    console: str
    exceptions: str

    @property
    def verdicts(self) -> conform.Verdicts:
        return secure.verdicts_of(self.console)


@pytest.fixture(name="booted", scope="module")
def fixture_booted(tmp_path_factory: pytest.TempPathFactory) -> Booted:
    emulator = images.find_qemu(suite.load().machines[conform.MACHINE].qemu)
    directory = tmp_path_factory.mktemp("secure")
    log = directory / "int.log"
    console = secure.boot(emulator, ROOT / secure.IMAGE, directory, ["-d", "int", "-D", str(log)])
    return Booted(console, log.read_text(encoding="utf-8"))


def test_qemu_conforms_but_for_the_skip_list(booted: Booted) -> None:
    skipped = conform.skips(secure.SKIPS.read_text(encoding="utf-8"))
    assert not secure.judge(booted.verdicts, skipped)
    assert len(booted.verdicts) >= RULES_LEAST


def test_skip_list_does_not_grow() -> None:
    skipped = conform.skips(secure.SKIPS.read_text(encoding="utf-8"))
    assert len(skipped) == SKIPS_ALLOWED
    assert all(skipped.values()), "every line has a reason"


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("place", ["el3", "secure_el0", "secure_el1", "nonsecure_el1", "nonsecure_el2"])
def test_nine_cells_are_taken(booted: Booted, place: str, group: str) -> None:
    """The routing table of IHI 0069H 4.6.2, each cell with both values of SCR_EL3.IRQ or FIQ, as an exception."""
    verdicts = {verdict.name: verdict.outcome for verdict in booted.verdicts.values()}
    for scr in ("scr0", "scr1"):
        assert verdicts[f"taken.{place}.{group}.{scr}"] == "ok"


def test_exceptions_are_those_that_qemu_logged(booted: Booted) -> None:
    """Interrupts taken, by the Exception level that took them: as the guest counts them and as `-d int` says."""
    said = {int(el): (int(irqs), int(fiqs)) for el, irqs, fiqs in TAKEN.findall(booted.console)}
    logged = Counter(LOGGED.findall(booted.exceptions))
    assert sorted(said) == [1, 2, 3]
    for el, counts in said.items():
        assert counts == (logged[("IRQ", str(el))], logged[("FIQ", str(el))])
        assert min(counts) > 0


def test_judgement() -> None:
    """What is not ok is told, unless it is on the list; what the list no longer needs, too."""
    verdicts = conform.parse("ok 1 a\nnot ok 2 b # x: got 0x1, expected 0x0 (4.6)\nok 3 c # SKIP no SEL2\n")
    assert [line.split(":")[0] for line in secure.judge(verdicts, {})] == ["rule 2 b", "rule 3 c"]
    assert not secure.judge(verdicts, {2: "QEMU lacks it", 3: "it too"})
    assert "take it out" in secure.judge(verdicts, {1: "none", 2: "", 3: ""})[0]
    assert "there is none" in secure.judge(verdicts, {2: "", 3: "", 9: "gone"})[0]


def test_command() -> None:
    """As `make conform-secure` says it."""
    done = subprocess.run([sys.executable, str(ROOT / "bench/secure.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")
