# SPDX-License-Identifier: Apache-2.0
"""Exits, chains and metrics of traces whose every number is known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import chains, clocks, exits, marks, metrics, stats, sysregs, trace
from analysis.errors import TraceError
from analysis.metrics import Observation, Source
from analysis.tests.synthetic import ESR_HVC, ESR_WFI, IRQ_LOWER, TIMER, Writer, timer_trace, trapped
from analysis.trace import Trace

TIMER_METRICS = ["latency_insns", "completion_insns", "exits_per_irq", "host_insns_per_irq"]


def timer(records: trace.Records) -> Observation:
    """The observation of a timer benchmark."""
    return Observation(Trace.of(records), source=Source("timer", TIMER))


def values(found: dict[str, Any]) -> dict[str, Any]:
    """Headline values by name."""
    return {name: summary["value"] for name, summary in found.items()}


@pytest.mark.parametrize(
    "strategy, expected",
    [
        ("bare", [0, 2 + 1 + 3 + 1, 0, 0]),
        ("lr", [40, 40 + 7, 1, 40]),
        ("te", [40, 40 + 7 + 60, 3, 100]),
    ],
)
def test_timer_metrics_are_exact(strategy: str, expected: list[int]) -> None:
    """Latency, completion, exits and host instructions of an interrupt built by hand."""
    found = metrics.compute(timer(timer_trace(strategy)), TIMER_METRICS)
    assert list(values(found).values()) == expected
    assert all(summary["n"] == 3 and summary["min"] == summary["max"] for summary in found.values())
    assert all(isinstance(summary["value"], int) for summary in found.values())


def test_exit_account_closes() -> None:
    """Classes sum to the total, by name."""
    account = metrics.exit_account(timer(timer_trace("te", iterations=5)))
    assert account == {
        "total": 15,
        "classes": {"irq": 5, "sysreg:ICC_EOIR1_EL1": 5, "sysreg:ICC_IAR1_EL1": 5},
        "before_first_raise": 0,
    }
    assert metrics.exit_account(Observation(Trace.of(timer_trace("bare")))) == {"total": 0, "classes": {}}


def test_exits_before_the_first_raise_are_told() -> None:
    """Setting the timer up traps: no interrupt's exit, and not lost; those after the last T4 are its own."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.exit(10)
    writer.exit(10)
    writer.mark(marks.MARK_TIMER, a=1001, b=1000)
    writer.exit(40, sub=IRQ_LOWER, esr=0)
    writer.vector()
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.done("ICC_EOIR1_EL1", TIMER)
    writer.exit(10)
    writer.mark(marks.MARK_RUN_END)
    seen = timer(writer.records())
    assert metrics.compute(seen, ["exits_per_irq"])["exits_per_irq"]["samples"] == [[2, 1]]
    account = metrics.exit_account(seen)
    assert (account["total"], account["before_first_raise"]) == (4, 2)


def test_open_accounts_are_refused() -> None:
    """An exit without entry, and an acknowledge without raise."""
    records = timer_trace("lr")
    missing = records[np.flatnonzero(records["kind"] != trace.ERET_EL2)]
    with pytest.raises(TraceError, match="no entry"):
        metrics.exit_account(timer(missing))
    marks_gone = records[records["c"] != marks.MARK_TIMER]
    with pytest.raises(TraceError, match="3 times, 0 of them after one of 0 raises"):
        timer(marks_gone).chains


def test_region_is_needed() -> None:
    """No RUN marks, no metric."""
    with pytest.raises(TraceError, match="0 MARK_RUN_BEGIN"):
        timer(Writer(True).records()).region


