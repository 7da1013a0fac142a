# SPDX-License-Identifier: Apache-2.0
"""Several VMs on one core: what another one does is none of the measured one's."""

from __future__ import annotations

from analysis import marks, sysregs, trace
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import TIMER, Writer, trapped
from analysis.trace import Trace

MEASURED, OTHER = 3, 7
TRAP = 30


def other_has_one(writer: Writer, host: int) -> int:
    """The core is taken away from the measured VM for so many instructions: the other one runs, arms its own timer,
    takes its interrupt, of the same INTID, and completes it. The measured one goes on."""
    begin = writer.insn
    writer.switch(OTHER, host)
    writer.mark(marks.MARK_TIMER, a=60, b=50)
    writer.execute(9)
    writer.vector()
    writer.execute(2)
    writer.done("ICC_IAR1_EL1", TIMER, TRAP)
    writer.execute(2)
    writer.done("ICC_EOIR1_EL1", TIMER, TRAP)
    writer.switch(MEASURED, host)
    return writer.insn - begin


def observed(raised_in_other: bool) -> tuple[Observation, dict[str, int]]:
    """Three timers, each taken, acknowledged and completed with the other VM in between; and what that has of each.
    raised_in_other: the other VM computes when the deadline comes, and a switch of 40 delivers it."""
    writer = Writer(True)
    writer.switch(MEASURED, 10)
    writer.mark(marks.MARK_RUN_BEGIN, a=3)
    spent: dict[str, int] = {}
    for _ in range(3):
        other_has_one(writer, 20)
        writer.mark(marks.MARK_TIMER, a=1100, b=1000)
        if raised_in_other:
            writer.switch(OTHER, 25)
            writer.execute(100 - 1 - 25 + 17)
            writer.switch(MEASURED, 40)
        else:
            writer.execute(99)
            writer.exit(40)
        writer.vector()
        writer.execute(2)
        spent["ack"] = other_has_one(writer, 21)
        writer.done("ICC_IAR1_EL1", TIMER, TRAP)
        spent["handler"] = other_has_one(writer, 22)
        writer.execute(5)
        writer.done("ICC_EOIR1_EL1", TIMER, TRAP)
        other_has_one(writer, 23)
    writer.mark(marks.MARK_RUN_END)
    return Observation(Trace.of(writer.records()), {}, Source("timer", TIMER)), spent


def test_each_record_has_its_vm() -> None:
    """That of the entry before it; of no guest's before the first one."""
    writer = Writer(True)
    writer.execute(3)
    writer.mark(marks.MARK_TIMER)
    writer.switch(OTHER, 5)
    writer.mark(marks.MARK_TIMER)
    writer.switch(MEASURED, 5)
    found = trace.vmids(writer.records()).tolist()
    assert found == [0, 0, OTHER, OTHER, OTHER, MEASURED, MEASURED]


def test_chains_are_the_measured_vms() -> None:
    """Raises, vectors, acknowledges and EOIs of the other one, in the middle of a chain, are in none; but the time they
    take is."""
    seen, spent = observed(False)
    assert seen.irqs == {"raised": 3, "acknowledged": 3, "coalesced": 0, "outstanding": 0}
    found = seen.chains
    assert found.between(found.t1).tolist() == [40] * 3
    assert (found.t2 - found.t1).tolist() == [2 + spent["ack"] + 1 + TRAP] * 3
    assert (found.t4 - found.t2).tolist() == [spent["handler"] + 5 + 1 + TRAP] * 3


def test_raised_while_another_vm_runs() -> None:
    """T0 is the deadline, wherever the core is; T1 the vector of the VM that it is for."""
    seen, spent = observed(True)
    assert seen.irqs == {"raised": 3, "acknowledged": 3, "coalesced": 0, "outstanding": 0}
    assert seen.chains.between(seen.chains.t1).tolist() == [17 + 40] * 3
    found = {name: samples.tolist() for name, samples in seen.phases.items()}
    assert found == {
        "raise": [17] * 3,
        "exit": [40] * 3,
        "entry": [0] * 3,
        "ack": [2 + spent["ack"] + 1 + TRAP] * 3,
        "handler": [spent["handler"] + 5] * 3,
        "eoi": [1 + TRAP] * 3,
    }


def test_the_others_trap_is_not_the_eoi() -> None:
    """The other one's EOIR traps last before T3, and from that trap the measured one goes on behind its own."""
    writer = Writer(True)
    writer.switch(MEASURED, 10)
    writer.mark(marks.MARK_RUN_BEGIN, a=1)
    writer.mark(marks.MARK_TIMER, a=1001, b=1000)
    writer.exit(40)
    writer.vector()
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.execute(5 + 1)
    writer.switch(OTHER, 20)
    writer.execute(4)
    writer.vm = MEASURED
    writer.exit(TRAP, esr=trapped("ICC_EOIR1_EL1", False))
    writer.add(trace.SYSREG_DONE, flags=trace.FLAG_VALID, c=sysregs.ENCODINGS["ICC_EOIR1_EL1"], a=TIMER)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), {}, Source("timer", TIMER))
    assert seen.phases["eoi"].tolist() == [1]
