# SPDX-License-Identifier: Apache-2.0
"""The conformance guest, bare and under the hypervisor; the comparison itself on made-up consoles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench import conform, images, qemu, suite
from bench.suite import ROOT

# The rules in the list of each GIC version. A rule that QEMU lacks needs a reason there, and this number with it.
SKIPS_ALLOWED = {3: 200, 2: 29}
FAULTS_ALLOWED = {"gicv2": 4}
RULES_LEAST = {1: 150, 8: 600}
# Under lr a timer that the guest turns off while its interrupt waits in a list register is taken all the same
# (docs/architecture.md): what shows that, and nothing else, may differ.
LR_DIFFERS = ("timer.dropped_unseen", "timer.dropped_hppir", "timer.dropped_uncovers", "line.ended_mode1")

Bare = dict[tuple[int, int], conform.Verdicts]

CONSOLE = """KTAP version 1
1..4
ok 1 a.first
not ok 2 a.second # IAR: got 0x1, expected 0x2 (4.8)
ok 3 a.third # SKIP no affinity 3
# 3 rules: 1 passed, 1 failed, 1 skipped
"""


@pytest.fixture(name="files", scope="module")
def fixture_files() -> images.Images:
    paths = {"guest": ROOT / conform.IMAGE, "hyp": ROOT / "build/hyp/hyp.img"}
    return images.Images(images.find_qemu(suite.load().machines[conform.MACHINE].qemu), paths)


@pytest.fixture(name="bare", scope="module")
def fixture_bare(files: images.Images) -> Bare:
    """By GIC version and number of CPUs."""
    row = suite.load().strategies["bare"]
    return {place: conform.run(conform.Ground(row, place[0], *place), files) for place in conform.PLACES}


@pytest.mark.parametrize("place", conform.PLACES, ids=str)
def test_qemu_conforms_but_for_the_skip_list(bare: Bare, place: tuple[int, int]) -> None:
    """A rule that QEMU's controller fails is wrong, or belongs on the list."""
    skipped = conform.skips(conform.SKIPS[place[0]].read_text(encoding="utf-8"))
    failed = {n: str(verdict) for n, verdict in bare[place].items() if verdict.outcome in ("not ok", "none")}
    assert set(failed) <= set(skipped), failed
    assert len(bare[place]) >= RULES_LEAST[place[1]]


@pytest.mark.parametrize("version", conform.SKIPS)
def test_skip_list_does_not_grow(bare: Bare, version: int) -> None:
    skipped = conform.skips(conform.SKIPS[version].read_text(encoding="utf-8"))
    assert len(skipped) == SKIPS_ALLOWED[version]
    assert set(skipped) <= set(bare[version, max(cpus for place, cpus in conform.PLACES if place == version)])
    assert all(skipped.values()), "every line has a reason"


def test_list_of_faults_does_not_grow() -> None:
    """Rules that QEMU makes fail under a strategy, with their reasons."""
    faults = {name: len(conform.skips(row.faults)) for name, row in suite.load().strategies.items() if row.faults}
    assert faults == FAULTS_ALLOWED


@pytest.mark.parametrize("strategy", ["te", "lr", "gicv2", "pass"])
def test_strategy_equals_qemu(strategy: str) -> None:
    """As `make conform STRATEGY=...` says it."""
    command = [sys.executable, str(ROOT / "bench" / "conform.py"), "--strategy", strategy]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")


def test_gicv2_has_no_faults_without_links(bare: Bare, files: images.Images) -> None:
    """lr.hw=0: what QEMU makes fail otherwise is equal, too."""
    skipped = conform.skips(conform.SKIPS[2].read_text(encoding="utf-8"))
    row = suite.load().strategies["gicv2"]
    found = conform.run(conform.Ground(row, 2, 2, hyp="lr.hw=0"), files)
    assert conform.compare(bare[2, 1], found, skipped, row.lacks) == []


def test_lr_differs_where_it_is_known_to(bare: Bare, files: images.Images) -> None:
    """With eight CPUs, all rules."""
    skipped = conform.skips(conform.SKIPS[3].read_text(encoding="utf-8"))
    row = suite.load().strategies["lr"]
    found = conform.run(conform.Ground(row, 3, 3, 8), files)
    for problem in conform.compare(bare[3, 8], found, skipped, row.lacks):
        assert any(f" {name}." in problem for name in LR_DIFFERS), problem