def test_roundtrip_excludes_marks() -> None:
    """roundtrip_insns counts between the marks; exits outside of them belong to no operation."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    for length in (0, 7):
        writer.mark(marks.MARK_BEGIN)
        writer.execute(1)
        writer.exit(20 + length)
        writer.execute(2)
        writer.mark(marks.MARK_END)
        writer.exit(5, sub=IRQ_LOWER, esr=0)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), {"roundtrip_ticks": np.array([25, 32], np.uint64)})
    found = metrics.compute(seen, ["roundtrip_ticks", "roundtrip_insns", "exits_per_op", "exits_per_irq"])
    assert found["roundtrip_insns"]["samples"] == [[23, 1], [30, 1]]
    assert found["roundtrip_ticks"]["samples"] == [[25, 1], [32, 1]]
    assert found["exits_per_op"]["value"] == 1
    assert "exits_per_irq" not in found
    assert metrics.exit_account(seen)["classes"] == {"hvc": 2, "irq": 2}


def test_marks_must_alternate() -> None:
    """A lost MARK_END does not shift the samples."""
    writer = Writer(False)
    for mark in (marks.MARK_RUN_BEGIN, marks.MARK_BEGIN, marks.MARK_BEGIN, marks.MARK_END, marks.MARK_RUN_END):
        writer.mark(mark)
    with pytest.raises(TraceError, match="do not alternate"):
        metrics.compute(Observation(Trace.of(writer.records())), ["roundtrip_insns"])


def chain_writer(wfi: str, ahead: int) -> Writer:
    """One timer armed `ahead` ticks before its deadline, waited for in a WFI that does or does not trap."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.mark(marks.MARK_TIMER, a=1_000_000 + ahead, b=1_000_000)
    writer.execute(3)
    writer.add(trace.WFX)
    writer.execute(1)
    if wfi == "trapped":
        writer.add(trace.STIMULUS)  # between the two, it hides no trap
        writer.add(trace.EXC_EL2, sub=8, c=ESR_WFI)
        writer.execute(10)
        writer.rows.append((writer.insn, trace.WFX, 2, 0, 0, 0, 0, 0))
        writer.execute(1)
        writer.execute(5)
        writer.add(trace.ERET_EL2)
        writer.execute(1)
    else:
        writer.exit(40, sub=IRQ_LOWER, esr=0)
    writer.vector()
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.done("ICC_EOIR1_EL1", TIMER)
    writer.mark(marks.MARK_RUN_END)
    return writer


def test_wfi_warps_time() -> None:
    """T0 behind a WFI is the first instruction after the WFI that waited, at whichever level."""
    direct = timer(chain_writer("direct", 100_000).records()).chains
    assert (int(direct.t0[0]), int(direct.t1[0])) == (6, 46)
    through_host = timer(chain_writer("trapped", 100_000).records()).chains
    assert (int(through_host.t0[0]), int(through_host.t1[0])) == (17, 23)
    sooner = timer(chain_writer("direct", 4).records()).chains
    assert int(sooner.t0[0]) == 5, "the deadline came before the WFI"


def waits(*naps: int, warps: bool, guest: bool = False) -> trace.Records:
    """A timer 1000 instructions ahead; WFIs that end early, each with so many instructions behind it; then the
    interrupt at the linear deadline, or, when the last WFI warps, right behind it."""
    writer = Writer(guest)
    writer.mark(marks.MARK_RUN_BEGIN)
    writer.mark(marks.MARK_TIMER, a=1999, b=1000)
    for spin in naps:
        writer.add(trace.WFX)
        writer.execute(1)
        if spin and not warps:
            writer.execute(spin)
        elif spin:  # woken by another interrupt
            writer.vector()
            writer.done("ICC_IAR1_EL1", 5)
            writer.done("ICC_EOIR1_EL1", 5)
            writer.execute(spin)
    if not warps:
        writer.execute(1000 - writer.insn)
    if guest:
        writer.exit(40, sub=IRQ_LOWER, esr=0)
    writer.vector()
    writer.execute(4)
    writer.done("ICC_IAR1_EL1", TIMER)
    writer.done("ICC_EOIR1_EL1", TIMER)
    writer.mark(marks.MARK_RUN_END)
    return writer.records()


@pytest.mark.parametrize("guest", [False, True])
def test_only_the_wfi_that_slept_warps_time(guest: bool) -> None:
    """One that returns at once and a guest that spins on: the linear deadline. Woken early, then asleep: the second."""
    latency = 40 if guest else 0
    at_once = timer(waits(7, warps=False, guest=guest)).chains
    assert (at_once.t0.tolist(), at_once.t1.tolist()) == ([1000], [1000 + latency])
    again = timer(waits(20, 0, warps=True, guest=guest)).chains
    assert (again.t0.tolist(), again.t1.tolist()) == ([26], [26 + latency])


