# SPDX-License-Identifier: Apache-2.0
"""Interrupts from vCPU to vCPU: chains, round trips and windows of traces whose numbers are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import clocks, intlog, marks, metrics, phases, sysregs, trace
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import IRQ_LOWER, SYNC_LOWER, Writer, trapped
from analysis.trace import Trace

INTID = 1
SGI1R = sysregs.ENCODINGS["ICC_SGI1R_EL1"]
DATA_ABORT = 0x24 << 26
TRAPPED_SGI = trapped("ICC_SGI1R_EL1", read=False)


class Rows(list[tuple[int, int, int, int, int, int, int, int]]):
    """The records of one of several vCPUs: before each the sync records that are due."""

    def __init__(self, machine: Machine, vcpu: int) -> None:
        super().__init__()
        self.machine, self.vcpu, self.told = machine, vcpu, [0] * machine.cpus

    def append(self, row: tuple[int, int, int, int, int, int, int, int]) -> None:
        for other, writer in enumerate(self.machine.vcpus):
            if other != self.vcpu and writer.insn != self.told[other]:
                self.told[other] = writer.insn
                super().append((row[0], trace.SYNC, row[2], 0, 0, other, writer.insn, 0))
        super().append(row)


class Machine:
    """vCPUs that take turns: whoever is called executes next."""

    def __init__(self, guest: bool, cpus: int = 2) -> None:
        self.cpus = cpus
        self.vcpus = [Writer(guest) for _ in range(cpus)]
        for vcpu, writer in enumerate(self.vcpus):
            writer.rows = Rows(self, vcpu)
            writer.execute(100 * (vcpu + 1))

    def trace(self) -> Trace:
        """What was written."""
        return Trace.of(*(writer.records() for writer in self.vcpus))


def sgi(writer: Writer, host: bool = False, target: int = 1) -> None:
    """A write of ICC_SGI1R_EL1 by the guest or at EL2, itself one instruction."""
    if host:
        writer.rows.append((writer.insn, trace.SYSREG, 2, 0, trace.FLAG_VALID, SGI1R, 1 << target, 0))
    else:
        writer.add(trace.SYSREG, flags=trace.FLAG_VALID, c=SGI1R, a=INTID << 24 | 1 << target)
    writer.execute(1)


def send(sender: Writer, until_kick: int = 60, after: int = 40, kick: bool = True) -> None:
    """A trapped SGI: until_kick instructions at EL2 with the kick, then `after` more with the ERET."""
    sgi(sender)
    sender.add(trace.EXC_EL2, sub=SYNC_LOWER, c=TRAPPED_SGI)
    sender.execute(until_kick - 1)
    if kick:
        sgi(sender, host=True)
    else:
        sender.execute(1)
    sender.execute(after - 1)
    sender.add(trace.ERET_EL2)
    sender.execute(1)


def handle(target: Writer) -> None:
    """Vector, IAR after 2 instructions, a reply 3 later, EOIR 4 later."""
    target.vector()
    target.execute(2)
    target.done("ICC_IAR1_EL1", INTID)
    target.execute(3)
    target.mark(marks.MARK_REPLY)
    target.execute(3)
    target.done("ICC_EOIR1_EL1", INTID)


def roundtrip(machine: Machine, exit_insns: int = 80, after: int = 40, polls: int = 5, **options: Any) -> None:
    """Sender: 1 instruction, SGI, and polls; the target spins, takes it, and spins on; the sender needs 6 more."""
    sender, target = machine.vcpus[:2]
    sender.mark(marks.MARK_BEGIN)
    sender.execute(1)
    send(sender, after=after, **options)
    sender.execute(polls)
    target.exit(exit_insns, sub=IRQ_LOWER, esr=0)
    handle(target)
    target.execute(7)
    sender.execute(6)
    sender.mark(marks.MARK_END)
    target.execute(11)


def measured(machine: Machine, *trips: dict[str, Any]) -> Observation:
    """A region with these round trips."""
    machine.vcpus[0].mark(marks.MARK_RUN_BEGIN)
    for options in trips:
        roundtrip(machine, **options)
    machine.vcpus[0].mark(marks.MARK_RUN_END)
    return Observation(machine.trace(), source=Source("ipi", INTID))


def samples(seen: Observation, *names: str) -> list[Any]:
    """Samples of each metric, all of them."""
    found = metrics.compute(seen, list(names))
    return [metrics.stats.expand(found[name]["samples"]).tolist() for name in names]


def test_latency_is_the_critical_path() -> None:
    """SGI and 60 instructions to the kick, 80 of the target's exit: neither the sender's rest nor what spins counts."""
    seen = measured(Machine(True), {}, {"polls": 1000, "exit_insns": 90})
    assert samples(seen, "latency_insns", "completion_insns") == [[141, 151], [152, 162]]
    assert seen.chains.account == {"raised": 2, "acknowledged": 2, "coalesced": 0, "outstanding": 0}
    # one before the SGI, to the kick; exit, to the reply; to END
    assert samples(seen, "roundtrip_insns") == [[1 + 61 + 80 + 6 + 6, 1 + 61 + 90 + 6 + 6]]


def test_a_sender_that_is_busy_longer_sees_the_reply_later() -> None:
    """The way through the target takes 61 + 86, the sender's own way back 61 + 400."""
    seen = measured(Machine(True), {"after": 400})
    assert samples(seen, "latency_insns", "roundtrip_insns") == [[141], [1 + 61 + 400 + 6]]


