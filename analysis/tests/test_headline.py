# SPDX-License-Identifier: Apache-2.0
"""What heads a table is computed from the error of the best model, wherever strategies stand side by side."""

import io
from typing import Any

import pytest
from rich.console import Console

from analysis import costs, hardware, headline, markdown, report, table
from analysis.compare import compare
from analysis.tests.test_model import model_with
from analysis.tests.test_record import metric, point, run_record


def record() -> dict[str, Any]:
    """One benchmark under two strategies."""
    points = []
    for strategy, insns, exits in (("te", 400, 3), ("lr", 300, 1)):
        metrics = {
            "latency_insns": metric("insn", [insns]),
            "host_insns_per_irq": metric("insn", [insns]),
            "exits_per_irq": metric("exit", [exits]),
        }
        points.append(point(strategy, metrics=metrics, spans={"latency_insns": {"insns": [[insns, 1]]}}))
    return run_record(*points)


def shown(found: dict[str, Any]) -> str:
    """What `virqlab show` prints."""
    stream = io.StringIO()
    console = Console(file=stream, width=80)
    table.show(found, console)
    hardware.show(found, console, costs.best())
    return stream.getvalue()


@pytest.mark.parametrize("residual", [None, 0.4, 0.2])
def test_the_decision_is_the_residuals(residual: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a model, above the limit and below it: order, label, note, ratios."""
    models = {} if residual is None else {"core": model_with(residual)}
    monkeypatch.setattr(costs, "known", lambda: models)
    text, page = shown(record()), markdown.table(record())
    heads = residual == 0.2
    for said in (text, page):
        assert (said.index("latency_insns") < said.index("exits_per_irq")) == heads
        assert ("sim insn" in said) == (not heads) and ("simulator-only" in said) == (not heads)
        assert ("errs by up to 40%" in " ".join(said.split())) == (residual == 0.4)
        assert "there is no cost model" in " ".join(said.split()) or residual is not None
    assert (text.index("exits in the measured region") < text.index("virt-v3: simulator counts")) == (not heads)
    assert ("0.75" in text, "not distinguishable on hardware" in " ".join(text.split())) == (
        heads,
        residual is not None,
    )
    assert "0.75" not in page  # no prediction beside the simulator's numbers
    assert max(map(len, text.splitlines())) <= 80


def test_host_work_is_no_time() -> None:
    """Instructions of the hypervisor are work, whatever they cost."""
    assert headline.is_time("handler_ticks") and headline.is_time("completion_insns")
    assert not headline.is_time("host_insns_per_irq") and not headline.is_time("masked_max_insns")


@pytest.mark.parametrize("residual, said", [(0.2, "-25%"), (0.4, "not distinguishable on hardware")])
def test_compare_says_what_a_change_would_be(residual: float, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that explains, beside the verdict that counts decide."""
    monkeypatch.setattr(costs, "known", lambda: {"core": model_with(residual)})
    old, new = record(), record()
    new["points"][0] = {**record()["points"][1], "id": old["points"][0]["id"], "strategy": "te"}
    (changed,) = compare(old, new).points
    assert [line for line in changed.explanation if "predicted on core" in line and said in line]
    monkeypatch.setattr(costs, "known", dict)
    (changed,) = compare(old, new).points
    assert not any("predicted" in line for line in changed.explanation)


@pytest.mark.parametrize("residual", [None, 0.4, 0.2])
def test_the_report_follows_it(residual: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which section comes first, what is said of it, and predictions in tables that have nothing else."""
    models = {} if residual is None else {"core": model_with(residual)}
    monkeypatch.setattr(costs, "known", lambda: models)
    page = " ".join(report.render([record()]).split())
    heads = residual == 0.2
    assert (page.index("virt-v3: latency</h3>") < page.index("virt-v3: event vector</h3>")) == heads
    assert ("times may be ranked by it" in page, "simulator-only" in page) == (heads, not heads)
    assert ("virt-v3: predicted on core" in page) == (residual is not None)
    tables = page.split("<table")[1:]
    predicted = [text.split("</table>")[0] for text in tables if "Predicted" in text.split("</caption>")[0]]
    assert len(predicted) == (0 if residual is None else 2)
    assert not any("Simulator counts" in text or "_insns" in text for text in predicted)
    if residual is not None:
        assert (">0.75<" in predicted[1], ">not distinguishable on hardware<" in predicted[1]) == (heads, not heads)
