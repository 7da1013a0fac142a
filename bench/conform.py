#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
`make conform STRATEGY=te`: the conformance guest bare on QEMU's own interrupt controller and under the hypervisor.

All rules run on a machine with one CPU, and all again on one with eight: some need several. A rule passes when both
verdicts are the same. Each rule that differs is printed with both; the last line is "N passed, N failed". Rules that
QEMU's controllers lack are in guests/conform/skips*.txt: there the hypervisor must pass on its own, unless its
strategy lacks the same (bench/strategies.toml), and QEMU must still fail or skip. Rules that QEMU passes bare and makes
fail under a strategy are in the strategy's row: there they must fail.

Each GIC version has a machine. A strategy runs on those that it can run on, once for each version that it can show a
guest there, and is compared with bare QEMU of the version that the guest sees.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Mapping, Sequence

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position
from analysis.errors import LabError
from bench import images, qemu, suite
from bench.suite import ROOT

IMAGE = "build/guests/conform.img"
MACHINE = "virt-v3"
MACHINES = {3: MACHINE, 2: "virt-v2", 4: "virt-v4"}  # by GIC version
PLACES = ((3, 1), (3, 8), (2, 1), (2, 8))  # version that the guest sees, CPUs
SKIPS = {3: ROOT / "guests/conform/skips.txt", 2: ROOT / "guests/conform/skips_v2.txt"}
TIMEOUT_S = 60.0
PLAN = re.compile(r"^1\.\.(\d+)$", re.MULTILINE)
RESULT = re.compile(r"^(not ok|ok) (\d+) (\S+)(?: # (.*))?$", re.MULTILINE)
CLOSING = re.compile(r"^# \d+ rules: ", re.MULTILINE)
LOST = re.compile(r"^# lost CPUs ", re.MULTILINE)  # of the last rule, which has its verdict: the guest cannot go on
TOO_FEW = "needs more CPUs"


@dataclass(frozen=True)
class Verdict:
    """What one rule said: `outcome` is ok, not ok, skip or none (it never ended); `detail` is why."""

    outcome: str
    name: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} ({self.detail})" if self.detail else self.outcome


Verdicts = dict[int, Verdict]


def parse(console: str) -> Verdicts:
    """The verdicts on a console, by rule number."""
    found: Verdicts = {}
    for outcome, number, name, detail in RESULT.findall(console):
        if detail.startswith("SKIP"):
            outcome, detail = "skip", detail.removeprefix("SKIP").strip()
        found[int(number)] = Verdict(outcome, name, detail)
    return found


@dataclass(frozen=True)
class Ground:
    """What the guest runs on: the GIC version of the machine, the one that the guest sees, the CPUs of both; by
    instruction counts, or as fast as the host lets it."""

    strategy: suite.Strategy
    host: int
    guest: int
    cpus: int = 1
    icount: bool = True
    hyp: str = ""  # more parameters of the hypervisor

    def __str__(self) -> str:
        seen = "" if self.host == self.guest else f", GICv{self.guest} guest"
        return f"{self.strategy.name} on {MACHINES[self.host]}{seen}, {self.cpus} CPU{'s' if self.cpus > 1 else ''}"

    def command(self, files: images.Images, bootargs: str) -> list[str]:
        """QEMU's argument vector."""
        machine = suite.load().machines[MACHINES[self.host]]
        options = ",".join(filter(None, [machine.machine, self.strategy.machine_options]))
        values = {name: str(path) for name, path in files.files.items()}
        own = f" {self.strategy.conform}" if self.guest == 3 else ""
        hyp = f" vm0.gic={self.guest} vm0.vcpus={self.cpus}{own} {self.hyp}".rstrip()
        values |= {"bootargs": bootargs, "hyp_args": hyp}
        arguments = list(machine.args)
        if not self.icount:
            at = arguments.index("-icount")
            del arguments[at : at + 2]
        boot = [arg.format(**values) for arg in self.strategy.args]
        return [str(files.qemu.path), "-M", options, *arguments, "-smp", str(self.cpus), *boot]


def grounds(strategy: suite.Strategy, guest: int) -> list[Ground]:
    """Where a strategy shows a guest that GIC version."""
    return [Ground(strategy, host, guest) for host in strategy.gic if guest <= host and guest in strategy.guests]


def run(ground: Ground, files: images.Images, timeout_s: float = TIMEOUT_S) -> Verdicts:
    """All rules that the CPUs are enough for. One that never ends has no verdict; the guest starts again behind it."""
    verdicts: Verdicts = {}
    rules, first = 1, 1
    while first <= rules:
        with tempfile.TemporaryDirectory() as directory:
            outcome = qemu.run(ground.command(files, f"from={first}"), Path(directory), timeout_s)
            console = (Path(directory) / "console.log").read_text(encoding="utf-8", errors="replace")
        planned = PLAN.search(console)
        if planned is None:
            raise LabError(f"the guest under {ground} printed no plan: {outcome.failure or console[-200:]}")
        rules = int(planned[1])
        verdicts |= parse(console)
        if CLOSING.search(console):
            break
        first = max((number for number in verdicts if number >= first), default=first - 1) + 1
        if LOST.search(console):
            continue
        verdicts[first] = Verdict("none", detail=outcome.failure or "the guest ended in it")
        first += 1
        timeout_s = min(timeout_s, 10)  # what took long once was the rule that never ended
    every = {number: verdicts.get(number, Verdict("none")) for number in range(1, rules + 1)}
    return {number: verdict for number, verdict in every.items() if verdict.detail != TOO_FEW}


