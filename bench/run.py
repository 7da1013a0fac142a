# SPDX-License-Identifier: Apache-2.0
"""Run points: what is finished is kept, the rest runs in a local pool, and the record is written at the end."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic
from typing import Any

from analysis import point as point_record
from analysis import record
from analysis.errors import LabError
from analysis.point import Context
from bench import checks, host, qemu
from bench.images import Images, Qemu, elf_of
from bench.progress import Reporter
from bench.store import POINT_JSON, Store
from bench.stimulus import EL3
from bench.suite import ROOT, Lab, Point, Strategy

# run.host of a point that was not run.
NOT_RUN = {"key": "", "command": [], "wall_s": 0, "mips": None, "repeats": 1, "crosscheck": None}
JOBS_DEFAULT = min(2, len(os.sched_getaffinity(0)))


@dataclass(frozen=True)
class Options:
    """
    How to run: repeats of each point, `-d int` cross-check, counting mode of the plugin, size of the pool; seconds of
    host time after which nothing starts any more and what runs is killed.
    """

    repeat: int = 1
    crosscheck: bool = False
    count: str = "fast"
    jobs: int = JOBS_DEFAULT
    time_limit_s: float = float("inf")


@dataclass(frozen=True)
class Result:
    """A point's record and what its run left about the host; kept = an earlier run had finished it."""

    record: dict[str, Any]
    host: dict[str, Any]
    kept: bool


