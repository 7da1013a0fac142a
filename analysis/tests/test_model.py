# SPDX-License-Identifier: Apache-2.0
"""The cost model: known costs are found again, what no number speaks of stays a belief, and its error is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import costs, fit, hardware, published, validity
from analysis.costs import PARAMETERS, Model
from analysis.errors import LabError
from analysis.fit import Priors, Sample
from analysis.published import Benchmark, Machine, Published
from analysis.tests.test_record import point, run_record

TRUE = {
    "insn": 0.5,
    "exception": 150.0,
    "gic_register": 25.0,
    "sysreg": 8.0,
    "mmio": 300.0,
    "barrier": 20.0,
    "tlbi": 90.0,
}
# Vague beliefs, exact measurements: the numbers decide.
VAGUE = Priors(np.full(7, 50.0), np.full(7, 1e4), 1e-4)


def cycles(vector: dict[str, float]) -> float:
    """What a core with the true costs takes."""
    return sum(TRUE[name] * count for name, count in costs.charged(vector).items())


def vectors() -> list[dict[str, float]]:
    """One vector more than there are costs, in general position."""
    kinds = ["insns", "exceptions", "ich", "sysreg", "mmio_gicr", "dsb", "tlbi", "icc"]
    counts = np.random.default_rng(1).integers(1, 40, (8, len(kinds)))
    return [dict(zip(kinds, map(float, row))) for row in counts]


def machine(name: str = "board", ghz: float = 2.0, strategy: str = "kvm", factor: float = 1.0) -> Machine:
    """One whose published ns are the true ones, times factor."""
    numbers = {f"b{place}": factor * cycles(vector) / ghz for place, vector in enumerate(vectors())}
    return Machine(name, "a board", "core", ghz, "nowhere", "ns", numbers, (strategy,))


def lab(*machines: Machine) -> Published:
    """Published numbers of benchmarks b0, b1, …"""
    benchmarks = {f"b{place}": Benchmark(f"b{place}", "roundtrip_insns") for place in range(8)}
    return Published(benchmarks, {one.name: one for one in machines})


def measured(strategy: str = "kvm", scale: float = 1.0) -> dict[str, Any]:
    """A record of these vectors: those of the sample whose time is the median, not of one that a host disturbs."""
    points = []
    for place, vector in enumerate(vectors()):
        span = {kind: [[10_000, 1], [int(count * scale), 1], [0, 1]] for kind, count in vector.items()}
        points.append(point(strategy, f"b{place}", spans={"roundtrip_insns": span}))
    return run_record(*points)


def fitted(priors: Priors = VAGUE, *others: Machine) -> Model:
    """The model of the board."""
    board = machine()
    return fit.fit(measured(), lab(board, *others), board, priors)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 6))
def test_the_minimum_has_no_negative_cost(seed: int, unknowns: int, more: int) -> None:
    """The conditions of Karush, Kuhn and Tucker: no slope where a cost is free, none downhill where it is 0."""
    random = np.random.default_rng(seed)
    left = random.normal(size=(unknowns + more, unknowns))
    right = random.normal(size=unknowns + more)
    found = fit.nonnegative(left, right)
    slope = left.T @ (left @ found - right)
    assert np.all(found >= 0)
    assert np.all(np.abs(slope[found > 0]) < 1e-6) and np.all(slope[found == 0] > -1e-6)


def test_known_costs_are_found_again() -> None:
    """From exact numbers, and then nothing is wrong with what was not fitted either."""
    model = fitted(VAGUE, machine("other", 3.5))
    assert model.cost == pytest.approx(TRUE, rel=1e-3)
    assert model.residual < 1e-3 and model.heads
    assert all(known > 0.99 for known in model.informed.values())
    assert model.nanoseconds(vectors()[3]) == pytest.approx(cycles(vectors()[3]) / 2.0, rel=1e-3)


def test_what_no_number_speaks_of_stays_a_belief() -> None:
    """No TLBI in any vector: its cost is the prior's, and said to be."""
    priors = Priors.load()
    samples = [
        Sample("a", 1000.0, {"insns": 400.0, "exceptions": 1.0, "returns": 1.0}),
        Sample("b", 90.0, {"insns": 99.0}),
    ]
    cost, informed = fit.solve(samples, priors)
    at = list(PARAMETERS).index("tlbi")
    assert cost[at] == pytest.approx(priors.cycles[at]) and informed[at] == pytest.approx(0)
    assert 0.5 < informed[list(PARAMETERS).index("insn")] < 1
    nothing, none = fit.solve([], priors)
    assert nothing == pytest.approx(priors.cycles) and none == pytest.approx(np.zeros(len(PARAMETERS)))


