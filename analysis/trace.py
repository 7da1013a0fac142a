# SPDX-License-Identifier: Apache-2.0
"""Decode a trace directory (docs/trace-format.md) with numpy: a memory map, checked, never copied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.errors import TraceError

# The 32-byte record of plugins/tcg/record.h.
RECORD: Final = np.dtype(
    [
        ("insn", "<u8"),
        ("kind", "u1"),
        ("el", "u1"),
        ("sub", "u1"),
        ("flags", "u1"),
        ("c", "<u4"),
        ("a", "<u8"),
        ("b", "<u8"),
    ]
)

# A COUNTS record has other fields behind the header: instructions since the one before, by class.
COUNT_FIELDS: Final = ("loads", "stores", "isb", "dsb", "tlbi", "ich", "icc", "sysreg")
COUNTS_RECORD: Final = np.dtype(
    [
        ("insn", "<u8"),
        ("kind", "u1"),
        ("el", "u1"),
        ("sub", "u1"),
        ("flags", "u1"),
        *((name, "<u4") for name in COUNT_FIELDS[:2]),
        *((name, "<u2") for name in COUNT_FIELDS[2:]),
    ]
)

EXC_EL2, ERET_EL2, EXC_EL1, ERET_EL1, SYSREG, SYSREG_DONE, MARK, WFX, END = range(1, 10)
COUNTS, MMIO, DAIF, STIMULUS, SYNC = range(10, 15)
FLAG_GUEST, FLAG_VALID, FLAG_EMULATED = 1, 2, 4
END_EXIT, END_DEADLINE = 0, 1
WFX_WFI, WFX_WFE = 0, 1
DAIF_WRITE, DAIF_SET, DAIF_CLEAR = 0, 1, 2
MMIO_WRITE, MMIO_SIZE_SHIFT = 1, 4  # MMIO.sub: bit 0, and where log2 of the bytes begins

FORMAT: Final = 3  # env.trace_format of the metadata

Records = npt.NDArray[np.void]
Insns = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sync:
    """What the sync records of one vCPU tell of another one: from its record `at` on that one stood at `insn`."""

    at: npt.NDArray[np.intp]
    insn: Insns


@dataclass(frozen=True)
class Trace:
    """One trace: the records of each vCPU (dtype RECORD) but for sync, in the order of their file names.

    syncs: by vCPU and other vCPU, what its sync records told.
    """

    path: Path
    vcpus: list[Records]
    syncs: list[dict[int, Sync]]

    @classmethod
    def of(cls, *vcpus: Records, path: Path = Path("trace")) -> "Trace":
        """The trace of vCPUs with these records, which are checked already."""
        split = [_without_sync(records) for records in vcpus]
        return cls(path, [records for records, _ in split], [syncs for _, syncs in split])

    def position(self, of: int, vcpu: int, at: npt.NDArray[np.intp]) -> Insns:
        """The instruction at which vCPU `of` stood when `vcpu` was at these of its records."""
        if of == vcpu:
            return insns(self.vcpus[vcpu])[at]
        told = self.syncs[vcpu].get(of)
        if told is None:
            return np.zeros(at.shape, np.int64)
        return np.insert(told.insn, 0, 0)[np.searchsorted(told.at, at, side="right")]

    @property
    def only(self) -> Records:
        """The records of a machine with one vCPU; TraceError when there are more."""
        if len(self.vcpus) != 1:
            raise TraceError(f"this analysis covers one vCPU, the trace has {len(self.vcpus)}")
        return self.vcpus[0]


def load(directory: Path) -> Trace:
    """Map and check every vcpuN of a trace directory. TraceError when one is missing, cut off or out of order, or the
    metadata tells another version of the format."""
    _check_format(directory)
    return Trace.of(*(_checked(path) for path in _files(directory)), path=directory)


def load_unchecked(directory: Path) -> list[Records]:
    """What can be read of a trace that may be missing or cut off, for a failed point: whole records only."""
    return [_map(path) for path in _files(directory, required=False)]


def insns(records: Records) -> Insns:
    """The instruction index of each record as int64 (differences may be negative); a contiguous copy."""
    return np.ascontiguousarray(records["insn"]).astype(np.int64)


def select(records: Records, kind: int, **fields: int) -> Mask:
    """Which records are of this kind and have these exact field values, e.g. select(r, MARK, c=MARK_BEGIN)."""
    mask: Mask = records["kind"] == kind
    for name, value in fields.items():
        mask &= records[name] == value
    return mask


def is_guest(records: Records) -> Mask:
    """Which records carry the GUEST flag."""
    mask: Mask = (records["flags"] & FLAG_GUEST) != 0
    return mask


def vmids(records: Records) -> Insns:
    """Which VM each record belongs to: the VMID of the last entry to a guest up to it, 0 before the first one."""
    entries = np.flatnonzero((records["kind"] == ERET_EL2) & is_guest(records))
    entered = np.insert(records["c"][entries].astype(np.int64), 0, 0)
    return entered[np.searchsorted(entries, np.arange(records.size), side="right")]


def counts(records: Records) -> Records:
    """The COUNTS records with their own fields (dtype COUNTS_RECORD)."""
    return records[records["kind"] == COUNTS].view(COUNTS_RECORD)


def _without_sync(records: Records) -> tuple[Records, dict[int, Sync]]:
    sync = records["kind"] == SYNC
    if not np.any(sync):
        return records, {}
    # The place of the record that follows, once the sync records are gone.
    at = np.flatnonzero(sync) - np.arange(np.count_nonzero(sync))
    told = records[sync]
    return records[~sync], {
        int(other): Sync(at[told["c"] == other], told["a"][told["c"] == other].astype(np.int64))
        for other in np.unique(told["c"])
    }


def _files(directory: Path, required: bool = True) -> list[Path]:
    files = sorted(directory.glob("vcpu*"), key=lambda path: (len(path.name), path.name))
    if required and not files:
        raise TraceError(f"no trace was written to {directory.name}/")
    return files


def _check_format(directory: Path) -> None:
    metadata = directory / "metadata"
    if not metadata.is_file():
        return  # records alone, as tests write them
    told = re.search(r"\btrace_format = (\d+);", metadata.read_text(encoding="utf-8"))
    found = int(told[1]) if told else 1
    if found != FORMAT:
        raise TraceError(f"the trace has version {found} of the format, this reads {FORMAT}: run the point again")


def _map(path: Path) -> Records:
    count = path.stat().st_size // RECORD.itemsize
    if count == 0:
        return np.zeros(0, RECORD)
    mapped: Any = np.memmap(path, dtype=RECORD, mode="r", shape=(count,))
    records: Records = mapped.view(np.ndarray)
    return records


def _checked(path: Path) -> Records:
    records, size = _map(path), path.stat().st_size
    if size % RECORD.itemsize:
        raise TraceError(f"trace {path.name} is cut off: {size} bytes is no multiple of {RECORD.itemsize}")
    kind, insn = records["kind"], records["insn"]
    if records.size == 0 or kind[-1] != END:
        raise TraceError(f"trace {path.name} is cut off: its last record is not END")
    bad = np.flatnonzero((kind < EXC_EL2) | (kind > SYNC))
    if bad.size:
        raise TraceError(f"trace {path.name} record {bad[0]} has the unknown kind {kind[bad[0]]}")
    if np.count_nonzero(kind == END) != 1:
        raise TraceError(f"trace {path.name} has an END before its last record")
    back = np.flatnonzero(insn[1:] < insn[:-1])
    if back.size:
        raise TraceError(f"trace {path.name} record {back[0] + 1} goes back in instructions")
    return records