class TimeLimit(LabError):
    """The whole run's host time is over; what is finished is kept."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "finished points are kept: run again with the same --out to continue")


class Runner:
    """Runs the points of one invocation into one store."""

    def __init__(self, store: Store, images: Images, options: Options) -> None:
        self.store, self.images, self.options = store, images, options
        self._snapshot = images.copy_to(store.work_dir("images", "inputs"))
        self._provenance = host.provenance(images, self._snapshot.hashes())
        self._tools = _source_hash()
        self._begin = monotonic()

    def run(self, lab: Lab, points: list[Point], reporter: Reporter) -> dict[str, Any]:
        """Run what is not finished and return the run record, its points in the order of the plan."""
        started = datetime.now(timezone.utc).isoformat(timespec="seconds")
        results: dict[str, Result] = {}
        with ThreadPoolExecutor(self.options.jobs) as pool:
            futures: list[Future[Result]] = [pool.submit(self.one, point) for point in points]
            try:
                for future in as_completed(futures):
                    result = future.result()
                    results[result.record["id"]] = result
                    reporter.finished(result.record, result.host["wall_s"], result.kept)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        ordered = [results[point.id] for point in points]
        about_host = {
            "started": started,
            "wall_s": round(monotonic() - self._begin, 3),
            "jobs": self.options.jobs,
            **self._provenance,
            "points": {result.record["id"]: result.host for result in ordered},
        }
        return {
            "schema": record.NAME,
            "version": record.VERSION,
            "run": {
                "suite": lab.suite,
                "count": self.options.count,
                "machines": {point.machine.name: point.machine.facts() for point in points},
                "host": about_host,
            },
            "points": [result.record for result in ordered],
        }

    def one(self, point: Point) -> Result:
        """One point: kept when an earlier run finished it with the same inputs and the same checks, else run."""
        lacking = [self.images.missing[name] for name in self._files(point) if name in self.images.missing]
        if lacking:
            return Result(point_record.skipped(point.identity(), lacking[0]), dict(NOT_RUN), kept=False)
        key = self.input_key(point)
        found = self.store.finished(point.id)
        if found and self._still_good(*found, key):
            return Result(*found, kept=True)
        if self._remaining_s() <= 0:
            raise TimeLimit(f"the run's {self.options.time_limit_s:g} s are over before {point.id}")
        work, derived, wall_s = self._attempt(point, "run")
        problems: list[str] = []
        crosschecked = None
        if derived["status"] != "fail":
            problems = self._repeat(point, work)
            if self.options.crosscheck:
                found_problems, crosschecked = self._crosscheck(point, work)
                problems += found_problems
        if problems:
            derived.update(status="fail", reason="; ".join(problems))
            record.write_json(work / POINT_JSON, derived)
        note = {
            "key": key,
            "command": qemu.command(point, self.images, self.options.count),
            "wall_s": round(wall_s, 3),
            "mips": round(derived["insns"] / wall_s / 1e6, 3) if derived["insns"] else None,
            "repeats": self.options.repeat,
            "crosscheck": crosschecked,
        }
        self.store.complete(point.id, work, note)
        return Result(derived, note, kept=False)

    def input_key(self, point: Point) -> str:
        """SHA-256 of everything the point's bytes depend on: command, images, QEMU, suite row, this program."""
        named = Images(Qemu(Path("qemu"), self.images.qemu.version), {name: Path(name) for name in self.images.files})
        inputs = {
            "command": qemu.command(point, named, self.options.count),
            "images": {
                name: self._provenance["images"][name]["sha256"]
                for name in self._files(point)
                if name in self.images.files
            },
            "qemu": self._provenance["qemu"]["sha256"],
            "point": asdict(point),
            "tools": self._tools,
        }
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    def _still_good(self, derived: dict[str, Any], note: dict[str, Any], key: str) -> bool:
        return (
            note["key"] == key
            and derived["status"] != "fail"
            and note["repeats"] >= self.options.repeat
            and (note["crosscheck"] is not None or not self.options.crosscheck)
        )

    def _attempt(
        self, point: Point, purpose: str, extra: list[str] | None = None
    ) -> tuple[Path, dict[str, Any], float]:
        """Run the point once in a directory of its own and derive its record there."""
        work = self.store.work_dir(point.id, purpose)
        command = qemu.command(point, self._snapshot, self.options.count) + (extra or [])
        limit = point.machine.trace_mib if not extra else None
        timeout_s = min(point.timeout_s, max(self._remaining_s(), 0.1))
        qemu.prepare(point, self._snapshot, work)
        outcome = qemu.run(command, work, timeout_s, limit)
        derived = point_record.derive(work, self._context(point, outcome.failure))
        record.write_json(work / POINT_JSON, derived)
        return work, derived, outcome.wall_s

    def _remaining_s(self) -> float:
        return self._begin + self.options.time_limit_s - monotonic()

    def _repeat(self, point: Point, work: Path) -> list[str]:
        for again in range(2, self.options.repeat + 1):
            found = checks.directories_differ(work, self._attempt(point, "repeat")[0])
            if found:
                return [f"repetition {again} of {self.options.repeat} is not identical: {found}"]
        return []

    def _crosscheck(self, point: Point, work: Path) -> tuple[list[str], dict[str, Any] | None]:
        logged, derived, _ = self._attempt(point, "crosscheck", checks.INT_LOG_ARGS)
        if derived["status"] == "fail":
            return [f"the run with -d int failed: {derived['reason']}"], None
        return checks.crosscheck(work, logged)

    def _files(self, point: Point) -> list[str]:
        row = point.strategy
        el3 = ["el3"] if point.stimulus and point.stimulus.by == EL3 else []
        return ["guest", "plugin", *el3, *row.images, *row.fetched, *row.archives, *row.kallsyms]

    def _symbols(self, row: Strategy) -> Path | None:
        if row.symbols in (*row.fetched, *row.kallsyms):
            return self._snapshot.files.get(row.symbols)
        return ROOT / row.symbols if row.symbols else None

    def _context(self, point: Point, failure: str) -> Context:
        return Context(
            identity=point.identity(),
            metrics=point.scenario.metrics,
            source=point.source,
            insns_per_tick=point.machine.insns_per_tick,
            sliced=point.scenario.slice_ns > 0,
            regions=point.regions,
            max_exits=point.scenario.max_exits,
            deadline_ns=point.deadline_ns,
            killed=failure,
            guest_elf=elf_of(self.images.files["guest"]),
            host_elf=self._symbols(point.strategy),
            host_vectors=point.strategy.vectors,
            outlived=point.strategy.outlives,
        )


def unwritable(error: OSError, directory: Path) -> LabError:
    """The disk is full, or the directory went away, while points were written."""
    return LabError(f"cannot write {directory}: {error.strerror or error}", "finished points are kept: run again")


def _source_hash() -> str:
    """SHA-256 over the programs that make a point's bytes, so that changed analysis redoes points."""
    digest = hashlib.sha256()
    for folder in ("analysis", "bench"):
        for path in sorted((ROOT / folder).glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
