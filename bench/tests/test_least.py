# SPDX-License-Identifier: Apache-2.0
"""The reference run against the least exits that the architecture allows: each cell is that, or says why not."""

from __future__ import annotations

from typing import Any

import pytest

from analysis import minimum
from bench import suite
from bench.suite import ROOT

ASKED = ("timer", "spi_hw", "lpi_msi", "sgi_self", "ipi")


def planned(name: str) -> set[str]:
    """The ids of a suite's points."""
    return {point.id for point in suite.plan(suite.load(name))}


def test_every_cell_is_the_least_or_says_why(reference: dict[str, Any]) -> None:
    """Nothing above the least without a reason, no reason without need, no empty cell that nobody explains."""
    rows = minimum.table(reference)
    assert {row.name for row in rows} >= set(ASKED)
    problems = [f"{cell.strategy} {row.name}: {cell.problem}" for row in rows for cell in row.cells if cell.problem]
    assert not problems, "renew results/reference, or give the reason in analysis/minimum.toml"


def test_the_benchmarks_asked_for_are_exactly_the_least(reference: dict[str, Any]) -> None:
    """Without any reason for more: te, gicv2, lr, gicv4, pass."""
    for row in minimum.table(reference):
        if row.name in ASKED:
            assert all(cell.is_least for cell in row.cells if not cell.none), row.name


def test_the_reference_has_every_row_of_its_suite(reference: dict[str, Any]) -> None:
    """What its suite plans is in the table."""
    names = {"/".join(name.split("/")[2:]) for name in planned(reference["run"]["suite"])}
    rows = {row.name for row in minimum.table(reference)}
    assert rows == {name for row in minimum.load() for name in row.points} & names


@pytest.mark.parametrize("row", minimum.load(), ids=lambda row: row.points[0])
def test_a_row_is_of_points_that_are_planned(row: minimum.Least) -> None:
    """A cell with a least is measured by the full suite, one without is not; each strategy has one or the other."""
    assert set(row.least) | set(row.none) == set(minimum.STRATEGIES) and not set(row.least) & set(row.none)
    assert set(row.above) <= set(row.least) and row.why
    for name in row.points:
        strategies = {point.split("/")[1] for point in planned("full") if "/".join(point.split("/")[2:]) == name}
        assert strategies - {"bare"} == set(row.least), name


def test_the_document_shows_it(reference: dict[str, Any]) -> None:
    """docs/benchmarks.md has what `./virqlab show --minimum --markdown results/reference` prints."""
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert "\n".join(minimum.markdown(reference)) in text
