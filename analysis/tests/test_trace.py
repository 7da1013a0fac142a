# SPDX-License-Identifier: Apache-2.0
"""Decoding and validation of traces."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from analysis import marks, metrics, trace
from analysis.errors import TraceError
from analysis.tests.synthetic import Writer, timer_trace

ROOT = Path(__file__).resolve().parents[2]


def save(directory: Path, records: trace.Records) -> Path:
    """Write records as the trace of one vCPU."""
    directory.mkdir(exist_ok=True)
    records.tofile(directory / "vcpu0")
    return directory


def test_dtype_is_the_record_of_the_tracer() -> None:
    """Order and width of the fields of struct record, and every constant, are the plugin's."""
    header = (ROOT / "plugins/tcg/record.h").read_text(encoding="utf-8")
    body = header[header.index("struct record {") : header.index("};", header.index("struct record {"))]
    fields = [(name, int(bits) // 8) for bits, name in re.findall(r"uint(\d+)_t (\w+);", body)]
    assert fields == [(name, trace.RECORD[name].itemsize) for name in trace.RECORD.names or ()]
    assert trace.RECORD.itemsize == 32
    kinds = dict(re.findall(r"RECORD_(\w+) = (\d+)", header))
    for name in ("EXC_EL2", "ERET_EL2", "EXC_EL1", "ERET_EL1", "SYSREG", "SYSREG_DONE", "MARK", "WFX", "END", "MMIO"):
        assert int(kinds[name]) == getattr(trace, name)
    for name in ("GUEST", "VALID", "EMULATED"):
        assert int(kinds[name]) == getattr(trace, f"FLAG_{name}")
    assert (int(kinds["WRITE"]), int(kinds["SIZE_SHIFT"])) == (trace.MMIO_WRITE, trace.MMIO_SIZE_SHIFT)
    assert (int(kinds["END_EXIT"]), int(kinds["END_DEADLINE"])) == (trace.END_EXIT, trace.END_DEADLINE)


def test_marks_are_those_of_the_guest() -> None:
    """analysis/marks.py and guests/lib/marks.h name the same numbers."""
    header = (ROOT / "guests/lib/marks.h").read_text(encoding="utf-8")
    declared = {name: int(value, 16) for name, value in re.findall(r"#define (MARK_\w+)\s+(0x[0-9a-f]+)", header)}
    assert declared == {name: value for name, value in vars(marks).items() if name.startswith("MARK_")}


def test_load_gives_the_bytes_back(tmp_path: Path) -> None:
    """What was written is what is read, mapped."""
    records = timer_trace("te")
    loaded = trace.load(save(tmp_path / "trace", records)).only
    assert loaded.tobytes() == records.tobytes()


def test_vcpus_are_in_numeric_order(tmp_path: Path) -> None:
    """vcpu10 follows vcpu2; metrics of one vCPU refuse several."""
    for n in (0, 2, 10):
        records = Writer(False).records()
        records["a"] = n
        records.tofile(tmp_path / f"vcpu{n}")
    loaded = trace.load(tmp_path)
    assert [int(vcpu["a"][0]) for vcpu in loaded.vcpus] == [0, 2, 10]
    with pytest.raises(TraceError, match="one vCPU"):
        loaded.only


def test_broken_traces_are_refused(tmp_path: Path) -> None:
    """Missing, empty, cut off, out of order, unknown kinds, END in the middle."""
    good = timer_trace("lr")
    with pytest.raises(TraceError, match="no trace"):
        trace.load(tmp_path)
    with pytest.raises(TraceError, match="not END"):
        trace.load(save(tmp_path, good[:0]))
    with pytest.raises(TraceError, match="not END"):
        trace.load(save(tmp_path, good[:-1]))
    back = good.copy()
    back["insn"][5] = 0
    with pytest.raises(TraceError, match="record 5 goes back"):
        trace.load(save(tmp_path, back))
    unknown = good.copy()
    unknown["kind"][3] = 77
    with pytest.raises(TraceError, match="record 3 has the unknown kind 77"):
        trace.load(save(tmp_path, unknown))
    with pytest.raises(TraceError, match="END before"):
        trace.load(save(tmp_path, np.concatenate((good[-1:], good[-1:]))))
    (tmp_path / "vcpu0").write_bytes(good.tobytes()[:-7])
    with pytest.raises(TraceError, match="cut off"):
        trace.load(tmp_path)
    assert trace.load_unchecked(tmp_path)[0].size == good.size - 1


def test_decoding_is_vectorised(tmp_path: Path) -> None:
    """A million records go through all metrics of timer in seconds, not minutes."""
    records = timer_trace("te", iterations=1)
    begin = int(np.flatnonzero(records["c"] == marks.MARK_TIMER)[0])
    loop = records[begin:-2]
    copies = 1_000_000 // loop.size
    body = np.tile(loop, copies)
    period = int(records["insn"][-2] - loop["insn"][0]) + 4
    body["insn"] += np.repeat(np.arange(copies, dtype=np.uint64) * np.uint64(period), loop.size)
    tail = records[-2:].copy()
    tail["insn"] += np.uint64(period * copies)
    save(tmp_path, np.concatenate((records[:begin], body, tail)))
    started = time.perf_counter()
    seen = metrics.Observation(trace.load(tmp_path), source=metrics.Source("timer", 27))
    found = metrics.compute(seen, ["latency_insns", "completion_insns", "exits_per_irq", "host_insns_per_irq"])
    account = metrics.exit_account(seen)
    elapsed = time.perf_counter() - started
    assert found["exits_per_irq"]["value"] == 3 and found["exits_per_irq"]["n"] == copies
    assert account["total"] == 3 * copies
    assert elapsed < 4


def test_another_format_is_refused(tmp_path: Path) -> None:
    """The plugin's metadata names the version that is read; an older trace names none."""
    metadata = (ROOT / "plugins/tcg/metadata").read_text(encoding="utf-8")
    directory = save(tmp_path / "trace", Writer(False).records())
    (directory / "metadata").write_text(metadata, encoding="utf-8")
    assert trace.load(directory).only.size == 1
    (directory / "metadata").write_text(metadata.replace("trace_format", "other"), encoding="utf-8")
    with pytest.raises(TraceError, match="version 1 of the format, this reads 3"):
        trace.load(directory)