def changing(runs: list[Verdicts]) -> list[str]:
    """A line for every rule whose verdict is not the same in all runs."""
    problems = []
    for number in sorted(set().union(*runs)):
        said = {str(verdicts.get(number, Verdict("none"))) for verdicts in runs}
        if len(said) > 1:
            problems.append(f"rule {number} {runs[0].get(number, Verdict('none')).name}: changes: {'; '.join(said)}")
    return problems


def skips(text: str) -> dict[int, str]:
    """Rules that QEMU's interrupt controller lacks: a number or FIRST-LAST and the reason a line, # for comments."""
    found: dict[int, str] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            numbers, reason = line.split(maxsplit=1)
            first, _, last = numbers.partition("-")
            found |= dict.fromkeys(range(int(first), int(last or first) + 1), reason.strip())
    return found


def compare(
    bare: Verdicts,
    other: Verdicts,
    skipped: dict[int, str],
    lacks: Sequence[str] = (),
    faults: Mapping[int, str] | None = None,
    filters: Sequence[str] = (),
) -> list[str]:
    """A line for every rule whose verdicts are not what they must be.

    `lacks`: what the hypervisor does not announce to a guest, the only reasons to skip what QEMU lacks too; and reasons
    of the list that are the hypervisor's as well, because QEMU's CPU interface is what the guest has. `faults`: rules
    that its virtual interface makes fail. `filters`: reasons to skip what QEMU has.
    """
    problems = []
    for number in sorted(bare.keys() | other.keys()):
        one, two = bare.get(number, Verdict("none")), other.get(number, Verdict("none"))
        name = one.name or two.name
        if two.outcome == "skip" and two.detail in filters:
            continue
        if number in skipped:
            if one.outcome == "ok":
                problems.append(f"rule {number} {name}: QEMU passes it: take it out of the list")
            elif two.outcome != "ok" and not _shared(one, two, skipped[number], lacks):
                problems.append(f"rule {number} {name}: {skipped[number]}; the hypervisor: {two}")
        elif number in (faults or {}):
            if (one.outcome, two.outcome) != ("ok", "not ok"):
                problems.append(f"rule {number} {name}: bare {one}, hypervisor {two}: take it out of the row's faults")
        elif one.outcome != two.outcome or one.outcome == "none":
            problems.append(f"rule {number} {name}: bare {one}, hypervisor {two}")
    return problems


def _shared(one: Verdict, two: Verdict, reason: str, lacks: Sequence[str]) -> bool:
    return two.outcome == one.outcome and (reason in lacks or (two.outcome == "skip" and two.detail in lacks))


def strategies(lab: suite.Lab, named: str) -> list[suite.Strategy]:
    """The rows that `named` stands for: one, a list with commas, or all that run our hypervisor."""
    ours = [row for row in lab.strategies.values() if "hyp" in row.images]
    if named == "all":
        return ours
    names = named.split(",")
    known = {row.name: row for row in ours}
    for name in names:
        if name not in known:
            raise LabError(f"unknown strategy {name!r}", f"say all or some of {', '.join(known)}")
    return [known[name] for name in names]


def main(arguments: list[str] | None = None) -> int:
    """Compare the strategies with bare QEMU; 0 when all verdicts are equal, 1 when not, 2 when it cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strategy", default="all", help="te, lr, ... separated by commas, or all (default)")
    parser.add_argument("--hyp", default="", metavar="ARGS", help="more parameters of the hypervisor: lr.limit=1")
    parser.add_argument("--qemu", help="another QEMU")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each N times: no verdict may change")
    parser.add_argument("--free", action="store_true", help="not by instruction counts: CPUs in an order of chance")
    chosen = parser.parse_args(arguments)
    try:
        passed, failed = _compare_all(chosen)
    except LabError as error:
        print(f"conform: error: {error}", file=sys.stderr)
        return 2
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _compare_all(chosen: argparse.Namespace) -> tuple[int, int]:
    lab = suite.load()
    rows = strategies(lab, chosen.strategy)
    found = images.of_strategies(rows, ROOT / IMAGE, chosen.qemu or lab.machines[MACHINE].qemu)
    passed = failed = 0
    for guest, cpus in PLACES:
        skipped = skips(SKIPS[guest].read_text(encoding="utf-8"))
        bare: Verdicts = {}
        places = [ground for row in rows for ground in grounds(row, guest)]
        for ground in [Ground(lab.strategies["bare"], guest, guest), *places] if places else []:
            ground = replace(ground, cpus=cpus, icount=not chosen.free, hyp=chosen.hyp)
            runs = [run(ground, found) for _ in range(chosen.repeat)]
            problems = changing(runs)
            if bare:
                row = ground.strategy
                problems += compare(bare, runs[0], skipped, row.lacks, skips(row.faults), row.filters)
            for problem in problems:
                print(f"{ground}: {problem}", flush=True)
            if bare or chosen.repeat > 1:
                print(f"{ground}: {len(runs[0])} rules, {len(problems)} differ", flush=True)
                failed += len(problems)
                passed += len(runs[0]) - len(problems)
            bare = bare or runs[0]
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
