# SPDX-License-Identifier: Apache-2.0
"""docs/benchmarks.md names benchmarks that exist, and says of each published number what the model's file says."""

import re
from pathlib import Path

from analysis import published
from bench import suite
from bench.suite import ROOT

DOC = Path(ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
# Of the first table: published benchmark, ours, what differs; not the rows that name a publication.
TABLE = DOC.partition("|---|")[2].partition("\n\n")[0]
ROWS = re.findall(r"^\| ([^|*]+?) \| (\w+) \| (.+) \|$", TABLE, re.MULTILINE)


def test_what_it_names_exists() -> None:
    """Every benchmark here is a scenario of the suite; what has none says why."""
    known = {row.bench for row in suite.load("full").scenarios}
    assert len(ROWS) >= 20
    for name, ours, differs in ROWS:
        assert ours in known or (ours == "none" and len(differs) > 10), name


def test_published_numbers_are_in_it() -> None:
    """With the same benchmark, or as one that is not alike."""
    rows = [(name, ours) for name, ours, _ in ROWS]
    for name, like in published.load().benchmarks.items():
        found = [ours for known, ours in rows if known == name]
        assert found, name
        assert like.bench in found or like.unlike
