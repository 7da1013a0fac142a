#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make workload`: random interrupts, raised while masked, unmasked and in nested handlers, whose guest knows at each
acknowledge what it must be (guests/workload). Bare, where the oracle is held against QEMU's own interrupt controller,
under every strategy, and under lr with each number of list registers; each seed of guests/workload/seeds.txt. The last
line is "N passed, N failed".
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import images, qemu, suite
from bench.run import JOBS_DEFAULT
from bench.suite import ROOT

IMAGE = "build/guests/workload.img"
SEEDS = ROOT / "guests/workload/seeds.txt"
# Machine, strategy, parameters of the hypervisor, and maybe of the guest. A strategy that serves the guest is a row.
ROWS: tuple[tuple[str, ...], ...] = (
    ("virt-v3", "bare", ""),
    ("virt-v3", "te", ""),
    ("virt-v3", "te", "vm0.gic=2"),
    ("virt-v3", "lr", "lr.limit=1"),
    ("virt-v3", "lr", "lr.limit=2"),
    ("virt-v3", "lr", "lr.limit=4"),
    ("virt-v3", "te", "vm0.move=5003"),
    ("virt-v3", "lr", "vm0.move=5003 lr.limit=2"),
    ("virt-v2", "bare", ""),
    ("virt-v2", "te", ""),
    ("virt-v2", "gicv2", "lr.limit=1"),
    ("virt-v2", "gicv2", "lr.limit=2"),
    ("virt-v2", "gicv2", "lr.limit=4"),
    # QEMU's GICv2 lets the guest acknowledge what its CPU interface has disabled, once that is in a list register
    ("virt-v2", "gicv2", "vm0.move=5003", "groups_stay=1"),
)
CORES = 2  # between which the guest's only CPU may move
INTERRUPTS = 100_000
TIMEOUT_S = 600.0
RESULT = re.compile(r"^workload: (passed|failed): (.*?)\r?$", re.MULTILINE)
ACCOUNT = re.compile(r"raised (\d+), acknowledged (\d+), coalesced (\d+), withdrawn (\d+), outstanding (\d+)")


@dataclass(frozen=True)
class Outcome:
    """How one run ended: `fault` is empty when it passed, `said` the guest's own last line."""

    fault: str
    said: str


def seeds(text: str) -> list[int]:
    """One a line, # for comments."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [int(line) for line in lines if line]


def collect(named_qemu: str | None = None) -> images.Images:
    """The images of all rows. LabError for the first that is missing."""
    lab = suite.load()
    rows = [lab.strategies[strategy] for _, strategy, *_ in ROWS]
    return images.of_strategies(rows, ROOT / IMAGE, named_qemu or lab.machines[ROWS[0][0]].qemu)


def run(row: tuple[str, ...], seed: int, interrupts: int, files: images.Images) -> Outcome:
    """One run to its end; `row` is of ROWS."""
    lab = suite.load()
    machine, strategy, hyp = lab.machines[row[0]], lab.strategies[row[1]], row[2]
    options = ",".join(filter(None, [machine.machine, strategy.machine_options]))
    values = {name: str(path) for name, path in files.files.items()}
    values |= {
        "bootargs": " ".join((f"seed={seed} interrupts={interrupts}", *row[3:])),
        "hyp_args": f" {hyp}" if hyp else "",
    }
    command = [str(files.qemu.path), "-M", options, *machine.args, "-smp", str(CORES)]
    command += [arg.format(**values) for arg in strategy.args]
    with tempfile.TemporaryDirectory() as directory:
        ended = qemu.run(command, Path(directory), TIMEOUT_S)
        console = (Path(directory) / "console.log").read_text(encoding="utf-8", errors="replace")
    return judge(console, interrupts, ended.failure)


def judge(console: str, interrupts: int, failure: str = "") -> Outcome:
    """What a console says of its run; a guest that does not add up has not passed."""
    found = RESULT.search(console)
    if failure or found is None:
        return Outcome(failure or "the guest ended without a result", console[-200:].strip())
    if found[1] == "failed":
        return Outcome(found[2], found[0])
    account = ACCOUNT.match(found[2])
    if account is None:
        return Outcome("the guest tells no account", found[0])
    raised, acknowledged, coalesced, withdrawn, outstanding = (int(number) for number in account.groups())
    if raised != acknowledged + coalesced + withdrawn + outstanding or outstanding or acknowledged < interrupts:
        return Outcome("the account is open", found[0])
    return Outcome("", found[0])


def main(arguments: list[str] | None = None) -> int:
    """All rows with all seeds; 0 when all pass, 1 when not, 2 when it cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", help="instead of those that are kept; may be repeated")
    parser.add_argument("--interrupts", type=int, default=INTERRUPTS, help=f"of each run (default {INTERRUPTS})")
    parser.add_argument("--qemu", help="another QEMU")
    chosen = parser.parse_args(arguments)
    try:
        files = collect(chosen.qemu)
    except LabError as error:
        print(f"workload: error: {error}", file=sys.stderr)
        return 2
    kept = chosen.seed or seeds(SEEDS.read_text(encoding="utf-8"))
    todo = [(row, seed) for seed in kept for row in ROWS]
    failed = 0
    with ThreadPoolExecutor(JOBS_DEFAULT) as pool:
        outcomes = pool.map(lambda pair: run(pair[0], pair[1], chosen.interrupts, files), todo)
        for (row, seed), outcome in zip(todo, outcomes):
            failed += bool(outcome.fault)
            print(f"{' '.join(filter(None, row))}, seed {seed}: {outcome.fault or outcome.said}", flush=True)
    print(f"{len(todo) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