def test_the_residual_is_the_worst_of_what_was_not_fitted() -> None:
    """A number left out, or one of another machine."""
    model = fitted(VAGUE, machine("twice", factor=2.0))
    assert model.residual == pytest.approx(1.0, rel=1e-2)  # predicted half of it: as wrong as double
    board = machine()
    odd = replace(board, numbers={**board.numbers, "b2": 3 * board.numbers["b2"]})
    model = fit.fit(measured(), lab(odd), odd, Priors.load())
    left_out = {number.name: number.left_out for number in model.numbers}
    assert model.residual == max(map(costs.wrong, left_out.values())) and abs(left_out["b2"]) > 0.4
    errors = {number.name: number.error for number in model.numbers}
    assert abs(errors["b2"]) < abs(left_out["b2"])


def test_too_low_is_as_wrong_as_too_high() -> None:
    """The same factor; nothing at all is not merely wrong by all of it."""
    assert costs.wrong(-0.5) == costs.wrong(1.0) == 1.0 and costs.wrong(0.0) == 0.0
    assert costs.wrong(-0.9) == pytest.approx(9.0) and costs.wrong(-1.0) == float("inf")
    assert not model_with(0.0).distinguishes(0.0, 0.0) and model_with(9.0).distinguishes(0.0, 1.0)


def test_a_machine_with_the_same_software_is_checked() -> None:
    """With the vectors of the fit or of a record; one with other software is not."""
    known = lab(machine(), machine("same", 3.0), machine("nvhe", strategy="kvm-nvhe", factor=0.5))
    model = fit.fit(measured(), known, known.machines["board"], VAGUE)
    assert model.residual < 1e-3
    for record, error in ((None, 0.0), (measured("kvm", 2.0), 1.0)):
        checked = fit.check(model, known, record)
        assert [one.machine for one in checked] == ["same"] * 8
        assert all(one.error == pytest.approx(error, abs=0.01) for one in checked)
    assert not fit.check(model, known, measured("kvm-nvhe"))


def test_what_was_traced_is_said() -> None:
    """The kernel's package, where it was one."""
    board, record = machine(), measured()
    assert fit.fit(record, lab(board), board, VAGUE).vectors == "commit unknown, QEMU 10.0.2"
    record["run"]["host"]["images"]["kernel"] = {"path": "k", "sha256": "0", "package": "linux-image 6.12 abc"}
    assert fit.fit(record, lab(board), board, VAGUE).vectors == "linux-image 6.12, QEMU 10.0.2"


def test_too_little_to_fit() -> None:
    """Two numbers: the remedy names what to run."""
    board = machine()
    few = run_record(*measured()["points"][:2])
    with pytest.raises(LabError, match=r"of 2 numbers of board \(b0, b1\), 3 are needed: run with --strategy kvm"):
        fit.fit(few, lab(board), board, VAGUE)
    with pytest.raises(LabError, match="of 0 numbers"):
        fit.fit(measured("xen"), lab(board), board, VAGUE)


def test_a_swept_point_is_another_benchmark() -> None:
    """b0 is not b0,load=hvc."""
    like = Benchmark("b0", "roundtrip_insns")
    swept = point("kvm", "b0", id="virt-v3/kvm/b0,load=hvc", params={"iterations": 3, "load": "hvc"})
    assert like.measured_by(point("kvm", "b0")) and not like.measured_by(swept)
    assert Benchmark("b0", "roundtrip_insns", {"load": "hvc"}).measured_by(swept)
    assert not Benchmark(unlike="no").measured_by(point("kvm", ""))


def test_a_model_is_a_file(tmp_path: Path) -> None:
    """Written and read again; the same bytes for the same model; what is none is refused."""
    path = tmp_path / "core.toml"
    path.write_text(costs.dumps(fitted()), encoding="utf-8")
    assert costs.dumps(costs.load(path)) == path.read_text(encoding="utf-8")
    assert costs.load(path).cost == pytest.approx(TRUE, rel=1e-3)
    path.write_text(path.read_text(encoding="utf-8").replace("tlbi =", "dmb ="), encoding="utf-8")
    with pytest.raises(LabError, match="costs of other parameters"):
        costs.load(path)
    path.write_text("core = 3", encoding="utf-8")
    with pytest.raises(LabError, match="no cost model"):
        costs.load(path)
    with pytest.raises(LabError, match="cannot read"):
        costs.load(tmp_path / "none.toml")


def model_with(residual: float) -> Model:
    """A model of one cost, a cycle an instruction, at 1 GHz."""
    cost = {name: float(name == "insn") for name in PARAMETERS}
    return Model("core", "board", 1.0, cost, dict.fromkeys(PARAMETERS, 0.0), [], residual, "")


