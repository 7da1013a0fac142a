# SPDX-License-Identifier: Apache-2.0
"""What a run says while it runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bench import progress


def test_an_estimate_by_the_points_that_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were kept took no time; the last one leaves nothing."""
    now, out = [100.0], io.StringIO()
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    point = {"id": "m/s/b", "status": "pass", "diagnosis": None}
    with progress.Reporter(5, Console(file=out)) as reporter:
        reporter.finished(point, 0, kept=True)
        for _ in range(4):
            now[0] += 30
            reporter.finished(point, 20, kept=False)
    lines = out.getvalue().splitlines()
    assert lines[0].endswith(" kept")
    assert [line.partition(" s")[2] for line in lines[1:5]] == [
        ", 1.5 min left",
        ", 1.0 min left",
        ", 0.5 min left",
        "",
    ]
