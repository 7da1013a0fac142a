# SPDX-License-Identifier: Apache-2.0
"""docs/validity.md has the numbers of the models that come with virqlab."""

import pytest

from analysis import costs, fit, published, validity
from analysis.tests.test_model import VAGUE, lab, machine, measured
from bench.suite import ROOT

DOC = ROOT / "docs" / "validity.md"


def test_the_document_has_the_models_numbers() -> None:
    """`./virqlab model fit` renews both."""
    text = DOC.read_text(encoding="utf-8")
    assert text == validity.document(text, published.load())
    assert f"above {costs.HEADLINE_MAX:.0%}".replace("%", " %") in text


def test_what_the_numbers_say() -> None:
    """A model's errors, costs and the machines that it was checked on."""
    known = lab(machine(), machine("other", 3.0, factor=2.0))
    model = fit.fit(measured(), known, known.machines["board"], VAGUE)
    text = validity.numbers([model], known)
    assert "It is wrong by up to 100%: more than 25%" in text and "| other | b0 |" in text and "| -50% |" in text
    assert "| insn | 0.5 | 100% |" in text and "-fold between these benchmarks" in text
    assert "no cost model" in validity.numbers([], known)


def test_a_document_without_markers_is_refused() -> None:
    """And one that has them twice."""
    whole = f"{validity.BEGIN}\nold\n{validity.END}\n"
    assert validity.replaced(f"a\n{whole}b", "new\n") == f"a\n{validity.BEGIN}\nnew\n{validity.END}\nb"
    for text in ("", whole + whole):
        with pytest.raises(ValueError, match="times"):
            validity.replaced(text, "new")
