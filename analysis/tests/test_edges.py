# SPDX-License-Identifier: Apache-2.0
"""Edges that come faster than they are taken: which acknowledge is whose; and the clock where several VMs run."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import clocks, marks, sysregs, trace
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import ESR_DABT, IRQ_LOWER, TIMER, Writer, trapped
from analysis.tests.test_ipi import Machine
from analysis.trace import Trace

SPI, GICD = 42, 0x8000000
IAR, EOIR = "ICC_IAR1_EL1", "ICC_EOIR1_EL1"


def raised(writer: Writer) -> int:
    """A store of the stimulus to the SPI's bit of GICD_ISPENDR; where."""
    writer.add(trace.STIMULUS, a=GICD + 0x200 + SPI // 32 * 4, c=1 << SPI % 32)
    return writer.insn


def arrives(writer: Writer) -> None:
    """An exit of 40 in which the hypervisor acknowledges it."""
    writer.add(trace.EXC_EL2, sub=IRQ_LOWER)
    writer.execute(10)
    done = (writer.insn, trace.SYSREG_DONE, 2, 0, trace.FLAG_VALID, sysregs.ENCODINGS[IAR], SPI, 0)
    writer.rows.append(done)
    writer.execute(29)
    writer.add(trace.ERET_EL2)
    writer.execute(1)


def completes(writer: Writer) -> None:
    """The guest's handler."""
    writer.vector()
    writer.execute(2)
    writer.done(IAR, SPI)
    writer.execute(4)
    writer.done(EOIR, SPI)
    writer.execute(3)


def spi(*writers: Writer) -> Observation:
    """The region of what was written ends."""
    writers[0].mark(marks.MARK_RUN_END)
    found = Trace.of(*(writer.records() for writer in writers))
    return Observation(found, {}, Source("spi", SPI), regions={"gicd": [GICD, 0x10000]})


def begun(guest: bool = True) -> Writer:
    """A region."""
    writer = Writer(guest)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.execute(20)
    return writer


def test_raised_while_the_last_one_waits_for_the_guest() -> None:
    """The second is pending in the hardware while the first is active there: two interrupts."""
    writer = begun()
    first = raised(writer)
    arrives(writer)
    writer.execute(50)
    second = raised(writer)
    completes(writer)
    arrives(writer)
    completes(writer)
    seen = spi(writer)
    assert seen.irqs == {"raised": 2, "acknowledged": 2, "coalesced": 0, "outstanding": 0}
    assert seen.chains.t1.tolist() == [first + 40 + 50, second + 10 + 1 + 40]
    assert seen.chains.t0.tolist() == [first, second]
    assert [sum(column) for column in zip(*seen.phases.values())] == seen.chains.between(seen.chains.t4).tolist()


def test_coalesced_are_those_that_the_hardware_has_pending_already() -> None:
    """Two edges before one acknowledge of the hypervisor; on bare metal before one of the guest."""
    for guest in (True, False):
        writer = begun(guest)
        raised(writer)
        writer.execute(5)
        last = raised(writer)
        if guest:
            arrives(writer)
        completes(writer)
        seen = spi(writer)
        assert seen.irqs == {"raised": 2, "acknowledged": 1, "coalesced": 1, "outstanding": 0}
        assert seen.chains.t0[seen.chains.t2 >= 0].tolist() == [last]


def test_coalesced_in_the_model() -> None:
    """The hypervisor acknowledged two before the guest took one; and one behind the trap of the guest's acknowledge,
    before the guest went on: that one is the next."""
    writer = begun()
    raised(writer)
    arrives(writer)
    writer.execute(9)
    second = raised(writer)
    arrives(writer)
    writer.vector()
    writer.execute(2 + 1)
    writer.exit(30, esr=trapped(IAR))
    raised(writer)
    arrives(writer)
    writer.add(trace.SYSREG_DONE, flags=trace.FLAG_VALID, c=sysregs.ENCODINGS[IAR], a=SPI)
    writer.done(EOIR, SPI)
    completes(writer)
    seen = spi(writer)
    assert seen.irqs == {"raised": 3, "acknowledged": 2, "coalesced": 1, "outstanding": 0}
    assert seen.chains.t0[seen.chains.t2 >= 0].tolist()[0] == second


def test_outstanding_are_all_that_somebody_still_holds() -> None:
    """The guest's last one in the model, or in the hardware: neither is coalesced."""
    writer = begun()
    raised(writer)
    arrives(writer)
    completes(writer)
    raised(writer)
    arrives(writer)
    seen = spi(writer)
    assert seen.irqs == {"raised": 2, "acknowledged": 1, "coalesced": 0, "outstanding": 1}
    writer = begun()
    raised(writer)
    arrives(writer)
    raised(writer)
    seen = spi(writer)
    assert seen.irqs == {"raised": 2, "acknowledged": 0, "coalesced": 0, "outstanding": 2}


@pytest.mark.parametrize("first", [True, False])
def test_one_that_nobody_raised_is_refused(first: bool) -> None:
    """The guest takes one more than the hypervisor took from the hardware, or takes it before."""
    writer = begun()
    for arrived in (not first, first):
        raised(writer)
        if arrived:
            arrives(writer)
        completes(writer)
    with pytest.raises(TraceError, match="was acknowledged 2 times, 1 of them after one of 2 raises"):
        assert spi(writer).irqs


def fault(writer: Writer, host_insns: int) -> None:
    """A store that traps, itself one instruction that takes no time."""
    writer.execute(1)
    writer.exit(host_insns, esr=ESR_DABT)


def test_a_store_that_faults_takes_no_time() -> None:
    """The deadline lies one instruction later for each store that faulted before it, but not for one in the handler; so
    the guest's clock tells the latency."""
    writer = begun()
    writer.mark(marks.MARK_TIMER, a=1101, b=1000)
    armed = writer.insn
    for _ in range(3):
        fault(writer, 20)
    writer.execute(100 - 3 * 20)
    due = writer.insn
    assert due == armed + 100 + 3
    writer.execute(30)
    writer.exit(40, sub=IRQ_LOWER, esr=0)
    fault(writer, 25)
    writer.vector()
    writer.execute(2)
    writer.done(IAR, TIMER)
    writer.done(EOIR, TIMER)
    fault(writer, 25)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), {}, Source("timer", TIMER))
    assert seen.chains.t0.tolist() == [due]
    assert seen.chains.between(seen.chains.t1).tolist() == [30 + 40 + 1 + 25]
    for ticks, good in ((30 + 40 + 25 + 2, True), (30 + 40 + 25 + 4, False)):
        seen.frames = {"handler_ticks": np.array([ticks], np.uint64)}
        if good:
            clocks.check(seen)
        else:
            with pytest.raises(TraceError, match="the account of latency is open"):
                clocks.check(seen)