def timer(**insns: int) -> list[dict[str, Any]]:
    """Points of one benchmark by strategy."""
    return [point(name, spans={"latency_insns": {"insns": [[count, 3]]}}) for name, count in insns.items()]


@pytest.mark.parametrize("residual, lr", [(0.33, "0.75"), (0.34, hardware.SAME), (1.5, hardware.SAME)])
def test_a_difference_below_the_residual_is_none(residual: float, lr: str) -> None:
    """400 is a third more than 300."""
    points = timer(bare=0, te=400, lr=300)
    (found,) = hardware.compared(points, model_with(residual))
    assert found[0].ns == {"bare": 0.0, "te": 400.0, "lr": 300.0} and found[0].base == "te"
    assert found[1] == {"lr": lr}


def test_bare_metal_is_no_strategy_to_compare_with() -> None:
    """One strategy beside bare metal has no ratio."""
    assert not hardware.compared(timer(bare=5, te=400), model_with(0.1))
    assert not hardware.tables(run_record(point("te")), model_with(0.1))


def test_what_heads_a_table_follows_from_the_residual() -> None:
    """At the limit and above it."""
    assert model_with(0.25).heads and "ranked" in hardware.verdict(0.25)
    assert not model_with(0.251).heads and "simulator-only" in hardware.verdict(0.251)


def test_a_change_in_words() -> None:
    """Below the error, above it, and none."""
    old, new = timer(te=400, lr=300)
    assert hardware.change(old, new, model_with(0.1)) == ["predicted on core (error 10%): latency -25%"]
    (line,) = hardware.change(old, new, model_with(0.4))
    assert line == f"predicted on core (error 40%): latency {hardware.INDISTINGUISHABLE}"
    assert not hardware.change(old, old, model_with(0.4)) and not hardware.change(old, point("te"), model_with(0.4))


def test_the_published_numbers_are_whole() -> None:
    """Every number is of a known benchmark, every benchmark says what it is like, every machine has a source."""
    known = published.load()
    for one in known.machines.values():
        assert set(one.numbers) <= set(known.benchmarks) and one.source and one.ghz > 0
        assert bool(one.unlike) != bool(one.strategies) and one.unit in ("ns", "cycles")
    for like in known.benchmarks.values():
        assert bool(like.unlike) != bool(like.bench and like.time)
    assert {name for name, one in known.machines.items() if not one.unlike} == {"altra", "kunpeng920", "s2500"}
    with pytest.raises(LabError, match="one of altra, kunpeng920, s2500"):
        known.machine("nope")
    with pytest.raises(LabError, match="GICv2"):
        known.machine("isca16-kvm")


def test_the_beliefs_are_whole() -> None:
    """A spread for each cost, none of them certain."""
    priors = Priors.load()
    assert priors.cycles.size == len(PARAMETERS) and np.all(priors.cycles > 0) and np.all(priors.spread > 0)
    assert 0 < priors.measurement < 1


def test_the_models_that_come_with_virqlab_are_what_their_numbers_give() -> None:
    """Fitted again from the vectors they keep; the residual of their file is the one of their predictions."""
    known = published.load()
    for model in costs.known().values():
        one = known.machine(model.machine)
        samples = [Sample(number.name, one.cycles(one.numbers[number.name]), number.vector) for number in model.numbers]
        again = fit.from_samples(one, samples, [], Priors.load(), model.vectors)
        assert again.cost == pytest.approx(model.cost, rel=0.01, abs=0.01)
        unseen = [number.left_out for number in again.numbers] + [checked.error for checked in fit.check(model, known)]
        assert max(map(costs.wrong, unseen)) == pytest.approx(model.residual, abs=0.002)


def test_what_no_costs_are_right_about() -> None:
    """The number in which two machines differ most, both ways alike, and the middle between the two."""
    board, other = machine(), machine("other")
    for factor in (4.0, 0.25):
        odd = replace(other, numbers={**other.numbers, "b3": factor * board.numbers["b3"]})
        found = fit.disagreement(fitted(VAGUE, odd), lab(board, odd))
        assert found is not None and (found.name, found.machine, found.other) == ("b3", "board", "other")
        assert found.least == pytest.approx(1.0) and found.other_cycles == pytest.approx(factor * found.cycles)
    assert fit.disagreement(fitted(), lab(board)) is None


def test_what_is_published_and_not_checked_is_told() -> None:
    """With the reason, beside the models."""
    unlike = replace(machine("odd"), strategies=(), unlike="a prototype")
    said = validity.numbers([fitted()], lab(machine(), unlike))
    assert "- **odd** (a board; nowhere): a prototype." in said and "No costs are right" not in said
