# SPDX-License-Identifier: Apache-2.0
"""Windows in which a host kept house."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import housekeeping, marks, metrics, sysregs, trace
from analysis.metrics import Observation
from analysis.tests.synthetic import ESR_HVC, ESR_WFI, IRQ_LOWER, SYNC_LOWER, Writer
from analysis.trace import Trace

PLAIN, TICK = 50, 300


def host_tick(writer: Writer, intid: int, sub: int, esr: int = 0) -> None:
    """An exit of TICK instructions in which the host acknowledges an interrupt."""
    writer.add(trace.EXC_EL2, sub=sub, c=esr)
    writer.execute(20)
    row = (writer.insn, trace.SYSREG_DONE, 2, 0, trace.FLAG_VALID, sysregs.ENCODINGS["ICC_IAR1_EL1"], intid, 0)
    writer.rows.append(row)
    writer.execute(TICK - 21)
    writer.add(trace.ERET_EL2)
    writer.execute(1)


def operations(*ticks: tuple[int, int, int] | None) -> Observation:
    """Hypercalls, and behind some of them a tick: INTID, vector, ESR."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    for tick in ticks:
        writer.mark(marks.MARK_BEGIN)
        writer.execute(1)
        writer.exit(PLAIN)
        if tick:
            host_tick(writer, tick[0], tick[1], tick[2])
        writer.mark(marks.MARK_END)
    writer.mark(marks.MARK_RUN_END)
    return Observation(Trace.of(writer.records()), {"roundtrip_ticks": np.array([52, 352, 52], np.uint64)})


@pytest.mark.parametrize("intid", housekeeping.OWN_TIMERS)
@pytest.mark.parametrize("sub, esr", [(IRQ_LOWER, 0), (SYNC_LOWER, ESR_HVC)])
def test_a_tick_is_told_apart(intid: int, sub: int, esr: int) -> None:
    """An exit for it alone, or one of another cause in which it is served: the rate is that of the others."""
    found = metrics.compute(
        operations(None, (intid, sub, esr), None), ["exits_per_op", "housekeeping_insns", "mean_ticks"]
    )
    assert found["exits_per_op"]["value"] == 1 and found["exits_per_op"]["max"] == 2
    assert found["housekeeping_insns"]["samples"] == [[0, 1], [TICK, 1], [0, 1]]
    assert found["housekeeping_insns"]["value"] == TICK / 3
    assert found["mean_ticks"]["value"] == 152


@pytest.mark.parametrize("tick", [(27, IRQ_LOWER, 0), (25, IRQ_LOWER, 0), (3, IRQ_LOWER, 0), (26, SYNC_LOWER, ESR_WFI)])
def test_what_is_the_guests_is_no_housekeeping(tick: tuple[int, int, int]) -> None:
    """Its timer, maintenance, a kick; the host's timer while the guest waits."""
    found = metrics.compute(operations(None, tick, None), ["exits_per_op", "housekeeping_insns"])
    assert found["exits_per_op"]["value"] == 4 / 3
    assert found["housekeeping_insns"]["max"] == 0


def test_an_exit_across_an_edge_disturbs_both_windows() -> None:
    """It begins before the raise and delays the interrupt behind it, which then has no exit of its own."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    host_tick(writer, 26, IRQ_LOWER)
    writer.execute(100)
    host_tick(writer, 27, IRQ_LOWER)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()))
    edges = [np.array([0, 5, TICK, TICK + 1, TICK + 50], np.int64)]
    assert housekeeping.disturbed(seen.views, edges).tolist() == [True, True, True, False]


def test_without_an_undisturbed_window_all_count() -> None:
    """A rate of nothing says nothing."""
    samples = np.array([3, 4], np.int64)
    assert housekeeping.rate(samples, np.ones_like(samples), np.array([True, True])) == 3.5
    assert housekeeping.rate(samples, np.ones_like(samples), np.array([True, False])) == 4
