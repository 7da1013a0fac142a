# SPDX-License-Identifier: Apache-2.0
"""Event vectors of times: counted on the way whose instructions the metric counts, and on no other."""

from typing import Any

import numpy as np
import pytest

from analysis import marks, metrics, spans, stats, trace
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import IRQ_LOWER, TIMER, Writer
from analysis.tests.test_ipi import INTID, TRAPPED_SGI, Machine, sgi
from analysis.trace import Trace

GICD = 0x08000000
FRAMES = {"gicd": [GICD, 0x10000]}


def vectors(seen: Observation) -> dict[str, dict[str, Any]]:
    """The vectors of every time, their samples expanded."""
    found = spans.vectors(seen, metrics.compute(seen, list(spans.SPANS)))
    return {
        name: {kind: stats.expand(pairs).tolist() for kind, pairs in vector.items()} for name, vector in found.items()
    }


def timer_seen() -> Observation:
    """One timer interrupt: exit of 40 with an MMIO access, a trapped IAR of 30 and an EOIR of 20."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.mark(marks.MARK_TIMER, a=1001, b=1000)
    writer.add(trace.EXC_EL2, sub=IRQ_LOWER)
    writer.execute(39)
    writer.mmio(GICD + 0x300, write=True)
    writer.counts(el=2, ich=4, loads=9)
    writer.add(trace.ERET_EL2)
    writer.execute(1)
    writer.vector()
    writer.execute(2)
    writer.done("ICC_IAR1_EL1", TIMER, 30)
    writer.execute(3)
    writer.counts(el=1, icc=2)
    writer.done("ICC_EOIR1_EL1", TIMER, 20)
    writer.exit(500, counts={"ich": 99})  # no part of any time of this interrupt
    writer.mark(marks.MARK_RUN_END)
    return Observation(Trace.of(writer.records()), source=Source("timer", TIMER), regions=FRAMES)


def test_latency_and_completion() -> None:
    """The latency ends with the guest's vector, whose exception is one of its events; what follows T4 is in neither."""
    assert vectors(timer_seen()) == {
        "latency_insns": {
            "insns": [40],
            "exceptions": [2],
            "returns": [1],
            "loads": [9],
            "ich": [4],
            "mmio_gicd": [1],
        },
        "completion_insns": {
            "insns": [40 + 2 + 31 + 3 + 21],
            "exceptions": [4],
            "returns": [3],
            "loads": [9],
            "ich": [4],
            "icc": [2],
            "mmio_gicd": [1],
        },
    }


def test_round_trip() -> None:
    """Between the marks, each sample its own."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    for sysreg in (5, 7):
        writer.counts(el=1, sysreg=1000)
        writer.mark(marks.MARK_BEGIN)
        writer.execute(1)
        writer.exit(60, counts={"sysreg": sysreg})
        writer.mark(marks.MARK_END)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()))
    expected = {"insns": [61, 61], "exceptions": [1, 1], "returns": [1, 1], "sysreg": [5, 7]}
    assert vectors(seen) == {"roundtrip_insns": expected}


@pytest.mark.parametrize("after, loads", [(40, 10 + 20 + 3), (400, 10 + 100)])
def test_ipi_on_its_critical_path(after: int, loads: int) -> None:
    """The way through the target, or the sender's own where that takes longer; never both."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    sender.mark(marks.MARK_BEGIN)
    sgi(sender)
    sender.add(trace.EXC_EL2, sub=8, c=TRAPPED_SGI)
    sender.execute(59)
    sender.counts(el=2, loads=10)
    sgi(sender, host=True)
    sender.execute(after - 1)
    sender.counts(el=2, loads=100)
    sender.add(trace.ERET_EL2)
    sender.execute(1)
    target.exit(80, sub=IRQ_LOWER, esr=0, counts={"loads": 20})
    target.vector()
    target.execute(2)
    target.counts(el=1, loads=3)
    target.done("ICC_IAR1_EL1", INTID)
    target.mark(marks.MARK_REPLY)
    target.done("ICC_EOIR1_EL1", INTID)
    sender.mark(marks.MARK_END)
    sender.mark(marks.MARK_RUN_END)
    found = vectors(Observation(machine.trace(), source=Source("ipi", INTID)))
    assert found["roundtrip_insns"]["loads"] == [loads]
    assert found["latency_insns"]["loads"] == [10 + 20]
    assert found["latency_insns"]["exceptions"] == [3] and found["latency_insns"]["returns"] == [1]


def test_another_way_is_refused() -> None:
    """A vector that does not have the metric's instructions is of something else."""
    seen = timer_seen()
    wrong = {"latency_insns": stats.summary("insn", np.array([41]))}
    with pytest.raises(TraceError, match="another way than latency_insns"):
        spans.vectors(seen, wrong)
