# SPDX-License-Identifier: Apache-2.0
"""Keep a run's record in the repository: as the baseline that `make regress` compares with, or as the reference."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from analysis import baseline, record
from analysis.errors import LabError
from bench import host, suite
from bench.suite import ROOT

BASELINES = ROOT / "results" / "baselines"
REFERENCE = ROOT / "results" / "reference" / "run.json"

Record = dict[str, Any]


def keep(run: Record, reason: str, reference: bool = False) -> list[Path]:
    """
    Write results/baselines/MACHINE.json for each machine of a run of the default suite, or results/reference/run.json.
    LabError, and nothing written, for a dirty tree, a failed point, a point that did not run, an empty reason.
    """
    text = " ".join(reason.split())
    if not text:
        raise LabError("no reason given", 'say why the numbers may change: --reason "..."')
    refuse(run, ("full", "default") if reference else ("default",))
    date = commit_date(run["run"]["host"]["commit"])
    if reference:
        kept = {REFERENCE: baseline.reduced(run, text, date)}
    else:
        machines = dict.fromkeys(point["machine"] for point in run["points"])
        kept = {BASELINES / f"{name}.json": baseline.reduced(run, text, date, name) for name in machines}
    for path, value in kept.items():
        record.check(value, str(path))
    for path, value in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(path, baseline.dumps(value))
    return list(kept)


def refuse(run: Record, suites: tuple[str, ...]) -> None:
    """LabError when the run cannot be a baseline."""
    about = run["run"]["host"]
    if about["dirty"] is not False:
        state = "of a dirty tree" if about["dirty"] else "outside of git"
        raise LabError(f"the run is {state}: nobody could repeat it", "commit the change, run again")
    if run["run"]["suite"] not in suites:
        raise LabError(f"the run is of suite {run['run']['suite']!r}", f"run --suite {suites[0]}")
    failed = [point["id"] for point in run["points"] if point["status"] == "fail"]
    if failed:
        raise LabError(f"{len(failed)} points failed, first {failed[0]}", "mend them, run again")
    found = {point["id"] for point in run["points"]}
    missing = [point.id for point in suite.plan(suite.load(run["run"]["suite"])) if point.id not in found]
    if missing:
        raise LabError(f"the run is incomplete: {len(missing)} points are missing, first {missing[0]}", "run them all")


def commit_date(commit: str) -> str:
    """The date of a commit, ISO 8601. LabError when this repository does not have it."""
    date = host.git("show", "--no-patch", "--format=%cI", commit) if re.fullmatch(r"[0-9a-f]{40,}", commit) else None
    if not date:
        raise LabError(f"the run's commit {commit[:12]} is not in this repository", "run again here")
    return date.splitlines()[-1]