def test_exits_and_host_instructions_of_both() -> None:
    """Two exits for each, wherever they are; 100 + 80 instructions of the hypervisor."""
    seen = measured(Machine(True), {}, {})
    assert samples(seen, "exits_per_irq", "exits_per_op", "host_insns_per_irq") == [[2, 2], [2, 2], [180, 180]]
    assert metrics.exit_account(seen) == {
        "total": 4,
        "classes": {"irq": 2, "sysreg:ICC_SGI1R_EL1": 2},
        "before_first_raise": 0,
    }
    assert metrics.host_insns(seen) == (360, 360)


def test_phases_sum_up() -> None:
    """raise has the sender's share; a target that the kick finds in an exit goes on with it first."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    roundtrip(machine)
    target.add(trace.EXC_EL2, sub=SYNC_LOWER, c=0x16 << 26)
    target.execute(30)
    send(sender)
    target.execute(19)
    target.add(trace.ERET_EL2)
    target.execute(1)
    target.exit(80, sub=IRQ_LOWER, esr=0)
    handle(target)
    target.execute(1)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    found = {name: values.tolist() for name, values in seen.phases.items()}
    expected = [(61, 81), (80, 80), (0, 0), (3, 3), (7, 7), (1, 1)]
    assert found == {name: list(pair) for name, pair in zip(phases.PHASES, expected)}
    assert samples(seen, "latency_insns", "completion_insns") == [[141, 161], [152, 172]]


def test_bare_metal_kicks_with_the_sgi_itself() -> None:
    machine = Machine(False)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    sender.mark(marks.MARK_BEGIN)
    sgi(sender)
    sender.execute(50)
    target.execute(3)  # masked that long
    handle(target)
    sender.execute(4)
    sender.mark(marks.MARK_END)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    assert samples(seen, "latency_insns", "roundtrip_insns") == [[4], [1 + 3 + 6 + 4]]
    assert samples(seen, "exits_per_irq", "host_insns_per_irq") == [[0], [0]]


def test_without_a_kick_the_entry_is_it() -> None:
    """A hypervisor that knows that the target looks anyway sends none; one for another core is none either."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    for kick in (False, True):
        sgi(sender)
        sender.add(trace.EXC_EL2, sub=SYNC_LOWER, c=TRAPPED_SGI)
        if kick:
            sgi(sender, host=True, target=0)
        sender.execute(59 + (not kick))
        sender.add(trace.ERET_EL2)
        sender.execute(1)
        target.exit(80, sub=IRQ_LOWER, esr=0)
        handle(target)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    assert samples(seen, "latency_insns") == [[1 + 61 + 80] * 2]