def taken_beside(before: int, meanwhile: int) -> Observation:
    """Three interrupts on one core; another one has a turn before the vector of each, and of the last before its
    counter read."""
    machine = Machine(True)
    one, other = machine.vcpus
    one.mark(marks.MARK_RUN_BEGIN)
    for last in (False, False, True):
        one.execute(9)
        raised(one)
        other.execute(before)
        arrives(one)
        one.vector()
        one.execute(1)
        other.execute(meanwhile if last else 0)
        one.execute(1)
        one.done(IAR, SPI)
        one.done(EOIR, SPI)
    return spi(one, other)


@pytest.mark.parametrize(
    "ticks, good",
    [
        ([142, 142, 242], True),
        ([142, 142, 142], True),
        ([142, 143, 142], False),
        ([142, 142, 244], False),
        ([142, 142, 139], False),
    ],
)
def test_cores_that_take_turns_share_the_clock(ticks: list[int], good: bool) -> None:
    """The latency is the core's own instructions, the guest's ticks are everybody's."""
    seen = taken_beside(100, 100)
    assert seen.chains.between(seen.chains.t1).tolist() == [40] * 3
    seen.frames = {"handler_ticks": np.array(ticks, np.uint64)}
    if good:
        clocks.check(seen)
    else:
        with pytest.raises(TraceError, match="the account of latency is open"):
            clocks.check(seen)
