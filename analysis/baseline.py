# SPDX-License-Identifier: Apache-2.0
"""Records that are kept in the repository: only what comparing and reporting need, one metric a line, one machine a
file; and how such a set of files is compared with a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

from analysis import record
from analysis.compare import Comparison, compare
from analysis.errors import LabError

Record = dict[str, Any]

MAKE_ONE = "make one with './virqlab rebaseline --reason \"...\"'"
# What says which processor and kernel a simulator ran on says nothing about its counts.
MACHINE_KEPT = ("system", "python", "numpy")


def reduced(run: Record, reason: str, commit_date: str, machine: str | None = None) -> Record:
    """The record to keep: all points or those of one machine, no paths, times or commands of the host."""
    host = run["run"]["host"]
    kept = {
        **host,
        "qemu": {**host["qemu"], "path": Path(host["qemu"]["path"]).name},
        "images": {name: {**about, "path": _inside(about["path"])} for name, about in host["images"].items()},
        "machine": {name: value for name, value in host["machine"].items() if name in MACHINE_KEPT},
        "points": {},
    }
    about = {**run["run"], "host": kept}
    if machine is not None and "machines" in about:
        about["machines"] = {machine: about["machines"][machine]}
    return {
        "schema": run["schema"],
        "version": run["version"],
        "baseline": {"reason": reason, "commit_date": commit_date},
        "run": about,
        "points": [point for point in run["points"] if machine in (None, point["machine"])],
    }


def dumps(kept: Record) -> str:
    """JSON with one line for each metric, so that a change of the baseline reads well as a patch."""
    return "".join(_lines(kept, "", 0)) + "\n"


def _lines(value: Any, key: str, level: int) -> Iterator[str]:
    head = "  " * level + (f"{json.dumps(key)}: " if key else "")
    nested = isinstance(value, (dict, list)) and any(isinstance(item, (dict, list)) for item in _values(value))
    if not nested or (isinstance(value, dict) and "samples" in value):
        yield head + json.dumps(value, ensure_ascii=False)
        return
    items = list(value.items()) if isinstance(value, dict) else [("", item) for item in value]
    yield head + ("{" if isinstance(value, dict) else "[") + "\n"
    for number, (name, item) in enumerate(items):
        yield from _lines(item, name, level + 1)
        yield ",\n" if number + 1 < len(items) else "\n"
    yield "  " * level + ("}" if isinstance(value, dict) else "]")


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _inside(path: str) -> str:
    """A path of the repository as it is, of any other only the name."""
    return Path(path).name if Path(path).is_absolute() else path


def load(path: Path) -> list[Record]:
    """A record, or all baselines of a directory in the order of their names. LabError when there is none."""
    if path.is_dir() and not (path / "run.json").exists() or (not path.exists() and path.suffix != ".json"):
        files = sorted(path.glob("*.json"))
        if not files:
            raise LabError(f"no record in {path}", MAKE_ONE)
        return [record.load(file) for file in files]
    return [record.load(path)]


def compare_all(olds: list[Record], new: Record) -> list[Comparison]:
    """One comparison for each old record; a baseline is compared with the points of its own machine."""
    found, seen = [], set()
    for old in olds:
        machines = {point["machine"] for point in old["points"]}
        seen |= machines
        found.append(compare(old, _of_machines(new, machines) if "baseline" in old else new))
    unknown = sorted({point["machine"] for point in new["points"]} - seen)
    if unknown and all("baseline" in old for old in olds):
        found[-1].notes.append(f"new, no baseline yet: machine {', '.join(unknown)}")
    return found


def _of_machines(run: Record, machines: set[str]) -> Record:
    points = [point for point in run["points"] if point["machine"] in machines]
    return {**run, "points": points} if points else run