def test_a_target_that_looks_by_itself_was_not_kicked() -> None:
    """Its host's tick finds what is pending, before the sender's host, which keeps house too, writes the SGI."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    roundtrip(machine)
    sender.mark(marks.MARK_BEGIN)
    sgi(sender)
    sender.add(trace.EXC_EL2, sub=SYNC_LOWER, c=TRAPPED_SGI)
    sender.execute(20)
    target.exit(90, sub=IRQ_LOWER, esr=0)
    handle(target)
    target.execute(7)
    sender.execute(7000)
    sgi(sender, host=True)
    sender.execute(39)
    sender.add(trace.ERET_EL2)
    sender.execute(1)
    sender.execute(6)
    sender.mark(marks.MARK_END)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    assert samples(seen, "latency_insns", "completion_insns") == [[141, 91], [152, 102]]
    # the sender's own way back is the longer one: the SGI, its trap, what it executes then
    assert samples(seen, "roundtrip_insns")[0][1] == 1 + 20 + 7000 + 1 + 39 + 1 + 6


@given(st.integers(0, 59), st.integers(0, 39), st.integers(1, 500))
def test_turns_do_not_show(before: int, behind: int, spins: int) -> None:
    """Wherever the sender's turn ends, before its kick or behind it, while the target spins: the same moments."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    sender.mark(marks.MARK_BEGIN)
    sgi(sender)
    sender.add(trace.EXC_EL2, sub=SYNC_LOWER, c=TRAPPED_SGI)
    sender.execute(before)
    target.execute(spins)
    sender.execute(59 - before)
    sgi(sender, host=True)
    sender.execute(behind)
    target.exit(80, sub=IRQ_LOWER, esr=0)
    sender.execute(39 - behind)
    sender.add(trace.ERET_EL2)
    sender.execute(1)
    handle(target)
    sender.execute(6)
    sender.mark(marks.MARK_END)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    found = samples(seen, "latency_insns", "roundtrip_insns", "exits_per_irq", "host_insns_per_irq")
    assert found == [[141], [61 + 80 + 6 + 6], [2], [180]]


