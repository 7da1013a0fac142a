# SPDX-License-Identifier: Apache-2.0
"""The runner around an executor that writes known traces: what each check does to a point."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from analysis import marks, trace
from analysis.tests.synthetic import Writer
from bench import qemu, suite
from bench.images import Images, Qemu
from bench.run import Options, Result, Runner
from bench.store import Store

CONSOLE = "# virqlab-guest version=1\nok 1 hvc\n"
EXCEPTION = "...from EL1 to EL2\n...with ESR 0x16/0x5a000000\n...to EL2 PC 0x40201400 PSTATE 0x3c9\n"

Executor = Callable[..., qemu.Outcome]


def executor(
    exits: int = 3, logged: int = 3, console: str = CONSOLE, failure: str = "", drift: bool = False
) -> Executor:
    """A machine whose guest makes `exits` hypercalls, of which QEMU's log has `logged`."""
    runs: list[Path] = []

    def run(arguments: list[str], directory: Path, *_: Any) -> qemu.Outcome:
        runs.append(directory)
        writer = Writer(True)
        writer.mark(marks.MARK_RUN_BEGIN)
        for _number in range(exits):
            writer.mark(marks.MARK_BEGIN)
            writer.exit(9 + (len(runs) if drift else 0))
            writer.mark(marks.MARK_END)
        writer.mark(marks.MARK_RUN_END)
        writer.save(directory / "trace")
        (directory / "console.log").write_text(console, encoding="utf-8")
        if "int.log" in arguments:
            (directory / "int.log").write_text(EXCEPTION * logged, encoding="utf-8")
        return qemu.Outcome(failure, 0.1)

    return run


@pytest.fixture(name="one")
def fixture_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """one(executor, options...) runs the point lr/hvc and returns its result."""
    files = {}
    for name in ("guest", "plugin", "hyp"):
        files[name] = tmp_path / name
        files[name].write_bytes(b"image")
    images = Images(Qemu(files["guest"], "10.0"), files)
    (point,) = suite.plan(suite.load(), strategies=["lr"], benches=["hvc"])

    def run(fake: Executor, **options: Any) -> Result:
        monkeypatch.setattr(qemu, "run", fake)
        with Store(tmp_path / "out") as store:
            return Runner(store, images, Options(**options)).one(point)

    return run


def test_a_good_point(one: Callable[..., Result]) -> None:
    """Metrics, account, and what the checks covered."""
    result = one(executor(), repeat=3, crosscheck=True)
    assert (result.record["status"], result.record["exits"]["classes"]) == ("pass", {"hvc": 3})
    assert result.record["metrics"]["roundtrip_insns"]["samples"] == [[9, 3]]
    assert result.host["crosscheck"] == {"exceptions": 3, "classes": 1} and result.host["repeats"] == 3
    assert one(executor(), repeat=2).kept and not one(executor(), repeat=4).kept


def test_crosscheck_fails_a_point_with_both_counts(one: Callable[..., Result]) -> None:
    """A class that differs."""
    result = one(executor(logged=4), crosscheck=True)
    assert result.record["status"] == "fail"
    assert result.record["reason"] == "EL1->EL2 vector 0x400 hvc: QEMU's log has 4, the trace 3"
    assert not one(executor()).kept, "a failed point is run again"


def test_repetition_fails_a_point_that_differs(one: Callable[..., Result]) -> None:
    """The first record that differs is named."""
    reason = one(executor(drift=True), repeat=2).record["reason"]
    assert reason.startswith("repetition 2 of 2 is not identical: ")


@pytest.mark.parametrize(
    "fake, reason",
    [
        (
            executor(console="# virqlab-guest version=1\nnot ok 1 hvc # it broke\n"),
            "the guest reports failure: it broke",
        ),
        (executor(console="# virqlab-guest version=1\nok 1 timer\n"), "the guest ran 'timer', not 'hvc'"),
        (executor(console="# virqlab-guest version=9\nok 1 hvc\n"), "version 9 of hvc, its suite row says 1"),
        (executor(console="# data x 2 u64\n# crc32 00000000\n" + CONSOLE), "has 0 words, its header says 2"),
        (executor(failure="QEMU died of SIGSEGV"), "QEMU died of SIGSEGV: last exit hvc, PC 0x40000000 at EL1"),
    ],
)
def test_what_fails_a_point(one: Callable[..., Result], fake: Executor, reason: str) -> None:
    """Each with its reason, no metrics, and a diagnosis."""
    record = one(fake).record
    assert record["status"] == "fail" and reason in record["reason"]
    assert record["metrics"] == {} and record["diagnosis"]["last_exit"]["class"] == "hvc"


def test_a_skip_is_a_result(one: Callable[..., Result]) -> None:
    """The guest's reason is kept, the point is finished."""
    fake = executor(console="# virqlab-guest version=1\nok 1 hvc # SKIP no hypervisor\n")
    assert (one(fake).record["status"], one(fake).record["reason"]) == ("skip", "no hypervisor")
    assert one(fake).kept


def test_a_cut_off_trace_fails_a_point(one: Callable[..., Result]) -> None:
    """No END record."""
    good = executor()

    def cut(arguments: list[str], directory: Path, *_: Any) -> qemu.Outcome:
        outcome = good(arguments, directory)
        path = directory / "trace" / "vcpu0"
        path.write_bytes(path.read_bytes()[: -trace.RECORD.itemsize])
        return outcome

    assert "its last record is not END" in one(cut).record["reason"]