def test_a_sleep_shorter_than_the_exit_behind_it() -> None:
    """The deadline lies between the WFI and T1, and no guest instruction does: time was warped."""
    seen = timer(chain_writer("direct", 20).records()).chains
    assert (seen.t0.tolist(), seen.t1.tolist()) == ([6], [46])


def test_a_deadline_that_nothing_tells_is_refused() -> None:
    """Asleep with the timer masked, armed again: whether it expired is not in the trace."""
    writer = Writer(False)
    writer.mark(marks.MARK_RUN_BEGIN)
    for _ in range(2):
        writer.mark(marks.MARK_TIMER, a=9000, b=1000)
        writer.add(trace.WFX)
        writer.execute(5)
    writer.mark(marks.MARK_RUN_END)
    with pytest.raises(TraceError, match="armed at instruction 1 waits in a WFI and is not acknowledged"):
        timer(writer.records()).chains


@pytest.mark.parametrize("ticks, good", [([42] * 3, True), ([42, 42, 43], False), ([30] * 3, False), ([99] * 3, False)])
def test_the_clocks_must_agree(ticks: list[int], good: bool) -> None:
    """handler_ticks - latency_insns is one constant: the counter was read between the vector and the acknowledge."""
    seen = timer(timer_trace("lr"))
    seen.frames = {"handler_ticks": np.array(ticks, np.uint64)}
    if good:
        clocks.check(seen)
    else:
        with pytest.raises(TraceError, match="the account of latency is open"):
            clocks.check(seen)
    seen.frames = {"handler_ticks": np.array([42], np.uint64)}
    with pytest.raises(TraceError, match="1 samples of handler_ticks for 3 acknowledged"):
        clocks.check(seen)


def test_a_wfi_woken_early_and_then_no_sleep_is_noticed() -> None:
    """Time was warped a part of the way, by how much nothing tells: the guest's clock disagrees, the same each time."""
    seen = timer(waits(20, 0, 30, warps=True))
    seen.frames = {"handler_ticks": np.array([2], np.uint64)}
    with pytest.raises(TraceError, match="handler_ticks - latency_insns -"):
        clocks.check(seen)


@pytest.mark.parametrize("ahead", [100_000, 10])
@pytest.mark.parametrize("late, good", [(1, True), (150, True), (-1, False)])
def test_a_host_that_slept_may_be_late(ahead: int, late: int, good: bool) -> None:
    """Its timer may be later than the guest's, never earlier: the deadline comes in its WFI, or before it."""
    seen = timer(chain_writer("trapped", ahead).records())
    ticks = int(seen.chains.t1[0] - seen.chains.t0[0]) + late
    seen.frames = {"handler_ticks": np.array([ticks], np.uint64)}
    if good:
        clocks.check(seen)
    else:
        with pytest.raises(TraceError, match="the account of latency is open"):
            clocks.check(seen)


def test_deadline_in_the_past_is_raised_at_the_mark() -> None:
    """The later of deadline and enable."""
    records = timer_trace("lr", iterations=1)
    records["a"][records["c"] == marks.MARK_TIMER] -= np.uint64(400)
    mark = records[records["c"] == marks.MARK_TIMER]
    assert timer(records).chains.t0.tolist() == [int(mark["insn"][0])]


def test_coalesced_and_outstanding() -> None:
    """raised = acknowledged + coalesced + outstanding."""
    writer = Writer(False)
    writer.mark(marks.MARK_RUN_BEGIN)
    for acknowledged in (False, True, False):
        writer.mark(marks.MARK_TIMER, a=7, b=7)
        if acknowledged:
            writer.vector()
            writer.done("ICC_IAR1_EL1", TIMER)
            writer.done("ICC_IAR1_EL1", 1023)
            writer.done("ICC_EOIR1_EL1", TIMER)
        writer.execute(5)
    writer.mark(marks.MARK_RUN_END)
    account = timer(writer.records()).chains.account
    assert account == {"raised": 3, "acknowledged": 1, "coalesced": 1, "outstanding": 1}


