# SPDX-License-Identifier: Apache-2.0
"""May two run records be compared? What forbids it, one line each with the remedy, and what only deserves a warning."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Iterator

from analysis.errors import LabError

Record = dict[str, Any]
Point = dict[str, Any]

AGAIN = "run both with the same one, or take a new baseline with './virqlab rebaseline'"
FLAGS = re.compile(r"\s-")


def obstacles(old: Record, new: Record) -> list[LabError]:
    """What makes every number of the two records incomparable, most telling first; empty when they can be compared."""
    return [*_machines(old, new), *_qemu(old, new), *_compilers(old, new)]


def point_obstacles(pairs: list[tuple[Point, Point]]) -> tuple[list[LabError], set[str]]:
    """What forbids to compare single points: one line for each reason and benchmark, and the ids of those points."""
    counts: Counter[tuple[str, str]] = Counter()
    ids: set[str] = set()
    for old, new in pairs:
        for reason in _point(old, new):
            counts[reason] += 1
            ids.add(new["id"])
    errors = []
    for (what, remedy), count in counts.items():
        errors.append(LabError(f"{what} ({count} point{'s' if count > 1 else ''})", remedy))
    return errors, ids


def warnings(old: Record, new: Record) -> list[str]:
    """What the reader should know: trees that no commit describes, a tracer that changed too."""
    found = []
    for name, record in (("OLD", old), ("NEW", new)):
        if record["run"]["host"]["dirty"]:
            found.append(f"{name} was measured on a dirty tree: no commit describes it")
    images = [record["run"]["host"]["images"] for record in (old, new)]
    for name, what in (("plugin", "the tracer"), ("guest", "the guest image")):
        hashes = [image[name]["sha256"] for image in images if name in image]
        if len(set(hashes)) > 1:
            found.append(f"{what} differs too: {hashes[0][:12]} -> {hashes[1][:12]}")
    return found


def _machines(old: Record, new: Record) -> Iterator[LabError]:
    names = [list(dict.fromkeys(point["machine"] for point in record["points"])) for record in (old, new)]
    common = [name for name in names[0] if name in names[1]]
    if not common:
        said = " -> ".join(", ".join(name) or "none" for name in names)
        yield LabError(f"machine: {said}", "compare runs on the same machine row")
    for name in common:
        rows = [record["run"].get("machines", {}).get(name) for record in (old, new)]
        if None in rows:
            continue
        for key in sorted({*rows[0], *rows[1]} - {"title"}):
            values = [_plain(row.get(key)) for row in rows]
            if values[0] != values[1]:
                what = "clocks: insns_per_tick" if key == "insns_per_tick" else key
                yield LabError(
                    f"machine {name}: {what}: {values[0]} -> {values[1]}",
                    "its row of bench/machines.toml changed: " + AGAIN,
                )


def _qemu(old: Record, new: Record) -> Iterator[LabError]:
    one, two = (record["run"]["host"]["qemu"] for record in (old, new))
    if one["version"] != two["version"]:
        yield LabError(f"QEMU version: {one['version']} -> {two['version']}", AGAIN + " (run --qemu PATH)")
    elif one["sha256"] != two["sha256"]:
        said = f"{one['version']}, SHA-256 {one['sha256'][:12]} -> {two['sha256'][:12]}"
        yield LabError(f"QEMU binary: {said}", AGAIN + " (run --qemu PATH)")


def _compilers(old: Record, new: Record) -> Iterator[LabError]:
    """The guest is the measure, so its whole command line counts; how the hypervisor is built is what is measured, so
    of its compiler the version counts."""
    one, two = (compilers(record) for record in (old, new))
    for name in sorted(one.keys() & two.keys()):
        values = [both[name] if name == "guest" else version(both[name]) for both in (one, two)]
        if values[0] != values[1]:
            if version(values[0]) != version(values[1]):
                values = [version(value) for value in values]
            else:
                values = _what_differs(*values)
            yield LabError(f"{name} compiler: {values[0]} -> {values[1]}", AGAIN)


def compilers(record: Record) -> dict[str, str]:
    """Compilers by image; a record that does not tell them apart has one for all."""
    host = record["run"]["host"]
    found: dict[str, str] = host.get("compilers") or {"hyp": host["compiler"], "guest": host["compiler"]}
    return found


def version(producer: str) -> str:
    """`GNU C11 12.2.0` of a DW_AT_producer with its flags."""
    return FLAGS.split(producer, maxsplit=1)[0]


def _what_differs(old: str, new: str) -> list[str]:
    """The flags that only one of two command lines has."""
    words = [old.split(), new.split()]
    only = [[word for word in words[i] if word not in words[1 - i]] for i in (0, 1)]
    return [" ".join(found) or "(without)" for found in only] if any(only) else [old, new]


def _point(old: Point, new: Point) -> Iterator[tuple[str, str]]:
    bench = new["bench"]
    if old["bench_version"] != new["bench_version"]:
        yield (
            f"benchmark {bench}: version {old['bench_version']} -> {new['bench_version']}",
            "what it measures has changed: take a new baseline with './virqlab rebaseline'",
        )
    for key in sorted({*old["params"], *new["params"]}):
        values = [point["params"].get(key, "(none)") for point in (old, new)]
        if values[0] != values[1]:
            yield f"benchmark {bench}: parameter {key}: {values[0]} -> {values[1]}", "compare runs of one suite"
    frequencies = [point["guest"].get("cntfrq") for point in (old, new)]
    if None not in frequencies and frequencies[0] != frequencies[1]:
        yield f"clocks: CNTFRQ of {bench}: {frequencies[0]} -> {frequencies[1]} Hz", AGAIN


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
