# SPDX-License-Identifier: Apache-2.0
"""rebaseline: what it keeps, what it refuses; `make regress`; README's table; the commands compare and report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import baseline, headline, markdown, record
from analysis.errors import LabError
from analysis.tests.test_record import metric, point, run_record
from bench import cli, host, rebaseline, suite
from bench.suite import ROOT

Record = dict[str, Any]
README = ROOT / "README.md"


@pytest.fixture(name="whole")
def fixture_whole() -> Record:
    """A record with every point of the default suite, of a clean tree."""
    points = []
    for planned in suite.plan(suite.load()):
        identity = planned.identity()
        points.append(point(**{**identity, "strategy": identity["strategy"]}))
    found = run_record(*points)
    about = found["run"]["host"]
    about.update(dirty=False, commit="a" * 40, qemu={"path": "/opt/me/qemu", "version": "10.0.2", "sha256": "00"})
    about["images"]["guest"]["path"] = "/home/me/guest.img"
    about["machine"] = {"system": "Debian", "kernel": "6.1", "cpu": "Z80", "cpus": 2, "python": "3.11", "numpy": "1.24"}
    return found


@pytest.fixture(name="places", autouse=True)
def fixture_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """results/ elsewhere, and a commit that is known."""
    monkeypatch.setattr(rebaseline, "ROOT", tmp_path)
    monkeypatch.setattr(rebaseline, "BASELINES", tmp_path / "baselines")
    monkeypatch.setattr(rebaseline, "REFERENCE", tmp_path / "reference" / "run.json")
    monkeypatch.setattr(host, "git", lambda *_: "2026-01-02T03:04:05+00:00")
    return tmp_path


def test_keeps_what_comparing_needs(whole: Record, places: Path) -> None:
    """A valid record of each machine with the reason; every sample; no path, kernel or processor of the host."""
    whole["points"].append(point("lr", machine="virt-v4", id="virt-v4/lr/timer"))
    written = rebaseline.keep(whole, "  faster\n injection ")
    assert {path.name for path in written} == {f"{found['machine']}.json" for found in whole["points"]}
    kept = record.load(places / "baselines" / "virt-v3.json")
    assert kept["baseline"] == {"reason": "faster injection", "commit_date": "2026-01-02T03:04:05+00:00"}
    assert kept["points"] == [found for found in whole["points"] if found["machine"] == "virt-v3"]
    text = (places / "baselines" / "virt-v3.json").read_text(encoding="utf-8")
    assert not [word for word in ("/opt", "/home", "6.1", "Z80") if word in text]
    results = baseline.compare_all(baseline.load(places / "baselines"), whole)
    assert [result.status(True) for result in results] == [0] * len(written)


def test_the_same_bytes_and_one_metric_a_line(whole: Record, places: Path) -> None:
    """A patch of a baseline shows which metric changed."""
    written = rebaseline.keep(whole, "first")
    path = places / "baselines" / "virt-v3.json"
    first = path.read_text(encoding="utf-8")
    rebaseline.keep(whole, "first")
    assert path.read_text(encoding="utf-8") == first and json.loads(first) == record.load(path)
    metrics = sum('"latency_insns": {' in line and line.rstrip(",\n").endswith("}") for line in first.splitlines())
    assert metrics == sum(found["machine"] == "virt-v3" for found in whole["points"])
    assert set(places.joinpath("baselines").iterdir()) == set(written)


def test_reference_is_one_run(whole: Record, places: Path) -> None:
    """results/reference is the directory of a run."""
    (path,) = rebaseline.keep(whole, "published", reference=True)
    assert path == places / "reference" / "run.json"
    assert record.load(places / "reference")["points"] == whole["points"]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda run: run["run"]["host"].update(dirty=True), "dirty tree: nobody could repeat it: commit"),
        (lambda run: run["run"]["host"].update(dirty=None), "outside of git"),
        (lambda run: run["run"].update(suite="mine"), "suite 'mine': run --suite default"),
        (lambda run: run["points"].pop(3), "incomplete: 1 points are missing, first "),
        (lambda run: run["points"][2].update(status="fail"), "1 points failed, first "),
    ],
)
def test_refuses(change: Any, message: str, whole: Record, places: Path) -> None:
    """What is no baseline; nothing is written."""
    change(whole)
    with pytest.raises(LabError, match=message):
        rebaseline.keep(whole, "because")
    assert list(places.iterdir()) == []


def test_refuses_no_reason_and_unknown_commits(whole: Record, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty reason; a commit that this repository does not have."""
    with pytest.raises(LabError, match="no reason"):
        rebaseline.keep(whole, " ")
    monkeypatch.setattr(host, "git", lambda *_: None)
    with pytest.raises(LabError, match="aaaaaaaaaaaa is not in this repository"):
        rebaseline.keep(whole, "because")
    assert list(places.iterdir()) == []


def write(path: Path, value: Record) -> str:
    """A record as a file."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def test_command_compare(whole: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 the same, 1 worse with the metric, 2 not comparable with one line on stderr, 2 for what is no record."""
    old = write(tmp_path / "old.json", whole)
    assert cli.main(["compare", old, old]) == 0 and "the same" in capsys.readouterr().out
    whole["points"][0]["metrics"]["latency_insns"] = metric("insn", [101, 100, 130])
    assert cli.main(["compare", old, write(tmp_path / "new.json", whole)]) == 1
    assert "+1 insn in 1 of 3 samples" in capsys.readouterr().out
    whole["run"]["host"]["qemu"]["version"] = "10.1.0"
    assert cli.main(["compare", old, write(tmp_path / "new.json", whole), "--strict"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("virqlab: not comparable: QEMU version: 10.0.2 -> 10.1.0: ")
    assert said.err.count("\n") == 1
    (tmp_path / "none").mkdir()
    assert cli.main(["compare", str(tmp_path / "none"), old]) == 2
    assert "rebaseline --reason" in capsys.readouterr().err
    whole["version"] = 1
    assert cli.main(["compare", old, write(tmp_path / "new.json", whole)]) == 2
    assert "record version 1" in capsys.readouterr().err


def test_command_rebaseline_and_report(
    whole: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they say; an output that cannot be written is one line."""
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    run = write(tmp_path / "run.json", whole)
    assert cli.main(["rebaseline", "--reason", "because", run]) == 0
    assert "baselines/virt-v3.json: " in capsys.readouterr().out
    assert cli.main(["report", run, "--out", str(tmp_path / "deep" / "r.html")]) == 0
    assert (tmp_path / "deep" / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert cli.main(["report", run, "--out", run + "/r.html"]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_markdown_table(whole: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each benchmark and summary metric; cells cannot break out of the table."""
    monkeypatch.setattr(headline, "times_head", lambda: True)
    whole["points"][0]["id"] += ",a|b"
    text = markdown.table(whole)
    assert "| timer | latency_insns | insn | 100 (100-130) |" in text and "a\\|b" in text
    assert "simulator counts, not hardware time" in text
    begin = markdown.BEGIN.format("hvc,timer")
    assert markdown.between_markers(f"x\n{begin}\n{text}{markdown.END}\ny") == (["hvc", "timer"], text)
    assert markdown.between_markers("none") is None


def test_readme_shows_the_reference() -> None:
    """README's table is what `./virqlab show --markdown results/reference` prints."""
    reference = ROOT / "results" / "reference" / "run.json"
    held = markdown.between_markers(README.read_text(encoding="utf-8"))
    assert held is not None, f"README.md lacks the markers {markdown.BEGIN} and {markdown.END}"
    benches, text = held
    assert text.strip() == markdown.table(record.load(reference), benches=benches).strip()