def test_run_goes_on_behind_a_rule_that_took_the_guest_with_it(
    files: images.Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 2 lost a CPU: it has its verdict. Rule 4 never ended: it has none. Rule 6 needs more CPUs."""
    consoles = iter(
        [
            "1..6\nok 1 a\nnot ok 2 b # IAR: got 0x1, expected 0x2\n# lost CPUs 0x2: begin anew\n",
            "1..6\nok 3 c\n",
            "1..6\nok 5 e\nok 6 f # SKIP needs more CPUs\n# 2 rules: 1 passed, 0 failed, 1 skipped\n",
        ]
    )
    begun = []

    def run(arguments: list[str], directory: Path, timeout_s: float) -> qemu.Outcome:
        begun.append(next(word for word in " ".join(arguments).split() if word.startswith("from=")))
        (directory / "console.log").write_text(next(consoles), encoding="utf-8")
        return qemu.Outcome(f"killed after {timeout_s:g} s", timeout_s)

    monkeypatch.setattr(conform.qemu, "run", run)
    verdicts = conform.run(conform.Ground(suite.load().strategies["te"], 3, 3, 2), files)
    assert begun == ["from=1", "from=3", "from=5"]
    assert {n: verdict.outcome for n, verdict in verdicts.items()} == {
        1: "ok",
        2: "not ok",
        3: "ok",
        4: "none",
        5: "ok",
    }
    assert verdicts[4].detail == "killed after 60 s"


def test_changing_verdicts_are_told() -> None:
    runs = [conform.parse(text) for text in ("ok 1 a\nok 2 b\n", "ok 1 a\nnot ok 2 b # x\n")]
    (said,) = conform.changing(runs)
    assert "rule 2 b: changes" in said and "not ok (x)" in said
    assert not conform.changing([runs[0], runs[0]])


def test_parse() -> None:
    verdicts = conform.parse(CONSOLE)
    assert [verdicts[n].outcome for n in (1, 2, 3)] == ["ok", "not ok", "skip"]
    assert verdicts[2].name == "a.second" and "got 0x1" in verdicts[2].detail
    assert verdicts[3].detail == "no affinity 3"


@pytest.mark.parametrize(
    "line, other, problem",
    [
        ("ok 1 a.first", "not ok 1 a.first # RPR: got 0x1, expected 0x2", "rule 1 a.first: bare ok, hypervisor not ok"),
        ("ok 1 a.first", "ok 1 a.first # SKIP none", "bare ok, hypervisor skip"),
        ("ok 1 a.first", "", "hypervisor none"),
        ("not ok 1 a.first # x", "ok 1 a.first", "bare not ok (x), hypervisor ok"),
    ],
)
def test_every_difference_is_told(line: str, other: str, problem: str) -> None:
    (said,) = conform.compare(conform.parse(line), conform.parse(other), {})
    assert problem in said


def test_skipped_rules() -> None:
    """The hypervisor passes what QEMU lacks; a line that is no longer needed is told."""
    ok, bad, skip = (conform.parse(f"{line}") for line in ("ok 1 a", "not ok 1 a # x", "ok 1 a # SKIP none"))
    listed = {1: "QEMU has none"}
    assert not conform.compare(skip, ok, listed) and not conform.compare(bad, ok, listed)
    assert not conform.compare(skip, skip, listed, ["none"])
    assert not conform.compare(bad, bad, listed, ["QEMU has none"])
    assert "the hypervisor: none" in conform.compare(bad, {}, listed, ["QEMU has none"])[0]
    assert "the hypervisor: skip" in conform.compare(skip, skip, listed, ["something else"])[0]
    assert "the hypervisor: not ok" in conform.compare(skip, bad, listed, ["none", "x"])[0]
    assert "bare ok, hypervisor skip" in conform.compare(ok, skip, {}, ["none"])[0]
    assert not conform.compare(ok, skip, {}, filters=["none"]) and not conform.compare(
        bad, skip, listed, filters=["none"]
    )
    assert "the hypervisor: not ok" in conform.compare(skip, bad, listed)[0]
    assert "take it out" in conform.compare(ok, ok, listed)[0]
    assert not conform.compare(ok, bad, {}, faults=listed)
    assert "take it out" in conform.compare(ok, ok, {}, faults=listed)[0]
    assert "take it out" in conform.compare(ok, skip, {}, faults=listed)[0]


def test_list_of_skips() -> None:
    assert conform.skips("# a comment\n\n3 one\n7-9 several of them\n") == {3: "one"} | dict.fromkeys(
        (7, 8, 9), "several of them"
    )


def test_unknown_strategy() -> None:
    command = [sys.executable, str(ROOT / "bench" / "conform.py"), "--strategy", "nosuch"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "unknown strategy" in done.stderr
