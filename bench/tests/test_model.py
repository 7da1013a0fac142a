# SPDX-License-Identifier: Apache-2.0
"""`virqlab model`: exit codes, what it prints, what it refuses; and the published benchmarks are rows of the suite."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis import costs, published, record
from analysis.costs import Number
from analysis.spans import SPANS
from analysis.tests.test_model import model_with
from analysis.tests.test_record import point, run_record
from bench import cli, suite


@pytest.fixture(name="run")
def fixture_run(tmp_path: Path) -> Path:
    """A record of KVM that Ampere Altra's numbers can be fitted on, with another strategy beside it."""
    points = []
    for bench, time, insns in (
        ("hvc", "roundtrip_insns", 1300),
        ("mmio_vgic", "roundtrip_insns", 2100),
        ("ipi", "roundtrip_insns", 5100),
        ("timer", "completion_insns", 5300),
    ):
        for strategy, scale in (("kvm", 1), ("lr", 5)):
            span = {"insns": [[insns // scale, 9]], "exceptions": [[1, 9]], "returns": [[1, 9]], "sysreg": [[90, 9]]}
            points.append(point(strategy, bench, spans={time: span}))
    path = tmp_path / "run.json"
    record.write_json(path, run_record(*points))
    return path


def test_fit_check_predict(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model file, whose check ends by its worst prediction, and tables that keep predictions to themselves."""
    out = str(tmp_path / "core.toml")
    assert cli.main(["model", "fit", str(run), "--machine", "altra", "--out", out]) == 0
    said = capsys.readouterr().out
    assert "neoverse-n1: costs" in said and "error without it" in said and "residual" in said
    model = costs.load(Path(out))
    assert [number.name for number in model.numbers] == ["hvc", "mmio_read_vgic", "ipi", "timer_10ms"]
    assert cli.main(["model", "check", "--model", out]) == (0 if model.heads else 1)
    said = capsys.readouterr().out
    assert "kunpeng920" in said and "not checked: isca16-kvm" in said
    assert "not checked: s2500" in said and "its software is kvm-nvhe" in said
    assert cli.main(["model", "predict", str(run), "--model", out]) == 0
    said = capsys.readouterr().out
    assert "predicted ns on neoverse-n1" in said and "predicted ratios" in said
    assert "not distinguishable on hardware" in " ".join(said.split()) and "roundtrip_insns" not in said


@pytest.mark.parametrize("left_out, status", [(-0.2, 0), (-0.25, 1), (0.25, 0), (0.26, 1)])
def test_check_ends_by_its_worst_prediction(left_out: float, status: int, tmp_path: Path) -> None:
    """Not by what the file claims of itself."""
    number = Number("hvc", 3379.2, {"insns": 3000.0}, 0.0, left_out)
    path = tmp_path / "core.toml"
    path.write_text(costs.dumps(replace(model_with(0.1), machine="s2500", numbers=[number])), encoding="utf-8")
    assert cli.main(["model", "check", "--model", str(path)]) == status


def test_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each with the remedy, exit code 2."""
    path = tmp_path / "core.toml"
    path.write_text(costs.dumps(model_with(0.1)), encoding="utf-8")
    old = tmp_path / "old.json"
    record.write_json(old, run_record(point("te")))
    for arguments, said in (
        (["fit", str(run), "--machine", "nope"], "no published numbers of 'nope': one of altra"),
        (["fit", str(run), "--machine", "s2500"], "run with --strategy kvm-nvhe"),
        (["fit", str(run), "--out", str(tmp_path / "none" / "x")], "choose another file with --out"),
        (["check", "--model", "nope"], "no cost model 'nope'"),
        (["predict", str(old), "--model", str(path)], "no event vectors of times: run the suite again"),
    ):
        assert cli.main(["model", *arguments]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1


def test_published_benchmarks_are_points_of_the_suite() -> None:
    """Each that is like one of ours names a scenario that measures that time."""
    rows = suite.load("full").scenarios
    for name, like in published.load().benchmarks.items():
        if not like.unlike:
            found = [row for row in rows if row.bench == like.bench]
            assert found and any(like.time in row.metrics for row in found), name
            assert like.time in SPANS


@pytest.mark.parametrize("verb", ["fit", "check", "predict"])
def test_help_has_an_example_and_fits(verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """In 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main(["model", verb, "--help"])
    said = capsys.readouterr().out
    assert f"./virqlab model {verb} " in said and "Exit codes: 0 good" in said
    assert max(map(len, said.splitlines())) <= 80
