# SPDX-License-Identifier: Apache-2.0
"""One point's record (point.json) from its directory: console.log and trace/ in, status and metrics out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

import numpy as np

from analysis import clocks, console, exits, metrics, profile, spans, symbols, trace
from analysis.console import Console
from analysis.errors import LabError, TraceError
from analysis.metrics import Observation, Source
from analysis.profile import Profile
from analysis.trace import Records

CONSOLE_LOG, HOST_LOG, TRACE_DIR, PROFILE = "console.log", "host.log", "trace", "profile"
CONSOLE_LINES = 6


@dataclass(frozen=True)
class Context:
    """What the record needs to know of a point and its run, nothing of it host-dependent.

    identity: the fields a point is found by (id, machine, strategy, bench, bench_version, params), and population;
    insns_per_tick: of the machine's counter; sliced: whether a timer ends the turns of vCPUs; regions: name ->
    [base, size] of its device frames; max_exits: bound on the exits of the measured region, None for no bound;
    deadline_ns: the virtual-time deadline; killed: why the executor ended the run, or what it died of; host_elf,
    host_vectors: what runs at EL2, the symbol of its vectors; outlived: whether it goes on when the guest is done.
    """

    identity: dict[str, Any]
    metrics: list[str]
    source: Source | None = None
    insns_per_tick: int = 1
    sliced: bool = False
    max_exits: int | None = None
    deadline_ns: int = 0
    killed: str = ""
    guest_elf: Path | None = None
    host_elf: Path | None = None
    host_vectors: str = "vectors"
    outlived: bool = False
    regions: Mapping[str, Sequence[int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def derive(directory: Path, context: Context) -> dict[str, Any]:
    """The point record of a finished run; a run that went wrong becomes a failed point with the reason."""
    text = _text(directory / CONSOLE_LOG)
    record = _blank(context.identity, "pass", "")
    try:
        guest = console.parse(text)
        record["guest"] = guest.facts
        _judge(directory, context, guest, record)
    except LabError as error:
        record.update(status="fail", reason=str(error))
    if record["status"] == "fail":
        record["diagnosis"] = diagnosis(directory, text, context)
    return record


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def skipped(identity: dict[str, Any], reason: str) -> dict[str, Any]:
    """The point record of a point that cannot be run here."""
    return _blank(identity, "skip", reason)


def _blank(identity: dict[str, Any], status: str, reason: str) -> dict[str, Any]:
    empty = dict.fromkeys(("insns", "irqs", "exits", "masked_max", "functions", "diagnosis"))
    return {**identity, "status": status, "reason": reason, "guest": {}, "metrics": {}, **empty}


def _judge(directory: Path, context: Context, guest: Console, record: dict[str, Any]) -> None:
    """Fill in status, account and metrics; LabError when there is nothing to trust."""
    reason = _failure(directory, context, guest)
    if reason:
        record.update(status="fail", reason=reason)
        return
    traced = trace.load(directory / TRACE_DIR)
    record["insns"] = sum(int(records["insn"][-1]) for records in traced.vcpus)
    if guest.skipped:
        record.update(status="skip", reason=guest.reason)
        return
    seen = Observation(traced, guest.frames, context.source, context.insns_per_tick, context.regions, context.sliced)
    clocks.check(seen)
    found = profile.load(directory / PROFILE)
    record["exits"] = metrics.exit_account(seen)
    record["irqs"] = seen.irqs
    _check_handled(guest, seen)
    record["metrics"] = metrics.compute(seen, context.metrics)
    record["spans"] = spans.vectors(seen, record["metrics"])
    record["masked_max"] = _masked_max(seen, found, context)
    record["functions"] = _functions(seen, found, context)
    total = record["exits"]["total"]
    if context.max_exits is not None and total > context.max_exits:
        raise TraceError(f"{total} exits in the measured region, its suite row allows {context.max_exits}")


def _check_handled(guest: Console, seen: Observation) -> None:
    """TraceError unless a guest that tells how many interrupts it handled handled those that the trace has."""
    told = guest.facts.get("handled")
    if told is not None and told != str(seen.acknowledgements):
        raise TraceError(f"the guest handled {told} interrupts, the trace has {seen.acknowledgements} acknowledges")


def _functions(seen: Observation, found: Profile | None, context: Context) -> dict[str, int] | None:
    """Instructions of the region at EL2 by function. TraceError unless they sum to what the trace has."""
    if found is None:
        return None
    expected = metrics.host_insns(seen)[1]
    if found.total != expected:
        raise TraceError(f"the account of functions is open: {found.total} instructions at EL2, the trace {expected}")
    if found.total == 0:
        return {}
    return found.functions(context.host_elf, context.host_vectors) if context.host_elf else None


def _masked_max(seen: Observation, found: Profile | None, context: Context) -> dict[str, Any] | None:
    """The longest stretch of the hypervisor with interrupts masked, and where it began: a vector, or a DAIFSet."""
    longest = metrics.longest_masked(seen)
    if longest is None:
        return None
    insns, first = longest
    if first["kind"] == trace.DAIF:
        pc, kind = int(first["b"]), "daif"
    else:
        pc = found.vbar + int(first["sub"]) * exits.VECTOR_SIZE if found else 0
        kind = exits.class_name(int(first["sub"]), int(first["c"]))
    named = symbols.Image.of(context.host_elf, context.host_vectors, found.vbar) if found and context.host_elf else None
    return {"insns": insns, "class": kind, "pc": f"{pc:#x}", "symbol": named.function(pc) if named else ""}


def _failure(directory: Path, context: Context, guest: Console) -> str:
    """Why the run cannot be measured, the most telling reason first; empty when it can."""
    vcpus = trace.load_unchecked(directory / TRACE_DIR)
    deadline = any(v.size and v[-1]["kind"] == trace.END and v[-1]["sub"] == trace.END_DEADLINE for v in vcpus)
    deadline &= not (context.outlived and (guest.passed is not None or guest.skipped))
    why = f"virtual-time deadline of {context.deadline_ns / 1e6:g} ms" if deadline else context.killed
    if why:
        return f"{why}: {_whereabouts(diagnosis(directory, '', context))}"
    if guest.passed is None and not guest.skipped:
        said = console.last_lines(_text(directory / HOST_LOG), CONSOLE_LINES)
        last = next((line for line in said if console.PANIC.search(line)), said[-1] if said else "")
        return "the guest ended without a result line on its console" + (f"; its host's last: {last}" if last else "")
    if not guest.passed and not guest.skipped:
        return f"the guest reports failure: {guest.reason or 'no reason given'}"
    if guest.bench != context.identity["bench"]:
        return f"the guest ran {guest.bench!r}, not {context.identity['bench']!r}"
    if guest.facts.get("version") != str(context.identity["bench_version"]):
        wanted, found = context.identity["bench_version"], guest.facts.get("version")
        return f"the guest has version {found} of {guest.bench}, its suite row says {wanted}"
    return ""


def _whereabouts(found: dict[str, Any]) -> str:
    """`last exit hvc, PC 0x40200010 (run+0x10)` of a diagnosis."""
    parts = [f"last exit {found['last_exit']['class']}" if found["last_exit"] else "no exit"]
    if found["end"]:
        parts.append(f"PC {_named(found['end'])} at EL{found['end']['el']}")
    if found["guest_fault"]:
        parts.append(f"last guest fault {found['guest_fault']['class']} at {_named(found['guest_fault'])}")
    return ", ".join(parts)


def _named(place: dict[str, Any]) -> str:
    return f"{place['pc']} ({place['symbol']})" if place["symbol"] else str(place["pc"])


def diagnosis(directory: Path, text: str, context: Context) -> dict[str, Any]:
    """Where a failed run stood, vCPU 0 of several: its last exit, the end of its trace, its last words; and the last
    fault that the guest took itself, on the first vCPU that took one; the last words of a host with its own console."""
    vcpus = [v for v in trace.load_unchecked(directory / TRACE_DIR) if v.size]
    host = _text(directory / HOST_LOG)
    return {
        **({"host_console": console.last_lines(host, CONSOLE_LINES)} if host else {}),
        "last_exit": _last_exit(vcpus[0], context) if vcpus else None,
        "guest_fault": next((fault for v in vcpus if (fault := _guest_fault(v, context))), None),
        "end": _end(vcpus[0], context) if vcpus else None,
        "console": console.last_lines(text, CONSOLE_LINES),
    }


def _last_exit(records: Records, context: Context) -> dict[str, Any] | None:
    found = ((records["kind"] == trace.EXC_EL2) & trace.is_guest(records)).nonzero()[0]
    return _exception(records[found[-1]], context) if found.size else None


def _guest_fault(records: Records, context: Context) -> dict[str, Any] | None:
    """The last synchronous exception to EL1 that is no system call."""
    synchronous = (records["kind"] == trace.EXC_EL1) & (records["sub"] % 4 == 0)
    found = (synchronous & (records["c"] >> 26 != exits.EC_SVC)).nonzero()[0]
    return _exception(records[found[-1]], context) if found.size else None


def _exception(last: np.void, context: Context) -> dict[str, Any]:
    pc = int(last["a"])
    return {
        "class": exits.class_name(int(last["sub"]), int(last["c"])),
        "insn": int(last["insn"]),
        "pc": f"{pc:#x}",
        "symbol": symbols.symbolize(pc, context.guest_elf),
    }


def _end(records: Records, context: Context) -> dict[str, Any] | None:
    """Where the trace ended: the PC of END, of a trace that was cut off the PC of its last record that has one."""
    known = (~np.isin(records["kind"], (trace.MARK, trace.COUNTS, trace.STIMULUS, trace.SYNC))).nonzero()[0]
    if known.size == 0:
        return None
    last = records[known[-1]]
    has_pc_in_b = last["kind"] in (trace.SYSREG, trace.SYSREG_DONE, trace.MMIO, trace.DAIF)
    pc, el = int(last["b"] if has_pc_in_b else last["a"]), int(last["el"])
    elf = context.host_elf if el == 2 else context.guest_elf
    return {"el": el, "insn": int(last["insn"]), "pc": f"{pc:#x}", "symbol": symbols.symbolize(pc, elf)}