def test_sgi_is_raised_by_its_write() -> None:
    """T0 is the guest's write of ICC_SGI1R_EL1 before it traps; other INTIDs and the hypervisor's own do not count."""
    writer = Writer(True)
    sgi1r = sysregs.ENCODINGS["ICC_SGI1R_EL1"]
    writer.mark(marks.MARK_RUN_BEGIN)
    for intid in (5, 1):
        writer.execute(3)
        writer.add(trace.SYSREG, flags=trace.FLAG_VALID, c=sgi1r, a=intid << 24 | 1)
        writer.execute(1)
        writer.exit(50, esr=trapped("ICC_SGI1R_EL1", read=False))
    writer.rows.append((writer.insn, trace.SYSREG, 2, 0, trace.FLAG_VALID, sgi1r, 1 << 24 | 1, 0))
    writer.vector()
    writer.execute(4)
    writer.done("ICC_IAR1_EL1", 1)
    writer.done("ICC_EOIR1_EL1", 1)
    writer.mark(marks.MARK_RUN_END)
    seen = Observation(Trace.of(writer.records()), source=Source("sgi", 1))
    assert values(metrics.compute(seen, TIMER_METRICS)) == dict(zip(TIMER_METRICS, (51, 57, 1, 50)))


def test_deactivation_by_dir() -> None:
    """EOImode = 1: T4 is after the DIR, T3 after the EOIR; the other chain's DIR is not taken."""
    writer = Writer(False)
    writer.mark(marks.MARK_RUN_BEGIN)
    for with_dir in (False, True):
        writer.mark(marks.MARK_TIMER, a=7, b=7)
        writer.vector()
        writer.done("ICC_IAR1_EL1", TIMER)
        writer.done("ICC_EOIR1_EL1", TIMER)
        if with_dir:
            writer.done("ICC_DIR_EL1", TIMER)
    writer.mark(marks.MARK_RUN_END)
    found = timer(writer.records()).chains
    assert (found.t3 - found.t2).tolist() == [1, 1]
    assert (found.t4 - found.t3).tolist() == [0, 1]


def test_class_names() -> None:
    """Vector kinds, exception classes, registers with and without a name."""
    assert exits.class_name(8, ESR_HVC) == "hvc"
    assert exits.class_name(9, ESR_HVC) == "irq", "ESR is stale at an interrupt"
    assert [exits.class_name(sub, 0) for sub in (10, 11)] == ["fiq", "serror"]
    assert exits.class_name(8, 0x62303019) == "sysreg:ICC_IAR1_EL1"
    assert exits.class_name(8, 0x623A3016) == "sysreg:ICC_SGI1R_EL1"
    assert exits.class_name(8, trapped("ICH_LR9_EL2")) == "sysreg:ICH_LR9_EL2"
    assert exits.class_name(8, 0x18 << 26 | sysregs.encode(3, 1, 15, 2, 7)) == "sysreg:S3_1_C15_C2_7"
    assert exits.class_name(8, 0x24 << 26) == "dabt"
    assert exits.class_name(8, 0x3E << 26) == "ec-0x3e"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=0, max_size=20), st.data())
def test_host_insns_equal_counting_one_by_one(spans: list[tuple[int, int]], data: st.DataObject) -> None:
    """Any windows over any spans: the closed form equals marking every instruction."""
    writer = Writer(True)
    host = []
    for guest_insns, host_insns in spans:
        writer.execute(guest_insns)
        host += [0] * guest_insns + [1] * host_insns
        writer.exit(host_insns)
    writer.execute(10)
    host += [0] * 10
    edges = np.array(sorted(data.draw(st.lists(st.integers(0, len(host)), min_size=2, max_size=6))), np.int64)
    found = exits.find_exits(writer.records())
    expected = [sum(host[low:high]) for low, high in zip(edges, edges[1:])]
    assert found.host_insns(edges).tolist() == expected
    assert int(found.count(np.array([0, len(host)], np.int64))[0]) == len(spans)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=200))
