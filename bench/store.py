# SPDX-License-Identifier: Apache-2.0
"""The directory of a run. A point appears in points/ whole or not at all, and what depends on the host lies beside it.

    DIR/run.json                    the record
    DIR/points/ID/                  point.json, console.log, stderr.log, trace/: the same bytes on every repetition
    DIR/host/points/ID.json         input key, command, wall time: written last, so a point without one is redone
    DIR/work/                       points that are being run; emptied at the start and the end
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any, TextIO

from analysis import record
from analysis.errors import LabError

POINT_JSON = "point.json"


class Store:
    """One run's directory, locked while it is open: use as a context."""

    def __init__(self, directory: Path, fresh: bool = False) -> None:
        self.directory = directory
        self._fresh = fresh
        self._lock: TextIO | None = None

    def __enter__(self) -> "Store":
        """Create and lock the directory. LabError when it cannot be written or another run has it."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._lock = (self.directory / ".lock").open("w", encoding="utf-8")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError(f"another run is writing {self.directory}", "wait for it or choose another --out") from None
        except OSError as error:
            raise LabError(
                f"cannot write {self.directory}: {error.strerror}", "choose another directory with --out"
            ) from None
        for name in ("work", "points", "host", "run.json") if self._fresh else ("work",):
            _remove(self.directory / name)
        return self

    def __exit__(self, *_: object) -> None:
        _remove(self.directory / "work")
        if self._lock:
            self._lock.close()

    def point_dir(self, point: str) -> Path:
        """Where a finished point lies."""
        return self.directory / "points" / point

    def work_dir(self, point: str, purpose: str) -> Path:
        """An empty directory for one run of a point."""
        directory = self.directory / "work" / purpose / point
        _remove(directory)
        directory.mkdir(parents=True)
        return directory.resolve()

    def finished(self, point: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(point record, host record) of a finished point; None when it has to be run."""
        try:
            found = json.loads((self.point_dir(point) / POINT_JSON).read_text(encoding="utf-8"))
            host = json.loads(self._host_file(point).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found, host

    def complete(self, point: str, work: Path, host: dict[str, Any]) -> None:
        """Move a finished point to its place; killed at any moment, it is there whole or it is redone."""
        final, note = self.point_dir(point), self._host_file(point)
        note.unlink(missing_ok=True)
        _remove(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        note.parent.mkdir(parents=True, exist_ok=True)
        os.replace(work, final)
        record.write_json(note, host)

    def write_run(self, run: dict[str, Any]) -> Path:
        """Check and write run.json."""
        path = self.directory / "run.json"
        record.check(run, str(path))
        record.write_json(path, run)
        return path

    def _host_file(self, point: str) -> Path:
        return self.directory / "host" / "points" / f"{point}.json"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
