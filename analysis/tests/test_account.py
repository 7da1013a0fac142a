# SPDX-License-Identifier: Apache-2.0
"""The account of an interrupt: phases, events, masked stretches and functions of traces whose numbers are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import chains, exits, gicregs, marks, masked, metrics, phases, profile, trace
from analysis.chains import Chains
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.point import Context, derive
from analysis.tests.synthetic import ESR_HVC, IRQ_LOWER, TIMER, Writer, timer_trace, trapped
from analysis.trace import Trace

REGIONS = {"gicd": [0x08000000, 0x10000], "gicr": [0x080A0000, 0xF60000]}


def timer(records: trace.Records) -> Observation:
    """The observation of a timer benchmark."""
    return Observation(Trace.of(records), source=Source("timer", TIMER), regions=REGIONS)


def found_phases(records: trace.Records) -> dict[str, list[int]]:
    """Samples by phase."""
    return {name: samples.tolist() for name, samples in timer(records).phases.items()}


def events(seen: Observation) -> dict[str, Any]:
    """Headline values of the classes that are not zero."""
    names = metrics.GROUPS["events"]
    found = metrics.compute(seen, names)
    return {name.removeprefix("events_"): found[name]["value"] for name in found if found[name]["value"]}


@pytest.mark.parametrize(
    "strategy, expected",
    [
        ("bare", [0, 0, 0, 3, 3, 1]),
        ("lr", [0, 40, 0, 3, 3, 1]),
        ("te", [0, 40, 0, 33, 3, 31]),
    ],
)
def test_phases_are_exact(strategy: str, expected: list[int]) -> None:
    """Each phase of an interrupt built by hand; what does not exist without a hypervisor is zero."""
    found = found_phases(timer_trace(strategy))
    assert found == {name: [insns] * 3 for name, insns in zip(phases.PHASES, expected)}


def begin(writer: Writer, ahead: int) -> None:
    """RUN_BEGIN and a timer due after `ahead` more instructions."""
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.mark(marks.MARK_TIMER, a=1000 + ahead + 1, b=1000)


def end(writer: Writer) -> trace.Records:
    """RUN_END."""
    writer.mark(marks.MARK_RUN_END)
    return writer.records()


def handle(writer: Writer) -> None:
    """Vector, acknowledge and EOI without traps."""
    writer.vector()
    writer.execute(4)
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.execute(2)
    writer.done("ICC_EOIR1_EL1", TIMER)


def test_a_raise_inside_an_exit_waits_for_its_end() -> None:
    """The rest of the exit that ran is raise; the one that delivers begins right after it, without a guest insn."""
    writer = Writer(True)
    begin(writer, ahead=15)
    writer.execute(5)
    writer.exit(30)  # T0 is its 11th instruction
    writer.exit(40, sub=IRQ_LOWER, esr=0)
    handle(writer)
    expected = {"raise": [20], "exit": [40], "entry": [0], "ack": [5], "handler": [2], "eoi": [1]}
    assert found_phases(end(writer)) == expected


def test_an_exit_that_ran_already_may_deliver() -> None:
    """A hypervisor that looks for interrupts before it enters the guest: only what follows T0 is the interrupt's."""
    writer = Writer(True)
    begin(writer, ahead=15)
    writer.execute(5)
    writer.exit(30)
    handle(writer)
    assert found_phases(end(writer))["exit"] == [20]


def test_no_vector_of_its_own() -> None:
    """Raised while the handler ran and acknowledged there: everything until T2 is ack."""
    writer = Writer(False)
    begin(writer, ahead=2)
    writer.execute(2)
    handle(writer)
    writer.mark(marks.MARK_TIMER, a=1003, b=1000)
    writer.execute(6)
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.execute(2)
    writer.done("ICC_EOIR1_EL1", TIMER)
    seen = timer(end(writer))
    assert seen.chains.between(seen.chains.t1).tolist() == [0]
    assert seen.phases["ack"].tolist() == [5, 5]
    assert all(seen.phases[name].tolist() == [0, 0] for name in phases.LATENCY)


@pytest.mark.parametrize("interrupted", [False, True])
def test_the_eoi_begins_at_its_write(interrupted: bool) -> None:
    """A trap of the EOI belongs to eoi, also when an interrupt exits before the guest's next instruction; an older
    trap of that register is the handler's."""
    writer = Writer(True)
    begin(writer, ahead=0)
    writer.exit(40, sub=IRQ_LOWER, esr=0)
    writer.vector()
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.execute(3)
    writer.done("ICC_EOIR1_EL1", 5, trap_insns=20)
    writer.execute(4)
    if interrupted:
        writer.execute(1)
        writer.exit(30, esr=trapped("ICC_EOIR1_EL1", read=False))
        writer.exit(50, sub=IRQ_LOWER, esr=0)
        writer.rows.append((writer.insn, trace.SYSREG_DONE, 1, 0, 3, gicregs.EOIR[1], TIMER, 0))
    else:
        writer.done("ICC_EOIR1_EL1", TIMER)
    found = found_phases(end(writer))
    assert (found["handler"], found["eoi"]) == ([28], [81 if interrupted else 1])


SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60)), max_size=4)


@given(st.lists(st.tuples(SPANS, SPANS, SPANS, st.integers(0, 80), st.booleans()), min_size=1, max_size=6))
def test_phases_sum_whatever_exits_happen(interrupts: list[Any]) -> None:
    """Any exits anywhere between raise and deactivation, trapped accesses or not: the account closes, and what lies
    between the vector and the EOI is known from how the trace was built."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    expected: dict[str, list[int]] = {"ack": [], "handler": [], "eoi": []}
    for before, acknowledging, handling, ahead, trap in interrupts:
        trap_insns = 25 if trap else 0
        armed = writer.insn
        writer.mark(marks.MARK_TIMER, a=5000 + ahead + 1, b=5000)
        for guest, host in before:
            writer.execute(guest)
            writer.exit(host)
        writer.execute(max(0, armed + ahead + 2 - writer.insn))
        writer.vector()
        vector = writer.insn
        for guest, host in acknowledging:
            writer.execute(guest)
            writer.exit(host)
        writer.done("ICC_IAR1_EL1", TIMER, trap_insns)
        taken = writer.insn
        for guest, host in handling:
            writer.execute(guest)
            writer.exit(host)
        write = writer.insn
        writer.done("ICC_EOIR1_EL1", TIMER, trap_insns)
        for name, insns in zip(expected, (taken - vector, write - taken, writer.insn - write)):
            expected[name].append(insns)
        writer.execute(3)
    seen = timer(end(writer))
    total = np.sum(list(seen.phases.values()), axis=0)
    assert total.tolist() == seen.chains.between(seen.chains.t4).tolist()
    assert {name: seen.phases[name].tolist() for name in expected} == expected
    first = sum(seen.phases[name] for name in phases.LATENCY)
    assert np.array_equal(first, seen.chains.between(seen.chains.t1))


def test_an_account_that_does_not_close_is_refused() -> None:
    """Moments out of order."""
    t0, t1, t2, t3, t4 = (np.array([at], np.int64) for at in (10, 20, 18, 40, 50))
    records = Writer(True).records()
    with pytest.raises(TraceError, match="phase ack of an interrupt is negative"):
        phases.find_phases(Chains(t0, t1, t2, t3, t4, 1), exits.find_exits(records), 0)


def test_events_of_interrupts_and_operations() -> None:
    """All levels up to T4, then the hypervisor's alone up to the next raise; an operation has what is between marks."""
    writer = Writer(True)
    begin(writer, ahead=0)
    writer.exit(40, sub=IRQ_LOWER, esr=0, counts={"loads": 7, "ich": 2})
    writer.mmio(0x08000104)
    writer.mmio(0x09000000)
    writer.vector()
    writer.execute(4)
    writer.counts(el=1, loads=3, icc=1, isb=1)
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.execute(2)
    writer.counts(el=1, icc=1)
    writer.done("ICC_EOIR1_EL1", TIMER)
    writer.execute(30)
    writer.counts(el=1, loads=1000, sysreg=50)  # the guest's own business
    writer.exit(20, counts={"stores": 5, "dsb": 1, "tlbi": 1})
    seen = timer(end(writer))
    exits_and_vector, entries = 3, 2
    expected = {"exceptions": exits_and_vector, "returns": entries, "loads": 10, "stores": 5, "isb": 1, "dsb": 1}
    assert events(seen) == expected | {"tlbi": 1, "ich": 2, "icc": 2, "mmio_gicd": 1, "mmio_device": 1}


def test_events_of_an_operation() -> None:
    """Between the marks, whoever executed them."""
    writer = Writer(False)
    writer.mark(marks.MARK_RUN_BEGIN)
    for loads in (1, 2):
        writer.counts(el=1, loads=100)
        writer.mark(marks.MARK_BEGIN)
        writer.execute(3)
        writer.mmio(0x080A0014, write=True)
        writer.counts(el=1, loads=loads, sysreg=1)
        writer.mark(marks.MARK_END)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), regions=REGIONS)
    assert events(seen) == {"loads": 1.5, "sysreg": 1, "mmio_gicr": 1}
    assert metrics.compute(seen, ["events_loads"])["events_loads"]["samples"] == [[1, 1], [2, 1]]