def test_run_lengths_round_trip(samples: list[int]) -> None:
    """Nothing is lost, neighbours differ."""
    pairs = stats.run_lengths(np.array(samples, np.int64))
    assert stats.expand(pairs).tolist() == samples
    assert all(one[0] != two[0] for one, two in zip(pairs, pairs[1:]))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=300), st.integers(1, 99))
def test_nearest_rank_is_the_definition(samples: list[int], percent: int) -> None:
    """The smallest sample with at least that share at or below it."""
    value = stats.nearest_rank(np.sort(np.array(samples, np.int64)), percent)
    assert value in samples
    assert 100 * sum(sample <= value for sample in samples) >= percent * len(samples)
    assert 100 * sum(sample < value for sample in samples) < percent * len(samples)


@settings(max_examples=30)
@given(st.integers(1, 20), st.integers(30, 200))
def test_windows_account_for_every_exit(iterations: int, spin: int) -> None:
    """Exits of the windows plus those before the first raise are the region's total."""
    seen = timer(timer_trace("te", iterations, spin))
    inside = int(seen.taker.exits.count(seen.windows[0]).sum())
    account = metrics.exit_account(seen)
    assert inside + account["before_first_raise"] == account["total"] == 3 * iterations


def burst_trace(*acknowledged: int, raised: int = 3) -> trace.Records:
    """Bursts of `raised` interrupts, of which so many are acknowledged: 40 instructions of exit after each second."""
    writer = Writer(True)
    writer.mark(marks.MARK_RUN_BEGIN)
    for count in acknowledged:
        writer.exit(9, esr=0x24 << 26)  # the store that raises them
        writer.mark(marks.MARK_BEGIN, a=raised)
        for n in range(count):
            writer.vector()
            writer.done("ICC_IAR1_EL1", 64 + n)
            writer.execute(4)
            writer.done("ICC_EOIR1_EL1", 64 + n)
            if n % 2:
                writer.exit(40, sub=IRQ_LOWER, esr=0)
        writer.done("ICC_IAR1_EL1", 1023)
        writer.mark(marks.MARK_END)
        writer.execute(5)
    writer.mark(marks.MARK_RUN_END)
    return writer.records()


def test_bursts() -> None:
    """From the mark before the unmask to the one behind the last handler, over what was acknowledged in between."""
    seen = Observation(Trace.of(burst_trace(3, 3)), source=Source("burst"))
    assert seen.irqs == {"raised": 6, "acknowledged": 6, "coalesced": 0, "outstanding": 0}
    found = metrics.compute(seen, ["exits_per_irq", "host_insns_per_irq", "roundtrip_insns", "latency_insns"])
    assert set(found) == {"exits_per_irq", "host_insns_per_irq", "roundtrip_insns"}
    assert found["exits_per_irq"]["samples"] == [[1, 2]] and found["exits_per_irq"]["value"] == stats.ratio(2, 6)
    assert found["host_insns_per_irq"]["samples"] == [[40, 2]]
    assert found["roundtrip_insns"]["samples"] == [[3 * 6 + 40 + 1, 2]]
    assert metrics.exit_account(seen)["before_first_raise"] == 1


def test_the_account_of_bursts() -> None:
    """One that is not acknowledged is outstanding; one too many is no account."""
    lost = Observation(Trace.of(burst_trace(2, 3)), source=Source("burst"))
    assert lost.irqs == {"raised": 6, "acknowledged": 5, "coalesced": 0, "outstanding": 1}
    with pytest.raises(TraceError, match="5 acknowledgements in a burst of 3"):
        Observation(Trace.of(burst_trace(1, 5, raised=3)), source=Source("burst")).irqs


def test_absent_moments_are_not_samples() -> None:
    """A chain without T1 has no latency."""
    none = np.array([chains.ABSENT, 9], np.int64)
    found = chains.Chains(np.array([1, 2], np.int64), none, none, none, none, 1)
    assert found.between(none).tolist() == [7]
