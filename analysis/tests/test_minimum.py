# SPDX-License-Identifier: Apache-2.0
"""The table of exits beside the least that the architecture allows."""

from __future__ import annotations

from typing import Any

import pytest

from analysis import minimum, record
from analysis.minimum import Cell
from analysis.tests.test_record import metric, point, run_record
from bench import cli


def measured(strategy: str, value: float, name: str = "timer", machine: str = "virt-v3") -> dict[str, Any]:
    """A point with so many exits for each interrupt."""
    found = point(strategy, id=f"{machine}/{strategy}/{name}", machine=machine)
    found["metrics"] = {minimum.METRIC: {**metric("exit", [1]), "value": value}}
    return found


@pytest.mark.parametrize(
    "cell, text, problem",
    [
        (Cell("lr", [1], 1, "", ""), "1", ""),
        (Cell("lr", [2], 1, "", "a register traps"), "2 (1)", ""),
        (Cell("lr", [2], 1, "", ""), "2 (1)", "above the least without a reason"),
        (Cell("lr", [1], 1, "", "a register traps"), "1", "a reason, and nothing is above the least"),
        (Cell("lr", [1, 1.5], 1, "", ""), "1 / 1.5 (1)", "above the least without a reason"),
        (Cell("lr", [0.5], 1, "", "a register traps"), "0.5 (1)", "less than the least"),
        (Cell("pass", [], None, "no LPIs", ""), "-", ""),
        (Cell("pass", [], 0, "", ""), "", "no point, and no reason for it"),
        (Cell("pass", [0], None, "no LPIs", ""), "0 (-)", "there are points"),
    ],
)
def test_cells(cell: Cell, text: str, problem: str) -> None:
    """What is shown, and what is wrong with it."""
    assert cell.text == text
    assert problem in cell.problem and bool(problem) == bool(cell.problem)


def test_machines_that_differ_share_a_cell() -> None:
    """A value once; rows and variants that the file does not name, and strategies without a column, are left out."""
    points = [measured("te", 3), measured("te", 3, machine="virt-v4"), measured("lr", 2), measured("bare", 0)]
    points += [measured("lr", 1, machine="virt-v4"), measured("lr", 7, "timer,load=hvc"), measured("kvm", 9, "ipi")]
    (row,) = minimum.table(run_record(*points))
    assert row.name == "timer"
    assert [cell.text for cell in row.cells] == ["3", "", "1 / 2 (1)", "", ""]


def test_show(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal and as Markdown: the numbers, why a cell is above the least, where the least comes from."""
    points = [measured("gicv2", 2, "timer,eoimode=1"), measured("lr", 1, "timer,eoimode=1")]
    record.write_json(tmp_path / "run.json", run_record(*points))
    for how in (["--minimum"], ["--minimum", "--markdown"]):
        assert cli.main(["show", *how, str(tmp_path)]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert "2 (1)" in said and "gicv2 timer,eoimode=1: GICC_DIR traps" in said and "TDIR" in said
    assert "| timer,eoimode=1 |" in said
