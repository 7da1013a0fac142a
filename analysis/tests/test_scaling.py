# SPDX-License-Identifier: Apache-2.0
"""Sweeps are found by their parameter, and a growth that is known is found again."""

import re
from typing import Any

import pytest

from analysis import report, scaling
from analysis.tests.test_record import metric, point, run_record

VALUES = (1, 4, 16, 64)


def swept(strategy: str, value: int, cost: int, bench: str = "burst", **fields: Any) -> dict[str, Any]:
    """A point of a sweep over k."""
    metrics = {"roundtrip_insns": metric("insn", [cost, cost, cost])}
    return point(
        strategy, bench, id=f"virt-v3/{strategy}/{bench},k={value}", params={"k": value}, metrics=metrics, **fields
    )


def sweep() -> list[dict[str, Any]]:
    """Constant under lr, linear under te."""
    return [swept(name, k, 100 if name == "lr" else 7 * k) for name in ("te", "lr") for k in VALUES]


def test_a_sweep_is_one_figure_of_all_strategies() -> None:
    """By parameter, rising; a constant line is flat, a straight one linear, and each more has its price."""
    (found,) = scaling.sweeps(list(reversed(sweep())))
    assert (found.name, found.parameter, found.metric, found.unit) == ("burst", "k", "roundtrip_insns", "insn")
    assert found.series["lr"] == [(k, 100.0) for k in VALUES]
    assert scaling.exponent(found.series["lr"]) == 0 and scaling.slope(found.series["lr"]) == 0
    assert scaling.exponent(found.series["te"]) == pytest.approx(1)
    assert scaling.slope(found.series["te"]) == pytest.approx(7)


def test_what_is_no_sweep() -> None:
    """Two values, a failed point, a word, too many values, nothing but zeros."""
    assert not list(scaling.sweeps([swept("te", k, 9) for k in (1, 2)]))
    failed = swept("te", 3, 9, status="fail", reason="no")
    assert not list(scaling.sweeps([swept("te", 1, 9), swept("te", 2, 9), failed]))
    words = [point("te", id=f"virt-v3/te/timer,load={name}") for name in "abc"]
    assert not list(scaling.sweeps(words))
    assert not list(scaling.sweeps([swept("te", k, 9) for k in range(scaling.VALUES_MAX + 1)]))
    assert not list(scaling.sweeps([swept("bare", k, 0) for k in VALUES]))
    assert scaling.exponent([(1, 0.0), (2, 1.0)]) is None and scaling.exponent([(0, 1.0), (2, 1.0)]) is None


def test_other_parameters_stay() -> None:
    """burst,k=…,lr.limit=2 is another sweep than burst,k=…"""
    limited = []
    for k in VALUES:
        one = swept("lr", k, 10 * k)
        limited.append({**one, "id": one["id"] + ",lr.limit=2"})
    assert {found.name for found in scaling.sweeps(sweep() + limited)} == {"burst", "burst,lr.limit=2"}


def test_the_report_draws_it() -> None:
    """A figure with its growth beside it."""
    page = report.render([run_record(*sweep())])
    text = re.sub(r"\s+", " ", page)
    assert "burst over k" in text and page.count('<figure id="run1-virt-v3-scaling-') == 1
    row = re.search(r'<th scope="row">te</th>.*?</tr>', text[text.index("burst over k") :])
    assert row and "1.00" in row[0] and ">7<" in row[0]
