# SPDX-License-Identifier: Apache-2.0
"""compare: exact verdicts, what explains them, what forbids a comparison, what it prints."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from analysis import baseline, comparable, difference, families
from analysis.compare import Comparison, Verdict, compare
from analysis.families import Role
from analysis.tests.test_record import metric, point, run_record

Record = dict[str, Any]

FUNCTIONS = {"trap_irq": 4000, "deliver_lr_flush": 9000}


def lab(**fields: Any) -> Record:
    """A record with the account of one point; `fields` replace."""
    metrics = {
        "handler_ticks": metric("tick", [122] * 1000),
        "latency_insns": metric("insn", [120] * 1000),
        "phase_flush_insns": metric("insn", [60] * 1000),
        "events_isb": metric("event", [2] * 1000),
        "exits_per_irq": metric("exit", [1] * 1000, 1),
    }
    irqs = {"raised": 1000, "acknowledged": 1000, "coalesced": 0, "outstanding": 0}
    exits = {"total": 1000, "classes": {"irq": 1000}}
    given: dict[str, Any] = {"metrics": metrics, "functions": dict(FUNCTIONS), "irqs": irqs, "exits": exits, **fields}
    record = run_record(point("lr", **given), point("te", **copy.deepcopy(given)))
    record["run"]["host"].update(dirty=False, compilers={"hyp": "GNU C11 12.2.0 -O2", "guest": "GNU C11 12.2.0 -O2"})
    row = {"title": "t", "machine": "virt", "args": ["-cpu", "max"], "gic": 3, "insns_per_tick": 1}
    record["run"]["machines"] = {"virt-v3": row}
    return record


def slower(record: Record, by: int = 1, name: str = "latency_insns", count: int = 1000) -> Record:
    """A copy whose lr point costs `by` more in `count` samples, in a function of the injection path."""
    changed = copy.deepcopy(record)
    target = changed["points"][0]
    value, n = target["metrics"][name]["samples"][0]
    unit = target["metrics"][name]["unit"]
    target["metrics"][name] = metric(unit, [value + by] * count + [value] * (n - count))
    target["functions"]["deliver_lr_flush"] += by * count
    return changed


def said(result: Comparison, strict: bool = False) -> str:
    """All lines; none is wider than a terminal."""
    lines = [text for text, _ in difference.lines(result, strict)]
    assert max(map(len, lines)) <= 80
    return "\n".join(lines)


def test_the_same_is_the_same() -> None:
    """Nothing differs: 0, also with --strict; other instruction counts of the whole run are no difference."""
    old, new = lab(), lab()
    new["points"][0]["insns"] += 1
    result = compare(old, new)
    assert (result.status(False), result.status(True), result.points) == (0, 0, [])
    assert said(result) == "2 points compared: 2 the same"


def test_one_instruction_more_is_worse_and_named() -> None:
    """Old and new, the difference sample by sample, the function that has it, per interrupt."""
    text = said(compare(lab(), slower(lab())))
    assert "WORSE virt-v3/lr/timer" in text
    assert "latency_insns  120 -> 121  +1 insn in 1000 of 1000 samples" in text
    assert "function deliver_lr_flush: 9000 -> 10000 insns (+1000, +1 per interrupt)" in text
    assert "trap_irq" not in text and text.endswith("2 points compared: 1 worse, 1 the same")
    assert compare(lab(), slower(lab())).status(False) == 1


def test_an_improvement_is_said_aloud() -> None:
    """0, and 1 with --strict, with what to do when it is meant."""
    result = compare(lab(), slower(lab(), -2))
    assert (result.status(False), result.status(True)) == (0, 1)
    assert "-2 insn in 1000 of 1000 samples" in said(result) and said(result).endswith("An improvement")
    assert "rebaseline" in said(result, strict=True)


def test_one_sample_is_enough() -> None:
    """A maximum that rose is worse though the median is the same; the sum decides what the median hides."""
    result = compare(lab(), slower(lab(), 5, count=1))
    assert result.status(False) == 1 and "+5 insn in 1 of 1000 samples" in said(result)
    assert "120 -> 120 (120-125)" in said(result)
    old, new = lab(), lab()
    for record, samples in ((old, [1, 5, 9, 9]), (new, [2, 5, 9, 9])):
        record["points"][0]["metrics"]["latency_insns"] = metric("insn", samples)
    assert compare(old, new).status(False) == 1 and compare(new, old).status(False) == 0


def test_worse_and_better_in_one_point_is_worse() -> None:
    """A trade is a regression of what it costs."""
    new = slower(slower(lab()), -3, "handler_ticks")
    result = compare(lab(), new)
    assert result.points[0].verdict is Verdict.WORSE
    assert "better  handler_ticks" in said(result)


def test_parts_explain_and_are_not_judged() -> None:
    """Code that moved from one phase to the next is a change, not a regression."""
    result = compare(lab(), slower(lab(), 1, "phase_flush_insns"))
    assert (result.status(False), result.status(True)) == (0, 1)
    assert "changed virt-v3/lr/timer" in said(result)
    assert compare(lab(), slower(lab(), 1, "events_isb")).status(False) == 1


def test_order_and_counts_of_samples() -> None:
    """The same values in another order are a change; other numbers of samples are compared by their means."""
    old, new, fewer = lab(), lab(), lab()
    for record, samples in ((old, [1, 2, 3, 4]), (new, [1, 3, 2, 4]), (fewer, [1, 2, 3])):
        record["points"][0]["metrics"]["latency_insns"] = metric("insn", samples)
    assert "the same values in another order, 2 of 4 samples" in said(compare(old, new))
    assert compare(old, new).status(False) == 0 and compare(old, new).status(True) == 1
    assert "4 -> 3 samples, 1-4 -> 1-3 insn" in said(compare(old, fewer))


def test_exit_classes_are_compared() -> None:
    """Another class, the same total: a change; more exits: worse. Both name the class."""
    moved = lab(exits={"total": 1000, "classes": {"irq": 900, "wfx": 100}})
    more = lab(exits={"total": 1100, "classes": {"irq": 1000, "wfx": 100}})
    assert compare(lab(), moved).status(False) == 0 and compare(lab(), moved).status(True) == 1
    assert "exits irq: 1000 -> 900 (-100)" in said(compare(lab(), moved))
    assert compare(lab(), more).status(False) == 1 and "exits wfx: 0 -> 100 (+100)" in said(compare(lab(), more))
    assert compare(more, lab()).status(False) == 0


def test_lost_interrupts_are_worse() -> None:
    """One that was never acknowledged."""
    new = lab(irqs={"raised": 1000, "acknowledged": 999, "coalesced": 0, "outstanding": 1})
    text = said(compare(lab(), new))
    assert compare(lab(), new).status(False) == 1 and "interrupts outstanding" in text


def test_points_and_metrics_that_come_and_go() -> None:
    """What vanished is worse; what is new is told and no regression, with --strict too."""
    old, new = lab(), lab()
    gone = new["points"].pop()
    new["points"].append(point("gicv4"))
    del new["points"][0]["metrics"]["handler_ticks"]
    result = compare(old, new)
    assert result.status(False) == 1
    text = said(result)
    assert gone["id"] in text and "handler_ticks  is not in NEW" in text
    assert "new, nothing to compare with: virt-v3/gicv4/timer" in text
    old["points"].pop()
    del old["points"][0]["metrics"]["handler_ticks"]
    assert compare(old, lab()).status(True) == 0 and "new metrics" in said(compare(old, lab()))


@pytest.mark.parametrize(
    "states, status", [(("pass", "fail"), 1), (("skip", "fail"), 1), (("fail", "pass"), 0), (("skip", "skip"), 0)]
)
def test_status_of_points(states: tuple[str, str], status: int) -> None:
    """A point that fails or is skipped now is worse, one that passes again is better."""
    old, new = lab(), lab()
    for record, state in zip((old, new), states):
        if state != "pass":
            record["points"][0].update(status=state, reason="no", metrics={}, exits=None, irqs=None, insns=None)
    assert compare(old, new).status(False) == status


def test_functions_are_sorted_cut_and_may_be_missing() -> None:
    """The largest difference first; the rest in one line; a record without a profile says so."""
    new = slower(lab())
    new["points"][0]["functions"].update({f"f{number:02}": 10 + number for number in range(12)})
    text = said(compare(lab(), new))
    assert text.index("deliver_lr_flush") < text.index("function f11: 0 -> 21") < text.index("function f10")
    assert "and 5 more functions (+60 insns)" in text
    del new["points"][0]["functions"]
    assert "no profile of the hypervisor, so no function is named: virt-v3/lr/timer" in said(compare(lab(), new))
    same = slower(lab())
    same["points"][0]["functions"] = dict(FUNCTIONS)
    assert "functions: each executed as many instructions as before" in said(compare(lab(), same))


def edited(*path: str, value: Any) -> Record:
    """A record with one field of `run` replaced."""
    record = lab()
    place = record["run"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return record


QEMU = {"path": "q", "version": "10.1.0", "sha256": "00"}


@pytest.mark.parametrize(
    "new, what",
    [
        (edited("host", "qemu", value=QEMU), "QEMU version: 10.0.2 -> 10.1.0: run both"),
        (edited("host", "qemu", "sha256", value="11"), "QEMU binary: 10.0.2, SHA-256 00 -> 11: run both"),
        (
            edited("host", "compilers", "guest", value="clang version 14.0.6"),
            "guest compiler: GNU C11 12.2.0 -> clang version 14.0.6",
        ),
        (edited("host", "compilers", "guest", value="GNU C11 12.2.0 -O3"), "guest compiler: -O2 -> -O3"),
        (edited("host", "compilers", "hyp", value="GNU C11 13.1.0 -O2"), "hyp compiler: GNU C11 12.2.0 -> GNU C11"),
        (edited("machines", "virt-v3", "insns_per_tick", value=16), "clocks: insns_per_tick: 1 -> 16"),
        (edited("machines", "virt-v3", "args", value=["-cpu", "a53"]), "args: -cpu max -> -cpu a53"),
    ],
)
def test_what_cannot_be_compared(new: Record, what: str) -> None:
    """2, one line that names it, with the remedy; nothing is compared."""
    result = compare(lab(), new)
    assert result.status(False) == result.status(True) == 2 and result.compared == 0
    (line,) = map(str, result.obstacles)
    assert what in line and "\n" not in line and "rebaseline" in line


def test_optimising_the_hypervisor_is_comparable() -> None:
    """Its flags are what is measured."""
    assert compare(lab(), edited("host", "compilers", "hyp", value="GNU C11 12.2.0 -O3")).status(True) == 0


def test_old_records_have_one_compiler() -> None:
    """It stands for both."""
    old, new = lab(), lab()
    for record in (old, new):
        del record["run"]["host"]["compilers"], record["run"]["machines"]
    assert compare(old, new).status(True) == 0
    new["run"]["host"]["compiler"] = "GNU C11 13.0.0"
    assert compare(old, new).status(False) == 2


def test_other_machines_have_nothing_in_common() -> None:
    """Machine rows by name."""
    new = lab()
    for one in new["points"]:
        one.update(machine="virt-v4", id=one["id"].replace("v3", "v4"))
    assert "machine: virt-v3 -> virt-v4" in str(compare(lab(), new).obstacles[0])


def test_single_points_that_cannot_be_compared() -> None:
    """Benchmark version, parameters, clock: said once for the benchmark; the rest is compared; 2 unless it is worse."""
    for change, what in (
        ({"bench_version": 2}, "benchmark timer: version 1 -> 2 (1 point)"),
        ({"params": {"iterations": 5}}, "parameter iterations: 1000 -> 5 (1 point)"),
        ({"guest": {"cntfrq": "62500000"}}, "clocks: CNTFRQ of timer: 1000000000 -> 62500000 Hz"),
    ):
        new = lab()
        new["points"][1].update(change)
        result = compare(lab(), new)
        assert (result.status(False), result.compared) == (2, 1) and what in str(result.obstacles[0])
    assert compare(lab(), slower(new)).status(False) == 1


def test_dirty_trees_are_warned_of() -> None:
    """And another tracer; 0 all the same."""
    new = edited("host", "dirty", value=True)
    new["run"]["host"]["images"]["plugin"] = {"path": "p", "sha256": "22"}
    old = lab()
    old["run"]["host"]["images"]["plugin"] = {"path": "p", "sha256": "11"}
    result = compare(old, new)
    assert result.status(True) == 0
    assert comparable.warnings(old, new) == [
        "NEW was measured on a dirty tree: no commit describes it",
        "the tracer differs too: 11 -> 22",
    ]
    assert "warning: NEW was measured" in said(result)


def test_every_metric_has_a_direction() -> None:
    """The table of families covers what analysis/metrics.py can make, each name by a row of its own."""
    from analysis.metrics import METRICS

    assert [name for name in METRICS if families.family(name) is families.UNKNOWN] == []
    assert families.family("masked_max_insns").role is Role.COST
    assert families.family("phase_vector_insns").role is Role.PART


@pytest.mark.parametrize("samples, status", [([5, 7, 9], 0), ([4, 7, 9], 1), ([5, 7, 8], 1), ([6, 7, 9], 0)])
def test_more_work_is_better(samples: list[int], status: int) -> None:
    """Of what a guest gets done a fall is worse: of the headline, the mean or the minimum."""
    old, new = lab(), lab()
    for record, found in ((old, [5, 7, 9]), (new, samples)):
        record["points"][0]["metrics"]["work_units"] = metric("unit", found)
    assert compare(old, new).status(False) == status
    assert families.family("acknowledged_per_op").role is Role.GAIN


def test_baselines_by_machine() -> None:
    """A baseline is compared with its own machine's points; a machine without one is new."""
    new = lab()
    extra = point("lr", machine="virt-v4", id="virt-v4/lr/timer")
    new["points"].append(extra)
    kept = baseline.reduced(lab(), "because", "2026-01-01T00:00:00Z", "virt-v3")
    (result,) = baseline.compare_all([kept], new)
    assert result.status(True) == 0 and "new, no baseline yet: machine virt-v4" in said(result)
    (plain,) = baseline.compare_all([lab()], new)
    assert "nothing to compare with: virt-v4/lr/timer" in said(plain)
