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
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import images, qemu, soak
from bench.soak import Outcome
from bench.suite import ROOT

IMAGE = "build/guests/workload.img"
SEEDS = ROOT / "guests/workload/seeds.txt"
# A strategy that serves the guest is a row.
ROWS: tuple[soak.Row, ...] = (
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
ACCOUNT = re.compile(r"raised (\d+), acknowledged (\d+), coalesced (\d+), withdrawn (\d+), outstanding (\d+)")


def seeds(text: str) -> list[int]:
    """One a line, # for comments."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [int(line) for line in lines if line]


def collect(named_qemu: str | None = None) -> images.Images:
    """The images of all rows. LabError for the first that is missing."""
    return soak.collect(ROWS, IMAGE, named_qemu)


def run(row: soak.Row, seed: int, interrupts: int, files: images.Images) -> Outcome:
    """One run to its end; `row` is of ROWS."""
    command = soak.command(row, f"seed={seed} interrupts={interrupts}", files, ("-smp", str(CORES)))
    with tempfile.TemporaryDirectory() as directory:
        ended = qemu.run(command, Path(directory), soak.TIMEOUT_S)
        console = (Path(directory) / "console.log").read_text(encoding="utf-8", errors="replace")
    return judge(console, interrupts, ended.failure)


def judge(console: str, interrupts: int, failure: str = "") -> Outcome:
    """What a console says of its run; a guest that does not add up has not passed."""
    told = soak.verdict(console, "workload", ACCOUNT, failure)
    if isinstance(told, Outcome):
        return told
    raised, acknowledged, coalesced, withdrawn, outstanding = (int(number) for number in told.groups())
    if raised != acknowledged + coalesced + withdrawn + outstanding or outstanding or acknowledged < interrupts:
        return Outcome("the account is open", told.string)
    return Outcome("", told.string)


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
    runs = [
        (f"{' '.join(filter(None, row))}, seed {seed}", partial(run, row, seed, chosen.interrupts, files))
        for seed in kept
        for row in ROWS
    ]
    return soak.count(runs)


if __name__ == "__main__":
    sys.exit(main())