def test_masked_stretches() -> None:
    """From the vector to the ERET; DAIFClr ends one, DAIFSet begins another, an exception inside continues it."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.exit(30)
    writer.add(trace.EXC_EL2, sub=IRQ_LOWER)
    writer.execute(10)
    writer.daif(trace.DAIF_CLEAR, imm=8)  # D only
    writer.daif(trace.DAIF_CLEAR, imm=2)
    writer.execute(100)
    writer.daif(trace.DAIF_SET, imm=2, pc=0x1234)
    writer.execute(19)
    writer.rows.append((writer.insn, trace.EXC_EL2, 2, 4, 0, ESR_HVC, 0, 0))
    writer.execute(5)
    writer.rows.append((writer.insn, trace.ERET_EL2, 2, 0, 0, 0, 0, 0x3C9))
    writer.execute(10)
    writer.daif(trace.DAIF_WRITE, value=0x340)
    writer.execute(3)
    writer.daif(trace.DAIF_WRITE, value=0x80)
    writer.add(trace.ERET_EL2)
    writer.execute(1)
    writer.mark(marks.MARK_RUN_END)
    found = masked.find_stretches(chains.find_region(writer.records()).records)
    assert found.insns.tolist() == [30, 12, 19 + 5 + 10 + 1, 1]
    longest = metrics.longest_masked(Observation(Trace.of(writer.records())))
    assert longest is not None and longest[0] == 35 and longest[1]["b"] == 0x1234
    edges = np.array([0, 20, 10**6], np.int64)
    assert found.longest(edges).tolist() == [30, 35]


def test_no_hypervisor_masks_nothing() -> None:
    """The metric does not exist on bare metal."""
    assert "masked_max_insns" not in metrics.compute(timer(timer_trace("bare")), ["masked_max_insns"])
    assert metrics.longest_masked(timer(timer_trace("bare"))) is None
    found = metrics.compute(timer(timer_trace("te")), ["masked_max_insns"])["masked_max_insns"]
    assert (found["value"], found["samples"]) == (40, [[40, 3]])


def save_profile(path: Path, entries: list[tuple[int, int]], vbar: int = 0x40200800) -> Path:
    """A profile file."""
    np.array([(profile.MAGIC, vbar), *entries], "<u8").tofile(path)
    return path


def test_profile_is_checked(tmp_path: Path) -> None:
    """Order, magic, whole entries; no file is no profile."""
    found = profile.load(save_profile(tmp_path / "good", [(0x40200000, 3), (0x40200004, 4)]))
    assert found is not None and found.total == 7 and found.vbar == 0x40200800
    assert profile.load(tmp_path / "none") is None
    with pytest.raises(TraceError, match="not sorted"):
        profile.load(save_profile(tmp_path / "order", [(8, 3), (4, 4)]))
    (tmp_path / "short").write_bytes(bytes(8))
    with pytest.raises(TraceError, match="no profile"):
        profile.load(tmp_path / "short")


def derived(directory: Path, entries: list[tuple[int, int]], facts: str = "") -> dict[str, Any]:
    """The record of a te timer point of 3 interrupts with this profile; facts: what the guest tells."""
    timer_trace("te").tofile((directory / "trace").resolve() / "vcpu0")
    save_profile(directory / "profile", entries)
    said = "KTAP version 1\n1..1\n# virqlab-guest version=1" + facts + "\nok 1 timer\n"
    (directory / "console.log").write_text(said, encoding="utf-8")
    context = Context({"bench": "timer", "bench_version": 1}, ["exits_per_irq"], Source("timer", TIMER))
    return derive(directory, context)


@pytest.mark.parametrize("handled, status", [(3, "pass"), (2, "fail"), (4, "fail")])
def test_the_guests_own_count_is_the_check(tmp_path: Path, handled: int, status: str) -> None:
    """A guest that tells how many interrupts it handled, and a trace that has another number."""
    (tmp_path / "trace").mkdir()
    found = derived(tmp_path, [(0x40200000, 3 * 100)], f" handled={handled}")
    assert found["status"] == status
    assert (f"the guest handled {handled} interrupts, the trace has 3" in found["reason"]) == (status == "fail")


def test_functions_that_do_not_sum_fail_the_point(tmp_path: Path) -> None:
    """The profile has as many instructions at EL2 as the trace, or the point cannot be trusted."""
    (tmp_path / "trace").mkdir()
    good = derived(tmp_path, [(0x40200000, 3 * (40 + 30 + 30) - 1), (0x40200004, 1)])
    assert (good["status"], good["functions"]) == ("pass", None), "no ELF, no names"
    bad = derived(tmp_path, [(0x40200000, 3 * 100 - 1)])
    assert bad["status"] == "fail"
    assert bad["reason"] == "the account of functions is open: 299 instructions at EL2, the trace 300"


def test_host_below_el2_is_told_apart() -> None:
    """A KVM host on nVHE: the part of a span that its kernel executes at EL1 is in no profile of EL2."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.add(trace.EXC_EL2, sub=8, c=ESR_HVC)
    writer.execute(9)
    writer.rows.append((writer.insn, trace.ERET_EL2, 1, 0, 0, 0, 0, 0x3C5))
    writer.execute(1 + 50)
    writer.rows.append((writer.insn, trace.EXC_EL2, 1, 8, 0, ESR_HVC, 0, 0))
    writer.execute(19)
    writer.add(trace.ERET_EL2)
    writer.execute(1)
    writer.mark(marks.MARK_RUN_END)
    assert metrics.host_insns(Observation(Trace.of(writer.records()))) == (80, 30)
