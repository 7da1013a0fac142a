# SPDX-License-Identifier: Apache-2.0
"""A point's directory is whole or absent, at any moment."""

from pathlib import Path

import pytest

from analysis import record
from analysis.errors import LabError
from bench.checks import directories_differ
from bench.store import POINT_JSON, Store


def finish(store: Store, value: int) -> None:
    """Run the point a/b, which leaves a value."""
    work = store.work_dir("a/b", "run")
    record.write_json(work / POINT_JSON, {"value": value})
    store.complete("a/b", work, {"key": value})


def test_finished_points_are_found_again(tmp_path: Path) -> None:
    """Complete, reopen, replace, forget."""
    with Store(tmp_path) as store:
        assert store.finished("a/b") is None
        finish(store, 1)
        finish(store, 2)
    assert not (tmp_path / "work").exists()
    with Store(tmp_path) as store:
        assert store.finished("a/b") == ({"value": 2}, {"key": 2})
    with Store(tmp_path, fresh=True) as store:
        assert store.finished("a/b") is None


def test_half_written_points_do_not_count(tmp_path: Path) -> None:
    """Killed in the work directory, or before the host's note: the point is redone."""
    with Store(tmp_path) as store:
        record.write_json(store.work_dir("a/b", "run") / POINT_JSON, {})
        assert store.finished("a/b") is None
        finish(store, 1)
        (tmp_path / "host/points/a/b.json").unlink()
        assert store.finished("a/b") is None


def test_two_runs_do_not_share_a_directory(tmp_path: Path) -> None:
    """The second one is told."""
    with Store(tmp_path), pytest.raises(LabError, match="another run"), Store(tmp_path):
        pass


def test_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the way."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LabError, match="--out"), Store(tmp_path / "file" / "run"):
        pass


def test_differences_are_named(tmp_path: Path) -> None:
    """Missing files, other bytes."""
    for name in ("one", "two"):
        (tmp_path / name / "trace").mkdir(parents=True)
        (tmp_path / name / "console.log").write_text("same", encoding="utf-8")
    one, two = tmp_path / "one", tmp_path / "two"
    assert directories_differ(one, two) == ""
    (two / "console.log").write_text("else", encoding="utf-8")
    assert directories_differ(one, two) == "console.log differs"
    (two / "trace" / "vcpu0").write_bytes(b"")
    assert directories_differ(one, two) == "the files differ: trace/vcpu0"