def test_events_of_the_critical_path() -> None:
    """The guests' own between SGI and kick, and between kick and deactivation; the hypervisor's of every vCPU."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    for _ in range(2):
        target.execute(5)
        sgi(sender)
        sender.counts(el=1, icc=1)
        sender.exit(50, esr=TRAPPED_SGI, counts={"loads": 10})
        sender.execute(5)
        target.counts(el=1, loads=1000)  # spins, right before the exit
        target.exit(80, sub=IRQ_LOWER, esr=0, counts={"loads": 20})
        target.vector()
        target.execute(2)
        target.counts(el=1, loads=3)
        target.done("ICC_IAR1_EL1", INTID)
        target.done("ICC_EOIR1_EL1", INTID)
        target.execute(5)
    sender.counts(el=1, loads=500)  # polls, before the mark
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    found = samples(seen, "events_loads", "events_icc", "events_exceptions", "events_returns")
    assert found == [[33, 33], [1, 1], [3, 3], [2, 2]]


def test_a_vcpu_that_comes_late_is_the_hypervisors_before() -> None:
    """It starts in the region: what it executes until its first entry is no guest's. One that never comes is all
    hypervisor."""
    machine = Machine(True, cpus=3)
    sender, target, parked = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    target.execute(24)
    target.add(trace.ERET_EL2)
    target.execute(1)
    parked.execute(9)
    roundtrip(machine)
    target.add(trace.EXC_EL2, sub=SYNC_LOWER, c=0x16 << 26)
    target.execute(5)  # and the region ends in its exit
    sender.mark(marks.MARK_RUN_END)
    parked.guest = target.guest = False  # END
    seen = Observation(machine.trace(), source=Source("ipi", INTID))
    assert metrics.host_insns(seen)[0] == 25 + 9 + 100 + 80 + 5
    assert metrics.exit_account(seen)["total"] == 3
    assert samples(seen, "latency_insns") == [[141]]


def test_no_single_target() -> None:
    machine = Machine(True, cpus=3)
    machine.vcpus[0].mark(marks.MARK_RUN_BEGIN)
    roundtrip(machine)
    handle(machine.vcpus[2])
    machine.vcpus[0].mark(marks.MARK_RUN_END)
    with pytest.raises(TraceError, match="INTID 1 is acknowledged by vCPUs 1 and 2"):
        samples(Observation(machine.trace(), source=Source("ipi", INTID)), "latency_insns")


def test_round_trips_are_pairs() -> None:
    machine = Machine(True)
    machine.vcpus[0].mark(marks.MARK_RUN_BEGIN)
    roundtrip(machine)
    machine.vcpus[1].mark(marks.MARK_REPLY)
    machine.vcpus[0].mark(marks.MARK_RUN_END)
    with pytest.raises(TraceError, match="1 round trips, 1 SGIs and 2 replies"):
        samples(Observation(machine.trace(), source=Source("ipi", INTID)), "roundtrip_insns")


def test_one_vcpu_marks_the_region() -> None:
    machine = Machine(True)
    for writer in machine.vcpus:
        writer.mark(marks.MARK_RUN_BEGIN)
    with pytest.raises(TraceError, match="vCPUs 0 and 1 mark the measured region"):
        samples(Observation(machine.trace()), "exits_per_op")


def test_the_clock_tells_what_all_execute() -> None:
    """Two counter reads and the marks beside what both vCPUs execute; a tick more in one sample is an error."""
    seen = measured(Machine(True), {}, {"polls": 9})
    total = np.array([1 + 1 + 1 + 100 + polls + 80 + 11 + 7 + 6 for polls in (5, 9)], np.uint64)
    seen.frames = {"roundtrip_ticks": total + np.uint64(3)}
    clocks.check(seen)
    seen.frames = {"roundtrip_ticks": total + np.array([3, 4], np.uint64)}
    with pytest.raises(TraceError, match="the account of time is open: operation 1"):
        clocks.check(seen)
    seen.sliced = True  # a turn may end between the mark and the counter read
    clocks.check(seen)


def test_the_clock_does_not_tell_accesses_that_abort() -> None:
    """It may be behind by as many instructions as data aborts were taken, and no more."""
    machine = Machine(True)
    sender, target = machine.vcpus
    sender.mark(marks.MARK_RUN_BEGIN)
    sender.mark(marks.MARK_BEGIN)
    sender.execute(9)
    for _ in range(2):
        target.exit(30, sub=SYNC_LOWER, esr=DATA_ABORT)
    sender.mark(marks.MARK_END)
    sender.mark(marks.MARK_RUN_END)
    seen = Observation(machine.trace())
    for ticks in (1 + 9 + 2 * 30, 1 + 9 + 2 * 29):
        seen.frames = {"roundtrip_ticks": np.array([ticks], np.uint64)}
        clocks.check(seen)
    seen.frames = {"roundtrip_ticks": np.array([1 + 9 + 2 * 29 - 1], np.uint64)}
    with pytest.raises(TraceError, match="the account of time is open: operation 0"):
        clocks.check(seen)


def test_positions() -> None:
    """Sync records go away, and tell where the others stood at each record of one."""
    machine = Machine(True)
    first, second = machine.vcpus
    first.mark(1)
    first.mark(2)
    second.execute(5)
    first.mark(3)
    found = machine.trace()
    assert [r["kind"] for r in found.vcpus[0]] == [trace.MARK] * 3 + [trace.END]
    assert found.position(1, 0, np.arange(4)).tolist() == [200, 200, 205, 205]
    assert found.position(0, 0, np.arange(3)).tolist() == [100, 101, 102]
    assert found.position(0, 1, np.arange(1)).tolist() == [0]
    assert intlog.count_trace(found.vcpus[0]) == {}
