# SPDX-License-Identifier: Apache-2.0
"""The two checks that run a point again: byte-identical repetition, and QEMU's own exception log."""

from __future__ import annotations

import filecmp
import re
from pathlib import Path
from typing import Any

from analysis import intlog, trace
from analysis.errors import TraceError
from analysis.point import TRACE_DIR

INT_LOG = "int.log"
INT_LOG_ARGS = ["-d", "int", "-D", INT_LOG]


def directories_differ(first: Path, second: Path) -> str:
    """Empty when both trees hold the same files with the same bytes, else what differs first."""
    names = [sorted(str(p.relative_to(d)) for p in d.rglob("*") if p.is_file()) for d in (first, second)]
    if names[0] != names[1]:
        return f"the files differ: {', '.join(sorted(set(names[0]) ^ set(names[1])))}"
    for name in names[0]:
        if not filecmp.cmp(first / name, second / name, shallow=False):
            return f"{name} differs{_record_of_difference(first / name, second / name)}"
    return ""


def crosscheck(measured: Path, logged: Path) -> tuple[list[str], dict[str, Any]]:
    """Compare the trace of the measured run with `-d int` of the repeated one: (what differs, what was compared)."""
    found = directories_differ(measured / TRACE_DIR, logged / TRACE_DIR)
    problems = [f"the trace of the run with -d int: {found}"] if found else []
    vcpus = trace.load(measured / TRACE_DIR).vcpus
    counted = intlog.count_log(logged / INT_LOG, len(vcpus))
    for vcpu, (records, counts) in enumerate(zip(vcpus, counted)):
        of = f"vCPU {vcpu}: " if len(vcpus) > 1 else ""
        problems += [of + found for found in intlog.differences(counts, intlog.count_trace(records))]
    return problems, {
        "exceptions": sum(sum(counts.values()) for counts in counted),
        "classes": len(set().union(*counted)),
    }


def _record_of_difference(first: Path, second: Path) -> str:
    """Where two traces part, as a record number; empty for other files."""
    if not re.fullmatch(r"vcpu\d+", first.name):
        return ""
    try:
        one, two = trace.load_unchecked(first.parent), trace.load_unchecked(second.parent)
    except TraceError:
        return ""
    index = sorted(path.name for path in first.parent.glob("vcpu*")).index(first.name)
    length = min(one[index].size, two[index].size)
    parts = (one[index][:length] != two[index][:length]).nonzero()[0]
    return f" from record {parts[0] if parts.size else length}"
