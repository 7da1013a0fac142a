# SPDX-License-Identifier: Apache-2.0
"""
What `make workload`, `make messages` and `make vms` have in common: a guest that judges itself and says so in its last
line, in one run of QEMU for each row and seed, and the count of those that passed.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable, Iterable, Sequence

from bench import images, suite
from bench.run import JOBS_DEFAULT
from bench.suite import ROOT

# Machine, strategy, parameters of the hypervisor, and maybe of the guest.
Row = tuple[str, ...]

TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Outcome:
    """How one run ended: `fault` is empty when it passed, `said` the guest's own last line."""

    fault: str
    said: str


def collect(rows: Iterable[Row], image: str, named_qemu: str | None = None, plugin: bool = False) -> images.Images:
    """The images of all rows, which run `image`, and the tracer. LabError for the first that is missing."""
    lab, rows = suite.load(), list(rows)
    strategies = [lab.strategies[strategy] for _, strategy, *_ in rows]
    found = images.of_strategies(strategies, ROOT / image, named_qemu or lab.machines[rows[0][0]].qemu)
    if plugin:
        found.files["plugin"] = images.built_file(ROOT / images.PLUGIN)
    return found


def command(row: Row, bootargs: str, files: images.Images, options: Sequence[str] = ()) -> list[str]:
    """QEMU's argument vector: the row's, with more options of the machine."""
    lab = suite.load()
    machine, strategy, hyp = lab.machines[row[0]], lab.strategies[row[1]], row[2]
    model = ",".join(filter(None, [machine.machine, strategy.machine_options]))
    values = {name: str(path) for name, path in files.files.items()}
    values |= {"bootargs": " ".join((bootargs, *row[3:])), "hyp_args": f" {hyp}" if hyp else ""}
    boot = [arg.format(**values) for arg in strategy.args]
    return [str(files.qemu.path), "-M", model, *machine.args, *options, *boot]


def verdict(console: str, guest: str, account: re.Pattern[str], failure: str = "") -> Outcome | re.Match[str]:
    """How a guest of that name ended by its console, or the account that it gives when it says that it passed."""
    found = re.search(rf"^{guest}: (passed|failed): (.*?)\r?$", console, re.MULTILINE)
    if failure or found is None:
        return Outcome(failure or "the guest ended without a result", console[-200:].strip())
    if found[1] == "failed":
        return Outcome(found[2], found[0])
    return account.match(found[2]) or Outcome("the guest tells no account", found[0])


def count(runs: Sequence[tuple[str, Callable[[], Outcome]]]) -> int:
    """All runs, by name, and "N passed, N failed" as the last line; 0 when all pass, else 1."""
    failed = 0
    with ThreadPoolExecutor(JOBS_DEFAULT) as pool:
        for (name, _), outcome in zip(runs, pool.map(lambda run: run[1](), runs)):
            failed += bool(outcome.fault)
            print(f"{name}: {outcome.fault or outcome.said}", flush=True)
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0
