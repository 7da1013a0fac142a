# SPDX-License-Identifier: Apache-2.0
"""`virqlab model`: fit the cost model on published numbers, check it on others, predict what a board would say."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from rich.console import Console

from analysis import costs, fit, hardware, published, record, validity
from analysis.errors import LabError
from bench.suite import ROOT

HELP_COLUMNS = 80
EXIT_CODES = (
    "Exit codes: 0 good, 1 check: the model is wrong by more than "
    f"{costs.HEADLINE_MAX:.0%} somewhere, 2 bad input or nothing to fit."
)
DOCUMENT = ROOT / "docs" / "validity.md"
VERBS = {
    "fit": (
        "fit a core's costs on the published numbers of a machine, write the model",
        "results/peers --machine altra",
    ),
    "check": ("predict the published numbers that the model was not fitted on", "--model neoverse-n1"),
    "predict": ("print predicted times, strategy beside strategy", "results/latest --model neoverse-n1"),
}


def add(command: argparse.ArgumentParser) -> None:
    """The subcommands."""
    verbs = command.add_subparsers(metavar="fit|check|predict", required=True)
    parsers = {
        name: verbs.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"Example:\n  ./virqlab model {name} {example}\n\n{textwrap.fill(EXIT_CODES, HELP_COLUMNS)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for name, (text, example) in VERBS.items()
    }
    parsers["fit"].add_argument("run", metavar="RUN.json", type=Path, help="a run with the machine's software")
    parsers["fit"].add_argument("--machine", default="altra", metavar="NAME", help="default %(default)s")
    parsers["fit"].add_argument("--out", metavar="FILE", type=Path, help="default: what comes with virqlab, and docs/")
    parsers["fit"].set_defaults(function=make)
    parsers["check"].add_argument(
        "run", metavar="RUN.json", type=Path, nargs="?", help="default: the event vectors of the fit"
    )
    parsers["check"].set_defaults(function=check)
    parsers["predict"].add_argument("run", metavar="RUN.json", type=Path, help="a run record, or a run's directory")
    parsers["predict"].set_defaults(function=predict)
    for name in ("check", "predict"):
        parsers[name].add_argument("--model", metavar="CORE", help="a core or a file, default the least wrong one")


def make(arguments: argparse.Namespace) -> int:
    """`virqlab model fit`; of the model that comes with virqlab docs/validity.md has the numbers."""
    known = published.load()
    machine = known.machine(arguments.machine)
    model = fit.fit(record.load(arguments.run), known, machine, fit.Priors.load())
    out = arguments.out or costs.CORES / f"{model.core}.toml"
    try:
        record.write_text(out, costs.dumps(model))
        if arguments.out is None:
            costs.known.cache_clear()
            record.write_text(DOCUMENT, validity.document(DOCUMENT.read_text(encoding="utf-8"), known))
    except OSError as error:
        raise LabError(f"cannot write {out}: {error.strerror}", "choose another file with --out") from None
    _show(hardware.costs_table(model), hardware.fit_table(model))
    print(f"{out}: residual {model.residual:.0%}")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """`virqlab model check`: 1 when a prediction is wrong by more than the limit of headlines."""
    model = costs.choose(arguments.model)
    run = record.load(arguments.run) if arguments.run else None
    checked = fit.check(model, published.load(), run)
    _show(hardware.fit_table(model), hardware.check_table(model, checked))
    known = published.load()
    if checked:
        print(hardware.disagreement(model, known))
    own = known.machines[model.machine]
    for machine in known.machines.values():
        if machine.name != own.name and machine not in fit.like(known, own):
            why = machine.unlike or f"its software is {' or '.join(machine.strategies)}"
            print(f"not checked: {machine.name} ({machine.title}): {why}")
    errors = [number.left_out for number in model.numbers] + [one.error for one in checked]
    worst = max(costs.wrong(error) for error in errors)
    print(f"{len(errors)} predictions, the worst is wrong by {worst:.0%}: {hardware.verdict(worst)}")
    return 1 if worst > costs.HEADLINE_MAX else 0


def predict(arguments: argparse.Namespace) -> int:
    """`virqlab model predict`: one table for each machine of the record."""
    model = costs.choose(arguments.model)
    tables = hardware.tables(record.load(arguments.run), model)
    if not tables:
        raise LabError(f"{arguments.run} has no event vectors of times", "run the suite again with './virqlab run'")
    _show(*tables)
    print(hardware.legend(model))
    return 0


def _show(*tables: Any) -> None:
    console = Console(highlight=False)
    for table in tables:
        console.print(table)
