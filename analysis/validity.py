# SPDX-License-Identifier: Apache-2.0
"""The numbers of docs/validity.md, made of the cost models: text and figures cannot part."""

from __future__ import annotations

import re
from typing import Iterator

from analysis import costs, fit, hardware
from analysis.costs import Model
from analysis.published import Published
from analysis.spans import INSNS

BEGIN, END = "<!-- numbers of the cost models -->", "<!-- /numbers -->"


def numbers(models: list[Model], published: Published) -> str:
    """What stands between the markers."""
    blocks = [block for model in models for block in _model(model, published)]
    blocks = blocks or ["There is no cost model: no published number has been compared."]
    return "\n\n".join([*blocks, *_unlike(published)]) + "\n"


def _unlike(published: Published) -> Iterator[str]:
    """The machines that no model is fitted or checked on."""
    told = [one for one in published.machines.values() if one.unlike]
    if told:
        yield "Published, and of other software than any that runs here:"
        yield "\n".join(f"- **{one.name}** ({one.title}; {one.source}): {one.unlike}." for one in told)


def replaced(text: str, made: str) -> str:
    """The document with these numbers between its markers. ValueError when it lacks them."""
    found, count = re.subn(f"{BEGIN}\n.*?{END}", lambda _: f"{BEGIN}\n{made}{END}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{count} times {BEGIN} … {END}")
    return found


def _model(model: Model, published: Published) -> Iterator[str]:
    machine = published.machines[model.machine]
    yield (
        f"**{model.core}**, fitted on {machine.title} at {model.ghz} GHz ({machine.source}); event vectors of "
        f"{model.vectors}. It is wrong by up to {model.residual:.0%}: {hardware.verdict(model.residual)}."
    )
    ratios = [number.cycles / number.vector[INSNS] for number in model.numbers]
    yield (
        f"Cycles for each simulated instruction vary {max(ratios) / min(ratios):.1f}-fold between these benchmarks: so "
        "wrong can an instruction count rank alone."
    )
    yield _table(
        [
            "published benchmark",
            "cycles",
            "instructions",
            "cycles an instruction",
            "error of the fit",
            "error without it",
        ],
        [
            [
                number.name,
                f"{number.cycles:.0f}",
                f"{number.vector[INSNS]:.0f}",
                f"{ratio:.2f}",
                f"{number.error:+.0%}",
                f"{number.left_out:+.0%}",
            ]
            for number, ratio in zip(model.numbers, ratios)
        ],
    )
    yield _table(
        ["cost", "cycles", "known by the numbers"],
        [[name, f"{cycles:.1f}", f"{abs(model.informed[name]):.0%}"] for name, cycles in model.cost.items()],
    )
    checked = fit.check(model, published)
    if checked:
        yield _table(
            ["not fitted on", "published benchmark", "its cycles", "predicted", "error"],
            [[c.machine, c.name, f"{c.published:.0f}", f"{c.predicted:.0f}", f"{c.error:+.0%}"] for c in checked],
        )
        yield hardware.disagreement(model, published)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def document(text: str, published: Published) -> str:
    """docs/validity.md as it must be."""
    return replaced(text, numbers(list(costs.known().values()), published))
